"""Old rows of a large table go by DROP of a partition in no time, by DELETE in hours and with a VACUUM after.

https://www.postgresql.org/docs/current/ddl-partitioning.html#DDL-PARTITIONING-OVERVIEW
"""

from __future__ import annotations

from collections.abc import Iterator

from database_specialist.agent.model.relational import Schema
from database_specialist.agent.rules.rule import Objection, rule

_ROWS_TO_DELETE_PER_DAY = 500_000


@rule("PAR004", "warning", "Large retention without partitions", owner="plan_schema")
def retention_without_partitions(schema: Schema) -> Iterator[Objection]:
    """Object to tables that lose half a million rows a day by retention and have no partitions, unless decided so."""
    decided = {decision.subject for decision in schema.decisions if decision.topic == "partitioning"}
    for table in schema.tables:
        arriving = table.rows_per_day.value if table.rows_per_day else 0
        if table.retention_days is None or table.partitioning or table.name in decided:
            continue
        if arriving >= _ROWS_TO_DELETE_PER_DAY and schema.engine != "sqlite":
            yield Objection(
                place=table.name,
                message=f"{table.name} must delete about {arriving:,.0f} rows a day to keep "
                f"{table.retention_days.value:,.0f} days: each leaves a dead row for VACUUM.",
                help=f"Partition {table.name} by range over its time, and drop the oldest partition instead.",
            )
