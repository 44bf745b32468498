"""NOT IN over a subquery is never true once the subquery yields a NULL.

https://wiki.postgresql.org/wiki/Don%27t_Do_This#Don.27t_use_NOT_IN
"""

from __future__ import annotations

from collections.abc import Iterator

from sqlglot import exp

from database_specialist.agent.model.relational import Schema
from database_specialist.agent.model.workload import Workload
from database_specialist.agent.rules.rule import Objection, rule
from database_specialist.agent.rules.statements import statements


@rule("QRY003", "warning", "NOT IN over a subquery", owner="plan_indexes")
def not_in_subquery(schema: Schema, workload: Workload) -> Iterator[Objection]:
    """Object to NOT IN (SELECT ...)."""
    for query, tree in statements(schema, workload):
        if any(node.args.get("query") and isinstance(node.parent, exp.Not) for node in tree.find_all(exp.In)):
            yield Objection(
                place=query.id,
                message=f"{query.id} asks NOT IN over a subquery: one NULL in it and the answer is empty, and the "
                "planner cannot turn it into an anti-join.",
                help=f"Change {query.id} to NOT EXISTS (SELECT ... WHERE ...).",
            )
