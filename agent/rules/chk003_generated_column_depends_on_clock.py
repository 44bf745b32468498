"""A generated column holds what its expression gave when the row was written: an age would never grow.

https://www.postgresql.org/docs/current/ddl-generated-columns.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from database_specialist.agent.model.relational import Schema
from database_specialist.agent.rules.rule import Objection, rule
from database_specialist.agent.rules.walk import columns

_VOLATILE = re.compile(
    r"\b(now|clock_timestamp|statement_timestamp|transaction_timestamp|random|gen_random_uuid|uuidv7|sysdate|curdate|"
    r"current_setting)\s*\(|\bage\s*\([^,()]*\)|"
    r"\b(current_date|current_timestamp|current_time|localtime|localtimestamp|current_user|session_user)\b",
    re.IGNORECASE,
)


@rule("CHK003", "error", "Generated column that depends on the clock", owner="plan_schema")
def generated_column_depends_on_clock(schema: Schema) -> Iterator[Objection]:
    """Object to generated columns that call the clock, chance or the session."""
    for table, column in columns(schema):
        found = _VOLATILE.search(column.generated or "")
        if found:
            yield Objection(
                place=f"{table.name}.{column.name}",
                message=f"{column.name} is generated from {found.group().strip().rstrip('(').strip()}: the engine "
                "refuses it, for its value would change while nobody writes the row.",
                help=f"Drop {column.name}, and compute it in the queries or in a view on {table.name}.",
            )
