"""Where the run goes after the critic."""

from __future__ import annotations

from typing import Literal

from langgraph.runtime import Runtime

from database_specialist.agent.config import Context
from database_specialist.agent.contract import FAILED
from database_specialist.agent.model.evidence import Stage
from database_specialist.agent.rules.critic import owners
from database_specialist.graph.parts import Parts
from database_specialist.graph.services import resolve
from database_specialist.graph.state import State

Mender = Literal["model_entities", "plan_schema", "plan_operations"]
AfterResearch = Literal["context7", "perplexity", "report_failure"]
AfterCritic = Literal[
    "model_entities", "plan_schema", "plan_operations", "approve", "write_document", "keep_draft", "report_failure"
]
AfterApproval = Literal[
    "model_entities", "plan_schema", "plan_operations", "verify", "review_operations", "criticise", "write_document"
]
_PROOFS: tuple[AfterApproval, ...] = ("verify", "review_operations", "criticise")
_MENDERS: dict[Stage, Mender] = {
    "model_entities": "model_entities",
    "plan_schema": "plan_schema",
    # The way back leads to where the branches part, so that they meet again. What nobody objected to costs nothing.
    "plan_indexes": "plan_schema",
    "plan_operations": "plan_operations",
}


def after_research(state: State) -> AfterResearch | list[AfterResearch]:
    """Ask about current practice, unless the documents cannot be used."""
    return "report_failure" if state["status"] in FAILED else ["context7", "perplexity"]


def after_reading(state: State) -> Literal["model_entities", "report_failure"]:
    """Go on unless the chat model failed for good."""
    return "report_failure" if state["status"] in FAILED else "model_entities"


def after_entities(state: State) -> Literal["plan_schema", "report_failure"]:
    """Go on unless the chat model failed for good."""
    return "report_failure" if state["status"] in FAILED else "plan_schema"


def after_indexes(state: State) -> Literal["plan_operations", "report_failure"]:
    """Go on unless the chat model failed for good, here or in one of the branches before."""
    return "report_failure" if state["status"] in FAILED else "plan_operations"


def after_critic(state: State, runtime: Runtime[Context]) -> AfterCritic:
    """Write what was accepted; send back what can be mended, while rounds are left and the design still changes."""
    if state["status"] in FAILED:
        return "report_failure"
    verdict = Parts(state, runtime).verdict
    if verdict.accepted:
        return "approve" if resolve(runtime.context).approval == "ask" else "write_document"
    seen = state["fingerprints"]
    stands_still = seen[-1] in seen[:-1]
    if stands_still or verdict.round >= resolve(runtime.context).max_rounds:
        return "keep_draft"
    return next((_MENDERS[owner] for owner in owners(verdict) if owner in _MENDERS), "keep_draft")


def after_approval(state: State) -> AfterApproval | list[AfterApproval]:
    """Write what the person accepted; go back to who mends; or go on behind the first part that was edited."""
    approval = state["approval"]
    if approval["decision"] == "accept":
        return "write_document"
    if approval["decision"] == "reject":
        return _MENDERS[approval["node"]]
    if {"entity_model", "schema_review", "workload"} & set(approval["edited"]):
        return "plan_schema"
    return "plan_operations" if "indexes" in approval["edited"] else list(_PROOFS)
