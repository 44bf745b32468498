"""Every index worth trying for a workload: keys in all orders, ranges last, bare and covering, whole and partial.

More than a person would write down: what they are good for is not judged here but measured.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import permutations

from database_specialist.agent.dialects import quote
from database_specialist.agent.indexing.access import TableAccess, accesses
from database_specialist.agent.model.relational import Schema, Table
from database_specialist.agent.model.workload import Workload

_KEYS = 3
"""Columns that are put into every order: of four there are twenty-four, and the fourth seldom decides."""
_COVERED = 6
"""Columns of a covering index, keys included: a wider one is half the table again."""
_EQUAL = re.compile(r"^\w+ = '?[^']*'?$")


@dataclass(frozen=True)
class Variant:
    """An index to try."""

    table: str
    keys: tuple[str, ...]
    """Columns, or expressions in parentheses."""
    include: tuple[str, ...] = ()
    where: str | None = None
    method: str = "btree"

    @property
    def columns(self) -> tuple[str, ...]:
        """All that is stored in it."""
        return (*self.keys, *self.include)

    def statement(self, name: str) -> str:
        """Return the statement that builds it."""
        keys = ", ".join(key if key.startswith("(") else quote(key, "postgresql") for key in self.keys)
        include = f" INCLUDE ({', '.join(quote(each, 'postgresql') for each in self.include)})" if self.include else ""
        where = f" WHERE {self.where}" if self.where else ""
        table = quote(self.table, "postgresql")
        return f"CREATE INDEX {quote(name, 'postgresql')} ON {table} USING {self.method} ({keys}){include}{where}"


def variants(schema: Schema, workload: Workload) -> dict[Variant, frozenset[str]]:
    """Return the indexes to try, each with the queries that touch its first column, in the order of the workload."""
    found: dict[Variant, set[str]] = {}
    touched: dict[tuple[str, str], set[str]] = {}
    for query in workload.queries:
        for access in accesses(query, schema):
            table = schema.table(access.table)
            if table is None:
                continue
            for column in access.selected:
                touched.setdefault((table.name, column), set()).add(query.id)
            for variant in dict.fromkeys(_of_access(access, table)):
                found.setdefault(variant, set()).add(query.id)
    keys = {_key_of(table) for table in schema.tables}
    return {
        variant: frozenset(queries | touched.get((variant.table, variant.keys[0]), set()))
        for variant, queries in found.items()
        if (variant.table, variant.columns) not in keys
    }


def _key_of(table: Table) -> tuple[str, tuple[str, ...]]:
    return table.name, table.primary_key.columns if table.primary_key else ()


def _of_access(access: TableAccess, table: Table) -> Iterator[Variant]:
    columns = {column.name for column in table.columns}
    fixed = [column for column, text in access.constant if _EQUAL.match(text)]
    equal = _distinct([*access.equal, *access.listed, *fixed, *access.joined], columns)
    loose = [column for column, text in access.constant if column not in fixed]
    ranged = _distinct([*access.ranged, *loose], columns)
    sort = _distinct([key.expression for key in access.sort] or access.grouped, columns)
    partial = " AND ".join(dict.fromkeys(text for _, text in access.constant)) or None
    for keys in _orders(equal, ranged, sort):
        yield Variant(access.table, keys)
        rest = tuple(sorted(column for column in access.selected & columns if column not in keys))
        if rest and len(keys) + len(rest) <= _COVERED:
            yield Variant(access.table, keys, rest)
        if partial is not None:
            free = tuple(key for key in keys if key not in {column for column, _ in access.constant})
            if free:
                yield Variant(access.table, free, where=partial)


def _distinct(names: Sequence[str], columns: set[str]) -> list[str]:
    return [name for name in dict.fromkeys(names) if name in columns]


def _orders(equal: Sequence[str], ranged: Sequence[str], sort: Sequence[str]) -> Iterator[tuple[str, ...]]:
    """Yield the orders of keys: some of the equalities, then nothing, one range, or the order asked for."""
    for size in range(min(len(equal), _KEYS) + 1):
        for head in permutations(equal, size):
            if head:
                yield head
            for column in ranged:
                if column not in head:
                    yield (*head, column)
            tail = tuple(column for column in sort if column not in head)
            if tail:
                yield (*head, *tail)
