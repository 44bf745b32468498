"""Which rows the new rows refer to: a few parents often, most of them seldom, of one tenant where keys say so."""

from __future__ import annotations

from collections.abc import Iterator, Set
from dataclasses import dataclass

from database_specialist.agent.dialects import quote, quote_all
from database_specialist.agent.model.relational import ForeignKey, Schema, Table
from database_specialist.agent.sampling.filling.numbers import share


def name(identifier: str) -> str:
    """Quote an identifier for PostgreSQL."""
    return quote(identifier, "postgresql")


@dataclass(frozen=True)
class Pick:
    """A parent chosen for each new row."""

    alias: str
    key: ForeignKey
    shared: tuple[tuple[str, str], ...]
    """What the row has already, as SQL, and the parent's column that must equal it."""
    taken: tuple[tuple[str, str], ...]
    """Columns of the row, and the parent's columns that they are taken from."""
    is_optional: bool
    is_one_to_one: bool

    @property
    def columns(self) -> tuple[str, ...]:
        """The parent's columns that are needed."""
        return tuple(dict.fromkeys([ref for _, ref in self.shared] + [ref for _, ref in self.taken]))

    def preparation(self) -> tuple[str, str]:
        """Return the statements that number the parents, and count them within what is shared.

        The order is a lot: who stands first is referred to most.
        """
        held, columns = self._held, quote_all(self.columns, "postgresql")
        parts = f"PARTITION BY {held} " if held else ""
        known = " AND ".join(f"{name(column)} IS NOT NULL" for column in self.columns)
        numbered = (
            f"CREATE TEMPORARY TABLE {self.alias} AS SELECT {columns}, row_number() OVER ({parts}"
            f"ORDER BY hashtextextended(ROW({columns})::text, 7), {columns}) AS _place "
            f"FROM {name(self.key.ref_table)} WHERE {known}"
        )
        grouped = f" GROUP BY {held}" if held else ""
        listed = f"{held}, " if held else ""
        return numbered, (
            f"CREATE TEMPORARY TABLE {self.alias}_count AS SELECT {listed}count(*) AS _count FROM {self.alias}{grouped}"
        )

    @property
    def _held(self) -> str:
        return quote_all([ref for _, ref in self.shared], "postgresql")

    def join(self, table: Table) -> str:
        """Return the joins that find the parent of row `b`."""
        word = "LEFT JOIN" if self.is_optional else "JOIN"
        count, parent = f"{self.alias}_count", self.alias
        same = " AND ".join(f"{count}.{name(ref)} = {value}" for value, ref in self.shared) or "true"
        drawn = share("b._n", f"{table.name}.{self.key.name}")
        place = (
            f"{count}._count - b._n + 1"
            if self.is_one_to_one
            else f"1 + floor({count}._count * power({drawn}, 2))::bigint"
        )
        again = "".join(f" AND {parent}.{name(ref)} = {count}.{name(ref)}" for _, ref in self.shared)
        return f"{word} {count} ON {same} {word} {parent} ON {parent}._place = {place}{again}"

    def values(self, table: Table) -> dict[str, str]:
        """Return the SQL of each column taken; what the seed's row leaves empty stays empty."""
        found = {}
        for column, ref in self.taken:
            value = f"{self.alias}.{name(ref)}"
            held = table.column(column)
            is_optional = held is not None and held.nullable
            found[column] = f"CASE WHEN b.{name(column)} IS NOT NULL THEN {value} END" if is_optional else value
        return found


@dataclass(frozen=True)
class References:
    """All that a table refers to."""

    picks: tuple[Pick, ...]
    later: tuple[ForeignKey, ...]
    """Keys into tables that are not filled yet, and into the table itself: set when all rows are there."""


def references(table: Table, schema: Schema, filled: Set[str]) -> References:
    """Choose the keys by which parents are picked; the widest first, and those whose parents carry other keys."""
    picks: list[Pick] = []
    later: list[ForeignKey] = []
    known: dict[str, str] = {}
    for number, key in enumerate(sorted(table.foreign_keys, key=lambda key: _rank(key, table, schema))):
        if all(column in known for column in key.columns):
            continue
        if key.ref_table not in filled or key.ref_table == table.name:
            later.append(key)
            continue
        picks.append(pick(table, key, schema, known, f"parent_{number}"))
        known |= picks[-1].values(table)
    return References(tuple(picks), tuple(later))


def pick(table: Table, key: ForeignKey, schema: Schema, known: dict[str, str], alias: str) -> Pick:
    """Say how a parent is found by one key, when the columns in `known` have their values already."""
    shared: list[tuple[str, str]] = []
    taken: list[tuple[str, str]] = []
    for column, ref in zip(key.columns, key.ref_columns, strict=True):
        if column in known:
            shared.append((known[column], ref))
        elif _is_discriminator(table, column, key):
            shared.append((f"b.{name(column)}", ref))
        else:
            taken.append((column, ref))
    taken += [(column, column) for column in _carried(table, key, schema) if column not in known]
    optional = any((held := table.column(column)) is not None and held.nullable for column in key.columns)
    return Pick(alias, key, tuple(shared), tuple(taken), optional, _is_one_to_one(table, key))


def _rank(key: ForeignKey, table: Table, schema: Schema) -> tuple[int, int]:
    return -len(key.columns), -len(list(_carried(table, key, schema)))


def _carried(table: Table, key: ForeignKey, schema: Schema) -> Iterator[str]:
    """Yield columns of other keys that the parent has as well: a visit's lift is at the visit's customer."""
    parent = schema.table(key.ref_table)
    theirs = {(each.columns, each.ref_table) for each in parent.foreign_keys} if parent else set()
    for other in table.foreign_keys:
        if parent is None or other is key or len(other.columns) > 1 or other.columns[0] in key.columns:
            continue
        column, own = parent.column(other.columns[0]), table.column(other.columns[0])
        agrees = column is not None and own is not None and (own.nullable or not column.nullable)
        if agrees and (other.columns, other.ref_table) in theirs:
            yield other.columns[0]


def _is_discriminator(table: Table, column: str, key: ForeignKey) -> bool:
    held = table.column(column)
    return len(key.columns) > 1 and held is not None and bool(held.generated is not None or held.values)


def _is_one_to_one(table: Table, key: ForeignKey) -> bool:
    keys = [unique.columns for unique in table.uniques if unique.where is None]
    keys += [table.primary_key.columns] if table.primary_key else []
    return any(set(columns) <= set(key.columns) for columns in keys)
