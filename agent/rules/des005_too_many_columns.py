"""A table of so many columns is several things in one, and every update copies the whole row.

https://www.schemacrawler.com/lint.html
"""

from __future__ import annotations

from collections.abc import Iterator

from database_specialist.agent.model.relational import Schema
from database_specialist.agent.rules.rule import Objection, rule

_MANY = 60


@rule("DES005", "warning", "Table with more than sixty columns", owner="model_entities")
def too_many_columns(schema: Schema) -> Iterator[Objection]:
    """Object to tables of more than sixty columns."""
    for table in schema.tables:
        if len(table.columns) > _MANY:
            yield Objection(
                place=table.name,
                message=f"{table.name} has {len(table.columns)} columns: each update writes all of them anew.",
                help=f"Split {table.name} by what changes together, one to one, with the rare columns apart.",
            )
