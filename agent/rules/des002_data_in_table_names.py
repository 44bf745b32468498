"""sales_2024, sales_2025: data in the names of tables, a query a year (SQL Antipatterns, Metadata Tribbles).

https://pragprog.com/titles/bksap1/sql-antipatterns-volume-1/
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from database_specialist.agent.model.relational import Schema
from database_specialist.agent.rules.rule import Objection, rule
from database_specialist.agent.rules.walk import listed


@rule("DES002", "warning", "Data in table names", owner="plan_schema")
def data_in_table_names(schema: Schema) -> Iterator[Objection]:
    """Object to two tables or more that differ by a year. Partitions are not tables of the model."""
    stems: dict[str, list[str]] = {}
    for table in schema.tables:
        found = re.fullmatch(r"(.+?)_?((19|20)\d\d(_?(0[1-9]|1[0-2]|q[1-4]))?)", table.name)
        if found:
            stems.setdefault(found.group(1), []).append(table.name)
    for stem, names in stems.items():
        if len(names) > 1:
            yield Objection(
                place=names[0],
                message=f"{listed(names)} are one table cut by its dates: each query over time must name them all.",
                help=f"Merge them into one table {stem} with a date column, partitioned by range if it is large.",
            )
