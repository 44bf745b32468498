"""What a run gives back to whoever started it: a parent graph, a pipeline, a tool.

It is one object under one key, so that nothing in a parent's state is called the same. The whole design stands in
`database-design.json` beside the document; here is what the next in line needs of it.
"""

from __future__ import annotations

import json
from typing import Any, Literal

from database_specialist.agent.answers.question import Usage
from database_specialist.agent.model.base import Figure, Part
from database_specialist.agent.model.brief import Assumption, Gap, Source
from database_specialist.agent.model.evidence import Finding
from database_specialist.agent.model.operations import AccessPath
from database_specialist.agent.model.relational import Schema
from database_specialist.agent.model.workload import Index

CONTRACT_VERSION = "1.0"
"""The first number grows when a key is renamed, is dropped or changes its meaning; the second when one is added."""

LARGEST_DESIGN = 128 * 1024
"""Bytes of JSON of a design that is handed over in the state; a larger one is read from its file."""

Status = Literal["running", "accepted", "not_accepted", "llm_unavailable", "refused", "budget_exhausted"]
"""The last three: the chat model failed for good, `reason` says how, and nothing was written."""

FAILED: frozenset[Status] = frozenset(("llm_unavailable", "refused", "budget_exhausted"))


class Handover(Part):
    """The design as the next specialist needs it: each column with its sensitivity, who reads and writes what."""

    relational_schema: Schema
    """Tables, columns (with sensitivity and whether personal), keys, checks, routines, retention, audit."""
    indexes: tuple[Index, ...]
    access: tuple[AccessPath, ...]
    """What each role does to each table."""
    recovery_point: Figure
    recovery_time: Figure


class Result(Part):
    """What a run came to, without the design. Lists are empty where the run ended before them."""

    version: str = CONTRACT_VERSION
    status: Status
    reason: str = ""
    """Why there is no design, when the chat model failed for good."""
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
