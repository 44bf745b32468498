"""A date kept as text sorts by its letters and takes the 31st of February.

https://www.postgresql.org/docs/current/datatype-datetime.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from database_specialist.agent.model.relational import Schema
from database_specialist.agent.rules.rule import Objection, rule
from database_specialist.agent.rules.walk import columns, family


@rule("TYP013", "warning", "Date or time as text", owner="plan_schema")
def date_as_text(schema: Schema) -> Iterator[Objection]:
    """Object to `..._at`, `..._on` and `..._date` columns of text type. SQLite has no other type for them."""
    if schema.engine == "sqlite":
        return
    for table, column in columns(schema):
        if re.search(r"_(at|on|date|datetime|timestamp)$|^(date|timestamp)$", column.name) is None:
            continue
        if family(column.type) == "text" and not column.values:
            yield Objection(
                place=f"{table.name}.{column.name}",
                message=f"{table.name}.{column.name} keeps a date as {column.type}: it sorts by its letters, and "
                "'2026-02-31' goes in.",
                help=f"Declare {table.name}.{column.name} as date or timestamptz.",
            )
