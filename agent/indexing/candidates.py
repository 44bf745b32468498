"""Every index that a query's access or a foreign key could use, each with its origin; choosing is another module's."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from database_specialist.agent.indexing.access import SpecialPredicate, TableAccess, accesses
from database_specialist.agent.model.relational import ForeignKey, Schema, Table
from database_specialist.agent.model.workload import IndexKey, Query, Workload

Origin = Literal["query", "foreign_key"]
_VERY_FREQUENT = 500_000.0
_LONG_TYPE = re.compile(r"text|blob|json", re.IGNORECASE)


@dataclass(frozen=True)
class Candidate:
    """An index that something could use."""

    table: str
    keys: tuple[IndexKey, ...]
    origin: Origin
    serves: tuple[str, ...]
    """Query ids or foreign-key names."""
    why: str
    """What it is for: "equality on customer_id, then the order by placed_at, id"."""
    per_day: float = 0.0
    method: str = "btree"
    where: str | None = None
    include: tuple[str, ...] = ()
    equalities: int = 0
    """How many leading keys are compared for equality: their order among each other is free."""
    is_ordered: bool = False
    """Whether the order of the index is part of what it serves."""
    unsupported: str | None = None
    """Why the engine cannot build it, when it cannot."""

    @property
    def columns(self) -> tuple[str, ...]:
        """The keys' expressions, in order."""
        return tuple(key.expression for key in self.keys)


def candidates(schema: Schema, workload: Workload) -> tuple[Candidate, ...]:
    """Return all candidates: those of foreign keys first, then those of queries, most frequent first."""
    found = [_of_foreign_key(table, key) for table in schema.tables for key in table.foreign_keys]
    for query in sorted(workload.queries, key=lambda query: -query.frequency.value):
        for access in accesses(query, schema):
            table = schema.table(access.table)
            if table is not None:
                found += _of_access(table, access, query, schema)
    return tuple(found)


def _of_foreign_key(table: Table, key: ForeignKey) -> Candidate:
    return Candidate(
        table=table.name,
        keys=tuple(IndexKey(expression=name) for name in key.columns),
        origin="foreign_key",
        serves=(key.name,),
        why=f"a delete or a key change in {key.ref_table} looks for its {table.name} by {', '.join(key.columns)}",
        equalities=len(key.columns),
    )


def _of_access(table: Table, access: TableAccess, query: Query, schema: Schema) -> Iterator[Candidate]:
    specials = [special for special in access.special if special.kind != "prefix"]
    for special in specials:
        yield _special(table, access, special, query, schema)
    yield from _trigrams(table, access, query, schema)
    is_served = bool(specials) and schema.engine == "postgresql" and specials[0].kind != "contains"
    plain = None if is_served else _composite(table, access, query, schema)
    if plain is not None:
        yield plain
    if access.joined and not access.is_filtered:
        for column in dict.fromkeys(access.joined):
            yield Candidate(
                table=table.name,
                keys=(IndexKey(expression=column),),
                origin="query",
                serves=(query.id,),
                why=f"{query.id} joins {table.name} by {column}",
                per_day=query.frequency.value,
                equalities=1,
            )


def _composite(table: Table, access: TableAccess, query: Query, schema: Schema) -> Candidate | None:
    """Order the keys: equalities, then the sort order, then one range."""
    where, fixed = _partial(access, schema)
    equal = list(dict.fromkeys([*access.equal, *fixed, *access.listed[:1]]))
    span = list(dict.fromkeys(access.ranged))
    prefix = [special for special in access.special if special.kind == "prefix"]
    sort = [key for key in access.sort if key.expression not in equal]
    if span and sort and span[0] != sort[0].expression and not access.limited:
        sort = []
    keys = [IndexKey(expression=column) for column in equal]
    keys += _sort_keys(access, equal) if sort else []
    taken = {key.expression for key in keys}
    if prefix and schema.engine == "postgresql":
        # Few rows begin so: they are sorted when found, and an index in their order could not find them.
        sort, keys = [], keys[: len(equal)]
    begins = prefix[0].expression if prefix and not sort else ""
    if prefix and begins:
        keys.append(_prefix_key(prefix[0], schema))
    elif span and span[0] not in taken:
        keys.append(IndexKey(expression=span[0]))
    has_special_only = any(special.kind != "prefix" for special in access.special) and not equal
    if not keys or has_special_only:
        return None
    return Candidate(
        table=table.name,
        keys=tuple(keys),
        origin="query",
        serves=(query.id,),
        why=_story(query, equal, begins, [key.expression for key in sort], span, where),
        per_day=query.frequency.value,
        where=where,
        include=_covering(access, keys, query, schema),
        equalities=len(equal),
        is_ordered=bool(sort),
        unsupported=_unindexable(table, keys, schema),
    )


def _covering(access: TableAccess, keys: list[IndexKey], query: Query, schema: Schema) -> tuple[str, ...]:
    """Return the one or two columns that spare a very frequent narrow read the visit to the table."""
    rest = access.selected - {key.expression for key in keys}
    is_worth_it = query.kind == "read" and query.frequency.value >= _VERY_FREQUENT and len(rest) <= 2
    return tuple(sorted(rest)) if is_worth_it and schema.engine == "postgresql" else ()


def _unindexable(table: Table, keys: list[IndexKey], schema: Schema) -> str | None:
    if schema.engine not in ("mysql", "mariadb"):
        return None
    long = [column for key in keys if (column := table.column(key.expression)) and _LONG_TYPE.search(column.type)]
    if not long:
        return None
    return f"{schema.engine} indexes no whole {long[0].type} column: {long[0].name} would need a prefix length."


def _sort_keys(access: TableAccess, equal: list[str]) -> list[IndexKey]:
    """Return the sort keys; one direction throughout is stored ascending and read backwards."""
    keys = [key for key in access.sort if key.expression not in equal]
    is_mixed = len({key.descending for key in keys}) > 1
    return [IndexKey(expression=key.expression, descending=key.descending and is_mixed) for key in keys]


def _partial(access: TableAccess, schema: Schema) -> tuple[str | None, list[str]]:
    """Return the fixed conditions as a partial index's predicate, or their columns where the engine has none."""
    conditions = list(dict.fromkeys(text for _, text in access.constant))
    if schema.engine in ("mysql", "mariadb"):
        return None, list(dict.fromkeys(column for column, text in access.constant if " IN (" not in text))
    useful = [text for text in conditions if " <> " not in text]
    return " AND ".join(useful) or None, []


def _prefix_key(special: SpecialPredicate, schema: Schema) -> IndexKey:
    if schema.engine == "postgresql":
        return IndexKey(expression=special.expression, operator_class="text_pattern_ops")
    if schema.engine == "sqlite":
        # SQLite's LIKE folds case: only an index that folds it too can serve it.
        return IndexKey(expression=f"({special.expression} COLLATE NOCASE)")
    return IndexKey(expression=special.expression)


def _special(table: Table, access: TableAccess, special: SpecialPredicate, query: Query, schema: Schema) -> Candidate:
    method = "gist" if special.kind == "overlap" else "gin"
    operator_class = "gin_trgm_ops" if special.kind == "trigram" else None
    where, _ = _partial(access, schema)
    # GIN would take plain columns beside the words only with the extension btree_gin.
    mixed = access.equal if special.kind == "overlap" and _mixes(access, schema) else []
    before = tuple(IndexKey(expression=column) for column in dict.fromkeys(mixed))
    unsupported = None
    if schema.engine != "postgresql":
        unsupported = f"{schema.engine} has no index for a search inside a text; {query.id} reads the table"
    return Candidate(
        table=table.name,
        keys=(*before, IndexKey(expression=special.expression, operator_class=operator_class)),
        origin="query",
        serves=(query.id,),
        why=f"{query.id} ({query.name}) {_SPECIAL[special.kind]} {special.expression}",
        equalities=len(before),
        per_day=query.frequency.value,
        method=method,
        where=where,
        unsupported=unsupported,
    )


def _trigrams(table: Table, access: TableAccess, query: Query, schema: Schema) -> Iterator[Candidate]:
    """Weigh what would find a part in the middle of a word, for each text that is searched by words or prefixes."""
    texts = [special for special in access.special if special.kind in ("prefix", "full_text")]
    for special in texts if schema.engine == "postgresql" else ():
        for column in _texts_of(table, special):
            yield Candidate(
                table=table.name,
                keys=(IndexKey(expression=column, operator_class="gin_trgm_ops"),),
                origin="query",
                serves=(query.id,),
                why=f"{query.id} ({query.name}) looks for a part of {column}",
                method="gin",
                unsupported=_NO_TRIGRAMS,
            )


def _texts_of(table: Table, special: SpecialPredicate) -> tuple[str, ...]:
    words = set(re.findall(r"\w+", special.expression))
    return tuple(column.name for column in table.columns if column.name in words)


_NO_TRIGRAMS = (
    "no fact asks for a part in the middle of a word or for misspelt words; a trigram index needs the extension "
    "pg_trgm, and each write enters every three letters of the value anew."
)


def _mixes(access: TableAccess, schema: Schema) -> bool:
    """Whether equalities can stand in one GIN or GiST index with the rest: btree_gin and btree_gist take columns."""
    return schema.engine == "postgresql" and bool(access.equal) and not any(c.startswith("(") for c in access.equal)


_SPECIAL = {
    "trigram": "looks for a part of",
    "full_text": "searches the words of",
    "contains": "looks into",
    "overlap": "looks for overlaps of",
    "nearest": "looks for the nearest by",
}


def _story(query: Query, equal: list[str], begins: str, sort: list[str], span: list[str], where: str | None) -> str:
    parts = [f"finds rows by {', '.join(equal)}" if equal else ""]
    parts.append(f"looks for the beginning of {begins}" if begins else "")
    parts.append(f"reads them in the order of {', '.join(sort)}" if sort else "")
    parts.append(f"takes a range of {span[0]}" if span and span[0] not in sort else "")
    parts.append(f"asks only for rows with {where}" if where else "")
    return f"{query.id} ({query.name}) " + " and ".join(part for part in parts if part)
