"""A time with a zone offset but no date cannot know daylight saving; the type exists for the standard only.

https://wiki.postgresql.org/wiki/Don%27t_Do_This#Don.27t_use_timetz
"""

from __future__ import annotations

from collections.abc import Iterator

from database_specialist.agent.model.relational import Schema
from database_specialist.agent.rules.rule import Objection, rule
from database_specialist.agent.rules.walk import base_type, columns


@rule("TYP002", "warning", "Time with time zone", owner="plan_schema")
def time_with_time_zone(schema: Schema) -> Iterator[Objection]:
    """Object to columns of type timetz."""
    for table, column in columns(schema):
        if base_type(column.type) in ("timetz", "time with time zone"):
            yield Objection(
                place=f"{table.name}.{column.name}",
                message=f"{table.name}.{column.name} is a time of day with an offset: without a date the offset "
                "means nothing after the next change of daylight saving.",
                help=f"Declare {table.name}.{column.name} as time and keep the zone's name beside it, or timestamptz.",
            )
