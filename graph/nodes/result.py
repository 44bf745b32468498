"""Writing what the run came to."""

from __future__ import annotations

from pathlib import Path
from typing import cast

from langgraph.runtime import Runtime

from database_specialist.agent.accounting import by_step
from database_specialist.agent.answers.question import Usage
from database_specialist.agent.chat import answer
from database_specialist.agent.config import Context
from database_specialist.agent.contract import DatabaseDesign, Handover, SecurityNotes, handed_over
from database_specialist.agent.model.brief import Brief, Research
from database_specialist.agent.model.change import Change
from database_specialist.agent.model.design import FIRST_VERSION, SCHEMA_VERSION, Design
from database_specialist.agent.model.entities import EntityModel
from database_specialist.agent.model.evidence import EvidenceLog, Measurement, Verdict
from database_specialist.agent.model.operations import Operations
from database_specialist.agent.model.relational import Schema
from database_specialist.agent.model.workload import Indexes, Workload
from database_specialist.agent.report.files import render_files
from database_specialist.agent.security import security_notes
from database_specialist.graph.authorship import authorship
from database_specialist.graph.reading import teller
from database_specialist.graph.services import resolve, services
from database_specialist.graph.state import State, Update

DOCUMENT = "database-design.md"
DESIGN = "database-design.json"


def write_document(state: State, runtime: Runtime[Context]) -> Update:
    """Write the accepted design into the output folder."""
    written = services(runtime).output(Path(state["folder"])).write(_files(state))
    teller(runtime, "write_document")(f"{len(written.files)} files")
    update: Update = {
        "files": list(written.files),
        "edited": list(written.edited),
        "document_path": DOCUMENT,
        "document_sha256": written.document_sha256,
    }
    return {**update, **_result(state, runtime, update, design_path=DESIGN)}


def keep_draft(state: State, runtime: Runtime[Context]) -> Update:
    """Keep the design that was not accepted in the state folder, with what was found."""
    files = _files(state)
    folder = services(runtime).output(Path(state["folder"])).keep_draft(files)
    teller(runtime, "keep_draft")(f"draft in {folder}")
    update: Update = {"files": [str(folder / name) for name in files]}
    return {**update, **_result(state, runtime, update, design_path=str(folder / DESIGN))}


def report_failure(state: State, runtime: Runtime[Context]) -> Update:
    """Say why there is no design; what stands in the output folder is left alone."""
    teller(runtime, "report_failure")(f"{state['status']}: {state['reason']}")
    return _result(state, runtime, {}, design_path="")


def _result(state: State, runtime: Runtime[Context], update: Update, *, design_path: str) -> Update:
    """Return what the caller gets, and the line in the chat of a parent that has one."""
    brief = Brief.load(state["brief"]) if state.get("brief") else None
    verdict = Verdict.load(state["verdict"]) if state.get("verdict") else None
    result = DatabaseDesign(
        status=state["status"],
        reason=state["reason"],
        output_folder=resolve(runtime.context).output or state["folder"],
        document_path=update.get("document_path", ""),
        document_sha256=update.get("document_sha256", ""),
        files=tuple(update.get("files", ())),
        edited=tuple(update.get("edited", ())),
        design_path=design_path,
        design=handed_over(_handover(state)) if design_path else None,
        open_questions=brief.gaps if brief else (),
        assumptions=brief.assumptions if brief else (),
        sources=Research.load(state["research"]).sources if state.get("research") else (),
        security=_security(state) if design_path else None,
        findings=verdict.findings if verdict else (),
        rounds=verdict.round if verdict else 0,
        usage=by_step([Usage.load(each) for each in state["usage"]]),
    )
    said = {"messages": [{"role": "assistant", "content": answer(result)}]} if state.get("messages") else {}
    return cast(Update, {"database_design": result.dump()} | said)


def _handover(state: State) -> Handover:
    operations = Operations.load(state["operations"])
    return Handover(
        relational_schema=Schema.load(state["relational_schema"]),
        indexes=Indexes.load(state["indexes"]).planned,
        recovery_point=operations.backup.rpo,
        recovery_time=operations.backup.rto,
    )


def _security(state: State) -> SecurityNotes:
    return security_notes(
        Brief.load(state["brief"]),
        Schema.load(state["relational_schema"]),
        Workload.load(state["workload"]),
        Operations.load(state["operations"]).access,
    )


def _files(state: State) -> dict[str, str]:
    change = Change.load(state["change"]) if state.get("change") else None
    design = Design(
        schema_version=SCHEMA_VERSION if change else FIRST_VERSION,
        designer=authorship(state["makers"], state["takeovers"]),
        research=Research.load(state["research"]),
        brief=Brief.load(state["brief"]),
        entity_model=EntityModel.load(state["entity_model"]),
        relational_schema=Schema.load(state["relational_schema"]),
        workload=Workload.load(state["workload"]),
        indexes=Indexes.load(state["indexes"]),
        operations=Operations.load(state["operations"]),
        evidence=EvidenceLog.load(state["evidence"]),
        verdict=Verdict.load(state["verdict"]),
        change=change,
    )
    return render_files(design, tuple(Measurement.load(m) for m in state["measurements"]))
