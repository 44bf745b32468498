"""An index on a column of two or three values finds half of the table: the planner reads the table instead.

https://www.postgresql.org/docs/current/indexes-partial.html
"""

from __future__ import annotations

from collections.abc import Iterator

from database_specialist.agent.model.relational import Schema
from database_specialist.agent.model.workload import Indexes
from database_specialist.agent.rules.rule import Objection, rule
from database_specialist.agent.rules.walk import family, tables_by_name

_FEW = 3


@rule("IDX003", "warning", "Index on a column of few values", owner="plan_indexes")
def index_on_few_values(schema: Schema, indexes: Indexes) -> Iterator[Objection]:
    """Object to complete indexes on one boolean, or on one enumeration of at most three values."""
    tables = tables_by_name(schema)
    for index in indexes.planned:
        table = tables.get(index.table)
        column = table.column(index.keys[0].expression) if table and len(index.keys) == 1 else None
        if column is None or index.where is not None or index.include:
            continue
        if family(column.type) == "boolean" or 0 < len(column.values) <= _FEW:
            yield Objection(
                place=f"{index.table}.{index.name}",
                message=f"{index.name} is on {column.name} alone, which has {len(column.values) or 2} values: a "
                "search by it reads most pages of the table anyway.",
                help=f"Make {index.name} partial on the rare value, or lead with a column that selects more.",
            )
