"""Which decisions a source of the research is named beside.

A decision of the model names the sources it rests on itself. The program's own decisions rest on none: they were made
without reading any. A source is named beside such a decision to compare, and only where that can be checked: the source
was found for a feature that the decision is about, and one term of that feature (research.toml) stands both in what was
chosen or weighed and in the source's excerpt.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from typing import TypeVar

from database_specialist.agent.model.base import Decision
from database_specialist.agent.model.brief import Research, Source
from database_specialist.agent.model.operations import Backup, NoSql, Operations, Scaling
from database_specialist.agent.model.relational import Schema
from database_specialist.agent.research import questions

MOST_COMPARED = 2

_Deciding = TypeVar("_Deciding", Schema, Scaling, Backup, NoSql)


def common_terms(decision: Decision, source: Source) -> tuple[str, ...]:
    """Return the terms of the source's feature that the decision and the source's excerpt share."""
    concern = questions()["concern"].get(source.topic)
    if concern is None or decision.topic not in concern["decisions"]:
        return ()
    weighed = " / ".join([decision.choice, *(option.choice for option in decision.alternatives)])
    return shared(source, weighed)


def shared(source: Source, text: str) -> tuple[str, ...]:
    """Return the terms of the source's feature that stand in a text of ours and in the source's excerpt.

    >>> page = Source(id="S1", provider="context7", topic="indexes", query="", title="", url="", retrieved="",
    ...               excerpt="A partial index is an index built over a subset of a table.")
    >>> shared(page, "partial index / covering index")
    ('partial indexes',)
    """
    concern = questions()["concern"].get(source.topic, {"terms": {}})
    return tuple(
        name
        for name, term in concern["terms"].items()
        if _words(term["choice"]).search(text) and _words(term.get("excerpt", term["choice"])).search(source.excerpt)
    )


@cache
def _words(pattern: str) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w)(?:{pattern})(?!\w)", re.IGNORECASE)


def compared(decisions: Iterable[Decision], research: Research) -> tuple[Decision, ...]:
    """Name beside each decision of the program the sources that speak of its choice, those of most terms first."""
    return tuple(
        each.model_copy(update={"sources": _speaking(each, research.sources)}) if not each.sources else each
        for each in decisions
    )


def _speaking(decision: Decision, sources: Iterable[Source]) -> tuple[str, ...]:
    found = [(len(terms), source.id) for source in sources if (terms := common_terms(decision, source))]
    best = sorted(found, key=lambda each: -each[0])[:MOST_COMPARED]  # stable: among equals the better ranked
    return tuple(source for _, source in best)


def unread_sources(decisions: Iterable[Decision], research: Research) -> list[str]:
    """Object to decisions that name a source which nobody showed, in words that a model can act on."""
    known = {source.id for source in research.sources}
    return [
        f"decisions on {each.topic}: there is no source {name[:40]!r}; name one of those shown, or none"
        for each in decisions
        for name in each.sources
        if name not in known
    ]


def compare_schema(schema: Schema, research: Research) -> Schema:
    """Name the sources beside the decisions of a schema that the program mapped."""
    return _compared(schema, research)


def compare_operations(operations: Operations, research: Research) -> Operations:
    """Name the sources beside the decisions of a plan that the program computed."""
    return operations.model_copy(
        update={
            "scaling": _compared(operations.scaling, research),
            "backup": _compared(operations.backup, research),
            "nosql": _compared(operations.nosql, research),
        }
    )


def _compared(part: _Deciding, research: Research) -> _Deciding:
    return part.model_copy(update={"decisions": compared(part.decisions, research)})
