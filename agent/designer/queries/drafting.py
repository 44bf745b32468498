"""From what a fact does to the drafts of its queries: one function for each intent."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from database_specialist.agent.designer.queries import reads, reports, searches, transitions, upkeep, writes
from database_specialist.agent.designer.queries.catalog import Catalog
from database_specialist.agent.designer.queries.conditions import conditions
from database_specialist.agent.designer.queries.lexicon import stem
from database_specialist.agent.designer.queries.matching import Access
from database_specialist.agent.designer.queries.naming import named_columns
from database_specialist.agent.designer.queries.statement import Draft
from database_specialist.agent.model.relational import Column, ForeignKey, Table

_GENERIC_ACTORS = ("user", "member", "account", "customer", "client")
# To attach a photo to an order stores a photo: it has no life before.
_HANDED_IN = frozenset(stem(verb) for verb in ("attach", "add", "upload"))
_STATES = frozenset({"states", "statuses", "lifecycle"})
# "Reviews and ratings" stands for all that one does with them; a longer phrase only describes what is seen.
_NAME_WORDS = 4
_IDENTIFIERS = frozenset({"email", "code", "slug", "short_text", "phone", "text"})


def drafts_of(access: Access, catalog: Catalog) -> Iterator[Draft]:
    """Yield the queries of one access; none when its entity has no table or its intent no statement."""
    table = catalog.table(access.entity)
    if table is None:
        return
    intent = _resolve(access, catalog, table)
    if writer := _WRITERS.get(intent):
        yield from writer(access, catalog, table)


def identifier_lookups(catalog: Catalog) -> Iterator[Draft]:
    """Yield the read that each unique identifier implies, for identifiers that facts name."""
    for table in catalog.schema.tables:
        entity = catalog.entity(table)
        for attribute in entity.attributes if entity else ():
            if not attribute.unique or attribute.type not in _IDENTIFIERS or not attribute.facts:
                continue
            columns = _unique_columns(catalog, table, attribute.name)
            if columns:
                draft = reads.lookup(catalog, table, columns)
                yield Draft(**{**draft.__dict__, "facts": attribute.facts})


def _unique_columns(catalog: Catalog, table: Table, attribute: str) -> tuple[str, ...]:
    column = catalog.attribute(table, attribute)
    tenant = catalog.tenant_key(table)
    for unique in table.uniques:
        rest = [text for text in unique.columns if not (tenant and text == tenant.name)]
        if column and rest in ([column.name], [f"(lower({column.name}))"]):
            return tuple(rest)
    return ()


def _resolve(access: Access, catalog: Catalog, table: Table) -> str:
    """Choose among the intents that the verb can have, by what the table can do."""
    intents = access.intent.split("|")
    if "update" in intents and _STATES & set(access.words) and catalog.state(table):
        return "state"
    if "transition" in intents:
        if transitions.target_state(catalog, table, access.verb):
            return "transition"
        intents = [intent for intent in intents if intent != "transition"] or ["update"]
    if "available" in intents:
        return "available"
    if "manage" in intents:
        return "manage"
    return intents[0]


def _create(access: Access, catalog: Catalog, table: Table) -> Iterator[Draft]:
    if {"used", "consumed", "needed", "taken"} & set(access.told):
        # "record the parts used on a visit" stores the use, not the part.
        tables = [catalog.table(name) for name in access.others]
        uses = [found for other in tables if other and (found := catalog.join_table(table, other))]
        yield from (writes.insert(catalog, use) for use in uses[:1])
        return
    yield from writes.inserts(catalog, table)
    for draft in reads.children(catalog, table):
        if (child := catalog.named(draft.table)) and child.kind == "line_item":
            yield draft
    if table.exclusions or catalog.overlap_rule(table):
        yield from _available(access, catalog, table)


def _list(access: Access, catalog: Catalog, table: Table) -> Iterator[Draft]:
    wanted = _wanted(access, catalog, table)
    owner = _owner(access, catalog, table)
    state = catalog.state(table)
    yield reads.page(catalog, table, owner, wanted)
    if state is not None and owner is None and not wanted.states and state.attribute in access.attributes:
        yield reads.filtered(catalog, table, [state])


def _wanted(access: Access, catalog: Catalog, table: Table) -> reads.Wanted:
    """Return the states, the conditions and the order that the words of the fact ask for."""
    state = catalog.state(table)
    words = f" {' '.join(access.words)} "
    put = conditions(access.fact.text, catalog, table) if access.words else ()
    lists = {"overdue", "expired", "valid"} & {condition.name for condition in put}
    states = [value for value in (state.values if state else ()) if f" {value.replace('_', ' ').lower()} " in words]
    states = [value for value in states if value not in lists]
    named = [column for name in access.by if (column := catalog.attribute(table, name))]
    named += [column for name in _order_words(access) if (column := catalog.attribute(table, name))]
    sortable = [c for c in named if not c.nullable and c != state and catalog.foreign_key(table, c) is None]
    is_sorted = " first " in words or " order of " in words or " sorted by " in words or " ordered by " in words
    return reads.Wanted(
        states=tuple(states) if len(states) < len(state.values if state else ()) else (),
        conditions=put,
        sort=next(iter(sortable), None) if is_sorted else None,
        is_oldest_first=" oldest " in words or " earliest " in words,
        shown_as="board" if " board " in words else "list",
    )


def _order_words(access: Access) -> list[str]:
    """Return the attributes named after "in order of"."""
    text = " ".join(access.words)
    after = text.partition(" order of ")[2]
    return [name for name in access.attributes if name.replace("_", " ") in after]


def _detail(access: Access, catalog: Catalog, table: Table) -> Iterator[Draft]:
    draft = reads.detail(catalog, table)
    if draft is not None:
        yield draft
        yield from reads.children(catalog, table)


def _search(access: Access, catalog: Catalog, table: Table) -> Iterator[Draft]:
    places = named_columns(access.told or access.words, catalog, table)
    draft = searches.search(catalog, table, places, access.fact.text)
    if draft is not None:
        yield draft
    looked_into = {place.key.columns[0] for place in places if place.key and place.key in table.foreign_keys}
    columns = [column for column in _filters(access, catalog, table) if column.name not in looked_into]
    if columns:
        yield reads.filtered(catalog, table, columns)


def _filter(access: Access, catalog: Catalog, table: Table) -> Iterator[Draft]:
    columns = _filters(access, catalog, table)
    if columns:
        yield reads.filtered(catalog, table, columns)
    else:
        yield from _search(access, catalog, table)


def _update(access: Access, catalog: Catalog, table: Table) -> Iterator[Draft]:
    state = catalog.state(table)
    wanted = [name for name in access.attributes if (column := catalog.attribute(table, name)) and column != state]
    if state and state.attribute in access.attributes and (draft := transitions.move_any(catalog, table)):
        yield draft
        if not wanted:
            return
    draft = writes.update(catalog, table, wanted)
    if draft is not None:
        yield draft


def _state(access: Access, catalog: Catalog, table: Table) -> Iterator[Draft]:
    draft = transitions.move_any(catalog, table)
    if draft is not None:
        yield draft
        yield from transitions.history_inserts(catalog, table)


def _transition(access: Access, catalog: Catalog, table: Table) -> Iterator[Draft]:
    state = transitions.target_state(catalog, table, access.verb)
    draft = transitions.move(catalog, table, state) if state else None
    if draft is not None:
        yield draft
        yield from transitions.history_inserts(catalog, table)


def _assign(access: Access, catalog: Catalog, table: Table) -> Iterator[Draft]:
    if any(catalog.is_owned(table, key) for key in table.foreign_keys if access.verb in _HANDED_IN):
        yield writes.insert(catalog, table)
        return
    for other_name in access.others:
        other = catalog.table(other_name)
        if other is None:
            continue
        if joined := catalog.join_table(table, other):
            yield writes.insert(catalog, joined)
            return
        for source, target in ((other, table), (table, other)):
            key = catalog.link(source, target)
            if key is not None and not source.append_only and catalog.key(source):
                yield writes.assign(catalog, source, key)
                return
    yield from _update(access, catalog, table)


def _remove(access: Access, catalog: Catalog, table: Table) -> Iterator[Draft]:
    for other_name in access.others:
        other = catalog.table(other_name)
        joined = catalog.join_table(table, other) if other else None
        if joined is not None and (draft := writes.delete(catalog, joined)):
            yield draft
            return
    draft = writes.delete(catalog, table)
    if draft is not None:
        yield draft


def _report(access: Access, catalog: Catalog, table: Table) -> Iterator[Draft]:
    wish = reports.asked(catalog, table, access.fact.text)
    if wish is not None:
        yield reports.report(catalog, wish)


def _export(access: Access, catalog: Catalog, table: Table) -> Iterator[Draft]:
    yield reports.export(catalog, table)


def _feature(access: Access, catalog: Catalog, table: Table) -> Iterator[Draft]:
    is_named = len(access.fact.text.split()) <= _NAME_WORDS
    for writer in (_list, _create) if is_named else (_list,):
        yield from writer(access, catalog, table)


def _available(access: Access, catalog: Catalog, table: Table) -> Iterator[Draft]:
    for candidate in (table, *(child for child, _ in catalog.children(table))):
        draft = reads.free_slots(catalog, candidate)
        if draft is not None:
            yield draft
            return
    state = catalog.state(table)
    if state is not None and "available" in state.values:
        yield reads.filtered(catalog, table, [state])
    else:
        yield reads.page(catalog, table, _owner(access, catalog, table))


def _purge(access: Access, catalog: Catalog, table: Table) -> Iterator[Draft]:
    draft = upkeep.expire(catalog, table)
    if draft is not None:
        yield draft


def _login(access: Access, catalog: Catalog, table: Table) -> Iterator[Draft]:
    holder = catalog.account or table
    tenant = catalog.tenant_key(holder)
    for unique in holder.uniques:
        names = [text.removeprefix("(lower(").removesuffix("))") for text in unique.columns]
        columns = [holder.column(name) for name in names]
        if any(column and (column.logical_type == "email" or "user" in column.name) for column in columns):
            own = [text for text in unique.columns if not (tenant and text == tenant.name)]
            yield reads.lookup(catalog, holder, own, intent="login")
            return
    known = next((column.name for column in holder.columns if column.logical_type == "email"), None)
    if known is not None:
        yield reads.lookup(catalog, holder, [known], intent="login")


def _manage(access: Access, catalog: Catalog, table: Table) -> Iterator[Draft]:
    for writer in (_list, _detail, _create, _update):
        yield from writer(access, catalog, table)


def _owner(access: Access, catalog: Catalog, table: Table) -> ForeignKey | None:
    """Return the key to what the rows belong to: what the fact puts in front, or the actor that sees only its own."""
    candidates = [access.within] if access.within else []
    if access.is_own:
        candidates += [access.subject or "", (access.role or "").replace(" ", "_").lower()]
    for name in candidates:
        owner = catalog.table(name) if name else None
        key = catalog.link(table, owner) if owner else None
        if key is not None:
            return key
    return _person_key(access, catalog, table) if access.is_own else None


def _person_key(access: Access, catalog: Catalog, table: Table) -> ForeignKey | None:
    """Return the key to whoever logs in, or to the one kind of person there is, unless the fact names another."""
    account = catalog.account
    if account and (key := catalog.link(table, account)):
        return key
    actor = (access.role or "").lower().replace(" ", "_")
    parents = [(key, catalog.named(key.ref_table)) for key in table.foreign_keys]
    people = [(key, parent) for key, parent in parents if parent and catalog.is_person(parent)]
    fitting = [key for key, parent in people if not actor or actor in (parent.entity, *_GENERIC_ACTORS)]
    return fitting[0] if len(fitting) == 1 else None


def _filters(access: Access, catalog: Catalog, table: Table) -> list[Column]:
    columns = [column for name in access.attributes if (column := catalog.attribute(table, name))]
    texts = ("short_text", "text", "long_text", "email", "phone", "code", "slug")
    unfit = (*texts, "json", "text_list") if catalog.schema.engine != "postgresql" else texts
    found = [column for column in columns if column.logical_type not in unfit or column.values]
    for other_name in access.others:
        other = catalog.table(other_name)
        key = catalog.link(table, other) if other and other_name != access.subject else None
        column = table.column(key.columns[0]) if key else None
        if column and len(key.columns if key else ()) == 1:
            found.append(column)
    return _few(list(dict.fromkeys(found)))


def _few(columns: list[Column]) -> list[Column]:
    """Keep three filters at most, one of them a span: what one screen combines and one index serves."""
    spans = [column for column in columns if reads.is_span(column)][:1]
    return [*[column for column in columns if not reads.is_span(column)][: 3 - len(spans)], *spans]


_Writer = Callable[[Access, Catalog, Table], Iterator[Draft]]
_WRITERS: dict[str, _Writer] = {
    "create": _create,
    "list": _list,
    "history": _list,
    "view": _list,
    "detail": _detail,
    "check": _detail,
    "unknown": _detail,
    "search": _search,
    "filter": _filter,
    "update": _update,
    "transition": _transition,
    "state": _state,
    "assign": _assign,
    "remove": _remove,
    "report": _report,
    "export": _export,
    "available": _available,
    "login": _login,
    "manage": _manage,
    "feature": _feature,
    "purge": _purge,
}
