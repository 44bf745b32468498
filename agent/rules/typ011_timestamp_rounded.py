"""timestamp(0) rounds, it does not cut: half of all values lie in the future when they are stored.

https://wiki.postgresql.org/wiki/Don%27t_Do_This#Don.27t_use_timestamp.280.29_or_timestamptz.280.29
"""

from __future__ import annotations

from collections.abc import Iterator

from database_specialist.agent.model.relational import Schema
from database_specialist.agent.rules.rule import Objection, rule
from database_specialist.agent.rules.walk import columns, family, length


@rule("TYP011", "info", "Timestamp rounded to the second", owner="plan_schema")
def timestamp_rounded(schema: Schema) -> Iterator[Objection]:
    """Object to PostgreSQL timestamps of precision 0."""
    if schema.engine != "postgresql":
        return
    for table, column in columns(schema):
        if family(column.type) == "timestamp" and length(column.type) == 0:
            yield Objection(
                place=f"{table.name}.{column.name}",
                message=f"{table.name}.{column.name} rounds to the nearest second: now() is stored up to half a "
                "second in the future.",
                help=f"Declare {table.name}.{column.name} without a precision, and cut with date_trunc when it is "
                "shown.",
            )
