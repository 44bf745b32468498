"""A key over a column that the table does not have cannot be created.

https://www.postgresql.org/docs/current/sql-createtable.html
"""

from __future__ import annotations

from collections.abc import Iterator

from database_specialist.agent.model.relational import Schema, Table
from database_specialist.agent.rules.rule import Objection, rule
from database_specialist.agent.rules.walk import listed


@rule("KEY007", "error", "Key names a missing column", owner="plan_schema")
def key_on_missing_column(schema: Schema) -> Iterator[Objection]:
    """Object to primary, unique and foreign keys over columns that are not there. Expressions are not looked into."""
    for table in schema.tables:
        for name, key in _keys(table):
            missing = [column for column in key if not column.startswith("(") and table.column(column) is None]
            if missing:
                yield Objection(
                    place=f"{table.name}.{name}",
                    message=f"{name} names {listed(missing)}, which {table.name} does not have: it cannot be created.",
                    help=f"Add {listed(missing)} to {table.name}, or take it out of {name}.",
                )


def _keys(table: Table) -> Iterator[tuple[str, tuple[str, ...]]]:
    if table.primary_key:
        yield table.primary_key.name, table.primary_key.columns
    yield from ((unique.name, unique.columns) for unique in table.uniques)
    yield from ((key.name, key.columns) for key in table.foreign_keys)
