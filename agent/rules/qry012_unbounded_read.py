"""A list without a limit is short in the test and a million rows in year two.

https://www.postgresql.org/docs/current/queries-limit.html
"""

from __future__ import annotations

from collections.abc import Iterator

from sqlglot import exp

from database_specialist.agent.model.relational import Schema
from database_specialist.agent.model.workload import Workload
from database_specialist.agent.rules.rule import Objection, rule
from database_specialist.agent.rules.statements import sources, statements
from database_specialist.agent.rules.walk import projected_rows

_LARGE_TABLE = 10_000


@rule("QRY012", "warning", "Unbounded read of a large table", owner="plan_indexes")
def unbounded_read(schema: Schema, workload: Workload) -> Iterator[Objection]:
    """Object to lists with neither WHERE nor LIMIT nor aggregate, over ten thousand rows in the first year and more."""
    for query, tree in statements(schema, workload):
        bounded = any(tree.args.get(clause) for clause in ("where", "limit", "group"))
        if not isinstance(tree, exp.Select) or bounded or any(item.find(exp.AggFunc) for item in tree.expressions):
            continue
        large = [table for table in sources(tree, schema).values() if (projected_rows(table, 1) or 0) >= _LARGE_TABLE]
        if large and tree.find(exp.Join) is None:
            yield Objection(
                place=query.id,
                message=f"{query.id} returns all of {large[0].name}: {projected_rows(large[0], 1):,.0f} rows after a "
                "year.",
                help=f"Add a condition, or ORDER BY and LIMIT with keyset paging, to {query.id}.",
            )
