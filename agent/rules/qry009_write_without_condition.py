"""UPDATE or DELETE without WHERE changes every row.

https://www.postgresql.org/docs/current/sql-update.html
"""

from __future__ import annotations

from collections.abc import Iterator

from sqlglot import exp

from database_specialist.agent.model.relational import Schema
from database_specialist.agent.model.workload import Workload
from database_specialist.agent.rules.rule import Objection, rule
from database_specialist.agent.rules.statements import statements


@rule("QRY009", "error", "Write without a condition", owner="plan_indexes")
def write_without_condition(schema: Schema, workload: Workload) -> Iterator[Objection]:
    """Object to UPDATE and DELETE that touch all rows."""
    for query, tree in statements(schema, workload):
        for node in tree.find_all(exp.Update, exp.Delete):
            # The UPDATE of an upsert stands under its INSERT and changes the one row in conflict.
            if node.args.get("where") is None and not node.find_ancestor(exp.Insert, exp.Merge):
                yield Objection(
                    place=query.id,
                    message=f"{query.id} has no WHERE: it changes every row of its table.",
                    help=f"Add a WHERE to {query.id} that names the rows by their key.",
                )
