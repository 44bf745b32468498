"""Writing what the run came to."""

from __future__ import annotations

from pathlib import Path

from langgraph.runtime import Runtime

from database_specialist.agent.config import Context
from database_specialist.agent.model.brief import Brief, Research
from database_specialist.agent.model.design import Design
from database_specialist.agent.model.entities import EntityModel
from database_specialist.agent.model.evidence import EvidenceLog, Measurement, Verdict
from database_specialist.agent.model.operations import Operations
from database_specialist.agent.model.relational import Schema
from database_specialist.agent.model.workload import Indexes, Workload
from database_specialist.agent.report.files import render_files
from database_specialist.graph.authorship import authorship
from database_specialist.graph.reading import teller
from database_specialist.graph.services import services
from database_specialist.graph.state import State, Update

DOCUMENT = "database-design.md"


def write_document(state: State, runtime: Runtime[Context]) -> Update:
    """Write the accepted design into the output folder."""
    written = services(runtime).output(Path(state["folder"])).write(_files(state))
    teller(runtime, "write_document")(f"{len(written.files)} files")
    return {
        "files": list(written.files),
        "edited": list(written.edited),
        "document_path": DOCUMENT,
        "document_sha256": written.document_sha256,
    }


def keep_draft(state: State, runtime: Runtime[Context]) -> Update:
    """Keep the design that was not accepted in the state folder, with what was found."""
    files = _files(state)
    folder = services(runtime).output(Path(state["folder"])).keep_draft(files)
    teller(runtime, "keep_draft")(f"draft in {folder}")
    return {"files": [str(folder / name) for name in files], "document_path": "", "document_sha256": ""}


def _files(state: State) -> dict[str, str]:
    design = Design(
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
    )
    return render_files(design, tuple(Measurement.load(m) for m in state["measurements"]))
