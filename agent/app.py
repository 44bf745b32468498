"""The product as a library."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from langgraph.types import StreamMode

from database_specialist.agent.accounting import cost_in_words
from database_specialist.agent.answers.question import Usage
from database_specialist.agent.checking import CheckReport, check_statements, guess_engine, sql_statements
from database_specialist.agent.config import Context
from database_specialist.agent.errors import DocumentError, SandboxError
from database_specialist.agent.model.base import Engine
from database_specialist.agent.model.evidence import EvidenceLog, Finding, Measurement, Verdict
from database_specialist.agent.model.relational import Schema
from database_specialist.agent.model.workload import Indexes
from database_specialist.agent.report.files import MEASUREMENTS, render_measurements
from database_specialist.agent.verification.sandbox import Database
from database_specialist.graph.build import graph
from database_specialist.graph.services import default_services
from database_specialist.graph.state import Input
from database_specialist.tools.catalog_schema import schema_from_catalog
from database_specialist.tools.documents import read_file, require_folder
from database_specialist.tools.output import OutputFolder
from database_specialist.tools.prices import read_prices

Progress = Callable[[str, str, float], None]
"""Called with the node, what it is doing, and the seconds since the run began."""


@dataclass(frozen=True)
class Outcome:
    """What a run came to."""

    status: str
    document: Path | None
    """The document, or None when the design was not accepted."""
    document_sha256: str
    files: tuple[str, ...]
    edited: tuple[str, ...]
    """Files that a person had changed; the new version stands beside each as `.new`."""
    schema: Schema
    indexes: Indexes
    evidence: EvidenceLog
    verdict: Verdict
    seconds: dict[str, float]
    """Wall time by node."""
    usage: tuple[Usage, ...]
    """Every call of a chat model, in order; empty for the rules designer."""
    price: str
    """What the calls cost, in words: "0.3120 USD (...)"."""

    @property
    def objections(self) -> tuple[Finding, ...]:
        """The findings that stand against acceptance."""
        return tuple(finding for finding in self.verdict.findings if finding.severity == "error")


def design(folder: Path, context: Context, *, progress: Progress | None = None) -> Outcome:
    """Design the database of the project whose documents are in `folder`, and write it there when accepted.

    Raises:
        SpecialistError: the input, a setting, the sandbox or the output folder cannot be used.
    """
    require_folder(folder)
    target = Path(context.output) if context.output else folder
    output = OutputFolder(target)
    with output.lock():
        values, seconds = _run(folder, context, progress or (lambda node, doing, elapsed: None))
        # Only now is it known how long each node took.
        measured = (Measurement.load(each) for each in values["measurements"])
        usage = tuple(Usage.load(each) for each in values.get("usage", []))
        price = cost_in_words(usage, read_prices(Path(context.prices) if context.prices else None))
        output.amend(MEASUREMENTS, render_measurements(measured, seconds, usage, price))
    return Outcome(
        status=values["status"],
        document=target / values["document_path"] if values["document_path"] else None,
        document_sha256=values["document_sha256"],
        files=tuple(values["files"]),
        edited=tuple(values["edited"]),
        schema=Schema.load(values["relational_schema"]),
        indexes=Indexes.load(values["indexes"]),
        evidence=EvidenceLog.load(values["evidence"]),
        verdict=Verdict.load(values["verdict"]),
        seconds=seconds,
        usage=usage,
        price=price,
    )


def check(file: Path, context: Context) -> CheckReport:
    """Run the SQL of a document or a script on an empty database, and report its faults.

    Raises:
        SpecialistError: the file cannot be read or holds no SQL, or there is no sandbox.
    """
    text = read_file(file)
    engine = context.engine or guess_engine(text)
    statements = sql_statements(text, engine, markdown=file.suffix.lower() in {".md", ".markdown", ".mdx"})
    if not statements:
        raise DocumentError(f"{file}: no SQL in it; give an SQL file or a Markdown file with ```sql blocks")
    with default_services(context).sandbox(engine) as sandbox, sandbox.database() as database:
        if sandbox.status == "STATIC":
            raise SandboxError(f"{sandbox.note}; give a server with --mysql-dsn")
        read_back = partial(_read_back, engine=engine)
        return check_statements(str(file), statements, database, engine=sandbox.engine, read_back=read_back)


def _read_back(database: Database, *, engine: Engine) -> tuple[Schema, Indexes]:
    return schema_from_catalog(database.catalog(), engine=engine)


def _run(folder: Path, context: Context, progress: Progress) -> tuple[dict[str, Any], dict[str, float]]:
    """Stream the graph; return its last values and the wall time by node."""
    began = last = time.monotonic()
    seconds: dict[str, float] = {}
    values: dict[str, Any] = {}
    modes: list[StreamMode] = ["custom", "updates", "values"]
    for part in graph.stream(Input(folder=str(folder)), context=context, stream_mode=modes, version="v2"):
        now = time.monotonic()
        if part["type"] == "custom":
            progress(part["data"]["node"], part["data"]["doing"], now - began)
        elif part["type"] == "updates":
            for node in part["data"]:
                seconds[node] = seconds.get(node, 0.0) + now - last
            last = now
        elif part["type"] == "values":
            values = dict(part["data"])
    return values, seconds
