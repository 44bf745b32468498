"""A page of an unordered answer is any rows: two pages may share some and miss others.

https://www.postgresql.org/docs/current/queries-limit.html
"""

from __future__ import annotations

from collections.abc import Iterator

from database_specialist.agent.model.relational import Schema
from database_specialist.agent.model.workload import Workload
from database_specialist.agent.rules.rule import Objection, rule
from database_specialist.agent.rules.statements import statements


@rule("QRY011", "warning", "Page without an order", owner="plan_indexes")
def page_without_order(schema: Schema, workload: Workload) -> Iterator[Objection]:
    """Object to pages whose outermost SELECT has a LIMIT and no ORDER BY."""
    for query, tree in statements(schema, workload):
        if query.returns == "page" and tree.args.get("limit") and not tree.args.get("order"):
            yield Objection(
                place=query.id,
                message=f"{query.id} returns a page in no order: the next page may repeat its rows and leave out "
                "others.",
                help=f"Add an ORDER BY that ends in a unique column to {query.id}.",
            )
