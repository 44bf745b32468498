"""A database in memory: rows that satisfy every constraint, each fitted to those before it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from database_specialist.agent.model.entities import EntityModel
from database_specialist.agent.model.relational import Column, ForeignKey, Schema, Table
from database_specialist.agent.sampling.constraints import Conditions, read_conditions
from database_specialist.agent.sampling.expressions import columns_of
from database_specialist.agent.sampling.scalars import Row, Value
from database_specialist.agent.sampling.solving import Choices, Goal, solve
from database_specialist.agent.sampling.values import Draw, draw_value, is_ordinal

_ATTEMPTS = 40
"""Drafts of one row before it is given up."""
_UNSOLVED = 4
"""Rows whose checks cannot be met before no more are tried: an impossible one would use all attempts."""


@dataclass(frozen=True)
class Wish:
    """What a row is to be, beyond being valid."""

    given: Mapping[str, Value] = field(default_factory=dict)
    goals: tuple[Goal, ...] = ()
    dropped: frozenset[str] = frozenset()
    """Names of constraints that the row need not satisfy."""
    sparse: bool = False
    """Leave what may be NULL at NULL."""
    later: timedelta = timedelta()
    """How far the row's times are moved, unless partitions bound them."""


@dataclass(frozen=True)
class _Drawn:
    """A row as it was drawn, and how its free columns are drawn anew."""

    row: dict[str, Value]
    draws: dict[str, Callable[[int], Value]]


class Population:
    """The rows made so far, by table. The same calls in the same order make the same rows."""

    def __init__(
        self, entity_model: EntityModel, schema: Schema, *, first: int = 0, sizes: Mapping[str, int] | None = None
    ):
        self.schema = schema
        self._tables = {table.name: table for table in schema.tables}
        self.rows: dict[str, list[dict[str, Value]]] = {table.name: [] for table in schema.tables}
        self._sizes = dict(sizes or {})
        self._first = first
        self._conditions = read_conditions(entity_model, schema)
        self._avoided: list[dict[str, Value]] = []
        self._taken: dict[str, set[tuple[str, ...]]] = {}
        self._tried = dict.fromkeys(self.rows, 0)

    def avoid(self, row: dict[str, Value]) -> None:
        """Let new rows refer to this one only when they are told to, or have no other."""
        self._avoided.append(row)

    def available(self, table: str) -> list[dict[str, Value]]:
        """Return the rows that new rows may refer to."""
        return [row for row in self.rows[table] if not any(row is other for other in self._avoided)]

    def conditions(self, table: Table) -> Conditions:
        """Return what a row of the table must satisfy."""
        return self._conditions[table.name]

    def add(self, table: Table, wish: Wish | None = None) -> dict[str, Value] | None:
        """Make one more row and keep it; None when no row fits any more."""
        wish = wish or Wish()
        number = self._first + self._tried[table.name]
        self._tried[table.name] += 1
        unsolved = 0
        for attempt in range(_ATTEMPTS):
            drawn = self._drawn(table, wish, number, attempt)
            if drawn is None or unsolved == _UNSOLVED:
                continue
            row = self._solved(table, wish, drawn)
            unsolved += row is None
            if row is not None and not self.collides(table, row, wish.dropped):
                self.keep(table, row)
                return row
        return None

    def changed(self, table: Table, row: Row, wish: Wish, given: Mapping[str, Value]) -> dict[str, Value]:
        """Return the row with the values given, and with whatever else must change for the checks to hold."""
        conditions = self._conditions[table.name]
        fixed = {name for key in table.foreign_keys for name in key.columns} | set(given)
        fixed |= set(table.primary_key.columns) if table.primary_key else set()
        number = self._first + self._tried[table.name]
        draws = self._draws(table, dict.fromkeys(fixed), wish, number)
        nullable = frozenset(column.name for column in table.columns if column.nullable)
        goals = [goal for name, goal in conditions.goals if name not in wish.dropped | conditions.at_insert]
        changed = {**row, **given}
        return solve(changed, goals, Choices(draws, nullable), conditions.derive) or changed

    def keep(self, table: Table, row: dict[str, Value]) -> None:
        """Take a row in as it is."""
        self.rows[table.name].append(row)
        for name, key in self._keys(table, row):
            self._taken.setdefault(name, set()).add(key)

    def withdraw(self, table: Table, row: dict[str, Value]) -> None:
        """Take the row kept last out again."""
        self.rows[table.name].remove(row)
        for name, key in self._keys(table, row):
            self._taken[name].discard(key)

    def start_over(self, table: Table) -> None:
        """Number the rows from the first again; none of the table is kept."""
        self._tried[table.name] = 0

    def collides(self, table: Table, row: Row, dropped: frozenset[str] = frozenset()) -> bool:
        """Say whether a key is taken or an exclusion constraint is in the way."""
        taken = any(key in self._taken.get(name, ()) for name, key in self._keys(table, row) if name not in dropped)
        return taken or any(
            exclusion.meets(row, other)
            for exclusion in self._conditions[table.name].exclusions
            if exclusion.name not in dropped
            for other in self.rows[table.name]
        )

    def _keys(self, table: Table, row: Row) -> list[tuple[str, tuple[str, ...]]]:
        keys = ((unique.name, unique.key(row)) for unique in self._conditions[table.name].uniques)
        return [(name, key) for name, key in keys if key is not None]

    def _drawn(self, table: Table, wish: Wish, number: int, attempt: int) -> _Drawn | None:
        """Draw a row; None where a reference finds no owner."""
        row = {**self._conditions[table.name].constants, **wish.given}
        for column in table.columns:
            if column.identity or self._is_own_key(table, column):
                row.setdefault(column.name, self._key_value(table, column, number))
        if not self._refer(table, row, wish, number, attempt):
            return None
        draws = self._draws(table, row, wish, number)
        for name, draw in draws.items():
            row[name] = draw(attempt) if not self._stays_null(table, name, wish, number) else None
        return _Drawn(row, draws)

    def _solved(self, table: Table, wish: Wish, drawn: _Drawn) -> dict[str, Value] | None:
        """Mend a drawn row until its checks hold."""
        conditions = self._conditions[table.name]
        nullable = frozenset(column.name for column in table.columns if column.nullable)
        goals = [goal for name, goal in conditions.goals if name not in wish.dropped]
        return solve(drawn.row, [*goals, *wish.goals], Choices(drawn.draws, nullable), conditions.derive)

    def _is_own_key(self, table: Table, column: Column) -> bool:
        key = table.primary_key.columns if table.primary_key else ()
        return key == (column.name,) and column.attribute is None and not _foreign(table, column.name)

    def _key_value(self, table: Table, column: Column, number: int) -> Value:
        draw = self._draw(table, column, number)
        return number + 1 if column.identity or re.search("int", draw.native_type.lower()) else draw_value(draw)

    def _draws(self, table: Table, row: Row, wish: Wish, number: int) -> dict[str, Callable[[int], Value]]:
        def drawing(column: Column) -> Callable[[int], Value]:
            place = self._place_among_siblings(table, column, row)
            row_number = number if place is None else place
            return lambda attempt: draw_value(self._draw(table, column, row_number, attempt, wish.later))

        free = (column for column in table.columns if column.name not in row and column.generated is None)
        return {column.name: drawing(column) for column in free}

    def _place_among_siblings(self, table: Table, column: Column, row: Row) -> int | None:
        """Count the rows that share the rest of a key: the third line of an order has two before it."""
        if not is_ordinal(column):
            return None
        keys = [table.primary_key.columns] if table.primary_key else []
        for key in (*keys, *(unique.columns for unique in table.uniques)):
            rest = [name for name in key if name != column.name]
            if len(rest) < len(key) and rest and all(name in row for name in rest):
                return sum(all(other.get(name) == row[name] for name in rest) for other in self.rows[table.name])
        return None

    def _draw(
        self, table: Table, column: Column, number: int, attempt: int = 0, later: timedelta = timedelta()
    ) -> Draw:
        low, high = self._conditions[table.name].window
        return Draw(
            column=column,
            native_type=self._conditions[table.name].native_types[column.name],
            entity=self._entity_name(table),
            row=number,
            attempt=attempt,
            position=next(place for place, each in enumerate(table.columns) if each is column),
            low=low + later if high is None else low,
            high=high,
        )

    def _entity_name(self, table: Table) -> str:
        return table.entity or table.name

    def _stays_null(self, table: Table, name: str, wish: Wish, number: int) -> bool:
        column = table.column(name)
        if column is None or not column.nullable or name in self._conditions[table.name].never_both_null:
            return False
        rare = re.search(r"delet|archiv|cancel|revok|expire|closed|ended|until", name)
        return wish.sparse or number % 5 != 4 if rare else wish.sparse or (number + len(name)) % 4 == 3

    def _refer(self, table: Table, row: dict[str, Value], wish: Wish, number: int, attempt: int) -> bool:
        """Choose a parent for each foreign key; the widest first, and the tenant's, since they fix the others."""
        ordered = sorted(table.foreign_keys, key=lambda key: (-len(key.columns), not self._is_shared(table, key)))
        for place, key in enumerate(ordered):
            is_void = any(name in wish.given and wish.given[name] is None for name in key.columns)
            if is_void or all(column in row for column in key.columns):
                continue
            parent = self._parent(table, key, row, wish, (number, attempt, place))
            if parent is None and not self._release(table, key, row):
                return False
            if parent is not None:
                row.update(zip(key.columns, (parent[name] for name in key.ref_columns), strict=True))
        return True

    def _release(self, table: Table, key: ForeignKey, row: dict[str, Value]) -> bool:
        """Leave a foreign key without a parent: one of its columns at NULL is enough."""
        loose = [name for name in key.columns if row.get(name) is None and _may_be_null(table, name)]
        row.update(dict.fromkeys(loose))
        return bool(loose)

    def _is_shared(self, table: Table, key: ForeignKey) -> bool:
        """Say whether other parents carry the same column: the tenant's, most often."""
        others = (self._tables.get(other.ref_table) for other in table.foreign_keys if other is not key)
        return any(other is not None and other.column(name) for other in others for name in key.columns)

    def _is_left_out(self, table: Table, key: ForeignKey, wish: Wish, turn: tuple[int, int, int]) -> bool:
        """Say whether this draft of the row does without an optional reference.

        Where a check speaks of optional references, such as "one of the two", the drafts go through their combinations.
        """
        number, attempt, place = turn
        tested = self.tested_references(table)
        if key in tested and (wish.sparse or attempt > _ATTEMPTS // 2):
            return not attempt >> tested.index(key) & 1
        return wish.sparse or (number + attempt + place) % 3 == 0

    def tested_references(self, table: Table) -> list[ForeignKey]:
        """Return the optional references that a check speaks of: it may make them necessary."""
        tested = {name for _, goal in self._conditions[table.name].goals for name in columns_of(goal.condition)}
        return [key for key in table.foreign_keys if is_optional(table, key) and tested.intersection(key.columns)]

    def _parent(
        self, table: Table, key: ForeignKey, row: Row, wish: Wish, turn: tuple[int, int, int]
    ) -> Mapping[str, Value] | None:
        number, attempt, place = turn
        optional = is_optional(table, key)
        if optional and (not self.rows[key.ref_table] or self._is_left_out(table, key, wish, turn)):
            return None
        candidates = [parent for parent in self._candidates(table, key, row) if _agrees(key, parent, row)]
        related = [parent for parent in candidates if _same_family(table, row, parent)]
        # The columns that both have may differ for good reason, so agreement is given up in the end.
        pool = candidates if not related and not optional and attempt > _ATTEMPTS // 2 else related
        if not pool:
            return None
        step = number + attempt
        return pool[(step if place == 0 else step + step // len(pool) + place) % len(pool)]

    def _candidates(self, table: Table, key: ForeignKey, row: Row) -> Sequence[Mapping[str, Value]]:
        made = self.available(key.ref_table) or self.rows[key.ref_table]
        if made or table.name == key.ref_table:
            return made or [row] if all(name in row for name in key.ref_columns) else made
        return self._promised(key)

    def _promised(self, key: ForeignKey) -> Sequence[Mapping[str, Value]]:
        """Return the keys that rows of a table in the same cycle are going to have."""
        parent = self._tables.get(key.ref_table)
        columns = [parent.column(name) for name in key.ref_columns] if parent else []
        if parent is None or not all(column and self._is_own_key(parent, column) for column in columns):
            return []
        return [
            {column.name: self._key_value(parent, column, self._first + number) for column in columns if column}
            for number in range(self._sizes.get(parent.name, 0))
        ]


def is_optional(table: Table, key: ForeignKey) -> bool:
    """Say whether a row may do without this reference."""
    return any(_may_be_null(table, name) for name in key.columns)


def _may_be_null(table: Table, name: str) -> bool:
    column = table.column(name)
    return column is not None and column.nullable


def _foreign(table: Table, column: str) -> bool:
    return any(column in key.columns for key in table.foreign_keys)


def _agrees(key: ForeignKey, parent: Row, row: Row) -> bool:
    pairs = zip(key.columns, key.ref_columns, strict=True)
    return all(name not in row or row[name] == parent[ref] for name, ref in pairs)


def _same_family(table: Table, row: Row, parent: Row) -> bool:
    """Say whether parent and row agree on the foreign keys that both have: tenant, order, account."""
    shared = (name for key in table.foreign_keys for name in key.columns if name in row and name in parent)
    return all(row[name] == parent[name] for name in shared)
