"""A check over columns that are not there cannot be created.

https://www.postgresql.org/docs/current/ddl-constraints.html#DDL-CONSTRAINTS-CHECK-CONSTRAINTS
"""

from __future__ import annotations

from collections.abc import Iterator

from sqlglot import exp

from database_specialist.agent.model.relational import Schema
from database_specialist.agent.rules.rule import Objection, rule
from database_specialist.agent.rules.statements import parsed
from database_specialist.agent.rules.walk import listed


@rule("CHK002", "error", "Check on a missing column", owner="plan_schema")
def check_on_missing_column(schema: Schema) -> Iterator[Objection]:
    """Object to checks that name a column the table does not have. Expressions that sqlglot cannot read are left."""
    for table in schema.tables:
        for check in table.checks:
            tree = parsed(f"SELECT 1 WHERE {check.expression}", schema.engine)
            named = dict.fromkeys(column.name for column in tree.find_all(exp.Column)) if tree else {}
            # PostgreSQL folds what is not quoted; VALUE stands for the value of a domain.
            known = {column.name.lower() for column in table.columns} | {"value"}
            missing = [name for name in named if name.lower() not in known]
            if missing:
                yield Objection(
                    place=f"{table.name}.{check.name}",
                    message=f"{check.name} tests {listed(missing)}, which {table.name} does not have: it cannot be "
                    "created.",
                    help=f"Rewrite {check.name} over columns of {table.name}, or add {listed(missing)}.",
                )
