"""Put a reader's corrections into the Brief."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from database_specialist.agent.answers.requirements import (
    FactCorrection,
    GapAnswer,
    QuantityAnswer,
    RequirementsAnswer,
)
from database_specialist.agent.model.base import Figure
from database_specialist.agent.model.brief import Assumption, Brief, Fact, Gap, Metric, Quantity, Role, Term
from database_specialist.agent.reading.fact_lists import listed
from database_specialist.agent.reading.listing import figures

# A figure's metric fixes its unit, so nobody is asked for it.
_UNITS: dict[Metric, str] = {
    "rows": "rows",
    "rows_per_period": "rows/day",
    "growth": "%",
    "users": "users",
    "concurrent_users": "users",
    "requests_per_second": "requests/s",
    "storage": "bytes",
    "item_size": "bytes",
    "latency": "ms",
    "availability": "%",
    "rpo": "s",
    "rto": "s",
    "retention": "days",
    "backup_retention": "days",
    "limit": "rows",
}
_HEADINGS_SHOWN = 60


def already_read(brief: Brief) -> str:
    """List what the program took the statements for, so that a reader need only say what is missing or wrong."""
    kinds: dict[str, list[str]] = {}
    for fact in brief.facts:
        kinds.setdefault(fact.kind, []).append(fact.id)
    lines = [f"{kind}: {listed(ids)}" for kind, ids in sorted(kinds.items())]
    lines.append(figures(brief))
    lines.append(f"terms: {', '.join(term.term for term in brief.glossary) or 'none found'}")
    lines += [f"gap: {gap.question}" for gap in brief.gaps]
    lines += [f"contradiction: {listed(each.facts)}" for each in brief.contradictions]
    return "\n".join(lines)


def extent_of(piece: Brief, whole: Brief) -> str:
    """Say whether a reader sees all statements, else under which headings the others stand: those may fill a gap."""
    seen = {fact.id for fact in piece.facts}
    others = dict.fromkeys(" > ".join(fact.section[:2]) for fact in whole.facts if fact.id not in seen)
    if len(seen) == len(whole.facts):
        return "all that the project has"
    named = "; ".join(heading for heading in list(others)[:_HEADINGS_SHOWN] if heading)
    return (
        f"one part of the project's ({len(seen)} of {len(whole.facts)}). The other parts stand under the headings "
        f"{named or 'of other documents'}; what a section of such a name would say is no gap"
    )


def objections(answer: RequirementsAnswer, brief: Brief) -> list[str]:
    """Say what in the answer points at nothing."""
    facts = {fact.id for fact in brief.facts}
    known = {quantity.id for quantity in brief.quantities} | {role.name for role in brief.roles}
    known |= {term.term for term in brief.glossary}
    named = [
        *(("corrections", fact) for correction in answer.corrections for fact in correction.facts),
        *(("quantities", quantity.fact) for quantity in answer.quantities),
        *(("contradictions", fact) for item in answer.contradictions for fact in item.facts),
        *(("roles", fact) for role in answer.roles for fact in role.facts),
        *(("glossary", fact) for term in answer.glossary for fact in term.facts),
    ]
    missing = [f"{where}: there is no statement {fact}" for where, fact in named if fact not in facts]
    replaced = [quantity.replaces for quantity in answer.quantities if quantity.replaces]
    figures_read = {quantity.id for quantity in brief.quantities}
    missing += [f"quantities: there is no figure {each}" for each in replaced if each not in figures_read]
    return missing + [f"wrong: nothing of what was read is called {each}" for each in answer.wrong if each not in known]


def corrected(brief: Brief, answer: RequirementsAnswer) -> Brief:
    """Return the Brief with the answer's corrections; what it does not mention stays."""
    by_fact = {fact: correction for correction in answer.corrections for fact in correction.facts}
    assumptions, gaps = _gaps(brief, answer.gaps)
    return brief.model_copy(
        update={
            "facts": tuple(_fact(fact, by_fact.get(fact.id)) for fact in brief.facts),
            "quantities": _quantities(brief, answer),
            "roles": _roles(brief.roles, answer),
            "glossary": _glossary(brief.glossary, answer),
            "gaps": gaps,
            "assumptions": assumptions,
            "contradictions": (*brief.contradictions, *answer.contradictions),
        }
    )


def _fact(fact: Fact, correction: FactCorrection | None) -> Fact:
    if correction is None:
        return fact
    changes = correction.model_dump(exclude_none=True, exclude={"facts"})
    return fact.model_copy(update=changes)


def _roles(read: Sequence[Role], answer: RequirementsAnswer) -> tuple[Role, ...]:
    """Return the roles as read, described better where the answer does, then those that were missed."""
    roles = {_key(role.name): role for role in read if role.name not in answer.wrong}
    for each in answer.roles:
        held = roles.get(_key(each.name))
        name, facts = (held.name, (*held.facts, *each.facts)) if held else (each.name, each.facts)
        roles[_key(name)] = Role(name=name, description=each.meaning, facts=_once(facts))
    return tuple(roles.values())


def _glossary(read: Sequence[Term], answer: RequirementsAnswer) -> tuple[Term, ...]:
    terms = {_key(term.term): term for term in read if term.term not in answer.wrong}
    for each in answer.glossary:
        held = terms.get(_key(each.name))
        name, facts = (held.term, (*held.facts, *each.facts)) if held else (each.name, each.facts)
        terms[_key(name)] = Term(term=name, meaning=each.meaning, facts=_once(facts))
    return tuple(terms.values())


def _key(name: str) -> str:
    return " ".join(name.lower().replace("_", " ").split())


def _once(facts: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(facts))


def _quantities(brief: Brief, answer: RequirementsAnswer) -> tuple[Quantity, ...]:
    gone = {*answer.wrong, *(each.replaces for each in answer.quantities if each.replaces)}
    kept = [quantity for quantity in brief.quantities if quantity.id not in gone]
    # A stated figure takes the place of the assumption that stood in for it.
    stated = {
        quantity.metric for quantity in answer.quantities if quantity.metric in {"rpo", "rto", "backup_retention"}
    }
    kept = [quantity for quantity in kept if not (quantity.metric in stated and quantity.figure.origin == "assumed")]
    last = max((int(quantity.id[1:]) for quantity in brief.quantities), default=0)
    added = [_quantity(f"N{number}", each, brief) for number, each in enumerate(answer.quantities, last + 1)]
    return (*kept, *added)


def _quantity(name: str, answer: QuantityAnswer, brief: Brief) -> Quantity:
    unit = _UNITS[answer.metric]
    figure = Figure(value=answer.value, unit=unit, origin="given", basis=answer.basis, facts=(answer.fact,))
    return Quantity(
        id=name,
        metric=answer.metric,
        subject=answer.subject,
        figure=figure,
        statistic=answer.statistic,
        span=brief.fact(answer.fact).span,
    )


def _gaps(brief: Brief, answers: Sequence[GapAnswer]) -> tuple[tuple[Assumption, ...], tuple[Gap, ...]]:
    assumptions, gaps = list(brief.assumptions), list(brief.gaps)
    for answer in answers:
        assumption = Assumption(id=f"A{len(assumptions) + 1}", text=answer.assumption, reason=answer.reason)
        assumptions.append(assumption)
        gaps.append(
            Gap(
                id=f"G{len(gaps) + 1}",
                question=answer.question,
                why_it_matters=answer.why_it_matters,
                assumption=assumption.id,
            )
        )
    return tuple(assumptions), tuple(gaps)
