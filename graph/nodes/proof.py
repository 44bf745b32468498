"""Proving the design, criticising it, and judging it."""

from __future__ import annotations

import dataclasses

from langgraph.runtime import Runtime

from database_specialist.agent.answers.plans import OperationsReview
from database_specialist.agent.config import Context
from database_specialist.agent.contract import FAILED
from database_specialist.agent.designer.designer import Designer
from database_specialist.agent.model.evidence import Finding
from database_specialist.agent.model.operations import Operations
from database_specialist.agent.operations.review import reviewed_operations
from database_specialist.agent.rules.critic import judge
from database_specialist.agent.verification.changing import Changing
from database_specialist.agent.verification.verify import verify as prove
from database_specialist.graph.asking import asks
from database_specialist.graph.parts import Parts
from database_specialist.graph.reading import Tell, fingerprint, round_of, teller
from database_specialist.graph.services import resolve, services
from database_specialist.graph.state import State, Update


def verify(state: State, runtime: Runtime[Context]) -> Update:
    """Run every claim of the design on the engine."""
    tell, parts = teller(runtime, "verify"), Parts(state, runtime)
    with services(runtime).sandbox(parts.schema.engine) as sandbox:
        tell(f"on {sandbox.engine}")
        verification = prove(
            entity_model=parts.entity_model,
            schema=parts.schema,
            workload=parts.workload,
            indexes=parts.indexes,
            operations=parts.operations,
            sandbox=sandbox,
            changing=_changing(parts, runtime),
            depth=resolve(runtime.context).depth,
            key_store=services(runtime).key_store,
            progress=tell,
        )
    log = verification.log
    tell(f"{len(log.records)} checks, {len(log.failed)} failed")
    return {**parts.kept(evidence=log), "measurements": [m.dump() for m in verification.measurements]}


def _changing(parts: Parts, runtime: Runtime[Context]) -> Changing | None:
    if parts.existing is None or parts.change is None:
        return None
    return Changing(parts.existing, parts.change, services(runtime).read_schema)


@asks
def criticise(state: State, runtime: Runtime[Context], designer: Designer, tell: Tell) -> Update:
    """Let the designer object to what rules and proofs cannot see."""
    read = fingerprint(*(state[key] for key in ("brief", "entity_model", "relational_schema", "workload", "indexes")))
    if state.get("critique") and state["critique"]["of"] == read and not _has_errors(state):
        return {}
    found = designer.criticise(Parts(state, runtime).subject)
    tell(f"{len(found)} objections")
    return {"critique": {"of": read, "findings": [finding.dump() for finding in found]}}


def critic(state: State, runtime: Runtime[Context]) -> Update:
    """Judge the design by rule, proof and objection; acceptance is computed."""
    if state["status"] in FAILED:
        return {}
    parts = Parts(state, runtime)
    operations = reviewed_operations(parts.operations, OperationsReview.load(state["operations_review"]))
    judged = dataclasses.replace(parts.subject, operations=operations, evidence=parts.evidence, change=parts.change)
    opinion = services(runtime).lint(parts.schema, operations)
    verdict = judge(judged, round=round_of(state), extra=(*opinion, *_critique(state)))
    errors = [finding.dump() for finding in verdict.findings if finding.severity == "error"]
    outcome = "accepted" if verdict.accepted else f"{len(errors)} errors"
    teller(runtime, "critic")(f"round {verdict.round}: {outcome}")
    return {
        **parts.kept(operations=operations, verdict=verdict),
        "objections": [*state["objections"], *errors],
        "fingerprints": [*state["fingerprints"], _design_fingerprint(state, operations)],
        "status": "accepted" if verdict.accepted else "not_accepted",
    }


def _critique(state: State) -> tuple[Finding, ...]:
    return tuple(Finding.load(each) for each in state["critique"]["findings"])


def _has_errors(state: State) -> bool:
    return any(finding.severity == "error" for finding in _critique(state))


def _design_fingerprint(state: State, operations: Operations) -> str:
    parts = (state[key] for key in ("entity_model", "relational_schema", "workload", "indexes"))
    return fingerprint(*parts, operations.dump())
