"""A parameter without a declaration has no value, and a declared one that is not used is a forgotten condition.

https://www.postgresql.org/docs/current/sql-prepare.html
"""

from __future__ import annotations

from collections.abc import Iterator

from sqlglot import exp

from database_specialist.agent.model.brief import Brief
from database_specialist.agent.model.relational import Schema
from database_specialist.agent.model.workload import Workload
from database_specialist.agent.rules.rule import Objection, rule
from database_specialist.agent.rules.statements import statements
from database_specialist.agent.rules.walk import listed


@rule("QRY002", "error", "Parameters that do not match the SQL", owner="plan_indexes")
def parameters_do_not_match(schema: Schema, workload: Workload, brief: Brief) -> Iterator[Objection]:
    """Object to parameters in the SQL only, or in the declaration only. Files that others wrote declare none."""
    for query, tree in statements(schema, workload):
        used = {str(node.this) for node in tree.find_all(exp.Placeholder) if node.this}
        declared = {parameter.name for parameter in query.parameters}
        if used != declared:
            lone = [*sorted(used - declared), *sorted(declared - used)]
            yield Objection(
                place=query.id,
                message=f"{query.id} and its parameters disagree on {listed(lone)}: it cannot be prepared as declared.",
                help=f"Declare each :name of {query.id} once, and drop the parameters that its SQL does not use.",
            )
