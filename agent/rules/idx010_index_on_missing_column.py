"""An index on what is not there cannot be created.

https://www.postgresql.org/docs/current/sql-createindex.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from database_specialist.agent.model.relational import Schema
from database_specialist.agent.model.workload import Indexes
from database_specialist.agent.rules.rule import Objection, rule
from database_specialist.agent.rules.walk import index_columns, listed, tables_by_name


@rule("IDX010", "error", "Index on a missing table or column", owner="plan_indexes")
def index_on_missing_column(schema: Schema, indexes: Indexes) -> Iterator[Objection]:
    """Object to indexes on tables or plain columns that the schema does not have. Expressions are not looked into."""
    tables = tables_by_name(schema)
    for index in indexes.planned:
        table = tables.get(index.table)
        plain = [name for name in (*index_columns(index), *index.include) if re.fullmatch(r"\w+", name)]
        missing = [name for name in plain if table and table.column(name) is None]
        if table is None or missing:
            what = f"the column {listed(missing)}" if table else f"the table {index.table}"
            yield Objection(
                place=f"{index.table}.{index.name}",
                message=f"{index.name} is on {what}, which is not there: it cannot be created.",
                help=f"Plan {index.name} on columns that exist, or drop it.",
            )
