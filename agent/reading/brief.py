"""From documents to the Brief."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from database_specialist.agent.model.base import Engine, Span
from database_specialist.agent.model.brief import Brief, Document, Fact, Stack
from database_specialist.agent.reading.blocks import read_blocks
from database_specialist.agent.reading.classify import classify
from database_specialist.agent.reading.raw import RawDocument
from database_specialist.agent.reading.statements import Statement, read_statements
from database_specialist.agent.reading.text import clean

Role = Literal["requirements", "architecture", "schema", "other"]


def read_brief(documents: Sequence[RawDocument], *, project: str, engine: Engine | None = None) -> Brief:
    """Read documents into a Brief; `engine` overrides what they say."""
    facts: list[Fact] = []
    read: list[Document] = []
    for raw in documents:
        text = clean(raw.text)
        for statement in read_statements(read_blocks(text.text)):
            facts.append(_fact(statement, raw.path, len(facts) + 1))
        read.append(
            Document(
                path=raw.path,
                sha256=raw.sha256,
                format="markdown",
                role="requirements",
                lines=text.lines,
                problems=raw.problems + text.problems,
            )
        )
    return Brief(
        project=project,
        summary=project,
        documents=tuple(read),
        facts=tuple(facts),
        stack=Stack(
            engine=engine or "postgresql",
            origin="given" if engine else "assumed",
            reason="Chosen on the command line." if engine else "No engine is named.",
        ),
    )


def _fact(statement: Statement, path: str, number: int) -> Fact:
    return Fact(
        id=f"F{number}",
        kind=classify(statement, "requirements", has_quantity=False, names_technology=False),
        text=statement.text,
        span=Span(file=path, line=statement.line, end_line=statement.end_line),
        section=statement.section,
        label=statement.label,
        title=statement.title,
        priority=statement.priority,
        scope=statement.scope,
    )
