"""Rows of each table, now, a day and in years, from the documents or from the tables it hangs on."""

from __future__ import annotations

from dataclasses import dataclass

from database_specialist.agent.model.base import Figure
from database_specialist.agent.model.brief import Brief, Metric, Quantity
from database_specialist.agent.model.relational import ForeignKey, Schema, Table
from database_specialist.agent.operations.figures import YEAR_DAYS, assumed, counted, derived, listed, number
from database_specialist.agent.operations.load import Access
from database_specialist.agent.operations.row_width import AVERAGES

STOCK_GROWTH = 20.0
"""Yearly growth in % of a table of which only a stock is known; assumed."""


@dataclass(frozen=True)
class Rows:
    """The rows of one table over time."""

    now: Figure
    per_day: Figure
    year_1: Figure
    year_3: Figure
    year_5: Figure


@dataclass(frozen=True)
class _Start:
    now: Figure
    per_day: Figure


def rows_of(brief: Brief, schema: Schema, accesses: tuple[Access, ...]) -> dict[str, Rows]:
    """Return the rows of every table, in the schema's order."""
    growth = _growths(brief, schema)
    starts: dict[str, _Start] = {}
    for table in schema.tables:
        starts[table.name] = _start(table, brief, accesses, starts, growth[table.name])
    return {
        table.name: _over_time(starts[table.name], growth[table.name], retention(table, brief))
        for table in schema.tables
    }


def stated(table: Table, metric: Metric, brief: Brief) -> Quantity | None:
    """Return the number that the documents give for a table's entity: for the whole subject, else for its last words.

    "telemetry reading" is said of `telemetry_reading`, and of `reading` where there is no such entity.
    """
    if table.entity is None:
        return None
    words = table.entity.lower().replace("_", " ")
    found = [q for q in brief.quantities if q.metric == metric and q.figure.origin == "given"]
    exact = [q for q in found if words in (q.subject.lower(), *_subjects(q))]
    ending = [q for q in found if any(subject.endswith(f" {words}") for subject in _subjects(q))]
    return next(iter(exact + ending), None)


def _subjects(quantity: Quantity) -> tuple[str, ...]:
    """One period is said of several things, "invoice and payment"; a count of two things is of neither."""
    parts = tuple(quantity.subject.lower().split(" and "))
    return parts if quantity.metric == "retention" or len(parts) == 1 else ()


def retention(table: Table, brief: Brief) -> Figure | None:
    """Return the days that the rows of a table are kept, where a document says so."""
    quantity = stated(table, "retention", brief)
    return table.retention_days or (quantity.figure if quantity is not None else None)


def _growths(brief: Brief, schema: Schema) -> dict[str, Quantity | None]:
    """Return each table's own growth, else the growth of the whole system: one that is said of no table."""
    own = {table.name: stated(table, "growth", brief) for table in schema.tables}
    claimed = {quantity.id for quantity in own.values() if quantity is not None}
    whole = next((q for q in brief.quantities if q.metric == "growth" and q.id not in claimed), None)
    return {name: quantity or whole for name, quantity in own.items()}


def _start(
    table: Table, brief: Brief, accesses: tuple[Access, ...], starts: dict[str, _Start], growth: Quantity | None
) -> _Start:
    parent = _parent(table, starts)
    factor = AVERAGES["rows_per_parent"].get(table.kind, 2)
    if table.entity is None:
        factor = AVERAGES["rows_per_parent"]["association"]
    stock = _figure(table.rows, table, "rows", brief)
    flow = _figure(table.rows_per_day, table, "rows_per_period", brief)
    if stock is not None and stock.origin == "given" and (flow is None or flow.origin == "assumed"):
        flow = _growing(stock, growth)
    flow = flow or _inserted_per_day(table, accesses)
    now = stock or (_empty(table, flow) if flow else _rows_now(table, parent, factor, starts))
    return _Start(now, flow or _rows_per_day(table, now, parent, factor, starts))


def _growing(stock: Figure, growth: Quantity | None) -> Figure:
    """A stock that the documents count grows by its rate: what its forms are used for says less."""
    percent, origin = (growth.figure.value, growth.figure.origin) if growth else (STOCK_GROWTH, "assumed")
    basis = f"{counted(stock.value, 'row')} x {number(percent)}% a year ({origin}) / {YEAR_DAYS} days"
    facts = (*stock.facts, *(growth.figure.facts if growth else ()))
    return derived(stock.value * percent / 100 / YEAR_DAYS, "rows/day", basis, facts)


def _figure(own: Figure | None, table: Table, metric: Metric, brief: Brief) -> Figure | None:
    """What the documents give goes before what was assumed for the table."""
    if own is not None and own.origin != "assumed":
        return own
    quantity = stated(table, metric, brief)
    return quantity.figure if quantity is not None else own


def _empty(table: Table, flow: Figure) -> Figure:
    basis = f"no stock of {table.name} is stated: the table starts empty and takes {counted(flow.value, 'row')} a day"
    return assumed(0, "rows", basis, flow.facts)


def _inserted_per_day(table: Table, accesses: tuple[Access, ...]) -> Figure | None:
    inserts = [access.query for access in accesses if (table.name, "insert") in access.operations]
    total = sum(query.frequency.value for query in inserts)
    if not total:
        return None
    terms = " + ".join(f"{query.id} {number(query.frequency.value)}" for query in inserts)
    facts = [fact for query in inserts for fact in query.frequency.facts]
    return derived(total, "rows/day", f"one row for each execution a day of {terms}", facts)


def _parent(table: Table, starts: dict[str, _Start]) -> ForeignKey | None:
    """The table it hangs on: the owner when there is one, else the largest table it refers to."""
    known = [key for key in table.foreign_keys if key.ref_table in starts and key.ref_table != table.name]
    if not known:
        return None
    return max(known, key=lambda key: (key.on_delete == "cascade", starts[key.ref_table].now.value, -known.index(key)))


def _rows_now(table: Table, parent: ForeignKey | None, factor: float, starts: dict[str, _Start]) -> Figure:
    if parent is not None and table.kind != "reference":
        base = starts[parent.ref_table].now
        return derived(
            round(base.value * factor),
            "rows",
            f"{number(base.value)} {parent.ref_table} x {number(factor)} {table.name} each (assumed)",
            base.facts,
        )
    value = AVERAGES["rows"].get(table.kind, AVERAGES["rows"]["core"])
    return assumed(value, "rows", f"no document counts {table.name}; taken for a table of kind {table.kind}")


def _rows_per_day(
    table: Table, now: Figure, parent: ForeignKey | None, factor: float, starts: dict[str, _Start]
) -> Figure:
    if table.kind == "reference":
        return assumed(0, "rows/day", f"{table.name} is a list of values that changes with releases")
    if parent is not None and starts[parent.ref_table].per_day.value:
        base = starts[parent.ref_table].per_day
        basis = f"{number(base.value)} {parent.ref_table} a day x {number(factor)} {table.name} each (assumed)"
        return derived(base.value * factor, "rows/day", basis, base.facts)
    value = now.value * STOCK_GROWTH / 100 / YEAR_DAYS
    basis = f"{counted(now.value, 'row')} x {STOCK_GROWTH:.0f}% a year (assumed) / {YEAR_DAYS} days"
    return assumed(value, "rows/day", basis, now.facts)


def _over_time(start: _Start, growth: Quantity | None, kept: Figure | None) -> Rows:
    one, three, five = (_after(years, start, growth, kept) for years in (1, 3, 5))
    return Rows(start.now, start.per_day, one, three, five)


def _after(years: int, start: _Start, growth: Quantity | None, kept: Figure | None) -> Figure:
    """Sum the years, each with a flow grown by the stated rate; the retention caps the sum."""
    now, daily = start.now.value, start.per_day.value
    rate = growth.figure.value / 100 if growth is not None else 0.0
    factors = [(1 + rate) ** year for year in range(years)]
    total = now + daily * YEAR_DAYS * sum(factors)
    basis = f"{number(now)} + {number(daily)} a day x {YEAR_DAYS}"
    if years > 1 or rate:
        basis += f" x {number(sum(factors))}" + (f" ({_named(growth)}, {years} years summed)" if rate else " years")
    facts = [*start.now.facts, *start.per_day.facts, *(growth.figure.facts if growth is not None and rate else ())]
    basis += f" = {number(total)}"
    if kept is not None:
        cap = daily * factors[-1] * kept.value
        facts += kept.facts
        if cap < total:
            basis = f"{counted(kept.value, 'day')} kept x {number(daily * factors[-1])} a day"
            return derived(round(cap), "rows", f"{basis} = {number(cap)}; without the retention {number(total)}", facts)
    return derived(round(total), "rows", basis, facts)


def _named(growth: Quantity | None) -> str:
    return f"growth {number(growth.figure.value)}% a year, {growth.figure.origin}" if growth is not None else ""


def busiest(rows: dict[str, Rows], *, most: int = 3) -> str:
    """Name the tables that take most new rows a day, with their figures."""
    ordered = sorted(rows.items(), key=lambda item: -item[1].per_day.value)[:most]
    return listed(
        f"{name} ({counted(found.per_day.value, 'row')} a day)" for name, found in ordered if found.per_day.value
    )
