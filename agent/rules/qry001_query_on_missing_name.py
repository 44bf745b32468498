"""A query that names what the schema does not have cannot run.

https://www.postgresql.org/docs/current/errcodes-appendix.html
"""

from __future__ import annotations

from collections.abc import Iterator

from sqlglot import exp

from database_specialist.agent.model.relational import Schema
from database_specialist.agent.model.workload import Workload
from database_specialist.agent.rules.rule import Objection, rule
from database_specialist.agent.rules.statements import sources, statements
from database_specialist.agent.rules.walk import listed


@rule("QRY001", "error", "Query on a missing table or column", owner="plan_indexes")
def query_on_missing_name(schema: Schema, workload: Workload) -> Iterator[Objection]:
    """Object to unknown tables, and to unknown columns where a table's alias says whose they are."""
    names = {table.name for table in schema.tables} | {view.name for view in schema.views}
    names |= {part.name for table in schema.tables if table.partitioning for part in table.partitioning.partitions}
    for query, tree in statements(schema, workload):
        missing = [*_missing_tables(tree, names), *_missing_columns(tree, schema)]
        if missing:
            yield Objection(
                place=query.id,
                message=f"{query.id} names {listed(missing)}, which the schema does not have: it cannot run.",
                help=f"Write {query.id} over the tables and columns of the schema, or add {listed(missing)} to it.",
            )


def _missing_tables(tree: exp.Expr, names: set[str]) -> list[str]:
    local = {clause.alias for clause in tree.find_all(exp.CTE)}
    # FOR UPDATE OF names what stands in FROM, by its alias.
    tables = (node for node in tree.find_all(exp.Table) if not isinstance(node.parent, exp.Lock))
    found = [node for node in tables if isinstance(node.this, exp.Identifier) and not node.db]
    return list(dict.fromkeys(node.name for node in found if node.name not in names | local))


def _missing_columns(tree: exp.Expr, schema: Schema) -> list[str]:
    local = {clause.alias for clause in tree.find_all(exp.CTE, exp.Subquery)}
    named = {alias: table for alias, table in sources(tree, schema).items() if alias not in local}
    found = [column for column in tree.find_all(exp.Column) if column.table in named and column.name != "*"]
    return list(dict.fromkeys(f"{c.table}.{c.name}" for c in found if named[c.table].column(c.name) is None))
