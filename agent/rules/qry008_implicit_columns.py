"""SELECT * and INSERT without columns change their meaning with the table (SQL Antipatterns, Implicit Columns).

https://pragprog.com/titles/bksap1/sql-antipatterns-volume-1/
"""

from __future__ import annotations

from collections.abc import Iterator

from sqlglot import exp

from database_specialist.agent.model.relational import Schema
from database_specialist.agent.model.workload import Workload
from database_specialist.agent.rules.rule import Objection, rule
from database_specialist.agent.rules.statements import is_select_star, statements


@rule("QRY008", "warning", "Columns left implicit", owner="plan_indexes")
def implicit_columns(schema: Schema, workload: Workload) -> Iterator[Objection]:
    """Object to SELECT *, and to INSERT without a list of columns."""
    for query, tree in statements(schema, workload):
        bare_insert = isinstance(tree, exp.Insert) and bool(tree.expression) and not isinstance(tree.this, exp.Schema)
        if is_select_star(tree) or bare_insert:
            yield Objection(
                place=query.id,
                message=f"{query.id} does not name its columns: the next column added to the table goes along, or "
                "breaks it, and no index-only scan serves it.",
                help=f"List in {query.id} the columns that it needs.",
            )
