"""What a designer says of the entities."""

from __future__ import annotations

from database_specialist.agent.model.base import Part
from database_specialist.agent.model.entities import BusinessRule, Entity, Example, Relationship


class ModelPatch(Part):
    """Changes to the conceptual model: whole elements to put in place of those of the same name or id, or to add."""

    entities: tuple[Entity, ...] = ()
    relationships: tuple[Relationship, ...] = ()
    rules: tuple[BusinessRule, ...] = ()
    examples: tuple[Example, ...] = ()
    withdraw: tuple[str, ...] = ()
    """Entities by name, relationships as "source.role", rules and examples by id."""
