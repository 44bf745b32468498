"""json keeps the text and is parsed again on every read; jsonb can be indexed and compared.

https://www.postgresql.org/docs/current/datatype-json.html
"""

from __future__ import annotations

from collections.abc import Iterator

from database_specialist.agent.model.relational import Schema
from database_specialist.agent.rules.rule import Objection, rule
from database_specialist.agent.rules.walk import base_type, columns


@rule("TYP007", "warning", "json instead of jsonb", owner="plan_schema")
def json_instead_of_jsonb(schema: Schema) -> Iterator[Objection]:
    """Object to PostgreSQL columns of type json."""
    if schema.engine != "postgresql":
        return
    for table, column in columns(schema):
        if base_type(column.type) == "json":
            yield Objection(
                place=f"{table.name}.{column.name}",
                message=f"{table.name}.{column.name} is json: it has no equality, so DISTINCT and UNION fail on it, "
                "and no GIN index serves it.",
                help=f"Declare {table.name}.{column.name} as jsonb.",
            )
