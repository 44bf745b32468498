"""Volumes for a conceptual model that a chat model wrote: figures are arithmetic, so code attaches them."""

from __future__ import annotations

from database_specialist.agent.designer.draft import Draft, EntityDraft
from database_specialist.agent.designer.knowledge import DEFAULT, Lexicon
from database_specialist.agent.designer.volumes import attach_volumes
from database_specialist.agent.model.brief import Brief
from database_specialist.agent.model.entities import EntityModel


def with_volumes(model: EntityModel, brief: Brief, lexicon: Lexicon = DEFAULT) -> EntityModel:
    """Return the model with rows, rows a day and retention of every entity, each with its origin and basis."""
    draft = Draft(brief, lexicon)
    for entity in model.entities:
        draft.add(EntityDraft(name=entity.name, plural=entity.plural, kind=entity.kind))
    draft.relationships.extend(model.relationships)
    attach_volumes(draft)
    entities = tuple(
        entity.model_copy(update=draft.entities[entity.name].figures) if entity.name in draft.entities else entity
        for entity in model.entities
    )
    return model.model_copy(update={"entities": entities})
