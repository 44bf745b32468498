"""Section "Assumptions and Open Questions"."""

from __future__ import annotations

from database_specialist.agent.model.brief import Gap
from database_specialist.agent.report.context import Context
from database_specialist.agent.report.markdown import (
    bullets,
    code,
    heading,
    marked,
    sections,
    sentence,
    table,
    text,
)


def assumptions(context: Context) -> str:
    """Render what was taken for true, and what to ask."""
    brief = context.design.brief
    return sections(
        heading(2, "Assumptions and Open Questions"),
        table(
            ("Id", "Assumption", "Figure", "Why"),
            (
                (text(item.id), text(item.text), marked(item.figure) if item.figure else "", text(item.reason))
                for item in brief.assumptions
            ),
        ),
        _assumed_rows(context),
        heading(3, "Open questions") if brief.gaps else "",
        bullets(map(_question, brief.gaps)),
        heading(3, "Contradictions in the documents") if brief.contradictions else "",
        bullets(
            f"{sentence(item.text)} ({context.cite(item.facts)}) {sentence(item.resolution)}"
            for item in brief.contradictions
        ),
        heading(3, "Documents that could not be read in full")
        if any(document.problems for document in brief.documents)
        else "",
        bullets(
            f"{code(document.path)}: {text(problem)}" for document in brief.documents for problem in document.problems
        ),
    )


def _question(gap: Gap) -> str:
    until = f" Until then: {text(gap.assumption)}." if gap.assumption else ""
    return f"{sentence(gap.question)} {sentence(gap.why_it_matters)}{until}"


def _assumed_rows(context: Context) -> str:
    """Name the tables whose numbers nobody gave: the capacity rests on them."""
    sizes = context.design.operations.capacity.tables
    assumed = [size.table for size in sizes if {size.rows_now.origin, size.rows_per_day.origin} == {"assumed"}]
    if not assumed:
        return "" if context.design.brief.assumptions else "Nothing was assumed: the documents give each figure used."
    names = ", ".join(map(code, assumed))
    return f"Rows at launch and rows a day are assumed for {len(assumed)} of {len(sizes)} tables: {names}."
