"""SQL holds two NULLs for different, so a unique key with a nullable column lets equal rows in.

https://www.postgresql.org/docs/current/ddl-constraints.html#DDL-CONSTRAINTS-UNIQUE-CONSTRAINTS
"""

from __future__ import annotations

from collections.abc import Iterator

from database_specialist.agent.model.relational import Schema
from database_specialist.agent.rules.rule import Objection, rule
from database_specialist.agent.rules.walk import listed, uniques


@rule("KEY002", "warning", "Nullable column in a composite unique key", owner="plan_schema")
def nullable_column_in_unique_key(schema: Schema) -> Iterator[Objection]:
    """Object to composite unique keys that NULLs escape. A single nullable column is meant so: unique when given."""
    for table, unique in uniques(schema):
        loose = [name for name in unique.columns if (column := table.column(name)) and column.nullable]
        if len(unique.columns) > 1 and loose and not unique.nulls_not_distinct and unique.where is None:
            yield Objection(
                place=f"{table.name}.{unique.name}",
                message=f"{unique.name} does not hold for rows whose {listed(loose)} is NULL: any number of equal "
                "rows is accepted.",
                help=f"Make {listed(loose)} NOT NULL, or declare the key NULLS NOT DISTINCT, or state by a WHERE "
                "which rows it is for.",
            )
