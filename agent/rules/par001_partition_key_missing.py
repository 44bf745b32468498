"""A unique key of a partitioned table must hold the partition key: each partition only knows itself.

https://www.postgresql.org/docs/current/ddl-partitioning.html#DDL-PARTITIONING-DECLARATIVE-LIMITATIONS
"""

from __future__ import annotations

from collections.abc import Iterator

from database_specialist.agent.model.relational import Schema
from database_specialist.agent.rules.rule import Objection, rule
from database_specialist.agent.rules.walk import listed


@rule("PAR001", "error", "Partition key missing from a unique key", owner="plan_schema")
def partition_key_missing(schema: Schema) -> Iterator[Objection]:
    """Object to primary and unique keys of partitioned tables that leave out a partition column."""
    for table in schema.tables:
        if table.partitioning is None:
            continue
        named = [(unique.name, unique.columns) for unique in table.uniques]
        named += [(table.primary_key.name, table.primary_key.columns)] if table.primary_key else []
        for name, keys in named:
            missing = [column for column in table.partitioning.columns if column not in keys]
            if missing:
                yield Objection(
                    place=f"{table.name}.{name}",
                    message=f"{name} leaves out {listed(missing)}, by which {table.name} is partitioned: the engine "
                    "refuses it, for no partition knows the others' rows.",
                    help=f"Add {listed(missing)} to {name}, or keep the unique value in a table that is not "
                    "partitioned.",
                )
