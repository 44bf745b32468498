"""Section "Sources", and how a decision names them."""

from __future__ import annotations

import re
from collections.abc import Iterable

from database_specialist.agent.citing import common_terms, shared
from database_specialist.agent.model.base import Decision
from database_specialist.agent.model.brief import Source
from database_specialist.agent.model.design import Design
from database_specialist.agent.model.workload import Index
from database_specialist.agent.report.markdown import bullets, code, heading, link, sections, some, table, text

_PROVIDERS = {"context7": "Context7", "perplexity": "Perplexity"}
# The ids that mapping and the plan of operations give; a designer's decisions have others.
_OF_PROGRAM = re.compile(r"SD\d+|OP-[\w-]+")
_MOST_NAMED = 8


def named(decision: Decision, design: Design) -> str:
    """Name the sources of a decision: what it rests on, or what the program's choice may be compared with."""
    known = {source.id: source for source in design.research.sources}
    cited = [known[name] for name in decision.sources if name in known]
    if not cited:
        return ""
    if design.designer != "rules" and not _OF_PROGRAM.fullmatch(decision.id):
        return f"Rests on {', '.join(map(_reference, cited))}."
    return f"Compare {', '.join(_on(source, common_terms(decision, source)) for source in cited)}."


def compared_indexes(design: Design) -> str:
    """Name the sources that speak of the kinds of index in the plan."""
    kinds = _kinds(design.indexes.planned)
    found = [(source, terms) for source in design.research.sources if (terms := _of_indexes(source, kinds))]
    return f"Compare {', '.join(_on(source, terms) for source, terms in found)}." if found else ""


def _of_indexes(source: Source, kinds: str) -> tuple[str, ...]:
    return shared(source, kinds) if source.topic == "indexes" else ()


def _kinds(planned: Iterable[Index]) -> str:
    kinds = {
        "partial index": any(index.where for index in planned),
        "covering index": any(index.include for index in planned),
        "multicolumn index": any(len(index.keys) > 1 for index in planned),
    }
    return " / ".join(kind for kind, planned_so in kinds.items() if planned_so)


def _reference(source: Source) -> str:
    return f"[{text(source.id)}]"


def _on(source: Source, terms: Iterable[str]) -> str:
    spoken_of = " and ".join(map(text, terms))
    return f"{_reference(source)} on {spoken_of}" if spoken_of else _reference(source)


def sources(design: Design, decisions: Iterable[Decision]) -> str:
    """Render the documents, the pages that research found with what uses them, and what was not researched."""
    users = _users(design, decisions)
    return sections(
        heading(2, "Sources"),
        table(
            ("Document", "Read as", "Lines", "SHA-256"),
            (
                (code(d.path), f"{d.role}, {d.format}", str(d.lines), code(d.sha256[:16]))
                for d in design.brief.documents
            ),
        ),
        _legend(design),
        table(
            ("Id", "From", "Page", "Asked about", "Retrieved", "Used by"),
            (_row(source, users.get(source.id, [])) for source in design.research.sources),
        ),
        "Not researched:" if design.research.not_researched else "",
        bullets(map(text, design.research.not_researched)),
    )


def _legend(design: Design) -> str:
    if not design.research.sources:
        return ""
    return (
        'A decision that says "Rests on" was made by the designer on what the page says. The program reads no pages: '
        'where it says "Compare", the page, found for the same feature, speaks of what was chosen or of an '
        "alternative that was weighed."
    )


def _row(source: Source, users: list[str]) -> tuple[str, ...]:
    return (
        text(source.id),
        _PROVIDERS[source.provider],
        link(source.title, source.url),
        text(source.topic or source.query),
        text(source.retrieved),
        some(users, _MOST_NAMED) or "read, not used",
    )


def _users(design: Design, decisions: Iterable[Decision]) -> dict[str, list[str]]:
    """Return what names each source, in the document's order."""
    users: dict[str, list[str]] = {}
    for decision in decisions:
        for name in dict.fromkeys(decision.sources):
            users.setdefault(name, []).append(text(decision.id))
    kinds = _kinds(design.indexes.planned)
    for source in design.research.sources:
        if _of_indexes(source, kinds):
            users.setdefault(source.id, []).append("Index Strategy")
    return users
