"""What a designer says of the queries."""

from __future__ import annotations

from database_specialist.agent.model.base import Part
from database_specialist.agent.model.workload import Query


class WorkloadPatch(Part):
    """Changes to the workload."""

    queries: tuple[Query, ...] = ()
    withdraw: tuple[str, ...] = ()
    not_served: tuple[str, ...] = ()
