"""Two tables without a condition between them multiply their rows.

https://www.postgresql.org/docs/current/queries-table-expressions.html#QUERIES-JOIN
"""

from __future__ import annotations

from collections.abc import Iterator

from sqlglot import exp

from database_specialist.agent.model.relational import Schema
from database_specialist.agent.model.workload import Workload
from database_specialist.agent.rules.rule import Objection, rule
from database_specialist.agent.rules.statements import statements


@rule("QRY015", "warning", "Tables joined without a condition", owner="plan_indexes")
def join_without_condition(schema: Schema, workload: Workload) -> Iterator[Objection]:
    """Object to joins with neither ON nor USING nor a comparison between two tables; CROSS JOIN is taken as meant."""
    for query, tree in statements(schema, workload):
        if any(_is_product(select) for select in tree.find_all(exp.Select)):
            yield Objection(
                place=query.id,
                message=f"{query.id} joins tables without a condition between them: it returns each pair of rows.",
                help=f"Add to {query.id} the ON that says which rows belong together.",
            )


def _is_product(select: exp.Select) -> bool:
    bare = [join for join in select.args.get("joins") or () if _is_bare(join)]
    where = select.args.get("where")
    linked = where is not None and any(
        isinstance(node.this, exp.Column)
        and isinstance(node.expression, exp.Column)
        and node.this.table != node.expression.table
        for node in where.find_all(exp.EQ)
    )
    return bool(bare) and not linked


def _is_bare(join: exp.Join) -> bool:
    stated = join.args.get("on") or join.args.get("using") or join.kind == "CROSS" or join.method == "NATURAL"
    table = join.this
    return not stated and isinstance(table, exp.Table) and isinstance(table.this, exp.Identifier)
