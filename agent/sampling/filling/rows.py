"""The statement that makes new rows of one table, all at once, from the rows of its seed."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from database_specialist.agent.dialects import quote_all
from database_specialist.agent.model.relational import Column, Schema, Table
from database_specialist.agent.sampling.filling.columns import Expressions, Place, base_type, expressions
from database_specialist.agent.sampling.filling.numbers import share
from database_specialist.agent.sampling.filling.references import References, name

TEMPLATE = "seed_rows"
"""The temporary table that holds the seed's rows while one table is filled."""
_WHOLE = re.compile(r"(small|big)?int(eger)?\b|int[248]\b", re.IGNORECASE)
_TEXT = re.compile(r"text|citext|(var)?char|uuid", re.IGNORECASE)
_TIME = re.compile(r"timestamp|date$|(tstz|ts|date)range", re.IGNORECASE)
_LATER = re.compile(r"expir|due|deadline|until|birth|ends?_|_end|valid|next", re.IGNORECASE)
_BOUND = re.compile(r"'(\d{4}-\d\d-\d\d[^']*)'")


@dataclass(frozen=True)
class Span:
    """From when to when rows came into being."""

    start: datetime
    end: datetime


@dataclass
class Draft:
    """How one table is filled. A column's expression is given up for the next one when a check refuses it."""

    table: Table
    schema: Schema
    references: References
    span: Span
    templates: int
    target: int
    first_keys: Mapping[str, int]
    level: dict[str, int] = field(default_factory=dict)
    choices: dict[str, Expressions] = field(init=False)
    ordinals: dict[str, tuple[str, ...]] = field(init=False)
    """Columns that count within the others of a key: lines of an order."""

    def __post_init__(self) -> None:
        self.referring = {column for pick in self.references.picks for column, _ in pick.taken}
        self.referring |= {column for key in self.references.later for column in key.columns}
        carriers = dict(_carriers(self.table, self.referring))
        self.ordinals = {column: rest for column, rest in carriers.items() if rest}
        kept = {
            column: f"NULL::{held.type}" if len(key.columns) > 1 and held.nullable else f"b.{name(column)}"
            for key in self.references.later
            for column in key.columns
            if (held := self.table.column(column)) is not None
        }
        self.choices = {
            column.name: (kept[column.name],)
            if column.name in kept
            else expressions(self._place(column, unique=column.name in carriers))
            for column in self.written
        }

    @property
    def written(self) -> tuple[Column, ...]:
        """The columns that a row is given."""
        return tuple(column for column in self.table.columns if column.generated is None)

    def _place(self, column: Column, *, unique: bool) -> Place:
        own = self.table.primary_key is not None and self.table.primary_key.columns == (column.name,)
        is_unique = unique or column.identity or (own and column.name not in self.referring)
        first = self.first_keys.get(column.name, 0)
        return Place(self.table, column, base_type(column, self.schema), is_unique, first, self.target)

    def varied(self) -> Iterator[str]:
        """Yield the columns that could still be given up for something simpler."""
        for column, choices in self.choices.items():
            if column not in self.referring | set(self.ordinals) and self.level.get(column, 0) < len(choices) - 1:
                yield column

    def simplify(self, column: str) -> None:
        """Give up the expression in use for the next one."""
        self.level[column] = self.level.get(column, 0) + 1

    def checks(self) -> dict[str, str]:
        """Return the conditions that rows have to meet, by their names."""
        found = {check.name: check.expression for check in self.table.checks}
        for column in self.written:
            domain = next((each for each in self.schema.domains if each.name == column.type), None)
            if domain is not None and domain.check:
                text = re.sub(r"\bvalue\b", name(column.name), domain.check, flags=re.IGNORECASE)
                found[f"{domain.name} of {column.name}"] = text
        return found

    def insert(self, first: int, last: int) -> str:
        """Return the statement that adds the rows numbered from `first` to `last`, as far as they fit."""
        columns = quote_all([column.name for column in self.written], "postgresql")
        conditions = " AND ".join(f"(({check}) IS NOT FALSE)" for check in self.checks().values())
        where = f"\nWHERE {conditions}" if conditions else ""
        return (
            f"INSERT INTO {name(self.table.name)} ({columns}) OVERRIDING SYSTEM VALUE\n"
            f"SELECT {columns} FROM ({self.candidates(first, last)}) AS w{where}\nORDER BY _n\nON CONFLICT DO NOTHING"
        )

    def candidates(self, first: int, last: int) -> str:
        """Return a query for rows before any check."""
        generated = "".join(
            f", ({column.generated}) AS {name(column.name)}"
            for column in self.table.columns
            if column.generated is not None
        )
        rows = f"SELECT v.*{generated} FROM ({self._values(first, last)}) AS v"
        for column, rest in self.ordinals.items():
            rows = self._counted(rows, column, rest)
        return rows

    def _values(self, first: int, last: int) -> str:
        given = {column: value for pick in self.references.picks for column, value in pick.values(self.table).items()}
        listed = ", ".join(
            f"{given.get(column.name) or self.choices[column.name][self.level.get(column.name, 0)]} "
            f"AS {name(_COUNTED + column.name if column.name in self.ordinals else column.name)}"
            for column in self.written
        )
        joins = "\n".join(pick.join(self.table) for pick in self.references.picks)
        # OFFSET 0 keeps the expressions from being computed once for each check that looks at them.
        return f"SELECT b._n, {listed}\nFROM ({self._base(first, last)}) AS b\n{joins}\nOFFSET 0"

    def _base(self, first: int, last: int) -> str:
        """Choose a row of the seed for each number, the first ones most often, and how far its times move."""
        shift = f"({self._instant()} - {self._anchor()})"
        lot = f"floor({self.templates} * power({share('s._n', self.table.name)}, 2))::bigint"
        return (
            f"SELECT s._n, t.*, {shift} AS _shift, round(extract(epoch FROM {shift}) / 86400)::integer AS _days "
            f"FROM generate_series({first}::bigint, {last}::bigint) AS s(_n) "
            f"JOIN {TEMPLATE} AS t ON t._template = {lot}"
        )

    def _instant(self) -> str:
        """Return when row `s._n` came into being: rows come in the order of their numbers."""
        seconds = (self.span.end - self.span.start).total_seconds()
        drawn = f"(s._n - {share('s._n', f'{self.table.name} at')}) / {self.target + 1}.0"
        # More numbers than rows may be tried: what does not fit is left out, so they begin again.
        return (
            f"(timestamptz '{self.span.start.isoformat()}' + interval '1 second' * "
            f"floor({seconds:.0f} * (({drawn}) - floor({drawn}))))"
        )

    def _anchor(self) -> str:
        column = _anchor(self.table, self.schema)
        if column is None:
            return f"timestamptz '{self.span.end.isoformat()}'"
        return f"coalesce(t.{name(column)}::timestamptz, timestamptz '{self.span.end.isoformat()}')"

    def _counted(self, rows: str, column: str, rest: tuple[str, ...]) -> str:
        """Count on from the rows that are there, within each group of `rest`."""
        within = ", ".join(f"o.{name(each)}" for each in rest)
        names = quote_all(rest, "postgresql")
        same = " AND ".join(f"m.{name(each)} = o.{name(each)}" for each in rest)
        most = f"SELECT {names}, max({name(column)}) AS _most FROM {name(self.table.name)} GROUP BY {names}"
        kind = base_type(next(each for each in self.table.columns if each.name == column), self.schema)
        return (
            f"SELECT o.*, (coalesce(m._most, 0) + row_number() OVER (PARTITION BY {within} ORDER BY o._n))::{kind} "
            f"AS {name(column)} FROM ({rows}) AS o LEFT JOIN ({most}) AS m ON {same}"
        )


_COUNTED = "_counted_"


def partition_span(table: Table) -> Span | None:
    """Return the time that the range partitions of a table hold together."""
    partitions = table.partitioning.partitions if table.partitioning else ()
    found = [_BOUND.findall(partition.bounds) for partition in partitions]
    pairs = sorted((_moment(pair[0]), _moment(pair[1])) for pair in found if len(pair) == 2)
    return Span(pairs[0][0], max(end for _, end in pairs)) if pairs else None


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else datetime.fromisoformat(f"{moment.isoformat()}+00:00")


def _anchor(table: Table, schema: Schema) -> str | None:
    """Return the column that says when a row came into being."""
    times = [
        column
        for column in table.columns
        if column.generated is None and re.match(r"timestamp|date$", base_type(column, schema), re.IGNORECASE)
    ]
    keys = table.partitioning.columns if table.partitioning else ()
    ranked = sorted(
        times,
        key=lambda column: (
            column.name not in keys,
            column.nullable,
            bool(_LATER.search(column.name)),
            column.default is None,
        ),
    )
    return ranked[0].name if ranked else None


def _carriers(table: Table, referring: set[str]) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield for each unique key the column that makes its rows differ, with the rest of the key if it counts there."""
    keys = [table.primary_key.columns] if table.primary_key else []
    keys += [unique.columns for unique in table.uniques]
    for key in keys:
        if any(other != key and set(other) <= set(key) for other in keys):
            continue  # what is unique by fewer columns needs no help
        words = [word for part in key for word in re.findall(r"\w+", part)]
        held = [column for word in dict.fromkeys(words) if (column := table.column(word)) is not None]
        free = [column for column in held if column.name not in referring and column.generated is None]
        rest = tuple(column.name for column in held if column.name in referring)
        if any(_TIME.match(column.type) for column in free):
            continue
        text = next((column for column in free if _TEXT.match(column.type) and not column.values), None)
        number = next((column for column in free if _WHOLE.match(column.type) and not column.values), None)
        if number is not None and number.identity:
            continue
        if text is not None:
            yield text.name, ()
        elif number is not None and (number.maximum is None or number.maximum > _ENOUGH):
            yield number.name, rest


_ENOUGH = 100
"""A number that may not grow beyond this is no counter but a grade."""
