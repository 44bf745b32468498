"""Put a designer's review into the computed plan of operations."""

from __future__ import annotations

from collections.abc import Iterable

from database_specialist.agent.answers.plans import OperationsReview
from database_specialist.agent.model.base import Decision
from database_specialist.agent.model.operations import Operations

_SCALING = frozenset({"partitioning", "replica", "cache", "sharding"})


def reviewed_operations(operations: Operations, review: OperationsReview) -> Operations:
    """Return the plan with the reviewer's decisions, numbered OD1, OD2, ..., beside those that were computed."""
    decided = [each.model_copy(update={"id": f"OD{number}"}) for number, each in enumerate(review.decisions, 1)]
    by_topic = {topic: [each for each in decided if each.topic == topic] for topic in ("backup", "nosql")}
    scaling = [each for each in decided if each.topic in _SCALING]
    return operations.model_copy(
        update={
            "scaling": operations.scaling.model_copy(
                update={"decisions": _added(operations.scaling.decisions, scaling)}
            ),
            "backup": operations.backup.model_copy(
                update={"decisions": _added(operations.backup.decisions, by_topic["backup"])}
            ),
            "nosql": operations.nosql.model_copy(
                update={"decisions": _added(operations.nosql.decisions, by_topic["nosql"])}
            ),
        }
    )


def _added(computed: Iterable[Decision], reviewed: Iterable[Decision]) -> tuple[Decision, ...]:
    return (*computed, *reviewed)
