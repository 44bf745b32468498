"""Random UUIDs land on random leaf pages: a hot insert table touches its whole index. UUIDv7 grows at one end.

https://www.postgresql.org/docs/current/functions-uuid.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from database_specialist.agent.model.relational import Schema
from database_specialist.agent.rules.rule import Objection, rule
from database_specialist.agent.rules.walk import columns, key_columns

_HOT_ROWS_PER_DAY = 100_000


@rule("KEY005", "warning", "Random UUID key on a hot insert table", owner="plan_schema")
def random_uuid_key_on_hot_table(schema: Schema) -> Iterator[Objection]:
    """Object to UUIDv4 primary keys where a hundred thousand rows or more arrive each day."""
    for table, column in columns(schema):
        random = re.search(r"gen_random_uuid|uuid_generate_v4|uuidv4", column.default or "", re.IGNORECASE)
        arrivals = table.rows_per_day.value if table.rows_per_day else 0
        if random and arrivals >= _HOT_ROWS_PER_DAY and column.name in key_columns(table):
            yield Objection(
                place=f"{table.name}.{column.name}",
                message=f"{table.name}.{column.name} is a random UUID: {arrivals:,.0f} inserts a day each dirty "
                "another page of the index and fill the WAL with page images.",
                help=f"Default {table.name}.{column.name} to uuidv7() (PostgreSQL 18), or use a bigint identity.",
            )
