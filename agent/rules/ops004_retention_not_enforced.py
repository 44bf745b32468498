"""A retention period that no job enforces is a sentence.

https://www.postgresql.org/docs/current/ddl-partitioning.html#DDL-PARTITIONING-OVERVIEW
"""

from __future__ import annotations

from collections.abc import Iterator

from database_specialist.agent.model.operations import Operations
from database_specialist.agent.model.relational import Schema
from database_specialist.agent.rules.rule import Objection, rule
from database_specialist.agent.rules.walk import mentions


@rule("OPS004", "warning", "Retention that nothing enforces", owner="plan_operations")
def retention_not_enforced(schema: Schema, operations: Operations) -> Iterator[Objection]:
    """Object to tables with a retention period that no partition schedule and no archival command names."""
    scheduled = {schedule.table for schedule in operations.scaling.partitions}
    commands = " ".join(operations.backup.archival)
    for table in schema.tables:
        if table.retention_days and table.name not in scheduled and not mentions(commands, table.name):
            yield Objection(
                place=table.name,
                message=f"{table.name} keeps its rows {table.retention_days.value:,.0f} days, and nothing removes "
                "them.",
                help=f"Add to the archival plan the job that removes the old rows of {table.name}.",
            )
