"""The Brief as text for a reader who must answer about it: numbered statements, and what was read from them."""

from __future__ import annotations

import hashlib

from database_specialist.agent.model.brief import Brief, Fact


def statements(brief: Brief) -> str:
    """List every statement on a line of its own, under the headings it stands below."""
    lines: list[str] = []
    section: tuple[str, ...] = ()
    for fact in brief.facts:
        if fact.section != section:
            section = fact.section
            lines.append(f"# {' > '.join(section)}")
        lines.append(_line(fact))
    return "\n".join(lines)


def _line(fact: Fact) -> str:
    marks = [str(fact.span)]
    if fact.label or fact.title:
        marks.append(" ".join(part for part in (fact.label, fact.title) if part))
    if fact.priority or fact.scope != "in":
        marks.append(", ".join(part for part in (fact.priority, "" if fact.scope == "in" else fact.scope) if part))
    return f"{fact.id} [{'; '.join(marks)}] {' '.join(fact.text.split())}"


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
