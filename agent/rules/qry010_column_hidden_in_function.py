"""A function around the column hides it from its index.

https://www.postgresql.org/docs/current/indexes-expressional.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from sqlglot import exp

from database_specialist.agent.model.relational import Schema
from database_specialist.agent.model.workload import Indexes, Workload
from database_specialist.agent.rules.rule import Objection, rule
from database_specialist.agent.rules.statements import conditions, sources, statements, table_of
from database_specialist.agent.rules.walk import uniques


@rule("QRY010", "warning", "Column hidden in a function", owner="plan_indexes")
def column_hidden_in_function(schema: Schema, workload: Workload, indexes: Indexes) -> Iterator[Objection]:
    """Object to conditions on a function of one column that no index or unique key on that expression serves."""
    keyed = _keyed_expressions(schema, indexes)
    for query, tree in statements(schema, workload):
        named = sources(tree, schema)
        for node in conditions(tree):
            column = _hidden(node)
            table = table_of(column, named) if column else None
            if table is None or column is None or not node.find_ancestor(exp.Where):
                continue
            side = node.this.sql()
            if _squeezed(side) not in keyed.get(table.name, ()):
                yield Objection(
                    place=query.id,
                    message=f"{query.id} tests {side}: an index on {table.name}.{column.name} does not serve it.",
                    help=f"Compare {table.name}.{column.name} itself (a range, say) in {query.id}, or create an "
                    f"index on ({side}).",
                )


def _hidden(node: exp.Expr) -> exp.Column | None:
    """Return the one column inside a function or cast on the left of a comparison with a value."""
    side, other = node.this, node.args.get("expression")
    found = list(side.find_all(exp.Column)) if isinstance(side, exp.Func) else []
    against_value = other is None or other.find(exp.Column) is None
    is_aggregate = side.find(exp.AggFunc, exp.Coalesce) is not None
    return found[0] if len(found) == 1 and against_value and not is_aggregate else None


def _keyed_expressions(schema: Schema, indexes: Indexes) -> dict[str, set[str]]:
    keyed: dict[str, set[str]] = {}
    for index in indexes.planned:
        keyed.setdefault(index.table, set()).update(_squeezed(key.expression) for key in index.keys)
    for table, unique in uniques(schema):
        keyed.setdefault(table.name, set()).update(_squeezed(name) for name in unique.columns)
    return keyed


def _squeezed(expression: str) -> str:
    return re.sub(r"\w+\.(?=\w)|[\s()\"]", "", expression.lower())
