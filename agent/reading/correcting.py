"""Put a reader's corrections into the Brief."""

from __future__ import annotations

from collections.abc import Sequence

from database_specialist.agent.answers.requirements import FactCorrection, GapAnswer, QuantityAnswer, RequirementsAnswer
from database_specialist.agent.model.base import Figure
from database_specialist.agent.model.brief import Assumption, Brief, Fact, Gap, Quantity


def objections(answer: RequirementsAnswer, brief: Brief) -> list[str]:
    """Say what in the answer points at nothing."""
    facts = {fact.id for fact in brief.facts}
    figures = {quantity.id for quantity in brief.quantities}
    named = [
        *(("corrections", correction.fact) for correction in answer.corrections),
        *(("quantities", quantity.fact) for quantity in answer.quantities),
        *(("contradictions", fact) for item in answer.contradictions for fact in item.facts),
        *(("roles", fact) for role in answer.roles for fact in role.facts),
    ]
    wrong = [f"{where}: there is no statement {fact}" for where, fact in named if fact not in facts]
    replaced = [quantity.replaces for quantity in answer.quantities if quantity.replaces]
    unknown = [each for each in (*replaced, *answer.wrong_quantities) if each not in figures]
    return wrong + [f"quantities: there is no figure {each}" for each in unknown]


def corrected(brief: Brief, answer: RequirementsAnswer) -> Brief:
    """Return the Brief with the answer's corrections; what it does not mention stays."""
    by_fact = {correction.fact: correction for correction in answer.corrections}
    assumptions, gaps = _gaps(brief, answer.gaps)
    return brief.model_copy(
        update={
            "facts": tuple(_fact(fact, by_fact.get(fact.id)) for fact in brief.facts),
            "quantities": _quantities(brief, answer),
            "roles": answer.roles or brief.roles,
            "glossary": answer.glossary or brief.glossary,
            "gaps": gaps,
            "assumptions": assumptions,
            "contradictions": (*brief.contradictions, *answer.contradictions),
        }
    )


def _fact(fact: Fact, correction: FactCorrection | None) -> Fact:
    if correction is None:
        return fact
    changes = correction.model_dump(exclude_none=True, exclude={"fact"})
    return fact.model_copy(update=changes)


def _quantities(brief: Brief, answer: RequirementsAnswer) -> tuple[Quantity, ...]:
    gone = {*answer.wrong_quantities, *(each.replaces for each in answer.quantities if each.replaces)}
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
    figure = Figure(value=answer.value, unit=answer.unit, origin="given", basis=answer.basis, facts=(answer.fact,))
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
