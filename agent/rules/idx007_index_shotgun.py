"""Every index is one more write for each row (SQL Antipatterns, Index Shotgun).

https://pragprog.com/titles/bksap1/sql-antipatterns-volume-1/
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from database_specialist.agent.model.relational import Schema
from database_specialist.agent.model.workload import Indexes
from database_specialist.agent.rules.rule import Objection, rule
from database_specialist.agent.rules.walk import unique_sets

_MANY = 8


@rule("IDX007", "info", "Table with more than eight indexes", owner="plan_indexes")
def index_shotgun(schema: Schema, indexes: Indexes) -> Iterator[Objection]:
    """Object to tables with more than eight indexes, keys counted."""
    planned = Counter(index.table for index in indexes.planned)
    for table in schema.tables:
        count = planned[table.name] + len(unique_sets(table))
        if count > _MANY:
            yield Objection(
                place=table.name,
                message=f"{table.name} has {count} indexes: each insert writes to all of them.",
                help=f"Drop from {table.name} the indexes whose queries are rare or covered by another index.",
            )
