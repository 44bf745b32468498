"""A timestamp without time zone is a clock on the wall of an unknown town.

https://wiki.postgresql.org/wiki/Don%27t_Do_This#Don.27t_use_timestamp_.28without_time_zone.29
"""

from __future__ import annotations

from collections.abc import Iterator

from database_specialist.agent.model.relational import Schema
from database_specialist.agent.rules.rule import Objection, rule
from database_specialist.agent.rules.walk import base_type, columns


@rule("TYP001", "warning", "Timestamp without time zone", owner="plan_schema")
def timestamp_without_time_zone(schema: Schema) -> Iterator[Objection]:
    """Object to PostgreSQL columns of type timestamp."""
    if schema.engine != "postgresql":
        return
    for table, column in columns(schema):
        if base_type(column.type) in ("timestamp", "timestamp without time zone"):
            yield Objection(
                place=f"{table.name}.{column.name}",
                message=f"{table.name}.{column.name} does not say which instant it means: sessions in two time zones "
                "write two different times for one moment.",
                help=f"Declare {table.name}.{column.name} as timestamptz.",
            )
