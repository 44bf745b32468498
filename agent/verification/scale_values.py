"""Values for the parameters of a query on a filled sample: an ordinary row, a span of ordinary length."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence

from database_specialist.agent.dialects import bind, literal, quote
from database_specialist.agent.model.relational import Schema, Table
from database_specialist.agent.model.workload import Parameter, Query
from database_specialist.agent.sampling.filling.filler import NOW

Fetch = Callable[[str], Sequence[tuple[object, ...]]]

_CLOCK = re.compile(
    r"'(?:[^']|'')*'|(?P<date>\bcurrent_date\b)"
    r"|(?P<now>\b(?:now|statement_timestamp|transaction_timestamp|clock_timestamp)\s*\(\s*\)"
    r"|\bcurrent_timestamp\b|\blocaltimestamp\b)",
    re.IGNORECASE,
)
_PLACEHOLDER = re.compile(r"'(?:[^']|'')*'|\$\d+")
_SEARCH = re.compile(r"tsquery\s*\(\s*(?:'[^']*'(?:::\w+)?\s*,\s*)?(\$\d+)", re.IGNORECASE)
_SELDOM = "quillwort"
"""A word to search for. Those of the seed stand in a third of the sample's texts, as no word of a real text does."""
_LOT = 11
_TIME = re.compile(r"timestamp|date$", re.IGNORECASE)
_SPANS = (("day", 1), ("week", 7), ("month", 30), ("quarter", 91), ("year", 365))
_USUAL_SPAN = 7
_OLD = re.compile(r"before|until|older|cutoff|horizon", re.IGNORECASE)
_RECENT = re.compile(r"since|from|newer", re.IGNORECASE)


def inlined(query: Query, schema: Schema, fetch: Fetch, *, lot: int = _LOT) -> str:
    """Return the query with literals for its parameters, and with the sample's moment in place of the clock.

    Plans must not change from one day to the next. Another `lot` draws other rows.
    """
    sql, literals = _bound(query, schema, fetch, lot)
    return at_fixed_time(_PLACEHOLDER.sub(lambda found: literals.get(found[0], found[0]), sql))


def called(query: Query, schema: Schema, fetch: Fetch, *, lot: int = _LOT) -> tuple[str, str]:
    """Return the same as PREPARE and EXECUTE: one plan for all values, and these values for it."""
    sql, literals = _bound(query, schema, fetch, lot)
    types = {parameter.name: parameter.type for parameter in query.parameters}
    order = list(dict.fromkeys(bind(query.sql, query)[1]))
    declared = f" ({', '.join(types[name] for name in order)})" if order else ""
    given = f" ({', '.join(literals[f'${number}'] for number in range(1, len(order) + 1))})" if order else ""
    return f"PREPARE called{declared} AS {at_fixed_time(sql)}", f"EXECUTE called{given}"


def _bound(query: Query, schema: Schema, fetch: Fetch, lot: int) -> tuple[str, dict[str, str]]:
    """Return the query with placeholders, and the literal for each."""
    sql, names = bind(query.sql, query)
    values = _values(query, schema, fetch, lot)
    types = {parameter.name: parameter.type for parameter in query.parameters}
    literals = {
        f"${number}": f"({_literal(values.get(name))}::{types[name]})" for number, name in enumerate(names, start=1)
    }
    return sql, literals | {found: f"{literal(_SELDOM, 'postgresql')}" for found in _SEARCH.findall(sql)}


def _literal(value: str | None) -> str:
    return "NULL" if value is None else literal(value, "postgresql")


def at_fixed_time(sql: str) -> str:
    """Put the sample's moment in the place of the clock.

    >>> at_fixed_time("SELECT 'now()' WHERE at < now()")
    "SELECT 'now()' WHERE at < (timestamptz '2026-04-05T09:00:00+00:00')"
    """

    def fixed(found: re.Match[str]) -> str:
        if found["date"]:
            return f"(date '{NOW.date().isoformat()}')"
        return f"(timestamptz '{NOW.isoformat()}')" if found["now"] else found[0]

    return _CLOCK.sub(fixed, sql)


def _values(query: Query, schema: Schema, fetch: Fetch, lot: int) -> dict[str, str | None]:
    drawn = _drawn(query.parameters, schema, fetch, lot)
    found: dict[str, str | None] = {}
    seen: dict[str, str | None] = {}
    for parameter in query.parameters:
        source = parameter.source or ""
        value = drawn.get(source)
        if source in seen and value is not None:
            value = _end_of_span(parameter, seen[source], schema, fetch)
        elif value is not None and sum(bool(_TIME.match(each.type)) for each in query.parameters) == 1:
            value = _shifted(parameter, value, schema, fetch)
        found[parameter.name] = value if value is not None else _example(parameter)
        seen.setdefault(source, found[parameter.name])
    return found


def _example(parameter: Parameter) -> str | None:
    if isinstance(parameter.example, bool):
        return str(parameter.example).lower()
    return None if parameter.example is None else str(parameter.example)


def _drawn(parameters: Iterable[Parameter], schema: Schema, fetch: Fetch, lot: int) -> dict[str, str | None]:
    """Take the values of each table from one row, drawn by lot: it is seldom an extreme one."""
    wanted: dict[str, list[str]] = {}
    for parameter in parameters:
        table, column = _source(parameter, schema)
        if table is not None and column not in wanted.setdefault(table.name, []):
            wanted[table.name].append(column)
    found: dict[str, str | None] = {}
    for name, columns in wanted.items():
        table = schema.table(name)
        assert table is not None
        row = _row(table, columns, fetch, lot)
        found |= {f"{name}.{column}": value for column, value in zip(columns, row, strict=False)}
    return found


def _row(table: Table, columns: Sequence[str], fetch: Fetch, lot: int) -> tuple[str | None, ...]:
    names = [quote(column, "postgresql") for column in columns]
    key = table.primary_key.columns if table.primary_key else tuple(columns)
    order = ", ".join(f"hashtextextended({quote(column, 'postgresql')}::text, {lot})" for column in key)
    chosen = f"SELECT {', '.join(f'{name}::text' for name in names)} FROM {quote(table.name, 'postgresql')}"
    known = " AND ".join(f"{name} IS NOT NULL" for name in names)
    rows = fetch(f"{chosen} WHERE {known} ORDER BY {order} LIMIT 1") or fetch(f"{chosen} ORDER BY {order} LIMIT 1")
    return tuple(None if value is None else str(value) for value in rows[0]) if rows else ()


def _source(parameter: Parameter, schema: Schema) -> tuple[Table | None, str]:
    name, _, column = (parameter.source or "").rpartition(".")
    table = schema.table(name) if name else None
    return (table, column) if table is not None and table.column(column) is not None else (None, "")


def _end_of_span(parameter: Parameter, start: str | None, schema: Schema, fetch: Fetch) -> str | None:
    """Return a value some way after the start: a day for `day_end`, a week where no length is said."""
    table, column = _source(parameter, schema)
    if table is None or start is None:
        return start
    if _TIME.match(parameter.type):
        days = next((days for word, days in _SPANS if word in parameter.name.lower()), _USUAL_SPAN)
        return _first(fetch(f"SELECT ({literal(start, 'postgresql')}::timestamptz + interval '{days} days')::text"))
    name = quote(column, "postgresql")
    above = f"FROM {quote(table.name, 'postgresql')} WHERE {name} >= {literal(start, 'postgresql')}"
    count = int(_first(fetch(f"SELECT count(*) {above}")) or 0)
    return _first(fetch(f"SELECT {name}::text {above} ORDER BY {name} OFFSET {count // 10} LIMIT 1")) or start


def _shifted(parameter: Parameter, value: str, schema: Schema, fetch: Fetch) -> str:
    """Move a time that only bounds one side to where such queries ask: the last days, or the oldest rows."""
    table, column = _source(parameter, schema)
    is_old, is_recent = _OLD.search(parameter.name), _RECENT.search(parameter.name)
    if table is None or not _TIME.match(parameter.type) or not (is_old or is_recent):
        return value
    name, order = quote(column, "postgresql"), "ASC" if is_old else "DESC"
    rows = f"FROM {quote(table.name, 'postgresql')} WHERE {name} IS NOT NULL"
    count = int(_first(fetch(f"SELECT count(*) {rows}")) or 0)
    return _first(fetch(f"SELECT {name}::text {rows} ORDER BY {name} {order} OFFSET {count // 50} LIMIT 1")) or value


def _first(rows: Sequence[tuple[object, ...]]) -> str | None:
    return str(rows[0][0]) if rows and rows[0][0] is not None else None
