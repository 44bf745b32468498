"""Where the run goes after the critic."""

from __future__ import annotations

from typing import Literal

from langgraph.runtime import Runtime

from database_specialist.agent.config import Context
from database_specialist.agent.model.evidence import Verdict
from database_specialist.agent.rules.critic import owners
from database_specialist.graph.services import resolve
from database_specialist.graph.state import State

AfterCritic = Literal[
    "model_entities", "plan_schema", "plan_indexes", "plan_operations", "write_document", "keep_draft"
]
_MENDERS: tuple[AfterCritic, ...] = ("model_entities", "plan_schema", "plan_indexes", "plan_operations")


def after_critic(state: State, runtime: Runtime[Context]) -> AfterCritic:
    """Write what was accepted; send back what can be mended, while rounds are left and the design still changes."""
    verdict = Verdict.load(state["verdict"])
    if verdict.accepted:
        return "write_document"
    seen = state["fingerprints"]
    stands_still = seen[-1] in seen[:-1]
    if stands_still or verdict.round >= resolve(runtime.context).max_rounds:
        return "keep_draft"
    return next((node for node in _MENDERS if node in owners(verdict)), "keep_draft")
