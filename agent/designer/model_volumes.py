"""Volumes for a conceptual model that a chat model wrote: figures are arithmetic, so code attaches them."""

from __future__ import annotations

from database_specialist.agent.designer.draft import Draft, EntityDraft
from database_specialist.agent.designer.knowledge import DEFAULT, Lexicon
from database_specialist.agent.designer.volumes import attach_volumes
from database_specialist.agent.model.brief import Brief
from database_specialist.agent.model.entities import Entity, EntityModel


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
    """Return the model with rows, rows a day and retention of every entity, each with its origin and basis."""
    draft = draft_of(model, brief, lexicon)
    attach_volumes(draft)
    entities = tuple(
        entity.model_copy(update=draft.entities[entity.name].figures) if entity.name in draft.entities else entity
        for entity in model.entities
    )
    return model.model_copy(update={"entities": entities})
