"""A row that fits no partition is refused: the first of January then stops the writes.

https://www.postgresql.org/docs/current/ddl-partitioning.html
"""

from __future__ import annotations

from collections.abc import Iterator

from database_specialist.agent.model.operations import Operations
from database_specialist.agent.model.relational import Schema
from database_specialist.agent.rules.rule import Objection, rule


@rule("PAR002", "warning", "No partition for what comes", owner="plan_schema")
def no_default_partition(schema: Schema, operations: Operations | None = None) -> Iterator[Objection]:
    """Object to range and list partitions without a default one, unless a schedule creates them ahead."""
    scheduled = (
        {schedule.table for schedule in operations.scaling.partitions if schedule.create_ahead} if operations else ()
    )
    for table in schema.tables:
        parts = table.partitioning
        if parts is None or parts.method == "hash" or table.name in scheduled:
            continue
        if not any("default" in part.bounds.lower() or "maxvalue" in part.bounds.lower() for part in parts.partitions):
            yield Objection(
                place=table.name,
                message=f"{table.name} has {len(parts.partitions)} partitions and none for other values: the first "
                "row beyond them is refused.",
                help=f"Add a DEFAULT partition to {table.name}, and schedule the creation of the next ones.",
            )
