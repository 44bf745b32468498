from __future__ import annotations

from database_specialist.agent.answers.plans import OperationsReview
from database_specialist.agent.model.base import Decision
from database_specialist.agent.operations.review import reviewed_operations
from tests.tools.scripted import OPERATIONS


def decision(topic: str, name: str) -> Decision:
    return Decision.load({"id": name, "topic": topic, "subject": "orders", "choice": "yes", "why": "They grow."})


def test_a_reviewers_decisions_are_numbered_and_stand_behind_the_computed_ones() -> None:
    review = OperationsReview(decisions=(decision("nosql", "OP-x"), decision("cache", "y"), decision("backup", "OP-x")))
    reviewed = reviewed_operations(OPERATIONS, review)
    assert reviewed.scaling.decisions == (*OPERATIONS.scaling.decisions, decision("cache", "OD2"))
    assert reviewed.backup.decisions == (*OPERATIONS.backup.decisions, decision("backup", "OD3"))
    assert reviewed.nosql.decisions == (*OPERATIONS.nosql.decisions, decision("nosql", "OD1"))
