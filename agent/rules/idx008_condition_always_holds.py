"""A condition that always holds makes an index partial in name only.

https://www.postgresql.org/docs/current/indexes-partial.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from database_specialist.agent.model.relational import Schema
from database_specialist.agent.model.workload import Indexes
from database_specialist.agent.rules.rule import Objection, rule
from database_specialist.agent.rules.walk import tables_by_name


@rule("IDX008", "info", "Index condition that always holds", owner="plan_indexes")
def condition_always_holds(schema: Schema, indexes: Indexes) -> Iterator[Objection]:
    """Object to `WHERE column IS NOT NULL` on a NOT NULL column."""
    tables = tables_by_name(schema)
    for index in indexes.planned:
        found = re.fullmatch(r"\(?\s*\"?(\w+)\"?\s+is\s+not\s+null\s*\)?", index.where or "", re.IGNORECASE)
        table = tables.get(index.table)
        column = table.column(found.group(1)) if found and table else None
        if column is not None and not column.nullable:
            yield Objection(
                place=f"{index.table}.{index.name}",
                message=f"{index.name} is for rows WHERE {index.where}, which every row is: planners must still "
                "prove it.",
                help=f"Drop the condition of {index.name}.",
            )
