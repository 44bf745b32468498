"""A latency that the design promises and no query states as a target cannot be tested.

https://sre.google/sre-book/service-level-objectives/
"""

from __future__ import annotations

from collections.abc import Iterator

from database_specialist.agent.model.brief import Brief
from database_specialist.agent.model.workload import Workload
from database_specialist.agent.rules.rule import Objection, rule


@rule("QRY016", "info", "Latency target on no query", owner="plan_indexes")
def latency_on_no_query(brief: Brief, workload: Workload) -> Iterator[Objection]:
    """Object once where the documents give a latency and no query carries one."""
    targets = [quantity for quantity in brief.quantities if quantity.metric == "latency"]
    if targets and workload.queries and not any(query.latency for query in workload.queries):
        yield Objection(
            place=targets[0].id,
            message=f"The documents ask for {targets[0].figure.value:g} {targets[0].figure.unit} "
            f"({targets[0].subject}), and no query carries a latency target.",
            help="Set the latency of the queries that this target is about.",
        )
