"""A yes or no kept as a number or a letter takes values that mean neither.

https://www.postgresql.org/docs/current/datatype-boolean.html
"""

from __future__ import annotations

from collections.abc import Iterator

from database_specialist.agent.model.relational import Schema
from database_specialist.agent.rules.rule import Objection, rule
from database_specialist.agent.rules.walk import columns, family, foreign_columns

_STATEMENTS = ("is_", "has_", "can_", "should_", "allows_", "requires_")


@rule("TYP010", "warning", "Yes or no as a number or a letter", owner="plan_schema")
def boolean_as_other_type(schema: Schema) -> Iterator[Objection]:
    """Object to `is_...` and `has_...` columns of integer or text type. SQLite and MySQL have no other boolean."""
    integers_stand_for_booleans = schema.engine != "postgresql"
    for table, column in columns(schema):
        kind = family(column.type)
        if not column.name.startswith(_STATEMENTS) or (kind == "integer" and integers_stand_for_booleans):
            continue
        if kind in ("integer", "text") and not column.values and column.name not in foreign_columns(table):
            yield Objection(
                place=f"{table.name}.{column.name}",
                message=f"{table.name}.{column.name} reads as yes or no and is {column.type}: 2, 'Y' and 'yes' all "
                "go in.",
                help=f"Declare {table.name}.{column.name} as boolean.",
            )
