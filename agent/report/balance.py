"""The balance sheet of the planned indexes, below the index plan."""

from __future__ import annotations

from database_specialist.agent.model.base import Figure
from database_specialist.agent.model.scale import IndexUse, IndexWeighed
from database_specialist.agent.report.context import Context
from database_specialist.agent.report.markdown import code, codes, heading, quantity, sections, table, text
from database_specialist.agent.verification.scale_words import times


def balance_sheet(context: Context) -> str:
    """Render what each index is worth at the stated volume, and what it costs; empty where nothing was planned."""
    uses = context.design.evidence.index_uses
    if not uses:
        return ""
    return sections(
        heading(3, "Balance sheet"),
        f"Planned by the server with the rows of the first year: a sample in the tables' proportions "
        f"({context.evidence('fill', 'sample')}) was filled, every row of it went into the statistics, and these were "
        "raised to that volume. A cost is the planner's, not a time; the factors say how often the cost would be paid "
        "without the index. The write-ahead log of an insert stands in `database/measurements.md` after a run with "
        "`--depth full`.",
        _unweighed(context),
        table(
            (
                "Index",
                "Plans that use it",
                "Their cost without",
                "A delete's cost without",
                "Size now",
                "In year 3",
                "Updates kept from HOT",
                "Evidence",
            ),
            (_row(context, use) for use in uses),
        ),
        context.picture("indexes", "What each index saves, beside its size in year 3: see the table above"),
        _search(context),
    )


def _unweighed(context: Context) -> str:
    """Say which savings the sandbox cannot show."""
    hidden = [use.index for use in context.design.evidence.index_uses if use.hides_in_bytes and use.used_by]
    if not hidden:
        return ""
    return (
        f"Not weighed: {codes(hidden)}. The sandbox sorts text by its bytes, where a plain index finds the "
        "beginning of a text as well; a database that sorts by a language needs the pattern operator class for it."
    )


def _search(context: Context) -> str:
    """Render what a search found in the same storage; empty where none was made."""
    found = context.design.evidence.index_search
    if found is None:
        return ""
    kept = f"It would do without {codes(found.dropped)}, which few queries a day need. " if found.dropped else ""
    return sections(
        heading(3, "Beside a search"),
        f"{found.tried} indexes were built on the sample and weighed by what they save of the planner's cost of a day, "
        f"writes included, for each byte ({context.evidence('index_search', 'indexes')}). In the "
        f"{_size(found.bytes_allowed)} that the plan takes (indexes of foreign keys apart) the plan saves "
        f"{found.planned_saves:.1%}, the best choice found {found.found_saves:.1%}. {kept}A day's cost says nothing of "
        "a single query's latency, so the plan stays.",
        table(
            ("Index not planned", "Saves of a day's cost", "Size after a year", "Taken by the search"),
            (
                *(_weighed(each, "yes") for each in found.added),
                *(_weighed(each, "no") for each in found.rejected),
            ),
        ),
    )


def _weighed(index: IndexWeighed, taken: str) -> tuple[str, ...]:
    return code(index.statement), f"{index.saves:.2%}", _size(index.bytes_year_1), taken


def _row(context: Context, use: IndexUse) -> tuple[str, ...]:
    return (
        code(use.index),
        text(", ".join(use.used_by)) or "none",
        _factor(use),
        times(use.deletes_cost_without) if use.supports else "",
        _size(use.bytes_now),
        _size(use.bytes_year_3),
        text(", ".join(use.keeps_from_hot)) or "none",
        context.evidence("index_use", use.index),
    )


def _factor(use: IndexUse) -> str:
    if not use.used_by:
        return ""
    return "not weighed" if use.hides_in_bytes else times(use.costs_without)


def _size(value: float) -> str:
    return quantity(Figure(value=value, unit="bytes", origin="derived", basis="index bytes of a row of the sample"))
