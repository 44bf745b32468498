"""Where every column may be empty, an empty row is a valid row.

https://www.schemacrawler.com/lint.html
"""

from __future__ import annotations

from collections.abc import Iterator

from database_specialist.agent.model.relational import Schema
from database_specialist.agent.rules.rule import Objection, rule
from database_specialist.agent.rules.walk import key_columns


@rule("DES007", "warning", "Every column optional", owner="model_entities")
def every_column_optional(schema: Schema) -> Iterator[Objection]:
    """Object to tables of three columns or more beside the key, all of them nullable."""
    for table in schema.tables:
        rest = [column for column in table.columns if column.name not in key_columns(table)]
        if len(rest) >= 3 and all(column.nullable for column in rest):
            yield Objection(
                place=table.name,
                message=f"{table.name} accepts a row with nothing in it: none of its {len(rest)} columns is required.",
                help=f"Declare NOT NULL what each row of {table.name} must have.",
            )
