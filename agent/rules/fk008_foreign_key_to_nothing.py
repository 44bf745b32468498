"""A foreign key must point at a table and a unique key that exist.

https://www.postgresql.org/docs/current/ddl-constraints.html#DDL-CONSTRAINTS-FK
"""

from __future__ import annotations

from collections.abc import Iterator

from database_specialist.agent.model.relational import ForeignKey, Schema, Table
from database_specialist.agent.rules.rule import Objection, rule
from database_specialist.agent.rules.walk import foreign_keys, listed, tables_by_name, unique_sets


@rule("FK008", "error", "Foreign key to nothing unique", owner="plan_schema")
def foreign_key_to_nothing(schema: Schema) -> Iterator[Objection]:
    """Object to foreign keys whose table is missing, or whose target columns no key makes unique."""
    tables = tables_by_name(schema)
    for table, key in foreign_keys(schema):
        target = tables.get(key.ref_table)
        fault = _fault(key, target)
        if fault:
            yield Objection(
                place=f"{table.name}.{key.name}",
                message=f"{key.name} refers to {key.ref_table} ({listed(key.ref_columns)}): {fault}.",
                help=f"Point {key.name} at a primary key or a unique constraint, or add one to {key.ref_table}.",
            )


def _fault(key: ForeignKey, target: Table | None) -> str | None:
    if target is None:
        return "there is no such table"
    if len(key.columns) != len(key.ref_columns):
        return f"{len(key.columns)} columns cannot refer to {len(key.ref_columns)}"
    if not any(set(columns) == set(key.ref_columns) for columns in unique_sets(target)):
        return "no primary key or unique constraint is on exactly these columns"
    return None
