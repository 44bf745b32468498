"""A table without a primary key cannot be referred to, replicated by key, or cleaned of one of two equal rows.

https://www.postgresql.org/docs/current/ddl-constraints.html#DDL-CONSTRAINTS-PRIMARY-KEYS
"""

from __future__ import annotations

from collections.abc import Iterator

from database_specialist.agent.model.relational import Schema
from database_specialist.agent.rules.rule import Objection, rule


@rule("KEY001", "error", "Table without primary key", owner="plan_schema")
def table_without_primary_key(schema: Schema) -> Iterator[Objection]:
    """Object to tables whose rows nothing identifies."""
    for table in schema.tables:
        if table.primary_key is None or not table.primary_key.columns:
            yield Objection(
                place=table.name,
                message=f"{table.name} has no primary key: two equal rows cannot be told apart, and no row can be "
                "referred to.",
                help=f"Add a primary key to {table.name}: an identity column, or a natural key that never changes.",
            )
