"""A pattern that begins with a wildcard reads the whole table, unless a trigram index serves it.

https://www.postgresql.org/docs/current/pgtrgm.html#PGTRGM-INDEX
"""

from __future__ import annotations

from collections.abc import Iterator

from sqlglot import exp

from database_specialist.agent.model.relational import Schema
from database_specialist.agent.model.workload import Indexes, Workload
from database_specialist.agent.rules.rule import Objection, rule
from database_specialist.agent.rules.statements import sources, statements, table_of
from database_specialist.agent.rules.walk import mentions, projected_rows

_SMALL_TABLE = 10_000


@rule("QRY006", "warning", "Leading wildcard without an index for it", owner="plan_indexes")
def leading_wildcard(schema: Schema, workload: Workload, indexes: Indexes) -> Iterator[Objection]:
    """Object to LIKE '%...' on tables of ten thousand rows and more without a trigram or full-text index."""
    for query, tree in statements(schema, workload):
        named = sources(tree, schema)
        for node in tree.find_all(exp.Like, exp.ILike):
            column = node.this.find(exp.Column)
            table = table_of(column, named) if column else None
            if table is None or column is None or not _leads_with_wildcard(node.expression):
                continue
            rows = projected_rows(table, years=1)
            if (rows is None or rows >= _SMALL_TABLE) and not _has_text_index(indexes, table.name, column.name):
                yield Objection(
                    place=query.id,
                    message=f"{query.id} searches {table.name}.{column.name} with a leading wildcard: no B-tree "
                    "serves it, and it reads the whole table.",
                    help=f"Create a GIN index with gin_trgm_ops on {table.name} ({column.name}), or search by full "
                    "text.",
                )


def _leads_with_wildcard(pattern: exp.Expr) -> bool:
    first = next(iter(pattern.find_all(exp.Literal, exp.Placeholder, bfs=False)), None)
    return isinstance(first, exp.Literal) and first.is_string and str(first.this).startswith("%")


def _has_text_index(indexes: Indexes, table: str, column: str) -> bool:
    served = [
        index for index in indexes.planned if index.table == table and index.method in ("gin", "gist", "fulltext")
    ]
    return any(mentions(key.expression, column) for index in served for key in index.keys)
