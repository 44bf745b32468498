"""Conditions that a fact puts on rows: overdue, ending soon, of a day, below a minimum, without a child."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from database_specialist.agent.designer.queries.catalog import Catalog
from database_specialist.agent.designer.queries.lexicon import singular, stem
from database_specialist.agent.designer.queries.statement import Bindings
from database_specialist.agent.dialects.identifiers import literal
from database_specialist.agent.model.relational import Column, ForeignKey, Table

_NUMBERS = frozenset({"integer", "big_integer", "decimal", "money"})
_TIMES = frozenset({"timestamp", "date"})
_N = r"(?P<n>\d+)"
_UNIT = r"(?P<unit>minutes?|hours?|days?|weeks?|months?|quarters?|years?)\b"
_MINIMA = frozenset({"minimum", "min", "reorder", "threshold", "safety", "limit"})
_STOCKS = frozenset({"stock", "quantity", "hand", "available", "balance", "level", "count", "remaining", "inventory"})


@dataclass(frozen=True)
class Condition:
    """One condition: how it is written, what it is called, and the order that goes with it."""

    write: Callable[[Bindings], list[str]]
    name: str
    """Words joined by underscores: "overdue", "ending_within_90_days"."""
    words: str
    """As it stands in the purpose, after the rows: "that end within the next 90 days"."""
    sort: Column | None = None
    """The column whose order people expect, lowest first."""
    is_adjective: bool = False
    """Whether the name stands before the rows: "overdue invoices"."""


def conditions(text: str, catalog: Catalog, table: Table) -> tuple[Condition, ...]:
    """Return the conditions that the text puts on the rows of a table, where its columns can answer them."""
    found: dict[str, Condition] = {}
    lowered = " ".join(text.lower().replace("\u2019", "'").split())
    for kind, pattern in _patterns():
        match = pattern.search(lowered)
        condition = _KINDS[kind](match, catalog, table) if match else None
        if condition is not None:
            found.setdefault(condition.name, condition)
    return tuple(found.values())


def _fixed(sql: str) -> Callable[[Bindings], list[str]]:
    return lambda binds: [sql]


@cache
def _raw() -> dict[str, dict[str, list[str]]]:
    found = tomllib.loads(files(__package__).joinpath("conditions.toml").read_text("utf-8"))
    return {"dates": found["dates"], "closed": found["closed"]}


@cache
def _patterns() -> tuple[tuple[str, re.Pattern[str]], ...]:
    found = tomllib.loads(files(__package__).joinpath("conditions.toml").read_text("utf-8"))["patterns"]
    return tuple(
        (entry["kind"], re.compile(entry["pattern"].replace("{n}", _N).replace("{unit}", _UNIT))) for entry in found
    )


def open_states(column: Column) -> tuple[str, ...]:
    """Return the states in which something is still owed or awaited."""
    closed = {value for values in _raw()["closed"].values() for value in values}
    return tuple(value for value in column.values if value.lower() not in closed)


def date_column(catalog: Catalog, table: Table, word: str) -> Column | None:
    """Return the date or time that a word means: the end, the due date, the planned start."""
    names = _raw()["dates"].get(stem(word), _raw()["dates"].get(word, []))
    columns = (table.column(name) for name in names)
    return next((column for column in columns if column and column.logical_type in _TIMES), None)


def _coming(match: re.Match[str], catalog: Catalog, table: Table) -> Condition | None:
    word = {"begin": "start", "lapse": "expire", "run out": "end"}.get(match["word"], match["word"])
    column = date_column(catalog, table, word)
    if column is None:
        return None
    name = catalog.qualified(table, column)

    def write(binds: Bindings) -> list[str]:
        first = binds.of(table, column, name="today" if column.logical_type == "date" else "present")
        last = binds.of(table, column, name=f"until_{column.name}")
        return [f"{name} >= {first}", f"{name} <= {last}"]

    span = f"{match['n']} {match['unit']}"
    doing = {"due": "due"}.get(word, f"{word}ing" if not word.endswith("e") else f"{word[:-1]}ing")
    words = f"whose {column.name} lies within the next {span} (the caller passes today and today + {span})"
    return Condition(write, f"{doing}_within_{span.replace(' ', '_')}", words, column)


def _recent(match: re.Match[str], catalog: Catalog, table: Table) -> Condition | None:
    column = catalog.clock(table)
    if column is None:
        return None
    name, span = catalog.qualified(table, column), f"{match['n'] or 1} {match['unit']}"
    words = f"of the last {span} (the caller passes the present minus {span})"
    return Condition(
        lambda binds: [f"{name} >= {binds.of(table, column, name=f'since_{column.name}')}"],
        f"of_last_{span.replace(' ', '_')}",
        words,
    )


def _older(match: re.Match[str], catalog: Catalog, table: Table) -> Condition | None:
    column = catalog.clock(table)
    if column is None:
        return None
    name, span = catalog.qualified(table, column), f"{match['n']} {match['unit']}"
    return Condition(
        lambda binds: [f"{name} < {binds.of(table, column, name=f'until_{column.name}')}"],
        f"older_than_{span.replace(' ', '_')}",
        f"older than {span}",
        column,
    )


def _day(match: re.Match[str], catalog: Catalog, table: Table) -> Condition | None:
    column = date_column(catalog, table, "plan") or _spoken_time(match.string, table) or catalog.clock(table)
    if column is None:
        return None
    name = catalog.qualified(table, column)

    def write(binds: Bindings) -> list[str]:
        if column.logical_type == "date":
            return [f"{name} = {binds.of(table, column, name='day')}"]
        begin = binds.of(table, column, name="day_start")
        return [f"{name} >= {begin}", f"{name} < {binds.of(table, column, name='day_end')}"]

    return Condition(write, "of_day", f"of one day of {column.name}", column)


def _spoken_time(text: str, table: Table) -> Column | None:
    times = [column for column in table.columns if column.logical_type in _TIMES]
    return next((column for column in times if column.name.replace("_", " ") in text), None)


def _overdue(match: re.Match[str], catalog: Catalog, table: Table) -> Condition | None:
    column, state = date_column(catalog, table, "due"), catalog.state(table)
    awaited = open_states(state) if state else ()
    if column is None:
        if state is None or "overdue" not in state.values:
            return None
        return Condition(lambda binds: _in_states(catalog, table, ("overdue",)), "overdue", "", is_adjective=True)
    name = catalog.qualified(table, column)

    def write(binds: Bindings) -> list[str]:
        return [*_in_states(catalog, table, awaited), f"{name} < {binds.of(table, column, name='today')}"]

    words = f"whose {column.name} is past" + (f" while they are {' or '.join(awaited)}" if awaited else "")
    return Condition(write, "overdue", words, column, is_adjective=True)


def _expired(match: re.Match[str], catalog: Catalog, table: Table) -> Condition | None:
    return _against_today(catalog, table, "expired", "<", "is past")


def _valid(match: re.Match[str], catalog: Catalog, table: Table) -> Condition | None:
    return _against_today(catalog, table, "valid", ">=", "is not past")


def _against_today(catalog: Catalog, table: Table, name: str, sign: str, said: str) -> Condition | None:
    column, state = date_column(catalog, table, "valid"), catalog.state(table)
    if column is None or (state is not None and name in state.values):
        return None
    text = catalog.qualified(table, column)
    today = "today" if column.logical_type == "date" else "present"
    return Condition(
        lambda binds: [f"{text} {sign} {binds.of(table, column, name=today)}"],
        name,
        f"whose {column.name} {said}",
        column,
        is_adjective=True,
    )


def _undone(match: re.Match[str], catalog: Catalog, table: Table) -> Condition | None:
    """Read "unpaid", "unread", "unassigned": no time, no mark, nobody, or not yet in the state."""
    word = match["word"] or "paid"
    for column in table.columns:
        name = catalog.qualified(table, column)
        is_whom = column.name in (f"{word}_to_id", f"{word[:-2]}ee_id") and column.nullable
        if (column.name == f"{word}_at" and column.nullable) or is_whom:
            return Condition(_fixed(f"{name} IS NULL"), f"un{word}", "", is_adjective=True)
        if column.name in (f"is_{word}", word) and column.logical_type == "boolean":
            no = "0" if catalog.schema.engine == "sqlite" and "bool" not in column.type.lower() else "FALSE"
            return Condition(_fixed(f"{name} = {no}"), f"un{word}", "", is_adjective=True)
    state = catalog.state(table)
    if state is None or word not in state.values:
        return None
    left = tuple(value for value in open_states(state) if value != word)
    words = f"that are {' or '.join(left)}"
    return Condition(lambda binds: _in_states(catalog, table, left), f"un{word}", words, is_adjective=True)


def _in_states(catalog: Catalog, table: Table, states: tuple[str, ...]) -> list[str]:
    state = catalog.state(table)
    if state is None or not states or len(states) == len(state.values):
        return []
    values = ", ".join(literal(value, catalog.schema.engine) for value in states)
    name = catalog.qualified(table, state)
    return [f"{name} = {values}" if len(states) == 1 else f"{name} IN ({values})"]


def _below(match: re.Match[str], catalog: Catalog, table: Table) -> Condition | None:
    """Compare what there is with the least there should be: columns of the table, or of one next to it."""
    least = set(match["right"].split())
    if not least & _MINIMA:
        return None
    near = [(table, None), *catalog.children(table), *_parents(catalog, table)]
    minima = [(t, k, c) for t, k in near for c in _numbers(t) if _MINIMA & set(c.name.split("_"))]
    stocks = [
        (t, k, c) for t, k in near for c in _numbers(t) if _is_stock(c, t) and not _MINIMA & set(c.name.split("_"))
    ]
    pairs = [(s, m) for s in stocks for m in minima]
    # Columns of one table belong together before those of two.
    best = min(pairs, key=lambda pair: (pair[0][0].name != pair[1][0].name, stocks.index(pair[0])), default=None)
    sql = _compared(catalog, table, *best) if best else None
    if sql is None or best is None:
        return None
    stock, minimum = best[0][2], best[1][2]
    words = f"whose {stock.name.replace('_', ' ')} is below the {minimum.name.replace('_', ' ')}"
    return Condition(_fixed(sql), f"below_{minimum.name}", words)


_Near = tuple[Table, ForeignKey | None, Column]


def _compared(catalog: Catalog, table: Table, stock: _Near, minimum: _Near) -> str | None:
    left, right = catalog.qualified(stock[0], stock[2]), catalog.qualified(minimum[0], minimum[2])
    if stock[0].name == minimum[0].name:
        if stock[1] is None:
            return f"{left} < {right}"
        on = _on(catalog, stock[1], stock[0], table)
        return f"EXISTS (SELECT 1 FROM {catalog.quoted(stock[0].name)} WHERE {on} AND {left} < {right})"
    sides = [_side(catalog, table, side) for side in (stock, minimum)]
    return f"{sides[0]} < {sides[1]}"


def _side(catalog: Catalog, table: Table, side: _Near) -> str:
    """Return the value beside a row: its own, that of the row it refers to, or the sum over its children."""
    there, key, column = side
    name = catalog.qualified(there, column)
    if key is None:
        return name
    on = _on(catalog, key, there, table)
    value = f"coalesce(sum({name}), 0)" if key.ref_table == table.name else name
    return f"(SELECT {value} FROM {catalog.quoted(there.name)} WHERE {on})"


def _on(catalog: Catalog, key: ForeignKey, there: Table, here: Table) -> str:
    source, target = (there, here) if key.ref_table == here.name else (here, there)
    pairs = zip(key.columns, key.ref_columns, strict=True)
    return " AND ".join(
        f"{catalog.quoted(source.name)}.{catalog.quoted(name)} = {catalog.quoted(target.name)}.{catalog.quoted(ref)}"
        for name, ref in pairs
    )


def _parents(catalog: Catalog, table: Table) -> Iterator[tuple[Table, ForeignKey]]:
    for key in table.foreign_keys:
        parent = catalog.named(key.ref_table)
        if parent is not None and parent.name != table.name:
            yield parent, key


def _numbers(table: Table) -> list[Column]:
    linked = {name for key in table.foreign_keys for name in key.columns}
    keys = set(table.primary_key.columns) if table.primary_key else set()
    return [c for c in table.columns if c.logical_type in _NUMBERS and c.name not in linked | keys]


def _is_stock(column: Column, table: Table) -> bool:
    return bool(_STOCKS & set(column.name.split("_"))) and "reserved" not in column.name


def _without(match: re.Match[str], catalog: Catalog, table: Table) -> Condition | None:
    """Leave out the rows that have one of the things named: children, or what an optional column says."""
    said = [singular(word) for word in match["word"].split()]
    for child, key in catalog.children(table):
        entity = (child.entity or child.name).split("_")
        if [singular(word) for word in entity] in (said, said[:1]) and child.name != table.name:
            on = _on(catalog, key, child, table)
            sql = f"NOT EXISTS (SELECT 1 FROM {catalog.quoted(child.name)} WHERE {on})"
            return Condition(_fixed(sql), f"without_{child.name}", f"without {child.name.replace('_', ' ')}")
    for column in table.columns:
        spoken = column.name.removesuffix("_id").split("_")
        if column.nullable and spoken in (said, said[:1]):
            name = catalog.qualified(table, column)
            return Condition(
                _fixed(f"{name} IS NULL"),
                f"without_{'_'.join(spoken)}",
                f"without {' '.join(spoken)}",
            )
    return None


_KINDS: dict[str, Callable[[re.Match[str], Catalog, Table], Condition | None]] = {
    "coming": _coming,
    "recent": _recent,
    "older": _older,
    "day": _day,
    "overdue": _overdue,
    "expired": _expired,
    "valid": _valid,
    "undone": _undone,
    "below": _below,
    "without": _without,
}
