"""Questions in their parts: the stable text first, then what one judgement adds."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Sequence

from database_specialist.agent.answers.question import AnswerType, Question
from database_specialist.agent.model.base import DecisionTopic, Part
from database_specialist.agent.model.brief import Brief, Fact, Research
from database_specialist.agent.model.evidence import Finding
from database_specialist.agent.reading.listing import listed, mark_of, statements
from database_specialist.agent.sources import quotations
from database_specialist.prompts import render


def asked(name: str, brief: Brief, *, facts: Sequence[Fact] | None = None, **values: str) -> Question:
    """Put the statements first: calls that show the same ones share a prefix, which a provider can reuse.

    Without `facts` all statements are shown; an empty sequence shows none.
    """
    system = render("system", engine=engine_name(brief))
    text = statements(brief) if facts is None else listed(facts)
    if text:
        system += "\n\n" + render("statements", mark=mark_of(text), facts=text)
    return Question(name=name, system=system, user=render(name, **values))


def mending(
    part: str, brief: Brief, previous: str, findings: Sequence[Finding], *, facts: Sequence[Fact] | None = None
) -> Question:
    """Ask for changes to the designer's own earlier answer, which is shown as it is to be written."""
    found = "\n".join(f"- {each.place}: {each.message} {each.help}" for each in findings)
    question = asked("mend", brief, facts=facts, findings=found, previous=previous)
    return Question(name=f"mend {part}", system=question.system, user=question.user)


def as_json(answer: Part) -> str:
    """Return an answer as a model writes it: without blanks, and without fields whose default is right."""
    return json.dumps(answer.model_dump(mode="json", exclude_defaults=True), separators=(",", ":"), ensure_ascii=False)


def engine_name(brief: Brief) -> str:
    """Name the engine and, where known, its version."""
    return f"{brief.stack.engine} {brief.stack.engine_version or ''}".strip()


def told_once(objections: Callable[[AnswerType], Sequence[str]]) -> Callable[[AnswerType], Sequence[str]]:
    """Return objections that give way when they are all known already.

    A designer who repeats what was objected to may be right where a reader of SQL is not: the engine will tell.
    """
    told: set[str] = set()

    def fresh(answer: AnswerType) -> Sequence[str]:
        found = objections(answer)
        is_known = told.issuperset(found)
        told.update(found)
        return () if is_known else found

    return fresh


def quoted(research: Research, decisions: Collection[DecisionTopic]) -> str:
    """Quote the passages that decisions on these topics may rest on, each behind its own mark."""
    lines = []
    for source, passage in quotations(research, decisions):
        text = f"{source.title} ({source.url})\n{passage}"
        mark = mark_of(text)
        lines.append(f"{source.id}\n{mark}\n{text}\n{mark}")
    return "\n\n".join(lines) or "none"
