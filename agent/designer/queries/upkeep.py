"""Maintenance that the design itself implies: what is past its retention, what has expired."""

from __future__ import annotations

from collections.abc import Iterator

from database_specialist.agent.designer.queries.catalog import Catalog
from database_specialist.agent.designer.queries.statement import Bindings, Draft
from database_specialist.agent.model.relational import Column, Table

_BATCH = 1000


def upkeep(catalog: Catalog) -> Iterator[Draft]:
    """Write the purge of each table that has a retention or holds tokens that expire."""
    for table in catalog.schema.tables:
        expiry = table.column("expires_at")
        clock = catalog.clock(table)
        if table.kind == "token" and expiry is not None:
            why = f"Deletes expired {table.name.replace('_', ' ')}, a batch at a time: nobody can use them any more."
            yield _purge(catalog, table, expiry, "purge_expired", why, table.facts)
        elif (
            table.retention_days is not None and clock is not None and not table.append_only and not table.partitioning
        ):
            days = table.retention_days
            rows = table.name.replace("_", " ")
            why = f"Deletes {rows} older than {days.value:g} days, a batch at a time: {days.basis}"
            yield _purge(catalog, table, clock, "purge", why, days.facts)


def expire(catalog: Catalog, table: Table) -> Draft | None:
    """Write the clean-up of rows whose time is over; None where no column says when that is."""
    named = ("expires_at", "expires_on", "reserved_until", "held_until", "valid_until", "expiry_date", "expired_at")
    column = next((found for name in named if (found := table.column(name))), None)
    if column is None or table.append_only:
        return None
    why = f"Deletes {table.name.replace('_', ' ')} whose {column.name} is past, a batch at a time."
    return _purge(catalog, table, column, "purge_expired", why, ())


def _purge(catalog: Catalog, table: Table, column: Column, verb: str, why: str, facts: tuple[str, ...]) -> Draft:
    binds = Bindings(catalog.schema.engine)
    name = catalog.quoted(table.name)
    before = f"{catalog.qualified(table, column)} < {binds.of(table, column, name='before')}"
    batch = binds.bind("batch_size", "bigint" if catalog.schema.engine == "postgresql" else "integer", example=_BATCH)
    order = catalog.qualified(table, column)
    if catalog.schema.engine in ("mysql", "mariadb"):
        sql = f"DELETE FROM {name}\nWHERE {before}\nORDER BY {order}\nLIMIT {batch}"
    else:
        keys = ", ".join(catalog.quoted(key.name) for key in catalog.key(table))
        inner = f"SELECT {keys} FROM {name}\n  WHERE {before}\n  ORDER BY {order}\n  LIMIT {batch}"
        sql = f"DELETE FROM {name}\nWHERE ({keys}) IN (\n  {inner}\n)"
    return Draft(
        name=f"{verb}_{table.name}",
        purpose=why,
        intent="purge",
        table=table.name,
        sql=sql,
        parameters=binds.parameters,
        returns="nothing",
        staleness="fresh",
        role="maintenance job",
        facts=facts,
    )
