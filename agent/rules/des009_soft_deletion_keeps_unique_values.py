"""A row that is only marked as deleted still holds its unique values.

https://www.postgresql.org/docs/current/indexes-partial.html
"""

from __future__ import annotations

from collections.abc import Iterator

from database_specialist.agent.model.relational import Schema
from database_specialist.agent.rules.rule import Objection, rule
from database_specialist.agent.rules.walk import family, key_columns, listed


@rule("DES009", "warning", "Soft deletion keeps unique values taken", owner="plan_schema")
def soft_deletion_keeps_unique_values(schema: Schema) -> Iterator[Objection]:
    """Object to complete unique keys on tables with deleted_at. Made-up values never come back, and may stay unique."""
    for table in schema.tables:
        marker = next((c.name for c in table.columns if c.name in ("deleted_at", "is_deleted", "deleted_on")), None)
        for unique in table.uniques if marker else ():
            held = [column for name in unique.columns if (column := table.column(name))]
            made_up = any(family(column.type) == "uuid" or column.logical_type == "secret_hash" for column in held)
            # A unique that carries the key serves composite references, whatever is deleted.
            if unique.where or made_up or marker in unique.columns or key_columns(table) & set(unique.columns):
                continue
            yield Objection(
                place=f"{table.name}.{unique.name}",
                message=f"A row of {table.name} marked by {marker} keeps its ({listed(unique.columns)}): nobody can "
                "use it again.",
                help=f"Make {unique.name} a unique index WHERE {marker} IS NULL, or state that the value stays taken.",
            )
