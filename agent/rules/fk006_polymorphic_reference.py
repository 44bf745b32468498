"""A type column and an id column that may point into any table (SQL Antipatterns, Polymorphic Associations).

https://pragprog.com/titles/bksap1/sql-antipatterns-volume-1/
"""

from __future__ import annotations

from collections.abc import Iterator

from database_specialist.agent.model.relational import Schema
from database_specialist.agent.rules.rule import Objection, rule
from database_specialist.agent.rules.walk import foreign_columns, is_log


@rule("FK006", "warning", "Reference that may point into any table", owner="model_entities")
def polymorphic_reference(schema: Schema) -> Iterator[Objection]:
    """Object to `x_type` + `x_id` pairs without a foreign key. Logs point at what may be gone, and are left alone."""
    for table in schema.tables:
        if is_log(table):
            continue
        names = {column.name for column in table.columns} - foreign_columns(table)
        for column in table.columns:
            stem = column.name.removesuffix("_type")
            if column.name in names and column.name.endswith("_type") and f"{stem}_id" in names:
                yield Objection(
                    place=f"{table.name}.{stem}_id",
                    message=f"{table.name}.{stem}_id points into the table that {column.name} names: no foreign key "
                    "can check it, and no join is the same for all rows.",
                    help=f"Give {table.name} one nullable foreign key for each target with a check that exactly one "
                    "is set, or a common supertype to refer to.",
                )
