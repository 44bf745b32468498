"""255 is a habit from another engine: as a limit it means nothing, and raising it is a migration.

https://wiki.postgresql.org/wiki/Don%27t_Do_This#Don.27t_use_varchar.28n.29_by_default
"""

from __future__ import annotations

from collections.abc import Iterator

from database_specialist.agent.model.relational import Schema
from database_specialist.agent.rules.rule import Objection, rule
from database_specialist.agent.rules.walk import base_type, columns, length


@rule("TYP005", "info", "varchar(255) by habit", owner="plan_schema")
def varchar_255(schema: Schema) -> Iterator[Objection]:
    """Object to PostgreSQL columns of type varchar(255)."""
    if schema.engine != "postgresql":
        return
    for table, column in columns(schema):
        if base_type(column.type) in ("varchar", "character varying") and length(column.type) == 255:
            yield Objection(
                place=f"{table.name}.{column.name}",
                message=f"{table.name}.{column.name} is limited to 255 characters, a number that no requirement gives.",
                help=f"Declare {table.name}.{column.name} as text, with a check where the documents state a limit.",
            )
