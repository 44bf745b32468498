"""A person's word on a design that rules and proofs accepted: write it, mend it, or go on with an edited part."""

from __future__ import annotations

from typing import Any, Literal

from langgraph.runtime import Runtime
from langgraph.types import interrupt
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from database_specialist.agent.answers.review import SchemaReview
from database_specialist.agent.config import Context
from database_specialist.agent.errors import StateError
from database_specialist.agent.model.base import Part
from database_specialist.agent.model.entities import EntityModel
from database_specialist.agent.model.evidence import Finding
from database_specialist.agent.model.operations import Operations
from database_specialist.agent.model.workload import Indexes, Workload
from database_specialist.graph.parts import Parts, said_first
from database_specialist.graph.reading import teller
from database_specialist.graph.state import State, Update

PARTS: dict[str, type[Part]] = {
    "entity_model": EntityModel,
    "schema_review": SchemaReview,
    "workload": Workload,
    "indexes": Indexes,
    "operations": Operations,
}
"""The parts of the state that a person may put another in place of."""


class Approval(BaseModel):
    """What the person answers."""

    model_config = ConfigDict(extra="forbid", use_attribute_docstrings=True)

    decision: Literal["accept", "reject", "edit"]
    """`accept` writes the document, `reject` sends the design back, `edit` goes on with the parts in `edits`."""
    reason: str = ""
    """For `reject`: what is wrong, in words that the designer can act on."""
    node: Literal["model_entities", "plan_schema", "plan_indexes", "plan_operations"] = "model_entities"
    """For `reject`: who has to mend it."""
    place: str = ""
    """For `reject`: the element to mend, by name ("customer", "orders.status", "Q3"), where it is one. The rules
    designer, which does not read the reason, takes it out."""
    edits: dict[str, Any] = Field(default_factory=dict)
    """For `edit`: whole parts by their key in the state: entity_model, schema_review, workload, indexes, operations."""

    @model_validator(mode="after")
    def _require_what_is_needed(self) -> Approval:
        if self.decision == "reject" and not self.reason.strip():
            raise ValueError("reject needs a reason: what is wrong, so that it can be mended")
        if self.decision == "edit" and not self.edits:
            raise ValueError(f"edit needs edits: one or more of {', '.join(PARTS)}")
        for key, value in self.edits.items():
            if key not in PARTS:
                raise ValueError(f"edits: {key} is no part to edit; there are {', '.join(PARTS)}")
            PARTS[key].load(value)
        return self


def approve(state: State, runtime: Runtime[Context]) -> Update:
    """Wait for a person to accept, to reject with a reason, or to edit."""
    parts = Parts(state, runtime)
    approval = _asked(parts)
    teller(runtime, "approve")(" ".join(filter(None, (approval.decision, approval.reason))))
    ruled: Update = {"approval": approval.model_dump(exclude={"edits"}) | {"edited": sorted(approval.edits)}}
    if approval.decision == "reject":
        return {**ruled, **_rejected(state, parts, approval)}
    return {**ruled, **parts.kept(**{key: PARTS[key].load(value) for key, value in approval.edits.items()})}


def _asked(parts: Parts) -> Approval:
    """Ask until the answer is one; what was wrong with it stands in the next question."""
    problem = ""
    while True:
        answer = interrupt({**_form(parts), "problem": problem})
        try:
            return Approval.model_validate(_with_edits(answer, parts))
        except StateError as error:
            problem = f"edits: {error}"
        except ValidationError as error:
            problem = said_first(error)


def _with_edits(answer: Any, parts: Parts) -> Any:
    """Put what references of the state stand for into parts that were taken from it."""
    if isinstance(answer, dict) and isinstance(answer.get("edits"), dict):
        return {**answer, "edits": {key: parts.whole(value) for key, value in answer["edits"].items()}}
    return answer


def _form(parts: Parts) -> dict[str, Any]:
    verdict = parts.verdict
    return {
        "question": "The rules and the proofs accept this design. Shall the document be written?",
        "round": verdict.round,
        "tables": [table.name for table in parts.schema.tables],
        "indexes": [index.name for index in parts.indexes.planned],
        "claims_run": len(parts.evidence.records),
        "warnings": [f"{each.place}: {each.message}" for each in verdict.findings if each.severity == "warning"],
        "open_questions": [gap.question for gap in parts.brief.gaps],
        "answer": Approval.model_json_schema(),
    }


def _rejected(state: State, parts: Parts, approval: Approval) -> Update:
    finding = Finding(
        code="PERSON",
        severity="error",
        place=approval.place or "the design",
        message=approval.reason,
        help="Mend what the person who approves the design objects to.",
        owner=approval.node,
    )
    verdict = parts.verdict.model_copy(update={"accepted": False, "findings": (finding, *parts.verdict.findings)})
    return {
        **parts.kept(verdict=verdict),
        "objections": [*state["objections"], finding.dump()],
        "status": "not_accepted",
    }
