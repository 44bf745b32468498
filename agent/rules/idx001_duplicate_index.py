"""Two indexes on the same keys cost twice and serve once.

https://www.postgresql.org/docs/current/indexes-intro.html
"""

from __future__ import annotations

from collections.abc import Iterator

from database_specialist.agent.model.relational import Schema
from database_specialist.agent.model.workload import Indexes
from database_specialist.agent.rules.rule import Objection, rule


@rule("IDX001", "warning", "Index planned twice", owner="plan_indexes")
def duplicate_index(schema: Schema, indexes: Indexes) -> Iterator[Objection]:
    """Object to indexes whose method, keys, condition and included columns an earlier index or a key has."""
    first: dict[tuple[object, ...], str] = {}
    for table in schema.tables:
        if table.primary_key:
            first.setdefault((table.name, "btree", table.primary_key.columns, (), None), table.primary_key.name)
        for unique in table.uniques:
            first.setdefault((table.name, "btree", unique.columns, (), unique.where), unique.name)
    for index in indexes.planned:
        shown = tuple(key.expression + " desc" * key.descending for key in index.keys)
        classes = [key.operator_class for key in index.keys if key.operator_class]
        kept = first.setdefault((index.table, index.method, (*shown, *classes), index.include, index.where), index.name)
        if kept != index.name:
            yield Objection(
                place=f"{index.table}.{index.name}",
                message=f"{index.name} repeats {kept}: each write to {index.table} pays for both, and one is never "
                "read.",
                help=f"Drop {index.name}.",
            )
