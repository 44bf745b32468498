"""What a run gives back to whoever started it: a parent graph, a pipeline, a tool.

It is one object under one key, so that nothing in a parent's state is called the same. The whole design stands in
`database-design.json` beside the document; here is what the next in line needs of it.
"""

from __future__ import annotations

import json
from typing import Any, Literal

from database_specialist.agent.answers.question import Usage
from database_specialist.agent.model.base import Figure, Name, Part
from database_specialist.agent.model.brief import Assumption, Gap, Source
from database_specialist.agent.model.entities import Sensitivity
from database_specialist.agent.model.evidence import Finding
from database_specialist.agent.model.operations import AccessPath
from database_specialist.agent.model.relational import Policy, Schema
from database_specialist.agent.model.workload import Index

CONTRACT_VERSION = "1.1"
"""The first number grows when a key is renamed, is dropped or changes its meaning; the second when one is added."""

LARGEST_DESIGN = 128 * 1024
"""Bytes of JSON of a design that is handed over in the state; a larger one is read from its file."""

Status = Literal["running", "accepted", "not_accepted", "input_error", "llm_unavailable", "refused", "budget_exhausted"]
"""The last four: the documents cannot be used, or the chat model failed for good; `reason` says how, and nothing was
written."""

FAILED: frozenset[Status] = frozenset(("input_error", "llm_unavailable", "refused", "budget_exhausted"))


class SensitiveColumn(Part):
    """A column that is personal, confidential or restricted. What is not listed is none of these."""

    table: Name
    column: Name
    classification: Sensitivity
    personal: bool
    """Says something about a natural person."""
    holds: str


class RoleAccess(AccessPath):
    """What a role does to a table: the ground for grants."""

    is_of_the_documents: bool
    """Otherwise the role is of this design: a job, or the application where a query names nobody."""
    narrowed_by: tuple[Name, ...] = ()
    """The references by which every one of these queries picks its rows: the ground for row-level policies."""


class AuditTable(Part):
    """A table that keeps who did what, or what was before."""

    table: Name
    append_only: bool
    """No row is changed or deleted; a trigger of the design holds it where the engine has triggers."""
    holds: str
    sources: tuple[str, ...] = ()
    """Where the documents ask for it: "file:line"."""
    added_because: str | None = None


class RetentionPeriod(Part):
    """How long something is kept."""

    subject: str
    """The table, or the documents' words for what no single table is named after."""
    table: Name | None = None
    period: Figure


class Guard(Part):
    """A routine of the design that guards rows."""

    name: Name
    table: Name | None = None
    rule: str | None = None
    """The business rule that it enforces."""
    does: str


class Duty(Part):
    """A law, a standard or a duty of confidentiality."""

    text: str
    source: str
    """"file:line" of the documents."""


class SecurityNotes(Part):
    """The document's Handoff Notes for the Security Specialist, as data. No list is cut."""

    sensitive_columns: tuple[SensitiveColumn, ...] = ()
    access: tuple[RoleAccess, ...] = ()
    audit: tuple[AuditTable, ...] = ()
    retention: tuple[RetentionPeriod, ...] = ()
    guards: tuple[Guard, ...] = ()
    policies: tuple[Policy, ...] = ()
    """Row-level policies that the design already holds."""
    compliance: tuple[Duty, ...] = ()


class Handover(Part):
    """The design as the next specialist needs it."""

    relational_schema: Schema
    """Tables, columns (with sensitivity and whether personal), keys, checks, routines, retention, audit."""
    indexes: tuple[Index, ...]
    recovery_point: Figure
    recovery_time: Figure


class Result(Part):
    """What a run came to, without the design. Lists are empty where the run ended before them."""

    version: str = CONTRACT_VERSION
    status: Status
    reason: str = ""
    """Why there is no design, when the documents cannot be used or the chat model failed for good."""
    output_folder: str = ""
    """The folder that the paths below are in, as the caller named it."""
    document_path: str = ""
    """Relative to the output folder; empty unless accepted."""
    document_sha256: str = ""
    files: tuple[str, ...] = ()
    """Relative to the output folder; of a draft, paths into the state folder."""
    edited: tuple[str, ...] = ()
    """Files that a person had changed; the new version stands beside each as `.new`."""
    design_path: str = ""
    """The whole design as JSON; relative to the output folder."""
    open_questions: tuple[Gap, ...] = ()
    assumptions: tuple[Assumption, ...] = ()
    sources: tuple[Source, ...] = ()
    security: SecurityNotes | None = None
    """None where the run ended before the design was planned."""
    findings: tuple[Finding, ...] = ()
    """Of the last round; an error stands against acceptance."""
    rounds: int = 0
    usage: tuple[Usage, ...] = ()
    """The calls of a chat model, added up by node and round."""

    def __str__(self) -> str:
        """Say it in one line."""
        where = f": {self.document_path}" if self.document_path else f": {self.reason}" if self.reason else ""
        errors = [f"{each.code} {each.place}: {each.message}" for each in self.findings if each.severity == "error"]
        return f"database design {self.status.replace('_', ' ')}{where}{''.join(f'; {error}' for error in errors)}"


class DatabaseDesign(Result):
    """What a run came to, with the design."""

    design: Handover | None = None
    """None when there is none, or when it is larger than 128 KB: then read `design_path`."""

    def dump(self) -> Any:
        """Return plain JSON data; in the design what is left out has its default, so that it stays small."""
        design = self.design.model_dump(mode="json", exclude_defaults=True) if self.design else None
        return self.model_dump(mode="json", exclude={"design"}) | {"design": design}


def handed_over(design: Handover) -> Handover | None:
    """Return the design when it is small enough for a state."""
    written = json.dumps(design.model_dump(mode="json", exclude_defaults=True), separators=(",", ":"))
    return design if len(written.encode()) <= LARGEST_DESIGN else None
