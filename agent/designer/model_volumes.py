"""Volumes for a conceptual model that a chat model wrote: figures are arithmetic, so code attaches them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from database_specialist.agent.designer.draft import Draft, EntityDraft
from database_specialist.agent.designer.knowledge import DEFAULT, Lexicon
from database_specialist.agent.designer.nouns import human
from database_specialist.agent.designer.volumes import attach_volumes
from database_specialist.agent.mapping.volumes import Slot, following_figures, stated_figures
from database_specialist.agent.model.base import Figure
from database_specialist.agent.model.brief import Brief
from database_specialist.agent.model.entities import Entity, EntityModel, Volume

_SLOTS: tuple[Slot, ...] = ("rows", "rows_per_day")


def draft_of(model: EntityModel, brief: Brief, lexicon: Lexicon = DEFAULT) -> Draft:
    """Return the draft of which a conceptual model might have come, for what code knows of drafts."""
    draft = Draft(brief, lexicon, tenant=model.tenant)
    for entity in model.entities:
        draft.add(_draft(entity))
    draft.relationships.extend(model.relationships)
    draft.rules.extend(model.rules)
    return draft


def _draft(entity: Entity) -> EntityDraft:
    return EntityDraft(
        name=entity.name,
        plural=entity.plural,
        kind=entity.kind,
        description=entity.description,
        attributes={attribute.name: attribute for attribute in entity.attributes},
        unique_sets=list(entity.unique_sets),
        lifecycle=entity.lifecycle,
        dependencies=list(entity.dependencies),
        append_only=entity.append_only,
        soft_delete=entity.soft_delete,
        tenant_scoped=entity.tenant_scoped,
        facts=entity.facts,
        added_because=entity.added_because,
    )


def with_volumes(model: EntityModel, brief: Brief, lexicon: Lexicon = DEFAULT) -> EntityModel:
    """Return the model with rows, rows a day and retention of every entity, each with its origin and basis.

    What the documents give goes first, then what the designer says; the rest is estimated from its neighbours.
    """
    draft = draft_of(model, brief, lexicon)
    attach_volumes(draft, stated=lambda: _state(draft, model.volumes))
    entities = tuple(
        entity.model_copy(update=draft.entities[entity.name].figures) if entity.name in draft.entities else entity
        for entity in model.entities
    )
    return model.model_copy(update={"entities": entities})


def _state(draft: Draft, volumes: Sequence[Volume]) -> None:
    """Attach what the designer says: first what stands by itself, then what follows, in the order of its owners."""
    waiting = [volume for volume in volumes if volume.subject in draft.entities]
    for volume in waiting:
        if volume.per is None:
            entity = draft.entities[volume.subject]
            _keep(entity, stated_figures(volume, human(entity.plural)))
    following = [volume for volume in waiting if volume.per in draft.entities]
    while ready := [each for each in following if each.per not in {other.subject for other in following}]:
        for volume in ready:
            _follow(draft, volume)
        following = [each for each in following if each not in ready]


def _follow(draft: Draft, volume: Volume) -> None:
    entity, owner = draft.entities[volume.subject], draft.entities[str(volume.per)]
    figures: dict[Slot, Figure] = {slot: owner.figures[slot] for slot in _SLOTS if slot in owner.figures}
    _keep(entity, following_figures(volume, human(entity.plural), human(owner.name), figures))


def _keep(entity: EntityDraft, figures: Mapping[Slot, Figure]) -> None:
    """Attach figures, unless the documents themselves give one."""
    if not any(slot in entity.figures and entity.figures[slot].origin == "given" for slot in _SLOTS):
        for slot, figure in figures.items():
            entity.figures[slot] = figure
