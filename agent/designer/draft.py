"""The design while it is being made: mutable, in the order things were found."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from database_specialist.agent.designer.knowledge import Archetype, Lexicon
from database_specialist.agent.designer.nouns import comparable, plural_name
from database_specialist.agent.model.brief import Brief
from database_specialist.agent.model.entities import (
    Attribute,
    BusinessRule,
    Entity,
    Example,
    FunctionalDependency,
    Lifecycle,
    Relationship,
    Unplaced,
)


@dataclass
class EntityDraft:
    """An entity whose parts are still being collected."""

    name: str
    archetype: Archetype | None = None
    plural: str = ""
    kind: str = "core"
    description: str = ""
    attributes: dict[str, Attribute] = field(default_factory=dict)
    unique_sets: list[tuple[str, ...]] = field(default_factory=list)
    lifecycle: Lifecycle | None = None
    dependencies: list[FunctionalDependency] = field(default_factory=list)
    append_only: bool = False
    soft_delete: bool = False
    tenant_scoped: bool = False
    declared: bool = False
    """Its attributes stand in a machine format or an explicit list: nothing customary is added."""
    listed: bool = False
    """A statement lists its fields as those of a table."""
    stated: bool = False
    """A clause says what it has: it is kept, whatever else speaks against it."""
    facts: tuple[str, ...] = ()
    added_because: str | None = None
    weight: float = 0.0
    figures: dict[str, Any] = field(default_factory=dict)

    def freeze(self) -> Entity:
        """Return the finished entity."""
        return Entity.model_validate(
            {
                "name": self.name,
                "plural": self.plural or plural_name(self.name),
                "description": self.description,
                "kind": self.kind,
                "attributes": tuple(self.attributes.values()),
                "unique_sets": tuple(dict.fromkeys(self.unique_sets)),
                "lifecycle": self.lifecycle,
                "dependencies": tuple(self.dependencies),
                "append_only": self.append_only,
                "soft_delete": self.soft_delete,
                "tenant_scoped": self.tenant_scoped,
                "facts": self.facts,
                "added_because": None if self.facts else self.added_because,
                **self.figures,
            }
        )


@dataclass
class Draft:
    """The whole design in the making."""

    brief: Brief
    lexicon: Lexicon
    entities: dict[str, EntityDraft] = field(default_factory=dict)
    relationships: list[Relationship] = field(default_factory=list)
    rules: list[BusinessRule] = field(default_factory=list)
    examples: list[Example] = field(default_factory=list)
    unplaced: list[Unplaced] = field(default_factory=list)
    tenant: str | None = None
    wanted: list[tuple[str, str, str, str]] = field(default_factory=list)
    """(source, role, target, fact): references that field lists name."""
    stated_many: list[tuple[str, str, str, str]] = field(default_factory=list)
    """(owner, target, role, fact): "a customer has one or more sites"."""
    held: list[tuple[str, str, tuple[str, str], str]] = field(default_factory=list)
    """(history, its thing, its bounds, fact): who had it in which period."""
    factors: dict[str, tuple[str, float, str]] = field(default_factory=dict)
    """Part -> (owner, how many on average, fact)."""
    surface_cache: tuple[tuple[int, int], list[tuple[str, str]]] = ((0, 0), [])
    """Every way to write an entity's name, rebuilt when entities or aliases were added."""
    surface_index: dict[str, list[int]] = field(default_factory=dict)
    """First word of a surface -> its positions in the cache."""
    aliases: dict[str, str] = field(default_factory=dict)
    """Comparable name (or a role, or a synonym) -> the entity that stands for it."""

    def add(self, entity: EntityDraft) -> EntityDraft:
        """Add an entity under its name and its archetype's."""
        self.entities[entity.name] = entity
        self.aliases[comparable(entity.name, self.lexicon)] = entity.name
        if entity.archetype is not None:
            self.aliases.setdefault(entity.archetype.name, entity.name)
        return entity

    def find(self, name: str) -> EntityDraft | None:
        """Return the entity that a name, a synonym or a role stands for."""
        alias = self.aliases.get(name) or self.aliases.get(comparable(name, self.lexicon))
        if alias is None:
            archetype = self.lexicon.names.get(comparable(name, self.lexicon).replace("_", " "))
            alias = self.aliases.get(archetype) if archetype else None
        if alias is None:
            tails = [entity for entity in self.entities if entity.endswith("_" + name)]
            alias = tails[0] if len(tails) == 1 and "_" not in name and name not in self.lexicon.archetypes else None
        return self.entities.get(alias) if alias else None

    def relations_of(self, source: str) -> Iterator[Relationship]:
        """Yield the relationships that this entity holds."""
        return (relation for relation in self.relationships if relation.source == source)

    def relate(self, relation: Relationship) -> None:
        """Add a relationship unless the source already has that role, or already refers to that target without need."""
        for known in self.relations_of(relation.source):
            if known.role == relation.role:
                return
        self.relationships.append(relation)

    def add_rule(self, entity: EntityDraft, kind: str, name: str, text: str, **given: object) -> None:
        """Add a business rule under a name that no other rule has; its id is given at the end."""
        base = re.sub(r"\W+", "_", name)[:50].strip("_")
        taken = [rule.name for rule in self.rules if rule.name == base or rule.name.startswith(base + "_")]
        self.rules.append(
            BusinessRule.model_validate(
                {
                    "id": "BR0",
                    "name": f"{base}_{len(taken) + 1}" if taken else base,
                    "text": text,
                    "kind": kind,
                    "entity": entity.name,
                    **given,
                }
            )
        )
