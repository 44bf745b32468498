"""What a designer says of the queries."""

from __future__ import annotations

from typing import Literal

from database_specialist.agent.answers.changes import merged, unknown
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


def amended_workload(answer: WorkloadAnswer, patch: WorkloadPatch) -> tuple[WorkloadAnswer, list[str]]:
    """Return an answer with changes to it, by the names of its queries, and what in them points at nothing."""
    gone = set(patch.withdraw)
    changed = WorkloadAnswer(
        queries=merged(answer.queries, patch.queries, lambda each: each.name, gone),
        not_served=tuple(dict.fromkeys((*answer.not_served, *patch.not_served))),
    )
    return changed, unknown(patch.withdraw, {each.name for each in (*answer.queries, *patch.queries)})
