"""Questions in their parts: the stable text first, then what one judgement adds."""

from __future__ import annotations

import json
from collections.abc import Sequence

from database_specialist.agent.answers.question import Question
from database_specialist.agent.dialects import create_statements
from database_specialist.agent.model.base import Part
from database_specialist.agent.model.brief import Brief, Research
from database_specialist.agent.model.evidence import Finding
from database_specialist.agent.model.relational import Schema
from database_specialist.agent.reading.listing import mark_of, statements
from database_specialist.prompts import render


def asked(name: str, brief: Brief, **values: str) -> Question:
    """Put the statements first: they are the same in every call of a run, so a provider can reuse the prefix."""
    listed = statements(brief)
    system = render("system", engine=engine_name(brief), mark=mark_of(listed), facts=listed)
    return Question(name=name, system=system, user=render(name, **values))


def mending(part: str, brief: Brief, previous: str, findings: Sequence[Finding]) -> Question:
    """Ask for changes to the designer's own earlier answer, which is shown as it is to be written."""
    listed = "\n".join(f"- {each.place}: {each.message} {each.help}" for each in findings)
    question = asked("mend", brief, findings=listed, previous=previous)
    return Question(name=f"mend {part}", system=question.system, user=question.user)


def as_json(answer: Part) -> str:
    """Return an answer as a model writes it: without blanks, and without fields whose default is right."""
    return json.dumps(answer.model_dump(mode="json", exclude_defaults=True), separators=(",", ":"), ensure_ascii=False)


def engine_name(brief: Brief) -> str:
    """Name the engine and, where known, its version."""
    return f"{brief.stack.engine} {brief.stack.engine_version or ''}".strip()


def ddl(schema: Schema) -> str:
    """Print the schema without its comments, which repeat the statements."""
    shown = (each for each in create_statements(schema) if not each.startswith("COMMENT"))
    return ";\n".join(shown)


def quoted(research: Research) -> str:
    """Quote what research found, each behind its own mark."""
    lines = []
    for source in research.sources:
        text = f"{source.title} ({source.url})\n{source.excerpt}"
        mark = mark_of(text)
        lines.append(f"{source.id}\n{mark}\n{text}\n{mark}")
    return "\n\n".join(lines) or "none"
