"""Modelling the entities."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from database_specialist.agent.answers.entities import EntitiesAnswer, ModelPatch
from database_specialist.agent.answers.entity_answer import answer_of, patched
from database_specialist.agent.answers.entity_model import model_of
from database_specialist.agent.answers.question import Amendment, Model, Question
from database_specialist.agent.designer.consistency import model_objections, tenant_doubts
from database_specialist.agent.designer.grouping import Share
from database_specialist.agent.designer.model_examples import without_code_examples
from database_specialist.agent.designer.model_volumes import with_volumes
from database_specialist.agent.model.brief import Brief, Research
from database_specialist.agent.model.entities import EntityModel
from database_specialist.agent.model.evidence import Finding
from database_specialist.agent.reading.listing import figures
from database_specialist.prompts import render
from database_specialist.tools.model_designer.questions import as_json, asked, mending, told_once


def modelled(
    model: Model,
    brief: Brief,
    *,
    research: Research,
    previous: EntityModel | None,
    findings: Sequence[Finding],
    share: Share | None = None,
) -> EntityModel:
    """Ask for the conceptual model, or for the changes to it; with `share`, for a part of it.

    Research is for those who decide on columns and operations: what a system keeps stands in its statements.
    """
    if previous is None:
        question = _narrowed(_question(brief), share)

        def doubted(given: EntitiesAnswer) -> list[str]:
            return tenant_doubts(model_of(given)[0], brief)

        doubts = told_once(doubted)
        answer = model.ask(
            question,
            EntitiesAnswer,
            objections=lambda given: [*objections_to(given, brief, share), *doubts(given)],
            amendment=Amendment(ModelPatch, patched, _PATCHED),
        )
    elif findings:
        answer = _mended(model, brief, answer_of(without_code_examples(previous)), findings, share)
    else:
        return previous
    return with_volumes(model_of(answer)[0], brief)


def _question(brief: Brief) -> Question:
    return asked("model_entities", brief, reading=figures(brief), notation=render("entity_notation"))


def _narrowed(question: Question, share: Share | None) -> Question:
    return question if share is None else replace(question, user=f"{question.user}\n\n{share.told}")


def _mended(
    model: Model, brief: Brief, before: EntitiesAnswer, findings: Sequence[Finding], share: Share | None
) -> EntitiesAnswer:
    def objections(patch: ModelPatch) -> list[str]:
        after, lost = patched(before, patch)
        return [*lost, *objections_to(after, brief, share)]

    shown = f"{as_json(before)}\n\n{render('entity_notation')}\n{_PATCH}"
    question = _narrowed(mending("model_entities", brief, shown, findings), share)
    return patched(before, model.ask(question, ModelPatch, objections=objections))[0]


_PATCHED = (
    "A single attribute is replaced or added in `attributes` as `entity.name: type, ...`, a volume by one of the same "
    "subject; `withdraw` takes the names of entities, `entity.attribute`, `source.role`, and ids of rules and examples."
)
_PATCH = (
    f"{_PATCHED} The examples EC1, EC2, ... are "
    "the program's own, made from the elements: mend the element, or write an example with the same `violates` instead."
)


def objections_to(answer: EntitiesAnswer, brief: Brief, share: Share | None = None) -> list[str]:
    """Say what in an answer cannot be read, and what in it points at nothing."""
    entity_model, problems = model_of(answer)
    if share is None:
        return [*problems, *model_objections(entity_model, brief)]
    return [*problems, *model_objections(share.seen(entity_model), share.brief or brief)]
