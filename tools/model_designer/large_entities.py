"""Modelling a system that is too large for one call: names first, then groups of entities, then one model.

    shards of the statements  -> lists of names, in parallel
    the lists                 -> one name for each entity, with all its statements
    groups of entities        -> parts of the model, in parallel, each with the statements on its entities
    the parts                 -> merged by code; what does not fit together is asked once, what no element rests on too

Every call is bounded by a `Budget` before it is asked, and what came back does not depend on which call was ready
first.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from database_specialist.agent.answers.names import NamesAnswer, Reconciliation
from database_specialist.agent.answers.question import Model
from database_specialist.agent.designer.consistency import model_objections
from database_specialist.agent.designer.grouping import Group, Share, by_name, grouped
from database_specialist.agent.designer.merging import ModelPart, merged_models, settled
from database_specialist.agent.designer.model_volumes import with_volumes
from database_specialist.agent.designer.naming import (
    Named,
    aliases_of,
    listing,
    name_objections,
    named,
    reconciled,
    reconciliation_objections,
    with_all_facts,
)
from database_specialist.agent.errors import ModelError
from database_specialist.agent.model.brief import Brief, Research
from database_specialist.agent.model.entities import EntityModel
from database_specialist.agent.model.evidence import Finding
from database_specialist.agent.reading.budget import Budget, model_tokens
from database_specialist.agent.reading.correcting import extent_of
from database_specialist.agent.reading.shards import about, halves, marked, shards, terms_of, tokens
from database_specialist.prompts import render
from database_specialist.tools.model_designer.entities import modelled
from database_specialist.tools.model_designer.large_mending import left_over, mended, objected
from database_specialist.tools.model_designer.measuring import instruction_tokens
from database_specialist.tools.model_designer.parallel import asked_in_halves, asked_together
from database_specialist.tools.model_designer.questions import asked

_NAMES_PER_STATEMENT = 0.3
"""Tokens of a list of names for one token of the statements it is made from."""
_RECONCILING = 4_000
_MEANING_SHOWN = 120


def modelled_at_any_size(
    model: Model,
    brief: Brief,
    *,
    research: Research,
    previous: EntityModel | None,
    findings: Sequence[Finding],
    budget: Budget | None = None,
) -> EntityModel:
    """Ask for the conceptual model, or for the changes to it: in one call where that fits, else in bounded ones."""
    budget = budget or Budget()
    if previous is not None and not findings:
        return previous
    if previous is not None:
        return mended(model, brief, previous, findings, research=research, budget=budget)
    fixed = instruction_tokens(lambda probe: _modelled(probe, about(brief, ()), research))
    wanted = about(brief, (fact.id for fact in brief.in_scope))
    if budget.fits_whole(wanted, fixed=fixed):
        try:
            return _modelled(model, brief, research)
        except ModelError as error:
            # An estimate can be wrong: where the answer may have been too long, less is asked at once.
            if error.status != "llm_unavailable" or model_tokens(wanted) < budget.answer / 2:
                raise
    return _in_groups(model, brief, research, budget)


def _modelled(model: Model, brief: Brief, research: Research, share: Share | None = None) -> EntityModel:
    return modelled(model, brief, research=research, previous=None, findings=(), share=share)


def _in_groups(model: Model, brief: Brief, research: Research, budget: Budget) -> EntityModel:
    wanted = about(brief, (fact.id for fact in brief.in_scope))
    entities = with_all_facts(canonical_names(model, wanted, budget), wanted)

    def ask(group: Group, each: Model = model) -> ModelPart:
        shown = about(wanted, group.facts)
        part = _modelled(each, shown, research, share_of(group, entities, wanted))
        return ModelPart(part, frozenset(group.names))

    bare = [replace(each, facts=()) for each in entities[:1]]
    fixed = instruction_tokens(lambda probe: ask(Group(tuple(bare)), probe))
    groups = grouped(entities, wanted, budget=budget, fixed=fixed)
    parts = [
        part
        for several in asked_together(groups, lambda group: asked_in_halves(group, ask, Group.halves))
        for part in several
    ]
    merged = merged_models(parts, aliases_of(entities))
    return _completed(model, brief, merged, entities, research=research, budget=budget)


def _completed(
    model: Model, brief: Brief, merged: EntityModel, entities: Sequence[Named], *, research: Research, budget: Budget
) -> EntityModel:
    """Ask once about what does not fit together, and once about statements that nothing rests on."""
    if found := objected(model_objections(merged, brief)):
        merged = settled(merged, mended(model, brief, merged, found, research=research, budget=budget))
    complete = left_over(model, brief, merged, entities, budget=budget)
    return with_volumes(complete, brief)


def canonical_names(model: Model, brief: Brief, budget: Budget) -> tuple[Named, ...]:
    """Return the entities that the statements speak of, each under its one name with its statements."""
    fixed = instruction_tokens(lambda probe: _names(probe, about(brief, ()), brief))
    answer = int(budget.statements * _NAMES_PER_STATEMENT)
    pieces = shards(brief, max_tokens=budget.room(fixed=fixed, answer=answer))
    answers = asked_together(pieces, lambda piece: asked_in_halves(piece, lambda p: _names(model, p, brief), halves))
    lists = [named(each, number) for number, each in enumerate((one for many in answers for one in many), 1)]
    return _reconciled(model, brief, lists, budget)


def _names(model: Model, piece: Brief, whole: Brief) -> NamesAnswer:
    question = asked("name_entities", piece, extent=extent_of(piece, whole), terms=terms_of(piece))
    return model.ask(question, NamesAnswer, objections=lambda given: name_objections(given, piece))


def _reconciled(model: Model, brief: Brief, lists: Sequence[tuple[Named, ...]], budget: Budget) -> tuple[Named, ...]:
    """Reconcile the lists in one call, or in several whose results are reconciled in turn."""
    fixed = instruction_tokens(lambda probe: _one_list(probe, brief, ()))
    room = budget.room(fixed=fixed, answer=_RECONCILING)
    bundles = _bundled(lists, room)
    if len(bundles) == 1:
        return _one_list(model, brief, bundles[0])
    if len(bundles) == len(lists):
        # No two lists fit one call: names that are spelt alike are all that can be joined.
        return reconciled(lists, Reconciliation())
    return _reconciled(model, brief, asked_together(bundles, lambda some: _one_list(model, brief, some)), budget)


def _bundled(lists: Sequence[tuple[Named, ...]], room: int) -> list[tuple[tuple[Named, ...], ...]]:
    bundles: list[tuple[tuple[Named, ...], ...]] = []
    for names in lists:
        joined = (*bundles[-1], names) if bundles else (names,)
        if bundles and tokens(listing(joined)) <= room:
            bundles[-1] = joined
        else:
            bundles.append((names,))
    return bundles


def _one_list(model: Model, brief: Brief, lists: Sequence[tuple[Named, ...]]) -> tuple[Named, ...]:
    # The lists speak for the statements, so none are shown.
    question = asked("reconcile_names", about(brief, ()), lists=marked(listing(lists)), terms=terms_of(brief))
    answer = model.ask(question, Reconciliation, objections=lambda given: reconciliation_objections(given, lists))
    return reconciled(lists, answer)


def share_of(group: Group, entities: Iterable[Named], brief: Brief) -> Share:
    """Narrow the question to one group; all other entities are told by name, so that references meet."""
    others = [each for each in entities if each.name not in group.names]
    told = render(
        "model_group", own=_told(group.entities), others=_told(others), terms=terms_of(about(brief, group.facts))
    )
    return Share(told=told, outside=by_name(others))


def _told(entities: Iterable[Named]) -> str:
    return marked("\n".join(f"- {_called(each)}: {each.meaning[:_MEANING_SHOWN]}" for each in entities))


def _called(entity: Named) -> str:
    return f"{entity.name} (also {', '.join(entity.aliases)})" if entity.aliases else entity.name
