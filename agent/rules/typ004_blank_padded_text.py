"""char(n) pads with blanks, compares without them, and saves nothing.

https://wiki.postgresql.org/wiki/Don%27t_Do_This#Don.27t_use_char.28n.29
"""

from __future__ import annotations

from collections.abc import Iterator

from database_specialist.agent.model.relational import Schema
from database_specialist.agent.rules.rule import Objection, rule
from database_specialist.agent.rules.walk import base_type, columns


@rule("TYP004", "warning", "Blank-padded text", owner="plan_schema")
def blank_padded_text(schema: Schema) -> Iterator[Objection]:
    """Object to PostgreSQL columns of type char(n), also for codes: a value too short is padded, not refused."""
    if schema.engine != "postgresql":
        return
    for table, column in columns(schema):
        if base_type(column.type) in ("char", "character", "bpchar"):
            yield Objection(
                place=f"{table.name}.{column.name}",
                message=f"{table.name}.{column.name} is {column.type}: a shorter value is padded with blanks that "
                "some comparisons see and others do not.",
                help=f"Declare {table.name}.{column.name} as text with a check on its length or its pattern.",
            )
