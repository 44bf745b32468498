"""serial is a sequence that the column only half owns: grants and dumps treat it apart.

https://wiki.postgresql.org/wiki/Don%27t_Do_This#Don.27t_use_serial
"""

from __future__ import annotations

from collections.abc import Iterator

from database_specialist.agent.model.relational import Schema
from database_specialist.agent.rules.rule import Objection, rule
from database_specialist.agent.rules.walk import base_type, columns


@rule("TYP008", "warning", "serial instead of identity", owner="plan_schema")
def serial_instead_of_identity(schema: Schema) -> Iterator[Objection]:
    """Object to serial types, and to defaults that call nextval."""
    if schema.engine != "postgresql":
        return
    for table, column in columns(schema):
        if base_type(column.type).rstrip("248").endswith("serial") or "nextval(" in (column.default or "").lower():
            yield Objection(
                place=f"{table.name}.{column.name}",
                message=f"{table.name}.{column.name} draws from a sequence of its own: who may insert needs a second "
                "grant, and an explicit value is taken without a word until it collides.",
                help=f"Declare {table.name}.{column.name} as bigint GENERATED ALWAYS AS IDENTITY.",
            )
