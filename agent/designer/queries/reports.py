"""Aggregates over a span of time, and exports."""

from __future__ import annotations

from collections.abc import Sequence

from database_specialist.agent.designer.queries.catalog import Catalog
from database_specialist.agent.designer.queries.predicates import in_tenant
from database_specialist.agent.designer.queries.statement import Bindings, Draft, Select
from database_specialist.agent.model.relational import Column, Table

_AMOUNTS = frozenset({"money", "decimal"})


def report(catalog: Catalog, table: Table, named: Sequence[str] = ()) -> Draft:
    """Write counts and sums of a span of time, by what the fact names, by state, or by day."""
    binds = Bindings(catalog.schema.engine)
    clock = catalog.clock(table)
    group = [_group(catalog, table, column) for column in _groups(catalog, table, named)]
    where = [*in_tenant(catalog, table, binds)]
    if clock is not None:
        name = catalog.qualified(table, clock)
        where.append(f"{name} >= {binds.of(table, clock, name='from_time')}")
        where.append(f"{name} < {binds.of(table, clock, name='until_time')}")
        group = group or [_day(catalog, table, clock)]
    amount, currency = _amount(table)
    if currency is not None:
        group.append((catalog.qualified(table, currency), currency.name))
    measures = ["count(*) AS row_count"]
    if amount is not None:
        measures.append(f"sum({catalog.qualified(table, amount)}) AS {catalog.quoted(f'total_{amount.name}')}")
    shown = [sql if sql.endswith(f".{alias}") else f"{sql} AS {alias}" for sql, alias in group]
    by = ", ".join(alias for _, alias in group)
    expressions = tuple(sql for sql, _ in group)
    select = Select(
        (*shown, *measures),
        catalog.quoted(table.name),
        where=tuple(where),
        group=expressions,
        order=expressions,
    )
    span = f" of a span of {clock.name}" if clock else ""
    return Draft(
        name=f"report_{table.name}" + (f"_by_{'_'.join(alias for _, alias in group)}" if group else ""),
        purpose=f"How many {table.name.replace('_', ' ')}{span}" + (f", by {by}." if by else "."),
        intent="report",
        table=table.name,
        sql=str(select),
        parameters=binds.parameters,
        returns="aggregate",
        staleness="minutes",
    )


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


def _groups(catalog: Catalog, table: Table, named: Sequence[str]) -> list[Column]:
    found = [column for name in named if (column := catalog.attribute(table, name))]
    keys = {name for key in table.foreign_keys for name in key.columns}
    found = [column for column in found if column.values or column.name in keys or column.logical_type == "boolean"][:2]
    state = catalog.state(table)
    return found or ([state] if state else [])


def _group(catalog: Catalog, table: Table, column: Column) -> tuple[str, str]:
    return catalog.qualified(table, column), catalog.quoted(column.name)


def _day(catalog: Catalog, table: Table, clock: Column) -> tuple[str, str]:
    name = catalog.qualified(table, clock)
    return (f"date_trunc('day', {name})" if catalog.schema.engine == "postgresql" else f"date({name})"), "day"


def _amount(table: Table) -> tuple[Column | None, Column | None]:
    """Return the amount worth adding up, and the currency without which the sum means nothing."""
    amounts = [column for column in table.columns if column.logical_type in _AMOUNTS]
    totals = [column for column in amounts if "total" in column.name or "amount" in column.name]
    amount = next(iter(totals), None)
    currency = next((column for column in table.columns if column.logical_type == "currency"), None)
    return amount, currency if amount is not None and amount.logical_type == "money" else None
