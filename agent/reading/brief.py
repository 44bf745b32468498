"""From documents to the Brief."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from database_specialist.agent.model.base import Engine, FactId, Span
from database_specialist.agent.model.brief import Brief, DeclaredEntity, Document, Fact
from database_specialist.agent.reading.assumptions import assume, contradictions
from database_specialist.agent.reading.classify import classify
from database_specialist.agent.reading.declarations import Declarations, merged, statement_of
from database_specialist.agent.reading.formats.reader import read_declarations
from database_specialist.agent.reading.measures import Reading
from database_specialist.agent.reading.quantities import number_quantities, read_quantities
from database_specialist.agent.reading.raw import RawDocument
from database_specialist.agent.reading.roles import read_glossary, read_roles
from database_specialist.agent.reading.sources import SourceText, read_sources
from database_specialist.agent.reading.stack import choose_stack, sightings
from database_specialist.agent.reading.statements import Statement, heading_title, without_marks
from database_specialist.agent.reading.technologies import find_technologies

_ABOUT_ITSELF = re.compile(
    r"(?:version|author|date|status|updated|last|this (?:document|file|page|readme)|table of)\b", re.IGNORECASE
)


@dataclass(frozen=True)
class _Entry:
    """A statement with its number, and the declaration it stands for."""

    id: FactId
    source: SourceText
    statement: Statement
    readings: tuple[Reading, ...]
    entity: DeclaredEntity | None


def read_brief(documents: Sequence[RawDocument], *, project: str, engine: Engine | None = None) -> Brief:
    """Read documents into a Brief; `engine` overrides what they say."""
    sources = read_sources(documents)
    declarations = [read_declarations(source) for source in sources]
    entries = _number(sources, declarations)
    facts = [(_fact(entry), entry.statement) for entry in entries]
    given = number_quantities(
        [
            (reading, entry.id, fact.span)
            for entry, (fact, _) in zip(entries, facts, strict=True)
            for reading in entry.readings
        ]
    )
    found = sightings([(entry.source, entry.statement, entry.id) for entry in entries if entry.entity is None], sources)
    stack = choose_stack(found, engine=engine)
    left_open = assume(given, stack, found)
    only_facts = tuple(fact for fact, _ in facts)
    return Brief(
        project=project,
        summary=_summary(entries, project),
        documents=tuple(_document(*pair) for pair in zip(sources, declarations, strict=True)),
        facts=only_facts,
        quantities=given + left_open.quantities,
        stack=stack,
        roles=read_roles(facts),
        glossary=read_glossary(facts),
        declared=tuple(entry.entity.model_copy(update={"fact": entry.id}) for entry in entries if entry.entity),
        declared_relations=tuple(dict.fromkeys(relation for part in declarations for relation in part.relations)),
        gaps=left_open.gaps,
        contradictions=contradictions(given, only_facts, found),
        assumptions=left_open.assumptions,
    )


def _document(source: SourceText, declarations: Declarations) -> Document:
    return Document(
        path=source.path,
        sha256=source.sha256,
        format=source.format,
        role=source.role,
        lines=source.lines,
        problems=source.problems + declarations.problems,
    )


def _number(sources: Sequence[SourceText], declarations: Sequence[Declarations]) -> tuple[_Entry, ...]:
    """Return all statements numbered F1, F2, ... in reading order: by document, then by line."""
    entries: list[_Entry] = []
    for source, declared in zip(sources, declarations, strict=True):
        stated = [(statement, None) for statement in (*source.statements, *declared.statements)]
        entities = [(statement_of(entity, _section(source, entity)), entity) for entity in merged(declared.entities)]
        placed = sorted([*stated, *entities], key=lambda pair: (pair[0].line, pair[0].end_line))
        for statement, entity in placed:
            readings = () if entity else read_quantities(statement)
            entries.append(_Entry(f"F{len(entries) + 1}", source, statement, readings, entity))
    return tuple(entries)


def _section(source: SourceText, entity: DeclaredEntity) -> tuple[str, ...]:
    """Return the headings above a declaration."""
    above: tuple[str, ...] = ()
    for block in source.blocks:
        if block.line > entity.span.line:
            break
        above = (*block.section, block.text) if block.kind == "heading" else block.section
    return above


def _fact(entry: _Entry) -> Fact:
    statement = entry.statement
    named = next(find_technologies(statement.title or statement.text), None) is not None
    # "Persistence | PostgreSQL 16": a cell that begins with a technology is a choice of it.
    chosen = (next(find_technologies(without_marks(cell.text)), None) for cell in statement.cells)
    named = named or any(mention is not None and mention.start == 0 for mention in chosen)
    return Fact(
        id=entry.id,
        kind=classify(statement, entry.source.role, has_quantity=bool(entry.readings), names_technology=named),
        text=statement.text,
        span=Span(file=entry.source.path, line=statement.line, end_line=max(statement.line, statement.end_line)),
        section=tuple(heading_title(title) for title in statement.section),
        label=statement.label,
        title=statement.title,
        priority=statement.priority,
        scope=statement.scope,
    )


def _summary(entries: Sequence[_Entry], project: str) -> str:
    """Return the first sentence of prose that introduces the system."""
    return next((without_marks(text) for text in _introductions(entries)), project)


def _introductions(entries: Sequence[_Entry]) -> Iterator[str]:
    for entry in entries:
        statement = entry.statement
        if (
            statement.form == "paragraph"
            and statement.scope == "in"
            and not statement.title
            and len(statement.text.split()) >= 6
            and not _ABOUT_ITSELF.match(statement.text)
        ):
            yield statement.text
