"""A replica lags: what must be fresh cannot be read there.

https://www.postgresql.org/docs/current/hot-standby.html
"""

from __future__ import annotations

from collections.abc import Iterator

from database_specialist.agent.model.operations import Operations
from database_specialist.agent.model.workload import Workload
from database_specialist.agent.rules.rule import Objection, rule


@rule("OPS006", "error", "Fresh query on a replica", owner="plan_operations")
def fresh_query_on_replica(workload: Workload, operations: Operations) -> Iterator[Objection]:
    """Object to replicas that serve writes, or queries whose answer may not be old."""
    for replica in operations.scaling.replicas:
        served = [query for name in replica.queries if (query := workload.query(name))]
        for query in served:
            if query.kind == "write" or query.staleness == "fresh":
                yield Objection(
                    place=query.id,
                    message=f"{query.id} is sent to a replica and "
                    + ("writes." if query.kind == "write" else "may not be stale, which a replica is."),
                    help=f"Send {query.id} to the primary, or say how old its answer may be.",
                )
