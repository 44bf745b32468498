"""OFFSET reads and throws away all pages before the one asked for, and shifts when rows arrive.

https://use-the-index-luke.com/no-offset
"""

from __future__ import annotations

from collections.abc import Iterator

from sqlglot import exp

from database_specialist.agent.model.relational import Schema
from database_specialist.agent.model.workload import Workload
from database_specialist.agent.rules.rule import Objection, rule
from database_specialist.agent.rules.statements import statements


@rule("QRY007", "warning", "Paging by OFFSET", owner="plan_indexes")
def offset_paging(schema: Schema, workload: Workload) -> Iterator[Objection]:
    """Object to OFFSET with a parameter."""
    for query, tree in statements(schema, workload):
        if any(offset.find(exp.Placeholder) for offset in tree.find_all(exp.Offset)):
            yield Objection(
                place=query.id,
                message=f"{query.id} pages by OFFSET: page 1,000 reads a thousand pages, and a row that arrives in "
                "between is shown twice.",
                help=f"Change {query.id} to keyset paging: WHERE (sort key, id) < (:last_key, :last_id) ... LIMIT "
                ":size.",
            )
