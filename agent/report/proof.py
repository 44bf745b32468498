"""Sections "Requirements Traceability", "Verification", "Assumptions and Open Questions" and "Sources"."""

from __future__ import annotations

from collections import Counter

from database_specialist.agent.model.evidence import CheckKind, Evidence
from database_specialist.agent.report.context import Context
from database_specialist.agent.report.markdown import (
    bullets,
    code,
    codes,
    heading,
    marked,
    sections,
    table,
    text,
)

_TITLES: dict[CheckKind, str] = {
    "ddl": "The DDL runs on an empty database",
    "catalog": "The catalog read back equals the model",
    "object": "Each index, view, trigger, function and policy exists",
    "seed": "The seed rows go in",
    "query": "Each query prepares and runs on the seeded rows",
    "example_accept": "Examples to accept are accepted",
    "example_reject": "Examples to reject are rejected by the constraint meant",
    "cascade": "Deleting a parent does what this document says",
    "migration": "Migrations up, down to empty, and up again",
    "search_mapping": "Search mappings",
    "document_validator": "Document validators",
    "redis_command": "Redis commands",
}


def traceability(context: Context) -> str:
    """Render which element stands for which fact."""
    design = context.design
    elements = {coverage.fact: coverage.elements for coverage in design.verdict.coverage}
    asked = [fact for fact in design.brief.in_scope if fact.kind in {"functional", "rule", "data", "compliance"}]
    later = [fact for fact in design.brief.facts if fact.scope != "in" or fact.priority == "wont"]
    return sections(
        heading(2, "Requirements Traceability"),
        table(
            ("Requirement", "Where", "Statement", "Stands for it"),
            (
                (
                    text(fact.label or fact.id),
                    code(str(fact.span)),
                    text(fact.text),
                    _grouped(elements.get(fact.id, ())) or "**nothing**",
                )
                for fact in asked
            ),
        ),
        "Out of scope or for later, and therefore not built:" if later else "",
        bullets(f"{text(fact.text)} ({code(str(fact.span))})" for fact in later),
    )


def _grouped(elements: tuple[str, ...]) -> str:
    """Return "table a" and "table b" as "table a, b"."""
    groups: dict[str, list[str]] = {}
    for element in elements:
        kind, _, name = element.partition(" ")
        groups.setdefault(kind, []).append(name)
    return "; ".join(text(f"{kind} {', '.join(names)}") for kind, names in groups.items())


def verification(context: Context) -> str:
    """Render what was run, on what, and what was not."""
    records = context.design.evidence.records
    engines = list(dict.fromkeys(record.engine for record in records))
    not_checked = [record for record in records if record.passed is None]
    return sections(
        heading(2, "Verification"),
        f"{len(records)} claims were put to the test on {codes(engines)}. EXECUTED: run on the engine. STATIC: read or "
        "parsed only. NOT CHECKED: neither. Times and throughput of this run are in `database/measurements.md`.",
        table(
            ("What", "EXECUTED", "STATIC", "NOT CHECKED", "Failed"),
            (_counts(title, [r for r in records if r.kind == kind]) for kind, title in _TITLES.items()),
        ),
        heading(3, "Findings of the critic"),
        _findings(context),
        heading(3, "Not checked") if not_checked else "",
        bullets(f"{r.id} {code(r.subject)}: {text(r.claim)} ({text(r.detail)})" for r in not_checked),
        heading(3, "Protocol"),
        table(("Id", "Status", "Subject", "Claim", "Result"), (_record(record) for record in records)),
    )


def _counts(title: str, records: list[Evidence]) -> tuple[str, ...]:
    count = Counter(record.status for record in records)
    failed = sum(record.passed is False for record in records)
    return title, str(count["EXECUTED"]), str(count["STATIC"]), str(count["NOT_CHECKED"]), str(failed)


def _record(record: Evidence) -> tuple[str, ...]:
    outcome = {True: "passed", False: "FAILED", None: "not checked"}[record.passed]
    figure = f"; {marked(record.figure)}" if record.figure else ""
    detail = f": {text(record.detail)}" if record.detail else ""
    return record.id, record.status, code(record.subject), text(record.claim), f"{outcome}{detail}{figure}"


def _findings(context: Context) -> str:
    verdict = context.design.verdict
    shown = [finding for finding in verdict.findings if finding.severity != "info"]
    state = "Accepted" if verdict.accepted else "Not accepted"
    return sections(
        f"{state} in round {verdict.round}: no rule of severity error objects and no check failed."
        if verdict.accepted
        else f"{state} after round {verdict.round}.",
        table(
            ("Code", "Severity", "Place", "Finding", "What to do"),
            ((f.code, f.severity, code(f.place), text(f.message), text(f.help)) for f in shown),
        ),
    )


def assumptions(context: Context) -> str:
    """Render what was taken for true, and what to ask."""
    brief = context.design.brief
    return sections(
        heading(2, "Assumptions and Open Questions"),
        table(
            ("Id", "Assumption", "Figure", "Why"),
            (
                (item.id, text(item.text), marked(item.figure) if item.figure else "", text(item.reason))
                for item in brief.assumptions
            ),
        ),
        heading(3, "Open questions") if brief.gaps else "",
        bullets(
            f"{text(gap.question)} {text(gap.why_it_matters)}"
            + (f" Until then: {gap.assumption}." if gap.assumption else "")
            for gap in brief.gaps
        ),
        heading(3, "Contradictions in the documents") if brief.contradictions else "",
        bullets(
            f"{text(item.text)} ({context.cite(item.facts)}) {text(item.resolution)}" for item in brief.contradictions
        ),
        heading(3, "Documents that could not be read in full")
        if any(document.problems for document in brief.documents)
        else "",
        bullets(
            f"{code(document.path)}: {text(problem)}" for document in brief.documents for problem in document.problems
        ),
    )


def sources(context: Context) -> str:
    """Render the documents, the research, and what was not researched."""
    design = context.design
    return sections(
        heading(2, "Sources"),
        table(
            ("Document", "Read as", "Lines", "SHA-256"),
            (
                (code(d.path), f"{d.role}, {d.format}", str(d.lines), code(d.sha256[:16]))
                for d in design.brief.documents
            ),
        ),
        table(
            ("Id", "From", "Page", "Retrieved"),
            (
                (s.id, s.provider.capitalize(), f"[{text(s.title)}](<{s.url}>)", s.retrieved)
                for s in design.research.sources
            ),
        ),
        "Not researched:" if design.research.not_researched else "",
        bullets(map(text, design.research.not_researched)),
    )
