"""A plan that names what is not there was written for another design.

https://en.wikipedia.org/wiki/Referential_integrity
"""

from __future__ import annotations

from collections.abc import Iterator

from database_specialist.agent.model.operations import Operations
from database_specialist.agent.model.relational import Schema
from database_specialist.agent.model.workload import Workload
from database_specialist.agent.rules.rule import Objection, rule


@rule("OPS008", "error", "Plan that names what is not there", owner="plan_operations")
def plan_names_missing(schema: Schema, workload: Workload, operations: Operations) -> Iterator[Objection]:
    """Object to tables and queries that the operations name and the design lacks."""
    tables = {table.name for table in schema.tables} | {view.name for view in schema.views}
    queries = {query.id for query in workload.queries}
    for place, name in _named(operations):
        known = queries if place.startswith("query of") else tables
        if name not in known:
            yield Objection(
                place=name,
                message=f"{name}, the {place}, is not in the design: that part of the plan cannot be carried out.",
                help=f"Plan that part anew without {name}.",
            )


def _named(operations: Operations) -> Iterator[tuple[str, str]]:
    scaling = operations.scaling
    yield from (("table of the partition schedule", schedule.table) for schedule in scaling.partitions)
    yield from (("table of the shard key", name) for key in scaling.shard_keys for name in key.tables)
    yield from (("query of a replica", name) for replica in scaling.replicas for name in replica.queries)
    yield from (("query of a cache point", name) for point in scaling.caches for name in point.queries)
    yield from (("source of a search index", index.source_table) for index in operations.nosql.search)
    yield from (("table of the capacity plan", size.table) for size in operations.capacity.tables)
    for path in operations.access:
        yield "table of an access path", path.table
        yield from (("query of an access path", name) for name in path.queries)
