"""BETWEEN holds both ends, so a period of timestamps counts the midnight that begins the next one.

https://wiki.postgresql.org/wiki/Don%27t_Do_This#Don.27t_use_BETWEEN_.28especially_with_timestamps.29
"""

from __future__ import annotations

from collections.abc import Iterator

from sqlglot import exp

from database_specialist.agent.model.relational import Schema
from database_specialist.agent.model.workload import Workload
from database_specialist.agent.rules.rule import Objection, rule
from database_specialist.agent.rules.statements import sources, statements, table_of
from database_specialist.agent.rules.walk import family


@rule("QRY004", "warning", "BETWEEN over timestamps", owner="plan_indexes")
def between_timestamps(schema: Schema, workload: Workload) -> Iterator[Objection]:
    """Object to BETWEEN over a timestamp column."""
    for query, tree in statements(schema, workload):
        named = sources(tree, schema)
        for node in tree.find_all(exp.Between):
            column = node.this if isinstance(node.this, exp.Column) else None
            table = table_of(column, named) if column else None
            held = table.column(column.name) if table and column else None
            if held is not None and family(held.type) == "timestamp":
                yield Objection(
                    place=query.id,
                    message=f"{query.id} asks {held.name} BETWEEN: a row at the last instant is counted in two "
                    "periods.",
                    help=f"Change {query.id} to {held.name} >= :from AND {held.name} < :until.",
                )
