"""A table that holds nothing but a made-up number says nothing about anything.

https://www.schemacrawler.com/lint.html
"""

from __future__ import annotations

from collections.abc import Iterator

from database_specialist.agent.model.relational import Schema
from database_specialist.agent.rules.rule import Objection, rule
from database_specialist.agent.rules.walk import is_surrogate


@rule("DES006", "warning", "Table with nothing but a key", owner="model_entities")
def nothing_but_a_key(schema: Schema) -> Iterator[Objection]:
    """Object to tables without a column beside their surrogate key; other tables' lists of names are left alone."""
    for table in schema.tables:
        if len(table.columns) == 1 and is_surrogate(table, table.columns[0]):
            yield Objection(
                place=table.name,
                message=f"{table.name} holds nothing but {table.columns[0].name}: its rows cannot be told apart by "
                "anybody who reads them.",
                help=f"Add the attributes of {table.name}, or drop it.",
            )
