"""Section "Requirements Traceability": which element stands for which requirement, and what proves it."""

from __future__ import annotations

from collections.abc import Sequence

from database_specialist.agent.model.brief import Fact
from database_specialist.agent.report.context import Context, told
from database_specialist.agent.report.markdown import bullets, code, heading, sections, some, table, text

_ASKED = frozenset({"functional", "rule", "data", "compliance"})
_ORDER = ("table", "column", "relationship", "rule", "lifecycle", "constraint", "routine", "query", "index")
# A decision that cites more facts than this is about the whole schema and says nothing of one requirement.
_MOST_FACTS = 8
_MOST_NAMES = 5


def traceability(context: Context) -> str:
    """Render the section."""
    design = context.design
    elements = {coverage.fact: coverage.elements for coverage in design.verdict.coverage}
    asked = [fact for fact in design.brief.in_scope if fact.kind in _ASKED]
    held = [fact for fact in asked if elements.get(fact.id)]
    bare = [fact for fact in asked if not elements.get(fact.id)]
    later = [fact for fact in design.brief.facts if fact.scope != "in" or fact.priority == "wont"]
    return sections(
        heading(2, "Requirements Traceability"),
        f"{len(asked)} statements ask for something to be stored, kept true or answered; something stands for "
        f"{len(held)} of them."
        if asked
        else "The documents state no requirement, rule or data description that could be traced.",
        table(
            ("Requirement", "Where", "Statement", "Stands for it", "Proof"),
            (_row(context, fact, elements[fact.id]) for fact in held),
        ),
        "Nothing in the design stands for these; the findings below name those that should have a home:"
        if bare
        else "",
        bullets(f"{text(fact.label or fact.id)} ({code(str(fact.span))}): {text(fact.text)}" for fact in bare),
        "Out of scope or for later, and therefore not built:" if later else "",
        bullets(f"{text(fact.text)} ({code(str(fact.span))})" for fact in later),
    )


def _row(context: Context, fact: Fact, elements: Sequence[str]) -> tuple[str, ...]:
    return (
        text(fact.label or fact.id),
        code(str(fact.span)),
        text(fact.text),
        _standing(context, elements),
        _proof(context, elements),
    )


def _standing(context: Context, elements: Sequence[str]) -> str:
    """Return the elements by kind: "columns `lifts` (status, floors); queries Q5, Q6"."""
    groups: dict[str, list[str]] = {}
    for element in elements:
        kind, _, name = element.partition(" ")
        groups.setdefault(kind, []).append(name)
    if "unplaced" in groups:
        return "not placed: see Data Model Design"
    known = [kind for kind in _ORDER if kind in groups]
    rest = [kind for kind in groups if kind not in _ORDER and kind not in {"example", "decision"}]
    parts = [_named(kind, groups[kind]) for kind in (*known, *rest)]
    decisions = [name for name in groups.get("decision", ()) if not parts or _is_narrow(context, name)]
    if decisions:
        parts.append(_named("decision", decisions))
    return "; ".join(parts)


def _named(kind: str, names: Sequence[str]) -> str:
    if kind == "column":
        owners: dict[str, list[str]] = {}
        for name in names:
            owner, _, column = name.partition(".")
            owners.setdefault(owner, []).append(column)
        shown = [f"{owner} ({some(columns, _MOST_NAMES)})" for owner, columns in owners.items()]
        return text(f"columns of {', '.join(shown)}")
    return text(f"{kind} {some(names, _MOST_NAMES)}".strip())


def _is_narrow(context: Context, decision: str) -> bool:
    return any(each.id == decision and len(each.facts) <= _MOST_FACTS for each in context.all_decisions)


def _proof(context: Context, elements: Sequence[str]) -> str:
    """Name the records of the queries and examples that stand for a requirement."""
    subjects = {name for kind, _, name in (element.partition(" ") for element in elements) if kind in _PROVEN}
    kinds = {"query", "example_accept", "example_reject"}
    return told(r for r in context.design.evidence.records if r.kind in kinds and r.subject in subjects)


_PROVEN = frozenset({"query", "example"})
