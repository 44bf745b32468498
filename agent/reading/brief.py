"""From documents to the Brief."""

from __future__ import annotations

from collections.abc import Sequence

from database_specialist.agent.model.base import Engine, Span
from database_specialist.agent.model.brief import Brief, Document, Fact
from database_specialist.agent.reading.assumptions import assume, contradictions
from database_specialist.agent.reading.classify import classify
from database_specialist.agent.reading.measures import Reading
from database_specialist.agent.reading.quantities import number_quantities, read_quantities
from database_specialist.agent.reading.raw import RawDocument
from database_specialist.agent.reading.sources import SourceText, read_sources
from database_specialist.agent.reading.stack import choose_stack, sightings
from database_specialist.agent.reading.statements import Statement
from database_specialist.agent.reading.technologies import find_technologies


def read_brief(documents: Sequence[RawDocument], *, project: str, engine: Engine | None = None) -> Brief:
    """Read documents into a Brief; `engine` overrides what they say."""
    sources = read_sources(documents)
    placed = [(source, statement) for source in sources for statement in source.statements]
    numbered = [(source, statement, f"F{number}") for number, (source, statement) in enumerate(placed, start=1)]
    readings = {fact_id: read_quantities(statement) for _, statement, fact_id in numbered}
    facts = tuple(_fact(source, statement, fact_id, readings[fact_id]) for source, statement, fact_id in numbered)
    given = number_quantities([(reading, fact.id, fact.span) for fact in facts for reading in readings[fact.id]])
    found = sightings(numbered, sources)
    stack = choose_stack(found, engine=engine)
    left_open = assume(given, stack, found)
    return Brief(
        project=project,
        summary=_summary(facts, project),
        documents=tuple(_document(source) for source in sources),
        facts=facts,
        quantities=given + left_open.quantities,
        stack=stack,
        gaps=left_open.gaps,
        contradictions=contradictions(given, facts, found),
        assumptions=left_open.assumptions,
    )


def _document(source: SourceText) -> Document:
    return Document(
        path=source.path,
        sha256=source.sha256,
        format=source.format,
        role=source.role,
        lines=source.lines,
        problems=source.problems,
    )


def _fact(source: SourceText, statement: Statement, fact_id: str, readings: Sequence[Reading]) -> Fact:
    named = any(True for _ in find_technologies(statement.title or statement.text))
    return Fact(
        id=fact_id,
        kind=classify(statement, source.role, has_quantity=bool(readings), names_technology=named),
        text=statement.text,
        span=Span(file=source.path, line=statement.line, end_line=statement.end_line),
        section=statement.section,
        label=statement.label,
        title=statement.title,
        priority=statement.priority,
        scope=statement.scope,
    )


def _summary(facts: Sequence[Fact], project: str) -> str:
    """Return the first sentence of prose that introduces the system."""
    for fact in facts:
        if fact.scope == "in" and fact.title is None and fact.label is None and len(fact.text.split()) >= 6:
            return fact.text
    return project
