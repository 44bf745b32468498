"""A join table that allows a pair twice doubles every join through it.

SQL Antipatterns (Karwin), chapter Jaywalking, on the intersection table:
https://pragprog.com/titles/bksap1/sql-antipatterns-volume-1/
"""

from __future__ import annotations

from collections.abc import Iterator

from database_specialist.agent.model.relational import Schema, Table
from database_specialist.agent.rules.rule import Objection, rule
from database_specialist.agent.rules.walk import foreign_columns, key_columns, listed, unique_sets

_BOOKKEEPING = frozenset({"created_at", "updated_at", "added_at", "assigned_at", "linked_at", "created_by", "added_by"})


@rule("KEY003", "warning", "Join table accepts the same pair twice", owner="plan_schema")
def join_table_without_unique_pair(schema: Schema) -> Iterator[Objection]:
    """Object to pure join tables (two references, else only keys and times) without a key on the pair."""
    for table in schema.tables:
        if len(table.foreign_keys) != 2 or not _is_pure_link(table):
            continue
        pair = foreign_columns(table)
        if not any(set(columns) <= pair for columns in unique_sets(table)):
            names = listed(column.name for column in table.columns if column.name in pair)
            yield Objection(
                place=table.name,
                message=f"{table.name} accepts the same ({names}) twice, and each join through it then counts double.",
                help=f"Make ({names}) the primary key of {table.name}, or add a unique constraint on it.",
            )


def _is_pure_link(table: Table) -> bool:
    linked = foreign_columns(table) | key_columns(table)
    return all(column.name in linked or column.name in _BOOKKEEPING for column in table.columns)
