"""ORDER BY random() sorts the whole table to throw it away (SQL Antipatterns, Random Selection).

https://pragprog.com/titles/bksap1/sql-antipatterns-volume-1/
"""

from __future__ import annotations

from collections.abc import Iterator

from sqlglot import exp

from database_specialist.agent.model.relational import Schema
from database_specialist.agent.model.workload import Workload
from database_specialist.agent.rules.rule import Objection, rule
from database_specialist.agent.rules.statements import statements


@rule("QRY005", "warning", "ORDER BY random()", owner="plan_indexes")
def order_by_random(schema: Schema, workload: Workload) -> Iterator[Objection]:
    """Object to queries in random order."""
    for query, tree in statements(schema, workload):
        if any(order.find(exp.Rand) for order in tree.find_all(exp.Order)):
            yield Objection(
                place=query.id,
                message=f"{query.id} numbers and sorts every row at random, to keep a few.",
                help=f"Change {query.id} to draw random key values and look those up, or to TABLESAMPLE.",
            )
