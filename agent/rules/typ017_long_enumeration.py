"""A long list in a type changes with the business; a lookup table changes with an INSERT.

SQL Antipatterns, 31 Flavors:
https://pragprog.com/titles/bksap1/sql-antipatterns-volume-1/
"""

from __future__ import annotations

from collections.abc import Iterator

from database_specialist.agent.model.relational import Schema
from database_specialist.agent.rules.rule import Objection, rule
from database_specialist.agent.rules.walk import columns

_LONG = 12


@rule("TYP017", "info", "Long enumeration in a type or a check", owner="model_entities")
def long_enumeration(schema: Schema) -> Iterator[Objection]:
    """Object to columns with more than twelve allowed values."""
    for table, column in columns(schema):
        if len(column.values) > _LONG:
            yield Objection(
                place=f"{table.name}.{column.name}",
                message=f"{table.name}.{column.name} allows {len(column.values)} values: a list of that length "
                "changes, and each change is a migration.",
                help=f"Move the values of {table.name}.{column.name} into a lookup table and refer to it.",
            )
