"""Aggregates over a span of time, and exports."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from database_specialist.agent.designer.queries.catalog import Catalog
from database_specialist.agent.designer.queries.lexicon import singular
from database_specialist.agent.designer.queries.matching import spoken
from database_specialist.agent.designer.queries.predicates import in_tenant
from database_specialist.agent.designer.queries.statement import Bindings, Draft, Select
from database_specialist.agent.model.relational import Column, Table

_AMOUNTS = frozenset({"money", "decimal"})
_COUNTED = frozenset({"integer", "big_integer", "duration", *_AMOUNTS})
_MEASURE = re.compile(
    r"\b(?P<how>number|count|total number|total|sum|average|mean|maximum|minimum|amount)s? (?:of )?(?:the |all )?"
    r"(?P<what>\w+(?: \w+)?)"
)
_GROUPS = re.compile(r"\b(?:for each|for every|per|by|of each|grouped by)\b (?P<groups>[\w ,]+)")
_TOP = re.compile(
    r"\b(?:top|first)[ -](?P<n>\d+)\b|\b(?P<m>\d+) (?:best|most|highest|largest)\b|\b(?:best|most|top)[ -]\w+"
)
# Words for the amounts of a table, whatever their column is called.
_MONEY = frozenset({"revenue", "sales", "sale", "turnover", "income", "spending", "cost", "earnings", "earning"})
_FUNCTIONS = {"average": "avg", "mean": "avg", "maximum": "max", "minimum": "min"}
_BUCKETS = {"hour": "%Y-%m-%d %H:00", "day": "%Y-%m-%d", "week": "%Y-%W", "month": "%Y-%m", "year": "%Y"}
_PERIODS = {"daily": "day", "weekly": "week", "monthly": "month", "yearly": "year", "annual": "year", "hourly": "hour"}


@dataclass(frozen=True)
class Asked:
    """What a fact wants added up, of which table, and by what."""

    table: Table
    measure: Column | None = None
    """None counts rows."""
    function: str = "sum"
    groups: tuple[tuple[str, str], ...] = ()
    """SQL expression and name of each group."""
    top: int = 0
    """How many of the largest are wanted; 0 for all."""


def asked(catalog: Catalog, table: Table, text: str) -> Asked | None:
    """Read what a fact wants added up; None when no column holds that.

    Where it does not say, the rows of the table are counted.
    """
    lowered = " ".join(text.lower().split())
    said = _MEASURE.search(lowered)
    groups = [singular(word) for word in _group_words(lowered)]
    measured = _measured(catalog, table, said["what"] if said else "")
    if measured is None:
        return None
    source, measure = measured
    found = [group for word in groups if (group := _group_of(catalog, source, word))]
    top = _TOP.search(lowered)
    return Asked(
        table=source,
        measure=measure,
        function=_FUNCTIONS.get(said["how"], "sum") if said else "sum",
        groups=tuple(dict.fromkeys(found))[:3],
        top=int(top["n"] or top["m"] or 10) if top else 0,
    )


def report(catalog: Catalog, wish: Asked) -> Draft:
    """Write counts and sums of a span of time, by what the fact names, by state, or by day."""
    table, binds = wish.table, Bindings(catalog.schema.engine)
    clock, state = catalog.clock(table), catalog.state(table)
    group = list(wish.groups) or ([_group(catalog, table, state)] if state else [])
    where = [*in_tenant(catalog, table, binds)]
    if clock is not None:
        name = catalog.qualified(table, clock)
        where.append(f"{name} >= {binds.of(table, clock, name='from_time')}")
        where.append(f"{name} < {binds.of(table, clock, name='until_time')}")
        group = group or [_bucket(catalog, table, clock, "day")]
    amount, currency = (wish.measure, None) if wish.measure else _amount(table)
    if currency is not None and all(alias != currency.name for _, alias in group):
        group.append((catalog.qualified(table, currency), currency.name))
    measures = [f"count(*) AS number_of_{table.name}"] if wish.measure is None else []
    if amount is not None:
        name = f"{wish.function if wish.measure else 'sum'}({catalog.qualified(table, amount)})"
        measures.append(f"{name} AS {catalog.quoted(f'{_SAID.get(wish.function, wish.function)}_{amount.name}')}")
    shown = [sql if sql.endswith(f".{alias}") else f"{sql} AS {alias}" for sql, alias in group]
    expressions = tuple(sql for sql, _ in group)
    largest = measures[0].partition(" AS ")[0]
    select = Select(
        (*shown, *measures),
        catalog.quoted(table.name),
        where=tuple(where),
        group=expressions,
        order=(f"{largest} DESC", *expressions) if wish.top else expressions,
        limit=binds.page(wish.top) if wish.top else None,
    )
    return _report_draft(catalog, wish, group, str(select), binds)


def _report_draft(catalog: Catalog, wish: Asked, group: Sequence[tuple[str, str]], sql: str, binds: Bindings) -> Draft:
    clock, rows = catalog.clock(wish.table), wish.table.name.replace("_", " ")
    by = [alias.strip('"`') for _, alias in group]
    measure = wish.measure.name.replace("_", " ") if wish.measure else ""
    what = f"The {_SAID.get(wish.function, wish.function)} {measure} of the {rows}" if measure else f"How many {rows}"
    span = f" of a span of {clock.name}" if clock else ""
    listed = f", by {', '.join(by)}" if by else ""
    names = ["top" if wish.top else "report", *([wish.measure.name, "of"] if wish.measure else []), wish.table.name]
    return Draft(
        name="_".join(names) + (f"_by_{'_'.join(name.removesuffix('_id') for name in by)}" if by else ""),
        purpose=f"{what}{span}{listed}" + (f", the {wish.top} largest first." if wish.top else "."),
        intent="report",
        table=wish.table.name,
        sql=sql,
        parameters=binds.parameters,
        returns="aggregate",
        staleness="minutes",
    )


_SAID = {"sum": "total", "avg": "average", "max": "greatest", "min": "least"}


def _group_words(text: str) -> list[str]:
    match = _GROUPS.search(text)
    words = re.split(r",| and | or |\bper\b|\bfor each\b|\bby\b", match["groups"]) if match else []
    found = [re.sub(r"^(each|every|the|a) ", "", word.strip()) for word in words if word.strip()]
    return [*found, *(unit for word, unit in _PERIODS.items() if re.search(rf"\b{word}\b", text))]


def _measured(catalog: Catalog, table: Table, what: str) -> tuple[Table, Column | None] | None:
    """Return the table whose rows are counted, or the column that is added up and the table that holds it."""
    words = [singular(word) for word in what.split()]
    for phrase in (" ".join(words), *words[:1]):
        counted = catalog.table(phrase.replace(" ", "_")) if phrase else None
        if counted is not None:
            return counted, None
        near = [table, *(child for child, _ in catalog.children(table))]
        for source in near if phrase else ():
            for column in source.columns:
                is_number = column.logical_type in _COUNTED and catalog.foreign_key(source, column) is None
                if is_number and phrase in spoken(column.attribute or column.name):
                    return source, column
    return (table, None) if not words or _MONEY & set(words) else None


def _group_of(catalog: Catalog, table: Table, word: str) -> tuple[str, str] | None:
    """Return the group that a word names: a period, what the rows refer to, or a column of few values."""
    clock = catalog.clock(table)
    last = word.split()[-1] if word else ""
    if last in _BUCKETS and clock is not None:
        return _bucket(catalog, table, clock, last)
    for key in table.foreign_keys:
        parent = catalog.named(key.ref_table)
        names = {key.columns[0].removesuffix("_id"), (parent.entity or parent.name) if parent else ""}
        names |= {name.rpartition("_")[2] for name in names}
        column = table.column(key.columns[0])
        if column is not None and word.replace(" ", "_") in names:
            return _group(catalog, table, column)
    for column in table.columns:
        if word in spoken(column.attribute or column.name) and column.logical_type not in (*_COUNTED, "long_text"):
            return _group(catalog, table, column)
    return None


def export(catalog: Catalog, table: Table) -> Draft:
    """Write the read of all rows of a span of time, in the order of the key, for a file."""
    binds = Bindings(catalog.schema.engine)
    clock = catalog.clock(table)
    where = [*in_tenant(catalog, table, binds)]
    order = [*([clock] if clock else []), *(key for key in catalog.key(table) if key != clock)]
    if clock is not None:
        name = catalog.qualified(table, clock)
        where.append(f"{name} >= {binds.of(table, clock, name='from_time')}")
        where.append(f"{name} < {binds.of(table, clock, name='until_time')}")
    select = Select(
        tuple(catalog.qualified(table, column) for column in catalog.whole(table)),
        catalog.quoted(table.name),
        where=tuple(where),
        order=tuple(catalog.qualified(table, column) for column in order),
    )
    return Draft(
        name=f"export_{table.name}",
        purpose=f"All {table.name.replace('_', ' ')}"
        + (f" of a span of {clock.name}" if clock else "")
        + ", for a file.",
        intent="export",
        table=table.name,
        sql=str(select),
        parameters=binds.parameters,
        returns="list",
        staleness="hours",
    )


def _group(catalog: Catalog, table: Table, column: Column) -> tuple[str, str]:
    return catalog.qualified(table, column), catalog.quoted(column.name)


def _bucket(catalog: Catalog, table: Table, clock: Column, unit: str) -> tuple[str, str]:
    """Return the period that a moment falls in."""
    name, engine = catalog.qualified(table, clock), catalog.schema.engine
    if engine == "postgresql":
        return f"date_trunc('{unit}', {name})", unit
    if unit == "day":
        return f"date({name})", unit
    form = _BUCKETS[unit]
    return (f"strftime('{form}', {name})" if engine == "sqlite" else f"date_format({name}, '{form}')"), unit


def _amount(table: Table) -> tuple[Column | None, Column | None]:
    """Return the amount worth adding up, and the currency without which the sum means nothing."""
    amounts = [column for column in table.columns if column.logical_type in _AMOUNTS]
    totals = [column for column in amounts if "total" in column.name or "amount" in column.name]
    amount = next(iter(totals), None)
    currency = next((column for column in table.columns if column.logical_type == "currency"), None)
    return amount, currency if amount is not None and amount.logical_type == "money" else None
