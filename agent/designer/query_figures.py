"""The figures of an answered query: executions a day and the target, each with its origin and its basis."""

from __future__ import annotations

import re

from sqlglot import exp

from database_specialist.agent.answers.workload import QueryAnswer
from database_specialist.agent.model.base import FactId, Figure, Origin
from database_specialist.agent.model.brief import Brief
from database_specialist.agent.model.relational import Schema, Table
from database_specialist.agent.operations.figures import YEAR_DAYS
from database_specialist.agent.operations.growth import STOCK_GROWTH

_FACT = re.compile(r"\bF\d+\b")
_DEFAULT_PER_DAY = 100.0


def frequency(given: QueryAnswer, tree: exp.Expr | None, brief: Brief, schema: Schema) -> Figure:
    """Return the executions a day: as answered, else one for each row that is written, else an assumption."""
    if given.per_day is None:
        return _unstated(tree, schema)
    basis = given.basis.strip()
    figured = {fact for quantity in brief.quantities for fact in quantity.figure.facts}
    named = tuple(dict.fromkeys(_FACT.findall(basis)))
    facts: tuple[FactId, ...] = tuple(fact for fact in named if fact in {each.id for each in brief.facts})
    values = {q.figure.value for q in brief.quantities if set(q.figure.facts) & set(facts)}
    origin: Origin = "assumed"
    if "assum" not in basis.lower():
        origin = "given" if given.per_day in values else "derived" if set(facts) & figured else "assumed"
    words = basis or f"assumed: the statements do not say how often {given.name.replace('_', ' ')} is asked"
    return Figure(value=given.per_day, unit="executions/day", origin=origin, basis=words, facts=facts)


def _unstated(tree: exp.Expr | None, schema: Schema) -> Figure:
    target_table = tree.this if isinstance(tree, exp.Insert) else None
    named = target_table.find(exp.Table) if target_table is not None else None
    table = schema.table(named.name) if named is not None else None
    rate = (table.rows_per_day or _growing(table)) if table else None
    if table is None or rate is None:
        basis = "assumed: neither the statements nor the designer say how often"
        return Figure(value=_DEFAULT_PER_DAY, unit="executions/day", origin="assumed", basis=basis)
    origin: Origin = "derived" if rate.origin == "given" else rate.origin
    basis = f"once for each new row of {table.name}: {rate.basis}"
    return Figure(value=rate.value, unit="executions/day", origin=origin, basis=basis, facts=rate.facts)


def _growing(table: Table) -> Figure | None:
    """Return the new rows a day of a table of which only a stock is known."""
    if table.rows is None:
        return None
    basis = f"{table.rows.value:,.0f} rows x {STOCK_GROWTH:.0f}% a year (assumed) / {YEAR_DAYS} days"
    value = table.rows.value * STOCK_GROWTH / 100 / YEAR_DAYS
    return Figure(value=value, unit="rows/day", origin="assumed", basis=basis, facts=table.rows.facts)


def target(given: QueryAnswer, brief: Brief) -> Figure | None:
    """Return the latency that the query must keep; `given` where a statement has this very figure."""
    if given.latency_ms is None:
        return None
    stated = [q.figure for q in brief.quantities if q.metric == "latency" and q.figure.value == given.latency_ms]
    if stated:
        return Figure(value=given.latency_ms, unit="ms", origin="given", basis=stated[0].basis, facts=stated[0].facts)
    return Figure(value=given.latency_ms, unit="ms", origin="assumed", basis="assumed: no statement sets this target")
