"""The Brief as text for a reader who must answer about it: numbered statements, and what was read from them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from itertools import takewhile

from database_specialist.agent.model.brief import Brief, Fact


def statements(brief: Brief) -> str:
    """List every statement of the documents."""
    return listed(brief.facts)


def listed(facts: Iterable[Fact]) -> str:
    """List statements, each on a line of its own; of the headings above it, those that changed."""
    lines: list[str] = []
    section: tuple[str, ...] = ()
    for fact in facts:
        common = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(section, fact.section, strict=False)))
        lines += [f"{'#' * depth} {title}" for depth, title in enumerate(fact.section[common:], common + 1)]
        if not fact.section and section:
            lines.append("#")
        section = fact.section
        lines.append(_line(fact))
    return "\n".join(lines)


def _line(fact: Fact) -> str:
    named = " ".join(part for part in (fact.label, fact.title) if part)
    weight = fact.priority if fact.priority != "must" else None
    marks = [part for part in (named, weight, fact.scope if fact.scope != "in" else None) if part]
    return f"{fact.id} {f'[{chr(59).join(marks)}] ' if marks else ''}{' '.join(fact.text.split())}"


def mark_of(text: str) -> str:
    """Return a delimiter that `text` cannot hold, the same for the same text: it is made of the text's own hash."""
    return f"=== statements {hashlib.sha256(text.encode()).hexdigest()[:24]} ==="


def reading(brief: Brief) -> str:
    """List what the program took the statements for: kinds, figures, roles."""
    kinds: dict[str, list[str]] = {}
    for fact in brief.facts:
        kinds.setdefault(fact.kind, []).append(fact.id)
    lines = [f"{kind}: {' '.join(ids)}" for kind, ids in sorted(kinds.items())]
    lines.append(figures(brief))
    return "\n".join(lines)


def figures(brief: Brief) -> str:
    """List the figures and roles that were read."""
    lines = [
        f"{q.id}: {q.metric} of {q.subject}{f' ({q.statistic})' if q.statistic else ''} = {q.figure.value:g} "
        f"{q.figure.unit}, {q.figure.origin}{f' ({chr(44).join(q.figure.facts)})' if q.figure.facts else ''}"
        for q in brief.quantities
    ]
    roles = ", ".join(role.name for role in brief.roles)
    return "\n".join([*lines, f"roles: {roles or 'none found'}"])
