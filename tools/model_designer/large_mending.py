"""Changes to a conceptual model that is too large for one call: the parts concerned, each with its statements."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from database_specialist.agent.answers.question import Model
from database_specialist.agent.designer.excerpts import Excerpt, excerpt_of, put_back
from database_specialist.agent.designer.grouping import Share
from database_specialist.agent.designer.merging import cited_facts
from database_specialist.agent.designer.model_examples import without_code_examples
from database_specialist.agent.designer.model_volumes import with_volumes
from database_specialist.agent.designer.naming import Named
from database_specialist.agent.model.brief import Brief, Research
from database_specialist.agent.model.entities import EntityModel
from database_specialist.agent.model.evidence import Finding
from database_specialist.agent.reading.budget import Budget
from database_specialist.agent.reading.fact_lists import listed
from database_specialist.agent.reading.shards import about, size, tokens
from database_specialist.prompts import render
from database_specialist.tools.model_designer.entities import modelled
from database_specialist.tools.model_designer.measuring import instruction_tokens
from database_specialist.tools.model_designer.parallel import asked_together
from database_specialist.tools.model_designer.questions import as_json

MAX_CALLS = 6
"""Of one round of changes; what is left is found again when the design is run and judged."""
MAX_LAST_QUESTIONS = 4
_ANSWER = 4_000
"""Tokens of a patch: some elements, not the part anew."""
_ASKS_FOR_DATA = ("data", "rule", "functional")
"""The order in which statements that nothing rests on are asked about."""


@dataclass(frozen=True)
class _Batch:
    findings: tuple[Finding, ...]
    names: tuple[str, ...]
    facts: tuple[str, ...]


def mended(
    model: Model,
    brief: Brief,
    previous: EntityModel,
    findings: Sequence[Finding],
    *,
    research: Research,
    budget: Budget,
) -> EntityModel:
    """Ask for changes in one call where it fits, else by the entities that the findings are about."""

    def ask(each: Model) -> EntityModel:
        return modelled(each, brief, research=research, previous=previous, findings=findings)

    if size(brief) <= budget.statements and _fits(instruction_tokens(ask), budget):
        return ask(model)
    batches: list[_Batch] = []
    for finding in sorted(findings, key=lambda each: concerned(previous, each)[:1]):
        _add(batches, _batch(previous, finding), previous, brief, budget)
    return with_volumes(_changed(model, brief, previous, batches[:MAX_CALLS], budget), brief)


def _fits(prompt: int, budget: Budget) -> bool:
    return prompt + _ANSWER * (budget.repairs + 1) <= budget.context


def concerned(model: EntityModel, finding: Finding) -> tuple[str, ...]:
    """Return the entities that a finding is about, in the order in which it names them.

    It may name them as tables, by a rule or an example of theirs, or only by a statement that they rest on.
    """
    owners = {entity.plural: entity.name for entity in model.entities}
    owners |= {entity.name: entity.name for entity in model.entities}
    owners |= {rule.id: rule.entity for rule in model.rules} | {rule.name: rule.entity for rule in model.rules}
    owners |= {example.id: example.rows[-1].entity for example in model.examples if example.rows}
    words = re.findall(r"\w+", f"{finding.place} {finding.message}")
    told = dict.fromkeys(owners[word] for word in words if word in owners)
    if told:
        return tuple(told)
    facts = {word for word in words if re.fullmatch(r"F\d+", word)}
    return tuple(entity.name for entity in model.entities if facts & set(entity.facts))


def _batch(model: EntityModel, finding: Finding) -> _Batch:
    facts = re.findall(r"\bF\d+\b", f"{finding.place} {finding.message} {finding.help}")
    return _Batch((finding,), concerned(model, finding), tuple(facts))


def _add(batches: list[_Batch], new: _Batch, model: EntityModel, brief: Brief, budget: Budget) -> None:
    """Put it to the last batch if both fit one call."""
    if batches:
        last = batches[-1]
        joined = _Batch(
            (*last.findings, *new.findings),
            tuple(dict.fromkeys((*last.names, *new.names))),
            tuple(dict.fromkeys((*last.facts, *new.facts))),
        )
        text = as_json(without_code_examples(excerpt_of(model, joined.names).model))
        shown = size(about(brief, joined.facts))
        if len(joined.names) <= budget.entities and tokens(text) + shown <= budget.part_statements * 2:
            batches[-1] = joined
            return
    batches.append(new)


def _changed(
    model: Model, brief: Brief, previous: EntityModel, batches: Sequence[_Batch], budget: Budget
) -> EntityModel:
    """Ask about each batch, and put the answers back in their order."""
    share = Share(told=render("mend_excerpt"), brief=brief)

    def ask(batch: _Batch) -> tuple[Excerpt, EntityModel]:
        excerpt = excerpt_of(previous, batch.names)
        shown = _shown(brief, excerpt, batch, budget)
        after = modelled(
            model, shown, research=Research(), previous=excerpt.model, findings=batch.findings, share=share
        )
        return excerpt, after

    result = previous
    for excerpt, after in asked_together(batches, ask):
        result = put_back(result, excerpt, after)
    return result


def _shown(brief: Brief, excerpt: Excerpt, batch: _Batch, budget: Budget) -> Brief:
    """Return the statements that a batch is about, and as many as fit of those that its entities rest on."""
    shown = about(brief, batch.facts)
    grounds = sorted(cited_facts(excerpt.model), key=lambda fact: int(fact[1:]))
    while grounds and size(larger := about(brief, (*batch.facts, *grounds))) > budget.part_statements:
        grounds = grounds[: len(grounds) * 2 // 3]
    return larger if grounds else shown


def objected(objections: Iterable[str]) -> tuple[Finding, ...]:
    """Return what parts of a model object to in each other, as findings."""
    return tuple(
        Finding(
            code="MERGE",
            severity="error",
            place=objection.partition(":")[0],
            message=f"{objection}.",
            help="The parts of the system were modelled apart; make them fit together.",
            owner="model_entities",
        )
        for objection in objections
    )


def left_over(
    model: Model, brief: Brief, merged: EntityModel, entities: Sequence[Named], *, budget: Budget
) -> EntityModel:
    """Ask once about statements in scope that no element rests on: is there data that the model lacks?"""
    placed = cited_facts(merged) | {fact for each in merged.unplaced for fact in each.facts}
    left = [fact for fact in brief.in_scope if fact.id not in placed and fact.kind in _ASKS_FOR_DATA]
    batches: list[_Batch] = []
    for fact in sorted(left, key=lambda fact: _ASKS_FOR_DATA.index(fact.kind)):
        names = tuple(each.name for each in entities if fact.id in each.facts and merged.entity(each.name))
        _add(batches, _Batch((), names, (fact.id,)), merged, brief, budget)
    asked = [_Batch((_uncited(batch.facts),), batch.names, batch.facts) for batch in batches[:MAX_LAST_QUESTIONS]]
    return _changed(model, brief, merged, asked, budget)


def _uncited(facts: Sequence[str]) -> Finding:
    return Finding(
        code="MERGE",
        severity="warning",
        place=listed(facts),
        message="No element of the model rests on these statements.",
        help=(
            "Which of them ask for data, or state a rule, that the model lacks? Add just that, with its examples. "
            "Where what is there serves a statement, change nothing; most of them need nothing new."
        ),
        owner="model_entities",
    )
