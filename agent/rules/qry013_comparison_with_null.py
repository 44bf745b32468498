"""A comparison with NULL is never true, not even NULL = NULL.

https://www.postgresql.org/docs/current/functions-comparison.html
"""

from __future__ import annotations

from collections.abc import Iterator

from sqlglot import exp

from database_specialist.agent.model.relational import Schema
from database_specialist.agent.model.workload import Workload
from database_specialist.agent.rules.rule import Objection, rule
from database_specialist.agent.rules.statements import conditions, statements


@rule("QRY013", "error", "Comparison with NULL", owner="plan_indexes")
def comparison_with_null(schema: Schema, workload: Workload) -> Iterator[Objection]:
    """Object to = NULL and <> NULL in conditions."""
    for query, tree in statements(schema, workload):
        if any(
            isinstance(node, (exp.EQ, exp.NEQ)) and isinstance(node.expression, exp.Null) for node in conditions(tree)
        ):
            yield Objection(
                place=query.id,
                message=f"{query.id} compares with NULL: the condition is never true, so no row is ever found.",
                help=f"Change it to IS NULL or IS NOT NULL in {query.id}.",
            )
