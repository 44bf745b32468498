"""A query without the partition key reads every partition.

https://www.postgresql.org/docs/current/ddl-partitioning.html#DDL-PARTITION-PRUNING
"""

from __future__ import annotations

from collections.abc import Iterator

from sqlglot import exp

from database_specialist.agent.model.relational import Schema
from database_specialist.agent.model.workload import Workload
from database_specialist.agent.rules.rule import Objection, rule
from database_specialist.agent.rules.statements import predicates, sources, statements
from database_specialist.agent.rules.walk import listed, tables_by_name

_FREQUENT_PER_DAY = 1_000


@rule("PAR003", "info", "Query that reads every partition", owner="model_entities")
def query_reads_every_partition(schema: Schema, workload: Workload) -> Iterator[Objection]:
    """Object to queries that test no partition column: as a warning from a thousand runs a day."""
    for query, tree in statements(schema, workload):
        if isinstance(tree, exp.Insert):
            continue
        tested = {(found.table.name, found.column) for found in predicates(tree, schema)}
        for table in dict.fromkeys(table.name for table in sources(tree, schema).values() if table.partitioning):
            keys = tables_by_name(schema)[table].partitioning
            if keys and not any((table, column) in tested for column in keys.columns):
                yield Objection(
                    place=query.id,
                    message=f"{query.id} tests no column of ({listed(keys.columns)}), by which {table} is "
                    f"partitioned: it looks into all of its partitions, {query.frequency.value:,.0f} times a day.",
                    help=f"Add a condition on {listed(keys.columns)} to {query.id}, or partition {table} by what its "
                    "queries ask for.",
                    severity="warning" if query.frequency.value >= _FREQUENT_PER_DAY else None,
                )
