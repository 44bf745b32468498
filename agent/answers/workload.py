"""What a designer says of the queries."""

from __future__ import annotations

from typing import Literal

from database_specialist.agent.model.base import FactId, Name, Part, Scalar


class ParameterAnswer(Part):
    """A parameter whose type its place in the SQL does not tell."""

    name: Name
    type: str
    source: str | None = None
    example: Scalar = None


class QueryAnswer(Part):
    """One access pattern. Parameters, their types and what the query returns are read from the SQL."""

    id: str | None = None
    name: Name
    sql: str
    per_day: float | None = None
    basis: str = ""
    facts: tuple[FactId, ...] = ()
    role: str | None = None
    staleness: Literal["fresh", "seconds", "minutes", "hours"] = "fresh"
    latency_ms: float | None = None
    parameters: tuple[ParameterAnswer, ...] = ()


class WorkloadAnswer(Part):
    """All access patterns."""

    queries: tuple[QueryAnswer, ...] = ()
    not_served: tuple[str, ...] = ()


class WorkloadPatch(WorkloadAnswer):
    """Changes to the workload."""

    withdraw: tuple[str, ...] = ()
