"""Reading queries: pages, single rows, children, filters, lookups and free slots."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from database_specialist.agent.designer.queries.catalog import Catalog
from database_specialist.agent.designer.queries.conditions import Condition
from database_specialist.agent.designer.queries.predicates import by_key, in_tenant, keyset
from database_specialist.agent.designer.queries.statement import Bindings, Draft, Select
from database_specialist.agent.dialects.identifiers import literal
from database_specialist.agent.model.relational import Column, ForeignKey, Table

_MANY = 200
_MILD = frozenset({"low", "lowest", "minor", "trivial", "info", "none", "normal"})


@dataclass(frozen=True)
class Wanted:
    """Which rows of a list a fact asks for, and in what order, beyond the usual."""

    states: tuple[str, ...] = ()
    conditions: tuple[Condition, ...] = ()
    sort: Column | None = None
    is_oldest_first: bool = False
    shown_as: str = "list"
    """What people call it: "list", "board"."""


def page(catalog: Catalog, table: Table, owner: ForeignKey | None = None, wanted: Wanted | None = None) -> Draft:
    """Write the page of a table, or of one owner's rows, by keyset."""
    wanted = wanted or Wanted()
    binds = Bindings(catalog.schema.engine)
    where = _owner_conditions(catalog, table, owner, binds) if owner else []
    where += in_tenant(catalog, table, binds, where)
    where += _wanted_conditions(catalog, table, wanted, binds)
    keys, descending = _page_order(catalog, table, wanted)
    ranks = {key.name: rank for key in keys[:1] if (rank := _rank(catalog, table, key))}
    where += keyset(catalog, table, keys, binds, descending=descending, ranks=ranks)
    columns, joins = with_parents(catalog, table, owner)
    terms = [ranks.get(key.name) or catalog.qualified(table, key) for key in keys]
    order = tuple(f"{term}{' DESC' if descending else ''}" for term in terms)
    select = Select(columns, catalog.quoted(table.name), joins, tuple(where), order=order, limit=binds.page())
    return Draft(
        name=_page_name(table, owner, wanted),
        purpose=_page_purpose(catalog, table, owner, wanted, (keys, descending, bool(ranks))),
        intent="list_own" if owner else "list",
        table=table.name,
        sql=str(select),
        parameters=binds.parameters,
        returns="page",
        staleness="fresh" if owner or wanted.states or wanted.conditions else "seconds",
    )


def _page_name(table: Table, owner: ForeignKey | None, wanted: Wanted) -> str:
    before = [*[c.name for c in wanted.conditions if c.is_adjective], "_and_".join(wanted.states)]
    after = [condition.name for condition in wanted.conditions if not condition.is_adjective]
    head = "list" if wanted.shown_as == "list" else f"{wanted.shown_as}_of"
    whose = [f"by_{owner.columns[0].removesuffix('_id')}"] if owner else []
    return "_".join(word for word in (head, *before, table.name, *after, *whose) if word)


def _page_purpose(
    catalog: Catalog,
    table: Table,
    owner: ForeignKey | None,
    wanted: Wanted,
    order: tuple[Sequence[Column], bool, bool],
) -> str:
    keys, descending, is_ranked = order
    before = [*[c.name for c in wanted.conditions if c.is_adjective], " and ".join(wanted.states).replace("_", " ")]
    rows = " ".join(word for word in (*before, _words(table)) if word)
    whose = f" of one {_parent_word(catalog, owner)}" if owner else ""
    said = "".join(f" {condition.words}" for condition in wanted.conditions if condition.words)
    direction = "last first" if descending else "lowest first"
    names = [key.name for key in keys]
    names[0] += " (most pressing first)" if is_ranked else ""
    return (
        f"One page of the {rows}{whose}{said}, ordered by {', '.join(names)}, {direction}; the next page starts after "
        f"the last row seen, the first passes the {'highest' if descending else 'lowest'} values there are."
    )


def _rank(catalog: Catalog, table: Table, column: Column) -> str | None:
    """Return the place of a listed value in its list, most pressing first: its letters would sort it at random."""
    if len(column.values) < 3 or "enum" in column.type or column == catalog.state(table):
        return None
    values = column.values if column.values[0].lower() not in _MILD else tuple(reversed(column.values))
    cases = " ".join(f"WHEN {literal(value, catalog.schema.engine)} THEN {n}" for n, value in enumerate(values, 1))
    return f"CASE {catalog.qualified(table, column)} {cases} END"


def _page_order(catalog: Catalog, table: Table, wanted: Wanted) -> tuple[list[Column], bool]:
    """Return the sort columns, the key last, and whether they run down: the latest first, or names from A to Z."""
    clock, label = catalog.clock(table), catalog.label(table)
    # Lists of things that are kept rather than happen are looked up by name: when they were entered says nothing.
    is_named = not catalog.happens(table) and clock is not None and clock.name == "created_at" and label is not None
    if is_named and label and not label.nullable and label.name in ("name", "full_name", "display_name"):
        clock = None
    first = clock or (label if label and not label.nullable else None)
    sorts = [c.sort for c in wanted.conditions if c.sort is not None and not c.sort.nullable]
    spans = [c.sort for c in wanted.conditions if c.sort is not None]
    chosen = [column for column in (wanted.sort, *(sorts or spans)[:1]) if column is not None]
    if first is not None and (not chosen or (wanted.sort is not None and not sorts)):
        chosen.append(first)
    keys = list(dict.fromkeys([*chosen, *catalog.key(table)]))
    is_up = (
        wanted.is_oldest_first
        or bool(sorts or spans)
        or wanted.sort is not None
        or (clock is None and first is not None)
    )
    return keys, not is_up


def _wanted_conditions(catalog: Catalog, table: Table, wanted: Wanted, binds: Bindings) -> list[str]:
    found: list[str] = []
    state = catalog.state(table)
    if state is not None and wanted.states:
        values = ", ".join(literal(value, catalog.schema.engine) for value in wanted.states)
        name = catalog.qualified(table, state)
        found.append(f"{name} = {values}" if len(wanted.states) == 1 else f"{name} IN ({values})")
    for condition in wanted.conditions:
        found += condition.write(binds)
    return found


def detail(catalog: Catalog, table: Table) -> Draft | None:
    """Write the read of one row by its key, with the labels of the rows it refers to."""
    if not catalog.key(table):
        return None
    binds = Bindings(catalog.schema.engine)
    where = [*by_key(catalog, table, binds), *in_tenant(catalog, table, binds)]
    columns, joins = with_parents(catalog, table, None, whole=True)
    return Draft(
        name=f"get_{_one(catalog, table)}",
        purpose=f"Everything a screen shows of one {_one_word(catalog, table)}, by its key.",
        intent="detail",
        table=table.name,
        sql=str(Select(columns, catalog.quoted(table.name), joins, tuple(where))),
        parameters=binds.parameters,
        returns="one",
    )


def children(catalog: Catalog, table: Table) -> Iterator[Draft]:
    """Write the list of each owned child of one row."""
    for child, key in catalog.owned_children(table):
        if catalog.deleted_mark(child) is None and child.kind in ("audit", "token", "outbox"):
            continue
        if catalog.clock(child) and (_is_long(child) or child.partitioning):
            yield page(catalog, child, key)
            continue
        binds = Bindings(catalog.schema.engine)
        where = _owner_conditions(catalog, child, key, binds)
        where += in_tenant(catalog, child, binds, where)
        columns, joins = with_parents(catalog, child, key)
        order = tuple(catalog.qualified(child, column) for column in _position(catalog, child, key))
        select = Select(columns, catalog.quoted(child.name), joins, tuple(where), order=order, limit=binds.page(_MANY))
        yield Draft(
            name=f"list_{child.name}_by_{key.columns[0].removesuffix('_id')}",
            purpose=f"The {_words(child)} of one {_parent_word(catalog, key)}, shown with it.",
            intent="children",
            table=child.name,
            sql=str(select),
            parameters=binds.parameters,
        )


def filtered(catalog: Catalog, table: Table, columns: Sequence[Column], *, name: str | None = None) -> Draft:
    """Write the page of rows that match the given columns: equal values, or a span of numbers and times."""
    binds = Bindings(catalog.schema.engine)
    where: list[str] = []
    for column in columns:
        where += _match(catalog, table, column, binds)
    where += in_tenant(catalog, table, binds, where)
    ranged = any(is_span(column) for column in columns)
    clock = catalog.clock(table)
    keys = [*([clock] if clock and not ranged else []), *catalog.key(table)]
    keys = list(dict.fromkeys(keys))
    sorted_span = next((column for column in columns if is_span(column)), None)
    if sorted_span is not None:
        keys = [sorted_span, *[key for key in keys if key != sorted_span]]
    where += keyset(catalog, table, keys, binds, descending=sorted_span is None)
    direction = " DESC" if sorted_span is None else ""
    shown, joins = with_parents(catalog, table, None)
    order = tuple(f"{catalog.qualified(table, key)}{direction}" for key in keys)
    select = Select(shown, catalog.quoted(table.name), joins, tuple(where), order=order, limit=binds.page())
    by = " and ".join(column.name for column in columns)
    return Draft(
        name=name or f"filter_{table.name}_by_{'_and_'.join(column.name for column in columns)}"[:60].rstrip("_"),
        purpose=f"One page of the {_words(table)} of a given {by}.",
        intent="search",
        table=table.name,
        sql=str(select),
        parameters=binds.parameters,
        returns="page",
        staleness="seconds",
    )


def lookup(catalog: Catalog, table: Table, columns: Sequence[str], *, intent: str = "lookup") -> Draft:
    """Write the read of one row by a unique identifier; an expression of the unique key is compared as it stands."""
    binds = Bindings(catalog.schema.engine)
    where: list[str] = []
    names: list[str] = []
    for text in columns:
        if text.startswith("(lower(") and (column := table.column(text[7:-2].strip('"`'))):
            value = binds.of(table, column)
            where.append(f"lower({catalog.qualified(table, column)}) = lower({value})")
            names.append(column.name)
        elif column := table.column(text):
            where.append(f"{catalog.qualified(table, column)} = {binds.of(table, column)}")
            names.append(column.name)
    where += in_tenant(catalog, table, binds, where)
    secrets = [column for column in table.columns if column.logical_type == "secret_hash"]
    shown = (*catalog.shown(table), *(secrets if intent == "login" else ()))
    select = Select(
        tuple(catalog.qualified(table, column) for column in dict.fromkeys(shown)),
        catalog.quoted(table.name),
        where=tuple(where),
    )
    by = " and ".join(names)
    return Draft(
        name=("log_in_by_" if intent == "login" else f"find_{_one(catalog, table)}_by_") + "_".join(names),
        purpose=f"The {_one_word(catalog, table)} with a given {by}"
        + (", with what is needed to check the password." if intent == "login" else "."),
        intent=intent,
        table=table.name,
        sql=str(select),
        parameters=binds.parameters,
        returns="one",
    )


def free_slots(catalog: Catalog, table: Table) -> Draft | None:
    """Write the search for what is not taken in a span of time, from the table's rule against overlaps."""
    rule = catalog.overlap_rule(table)
    if rule is None:
        return None
    columns = [column for name in rule.attributes if (column := catalog.attribute(table, name))]
    keys = [key for column in columns if (key := catalog.foreign_key(table, column))]
    resource = catalog.named(keys[0].ref_table) if keys else None
    spans = [column for column in columns if catalog.foreign_key(table, column) is None]
    if resource is None or not spans or len(keys[0].columns) != 1:
        return None
    binds = Bindings(catalog.schema.engine)
    taken = [
        f"{catalog.qualified(table, column)} = {catalog.quoted(resource.name)}.{catalog.quoted(ref)}"
        for column, ref in zip([table.column(keys[0].columns[0])], keys[0].ref_columns, strict=True)
        if column
    ]
    taken += _overlap(catalog, table, spans, binds)
    inner = "\n    AND ".join([*taken, *([rule.condition] if rule.condition else [])])
    where = [
        f"NOT EXISTS (\n    SELECT 1 FROM {catalog.quoted(table.name)}\n    WHERE {inner}\n  )",
        *in_tenant(catalog, resource, binds),
    ]
    order = catalog.label(resource) or catalog.key(resource)[0]
    select = Select(
        tuple(catalog.qualified(resource, column) for column in catalog.shown(resource)),
        catalog.quoted(resource.name),
        where=tuple(where),
        order=(catalog.qualified(resource, order),),
        limit=binds.page(),
    )
    return Draft(
        name=f"free_{resource.name}",
        purpose=f"The {_words(resource)} that no {_one_word(catalog, table)} takes between two times.",
        intent="available",
        table=table.name,
        sql=str(select),
        parameters=binds.parameters,
    )


def _overlap(catalog: Catalog, table: Table, spans: Sequence[Column], binds: Bindings) -> list[str]:
    exclusion = next((e for e in table.exclusions if any(x.operator == "&&" for x in e.elements)), None)
    if exclusion is not None and len(spans) > 1:
        ranged = next(element.expression for element in exclusion.elements if element.operator == "&&")
        asked = ranged
        for span, name in zip(spans, ("from", "until"), strict=False):
            value = binds.bind(f"{name}_time", span.type, source=f"{table.name}.{span.name}")
            asked = re.sub(rf"\b{re.escape(span.name)}\b", value, asked)
        return [f"{_qualify(catalog, table, ranged, spans)} && {asked}"]
    if len(spans) == 1:
        value = binds.of(table, spans[0], name="wanted")
        return [f"{catalog.qualified(table, spans[0])} && {value}"]
    begin, end = spans[0], spans[1]
    until = binds.bind("until_time", end.type, source=f"{table.name}.{end.name}")
    since = binds.bind("from_time", begin.type, source=f"{table.name}.{begin.name}")
    return [f"{catalog.qualified(table, begin)} < {until}", f"{catalog.qualified(table, end)} > {since}"]


def _qualify(catalog: Catalog, table: Table, expression: str, columns: Sequence[Column]) -> str:
    for column in columns:
        expression = re.sub(rf"\b{re.escape(column.name)}\b", catalog.qualified(table, column), expression)
    return expression


def _match(catalog: Catalog, table: Table, column: Column, binds: Bindings) -> list[str]:
    name = catalog.qualified(table, column)
    source = f"{table.name}.{column.name}"
    if is_span(column):
        low = binds.bind(f"min_{column.name}", column.type, source=source)
        high = binds.bind(f"max_{column.name}", column.type, source=source)
        return [f"{name} >= {low}", f"{name} <= {high}"]
    if column.logical_type == "json":
        return [f"{name} @> {binds.bind(column.name, 'jsonb', source=source)}"]
    if column.logical_type == "text_list":
        return [f"{name} @> {binds.of(table, column)}"]
    return [f"{name} = {binds.of(table, column)}"]


def is_span(column: Column) -> bool:
    """Whether people ask for a span of the column's values rather than for one."""
    return column.logical_type in ("money", "decimal", "date", "timestamp", "percentage", "integer", "big_integer")


def _is_long(table: Table) -> bool:
    return table.kind in ("event", "history")


def _position(catalog: Catalog, table: Table, owner: ForeignKey) -> tuple[Column, ...]:
    named = [
        column for name in ("line_no", "position", "sequence", "sort_order", "step") if (column := table.column(name))
    ]
    clock = catalog.clock(table)
    first = named or ([clock] if clock else [])
    keys = [key for key in catalog.key(table) if key.name not in owner.columns]
    return tuple(dict.fromkeys([*first[:1], *(keys if not named else [])])) or catalog.key(table)


def _owner_conditions(catalog: Catalog, table: Table, owner: ForeignKey, binds: Bindings) -> list[str]:
    parent = catalog.named(owner.ref_table)
    found: list[str] = []
    for name, ref in zip(owner.columns, owner.ref_columns, strict=True):
        column, target = table.column(name), parent.column(ref) if parent else None
        if column and parent and target:
            value = binds.bind(name, column.type, source=f"{parent.name}.{target.name}")
            found.append(f"{catalog.qualified(table, column)} = {value}")
    return found


def with_parents(
    catalog: Catalog, table: Table, owner: ForeignKey | None, *, whole: bool = False
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the columns and joins that show the labels of the rows referred to, at most three.

    `owner` is the key whose row the asker has before him: its label is not shown again.
    """
    own = catalog.whole(table) if whole else catalog.shown(table)
    columns = [catalog.qualified(table, column) for column in own]
    joins: list[str] = []
    tenant = catalog.tenant_key(table)
    for key in table.foreign_keys:
        parent = catalog.named(key.ref_table)
        label = catalog.label(parent) if parent else None
        if parent is None or label is None or key == owner or (tenant and tenant.name in key.columns):
            continue
        if len(joins) == 3 or label.sensitivity == "restricted":
            continue
        role = key.columns[0].removesuffix("_id")
        alias = _alias(catalog, table, key, [join.split(" AS ")[-1].split(" ON ")[0] for join in joins])
        on = " AND ".join(
            f"{catalog.quoted(alias)}.{catalog.quoted(ref)} = {catalog.quoted(table.name)}.{catalog.quoted(name)}"
            for name, ref in zip(key.columns, key.ref_columns, strict=True)
        )
        optional = any(column.nullable for name in key.columns if (column := table.column(name)))
        joins.append(
            f"{'LEFT JOIN' if optional else 'JOIN'} {catalog.quoted(parent.name)} AS {catalog.quoted(alias)} ON {on}"
        )
        columns.append(
            f"{catalog.quoted(alias)}.{catalog.quoted(label.name)} AS {catalog.quoted(f'{role}_{label.name}')}"
        )
    return tuple(columns), tuple(joins)


def _alias(catalog: Catalog, table: Table, key: ForeignKey, taken: Sequence[str]) -> str:
    alias = key.columns[0].removesuffix("_id")
    used = (*taken, table.name, *(column.name for column in table.columns))
    return f"{alias}_row" if alias in used or catalog.quoted(alias) != alias else alias


def _one(catalog: Catalog, table: Table) -> str:
    return table.entity or table.name


def _one_word(catalog: Catalog, table: Table) -> str:
    return _one(catalog, table).replace("_", " ")


def _words(table: Table) -> str:
    return table.name.replace("_", " ")


def _parent_word(catalog: Catalog, owner: ForeignKey) -> str:
    parent = catalog.named(owner.ref_table)
    return (parent.entity or parent.name).replace("_", " ") if parent else owner.ref_table
