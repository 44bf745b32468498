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
from database_specialist.agent.model.design import FIRST_VERSION, SCHEMA_VERSION, Design
from database_specialist.agent.model.evidence import Measurement
from database_specialist.agent.report.files import render_files
from database_specialist.agent.security import security_notes
from database_specialist.graph.authorship import authorship
from database_specialist.graph.parts import Parts
from database_specialist.graph.reading import teller
from database_specialist.graph.services import resolve, services
from database_specialist.graph.state import State, Update

DOCUMENT = "database-design.md"
DESIGN = "database-design.json"


def write_document(state: State, runtime: Runtime[Context]) -> Update:
    """Write the accepted design into the output folder."""
    written = services(runtime).output(Path(state["folder"])).write(_files(state, Parts(state, runtime)))
    teller(runtime, "write_document")(f"{len(written.files)} files")
    update: Update = {
        "files": list(written.files),
        "edited": list(written.edited),
        "document_path": DOCUMENT,
        "document_sha256": written.document_sha256,
    }
    return _result(state, runtime, update, design_path=DESIGN)


def keep_draft(state: State, runtime: Runtime[Context]) -> Update:
    """Keep the design that was not accepted in the state folder, with what was found."""
    files = _files(state, Parts(state, runtime))
    folder = services(runtime).output(Path(state["folder"])).keep_draft(files)
    teller(runtime, "keep_draft")(f"draft in {folder}")
    update: Update = {"files": [str(folder / name) for name in files]}
    return _result(state, runtime, update, design_path=str(folder / DESIGN))


def report_failure(state: State, runtime: Runtime[Context]) -> Update:
    """Say why there is no design; what stands in the output folder is left alone."""
    teller(runtime, "report_failure")(f"{state['status']}: {state['reason']}")
    return _result(state, runtime, {}, design_path="")


def _result(state: State, runtime: Runtime[Context], update: Update, *, design_path: str) -> Update:
    """Return the update with what the caller gets, and the line in the chat of a parent that has one."""
    parts = Parts(state, runtime)
    brief = parts.brief if parts.has("brief") else None
    verdict = parts.verdict if parts.has("verdict") else None
    result = DatabaseDesign(
        status=state["status"],
        reason=state["reason"],
        output_folder=resolve(runtime.context).output or state["folder"],
        document_path=update.get("document_path", ""),
        document_sha256=update.get("document_sha256", ""),
        files=tuple(update.get("files", ())),
        edited=tuple(update.get("edited", ())),
        design_path=design_path,
        design=handed_over(_handover(parts)) if design_path else None,
        open_questions=brief.gaps if brief else (),
        assumptions=brief.assumptions if brief else (),
        sources=parts.research.sources if parts.has("research") else (),
        security=_security(parts) if design_path else None,
        findings=verdict.findings if verdict else (),
        rounds=verdict.round if verdict else 0,
        usage=by_step([Usage.load(each) for each in state["usage"]]),
    )
    said = {"messages": [{"role": "assistant", "content": answer(result)}]} if state.get("messages") else {}
    return parts.with_room(cast(Update, {**update, "database_design": result.dump()} | said))


def _handover(parts: Parts) -> Handover:
    backup = parts.operations.backup
    return Handover(
        relational_schema=parts.schema,
        indexes=parts.indexes.planned,
        recovery_point=backup.rpo,
        recovery_time=backup.rto,
    )


def _security(parts: Parts) -> SecurityNotes:
    return security_notes(parts.brief, parts.schema, parts.workload, parts.operations.access)


def _files(state: State, parts: Parts) -> dict[str, str]:
    change = parts.change
    design = Design(
        schema_version=SCHEMA_VERSION if change else FIRST_VERSION,
        designer=authorship(state["makers"], state["takeovers"]),
        research=parts.research,
        brief=parts.brief,
        entity_model=parts.entity_model,
        relational_schema=parts.schema,
        workload=parts.workload,
        indexes=parts.indexes,
        operations=parts.operations,
        evidence=parts.evidence,
        verdict=parts.verdict,
        change=change,
    )
    return render_files(design, tuple(Measurement.load(m) for m in state["measurements"]))
