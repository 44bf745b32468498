"""Relationships: customary ones, nested resources, key-like attributes, and the words of possession."""

from __future__ import annotations

from database_specialist.agent.designer.draft import Draft, EntityDraft
from database_specialist.agent.designer.lexicon import RelationSpec
from database_specialist.agent.designer.nouns import human
from database_specialist.agent.model.entities import Relationship


def relate_customary(draft: Draft) -> None:
    """Add the archetypes' customary relationships to entities that the design has."""
    for entity in list(draft.entities.values()):
        if entity.archetype is None or entity.declared:
            continue
        for spec in entity.archetype.relations:
            _relate_spec(draft, entity, spec)


def _relate_spec(draft: Draft, entity: EntityDraft, spec: RelationSpec) -> None:
    target = _target(draft, entity, spec)
    if target is None:
        return
    generic = spec.role in ("subject", "item", "owner_ref", "group", "session", "person")
    role = target.name if generic or (spec.role == spec.targets[0] and target.name != spec.role) else spec.role
    draft.relate(
        Relationship.model_validate(
            {
                "source": entity.name,
                "target": target.name,
                "role": "parent" if target is entity and role == entity.name else role,
                "cardinality": "one_to_one" if spec.one else "many_to_one",
                "required": spec.required and target is not entity,
                "ownership": spec.ownership,
                "inverse": entity.plural,
                "added_because": f"{human(entity.name).capitalize()} rows refer to the {human(target.name)} they concern.",
            }
        )
    )


def _target(draft: Draft, entity: EntityDraft, spec: RelationSpec) -> EntityDraft | None:
    for name in spec.targets:
        if name == "self":
            return entity
        if name == "*":
            continue
        found = draft.find(name)
        if found is not None and found is not entity:
            return found
    return None
