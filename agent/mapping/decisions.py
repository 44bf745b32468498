"""The decisions behind a schema, each in terms of its own tables, with what was weighed against it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from database_specialist.agent.mapping.draft import TableDraft
from database_specialist.agent.mapping.ground import Ground
from database_specialist.agent.mapping.types import new_uuid
from database_specialist.agent.model.base import FactId
from database_specialist.agent.model.relational import Column, ForeignKey


def record_keys(ground: Ground, drafts: Sequence[TableDraft], joins: Sequence[TableDraft]) -> None:
    """Record the primary key of every table; tables with the same reason share a decision."""
    _identity_keys(ground, _with_key(ground, drafts, "identity"))
    for draft in _with_key(ground, drafts, "uuid"):
        _uuid_key(ground, draft)
    for draft in _with_key(ground, drafts, "natural"):
        _natural_key(ground, draft)
    for draft in _with_key(ground, drafts, "composite"):
        _composite_key(ground, draft)
    for draft in joins:
        _join_key(ground, draft)


def record_specialisations(ground: Ground, drafts: Sequence[TableDraft]) -> None:
    """Record how each supertype and its subtypes are kept."""
    groups: dict[str, list[TableDraft]] = {}
    for draft in _with_key(ground, drafts, "shared"):
        groups.setdefault(ground.keys[str(draft.entity and draft.entity.name)].reason, []).append(draft)
    for supertype, members in groups.items():
        parent, names = ground.tables[supertype], ", ".join(draft.name for draft in members)
        own = "; ".join(f"{draft.name}: {_listed(_own_columns(draft))}" for draft in members)
        ground.ledger.record(
            "specialisation",
            f"{parent} and {names}",
            "a table for each subtype, sharing the key of the supertype",
            f"Every row of {names} is one row of {parent} with the same id, and holds only what is its own ({own}); "
            f"whatever refers to any kind of {supertype} refers to {parent}.",
            alternatives=(
                (
                    f"all in {parent}",
                    f"the columns of {names} would be null for every other kind, and none could be required",
                ),
                (
                    f"no table {parent}",
                    f"what is common would stand {len(members)} times, and no key could refer to any kind",
                ),
            ),
            facts=_facts(members),
        )


def record_deletions(ground: Ground, drafts: Sequence[TableDraft]) -> None:
    """Record what a deletion does along each foreign key, grouped by what the ownership says."""
    keys = [(draft, key) for draft in drafts for key in draft.foreign_keys if key.columns[-1] != "id"]
    sentences = {
        "cascade": (
            "the part goes with its owner",
            "leaving the delete to the application",
            "rows without an owner stay behind",
        ),
        "restrict": (
            "the target cannot go while it is referred to",
            "on delete cascade",
            "one wrong DELETE would take the records that others rely on",
        ),
        "set null": (
            "the row stays, the reference becomes null",
            "on delete restrict",
            "the target could never be removed while old rows name it",
        ),
    }
    for action, (effect, option, rejected) in sentences.items():
        found = [(draft, key) for draft, key in keys if key.on_delete == action]
        if found:
            ground.ledger.record(
                "foreign_key",
                ", ".join(f"{draft.name}.{key.columns[-1]}" for draft, key in found),
                f"on delete {action}",
                f"{effect[0].upper()}{effect[1:]}: {_pairs(found)}.",
                alternatives=((option, rejected),),
                facts=_unique_facts(fact for _, key in found for fact in key.facts),
            )


def record_cycles(ground: Ground, drafts: Sequence[TableDraft], deferred: Sequence[ForeignKey]) -> None:
    """Record the foreign keys that close a cycle."""
    for key in deferred:
        owner = next(draft.name for draft in drafts if key in draft.foreign_keys)
        ground.ledger.record(
            "foreign_key",
            f"{owner}.{key.columns[-1]}",
            "added after both tables, deferrable" if key.deferrable else "added after both tables",
            f"{owner} and {key.ref_table} refer to each other, so one key can only be added once both stand"
            + (", and is tested at commit, so that a transaction can insert both rows." if key.deferrable else "."),
            alternatives=(
                (f"no foreign key on {owner}.{key.columns[-1]}", f"it could name a row that {key.ref_table} lacks"),
            ),
            facts=key.facts,
        )


def record_associations(ground: Ground, joins: Sequence[TableDraft]) -> None:
    """Record each plain many-to-many relationship."""
    for draft in joins:
        sides = [key.ref_table for key in draft.foreign_keys]
        ground.ledger.record(
            "association",
            draft.name,
            f"a join table between {sides[0]} and {sides[-1]}",
            f"A row of {sides[0]} has several of {sides[-1]} and the reverse; {draft.name} holds one row for each pair "
            f"and goes with either of them. Its key is read from {draft.key[0]}; the way back needs an index on "
            f"{draft.key[-1]}.",
            alternatives=((f"an array of ids in {sides[0]}", f"no foreign key can hold its members to {sides[-1]}"),),
            facts=draft.facts,
        )


def record_enumerations(ground: Ground, drafts: Sequence[TableDraft]) -> None:
    """Record how closed lists of values are kept."""
    for draft in drafts:
        entity = draft.entity
        if entity is None:
            continue
        for column in draft.columns:
            if column.values:
                states = entity.lifecycle is not None and entity.lifecycle.attribute == column.attribute
                _enumeration(ground, draft, column, states=states)


def _enumeration(ground: Ground, draft: TableDraft, column: Column, *, states: bool) -> None:
    native = "a native enum type" if ground.engine == "postgresql" else "ENUM" if ground.engine != "sqlite" else ""
    others = [
        (
            f"a reference table for {column.name}",
            f"its {len(column.values)} values carry no attributes of their own, and code branches on "
            + ("each state" if states else "each of them"),
        )
    ]
    if native:
        others.insert(0, (native, f"a value of {draft.name}.{column.name} could be added but never removed in place"))
    ground.ledger.record(
        "enumeration",
        f"{draft.name}.{column.name}",
        "text with a CHECK" if ground.engine in ("postgresql", "sqlite") else "varchar with a CHECK",
        f"{'The states' if states else 'The values'} are {', '.join(column.values)}. A change of the list is one "
        f"constraint replaced in a migration, which is tested on the rows of {draft.name} before it holds.",
        alternatives=tuple(others),
        facts=column.facts,
    )


def record_soft_deletes(ground: Ground, drafts: Sequence[TableDraft]) -> None:
    """Record which tables keep deleted rows."""
    for draft in drafts:
        if draft.entity is not None and draft.entity.soft_delete:
            keys = [each.name for each in draft.uniques if each.where or "_applies" in each.columns[-1]]
            unique = f" {_listed(keys)} hold among live rows only, so a value can be taken again." if keys else ""
            ground.ledger.record(
                "soft_delete",
                draft.name,
                "deleted_at, null while the row lives",
                f"Rows of {draft.name} stay readable after they are deleted.{unique}",
                alternatives=(
                    ("DELETE", f"what refers to the row of {draft.name} would lose it"),
                    ("a boolean flag", "it would not say when, which retention and recovery need"),
                ),
                facts=draft.facts,
            )


def record_logs(ground: Ground, drafts: Sequence[TableDraft]) -> None:
    """Record how states, actions and events of the past are kept."""
    for draft in drafts:
        kind = draft.entity.kind if draft.entity else "core"
        if kind == "history":
            owners = [key.ref_table for key in draft.foreign_keys]
            ground.ledger.record(
                "history",
                draft.name,
                "a row for each change",
                f"{draft.name} keeps what {owners[0] if owners else 'its owner'} was before; the present state stays "
                "where it is read most, in the row itself.",
                alternatives=(
                    (
                        "only the time of the last change",
                        f"the steps before it, which {draft.name} is for, would be lost",
                    ),
                ),
                facts=draft.facts,
            )
        if kind == "audit":
            held = "a trigger refuses changes" if draft.entity and draft.entity.append_only else "grants keep it so"
            ground.ledger.record(
                "audit",
                draft.name,
                f"rows are added only; {held}",
                f"{draft.name} answers who did what and when, and a record that can be edited answers nothing.",
                alternatives=(
                    ("the server's log", f"it cannot be queried beside the rows that {draft.name} is about"),
                ),
                facts=draft.facts,
            )


def _with_key(ground: Ground, drafts: Sequence[TableDraft], kind: str) -> list[TableDraft]:
    return [draft for draft in drafts if draft.entity and ground.keys[draft.entity.name].kind == kind]


def _identity_keys(ground: Ground, drafts: Sequence[TableDraft]) -> None:
    if not drafts:
        return
    choice = {
        "postgresql": "id bigint generated always as identity",
        "sqlite": "id INTEGER PRIMARY KEY, the row id itself",
    }.get(ground.engine, "id bigint auto_increment")
    naturals = [
        f"{draft.name} ({', '.join(key[1:-1] if key.startswith('(') else key for key in unique.columns)})"
        for draft in drafts
        for unique in draft.uniques
        if "id" not in unique.columns
    ]
    kept = f" Natural keys stay as unique constraints: {'; '.join(naturals)}." if naturals else ""
    ground.ledger.record(
        "primary_key",
        ", ".join(draft.name for draft in drafts),
        choice,
        f"{'These tables are' if len(drafts) > 1 else drafts[0].name + ' is'} written by one database and no document "
        f"asks for ids made elsewhere: 8 bytes in every reference and insertion at the end of the index.{kept}",
        alternatives=(
            ("a UUID", "16 bytes in the key and in each foreign key, for ids that nobody makes outside the database"),
            ("the natural key", "it may be corrected one day, and each reference would change with it"),
        ),
        facts=_facts(drafts),
    )


def _uuid_key(ground: Ground, draft: TableDraft) -> None:
    made = new_uuid(ground.engine, ground.major)
    reason = ground.keys[str(draft.entity and draft.entity.name)].reason
    since = (
        " uuidv7() is built in since PostgreSQL 18; on older versions gen_random_uuid() serves, at the price of "
        "insertions all over the index."
        if ground.engine == "postgresql"
        else ""
    )
    ground.ledger.record(
        "primary_key",
        draft.name,
        f"id, a UUID by {made if ground.engine != 'sqlite' else 'an expression over randomblob()'}",
        f"The documents say so ({reason}): an id of {draft.name} can be made or shown outside the database.{since}",
        alternatives=(
            ("bigint identity", f"ids of {draft.name} could be guessed, and could not be made before the insert"),
        ),
        facts=draft.facts,
    )


def _natural_key(ground: Ground, draft: TableDraft) -> None:
    column = draft.column("id")
    ground.ledger.record(
        "primary_key",
        draft.name,
        f"id {column.type}, given from outside",
        f"The documents give {draft.name} an id of their own: {column.comment}",
        alternatives=(
            ("a surrogate beside it", "two ids for one row, and the given one would still have to be unique"),
        ),
        facts=column.facts or draft.facts,
    )


def _composite_key(ground: Ground, draft: TableDraft) -> None:
    pair = ground.keys[str(draft.entity and draft.entity.name)].reason == "pair"
    meaning = (
        f"a row of {draft.name} is one {' with one '.join(name.removesuffix('_id') for name in draft.key)}"
        if pair
        else f"a row of {draft.name} exists only inside its owner and is numbered there"
    )
    ground.ledger.record(
        "primary_key",
        draft.name,
        f"({', '.join(draft.key)})",
        f"{meaning[0].upper()}{meaning[1:]}, and no other table refers to it; the key keeps the rows of one "
        f"{draft.key[0].removesuffix('_id')} together in the index.",
        alternatives=(
            ("a surrogate id with a unique constraint", "a second index on every row that no query would use"),
        ),
        facts=draft.facts,
    )


def _join_key(ground: Ground, draft: TableDraft) -> None:
    ground.ledger.record(
        "primary_key",
        draft.name,
        f"({', '.join(draft.key)})",
        f"A pair stands in {draft.name} once or not at all; nothing refers to it.",
        alternatives=(("a surrogate id", "the pair would still need its unique constraint"),),
        facts=draft.facts,
    )


def _own_columns(draft: TableDraft) -> list[str]:
    return [column.name for column in draft.columns if column.name != "id"]


def _pairs(found: Iterable[tuple[TableDraft, ForeignKey]]) -> str:
    return "; ".join(
        f"{draft.name} to {key.ref_table} as {key.columns[-1].removesuffix('_id')}" for draft, key in found
    )


def _listed(names: Sequence[str]) -> str:
    return ", ".join(names) if names else "nothing yet"


def _facts(drafts: Iterable[TableDraft]) -> tuple[FactId, ...]:
    return _unique_facts(fact for draft in drafts for fact in draft.facts)


def _unique_facts(facts: Iterable[FactId]) -> tuple[FactId, ...]:
    return tuple(dict.fromkeys(facts))
