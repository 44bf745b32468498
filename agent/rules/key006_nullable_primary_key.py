"""A primary key column is NOT NULL by the standard; SQLite alone keeps NULLs in keys that are no INTEGER PRIMARY KEY.

https://www.sqlite.org/lang_createtable.html#the_primary_key
"""

from __future__ import annotations

from collections.abc import Iterator

from database_specialist.agent.model.relational import Schema
from database_specialist.agent.rules.rule import Objection, rule
from database_specialist.agent.rules.walk import base_type, columns, key_columns


@rule("KEY006", "warning", "Nullable column in a primary key", owner="plan_schema")
def nullable_primary_key(schema: Schema) -> Iterator[Objection]:
    """Object to primary keys over nullable columns."""
    for table, column in columns(schema):
        alone = key_columns(table) == {column.name}
        if schema.engine == "sqlite" and alone and base_type(column.type) == "integer":
            continue  # An alias of the rowid, never NULL.
        if column.name in key_columns(table) and column.nullable:
            yield Objection(
                place=f"{table.name}.{column.name}",
                message=f"{table.name}.{column.name} is part of the primary key and said to be nullable: engines "
                "disagree, and SQLite stores the NULLs.",
                help=f"Declare {table.name}.{column.name} NOT NULL.",
            )
