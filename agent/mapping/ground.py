"""What every step of the mapping reads: the entity model, the engine, and the names and keys chosen first."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

from database_specialist.agent.dialects.versions import major_version
from database_specialist.agent.mapping.naming import snake
from database_specialist.agent.model.base import Decision, Engine, FactId, Option
from database_specialist.agent.model.entities import Entity, EntityModel, Relationship

LEFT_OUT = "left to the application"
"""The choice of a decision on a rule that nothing in the database holds."""
KeyKind = Literal["identity", "uuid", "natural", "composite", "shared"]


@dataclass(frozen=True)
class Key:
    """How the rows of one entity are identified."""

    kind: KeyKind
    parts: tuple[str, ...] = ()
    """Attributes and roles of a composite key, in order."""
    reason: str = ""
    """The words or the rule that made the choice: groups the decisions."""


@dataclass
class Ledger:
    """The decisions taken so far, in order. Ids are given when the schema is closed."""

    entries: list[Decision] = field(default_factory=list)

    def record(
        self,
        topic: str,
        subject: str,
        choice: str,
        why: str,
        *,
        alternatives: tuple[tuple[str, str], ...] = (),
        facts: tuple[FactId, ...] = (),
    ) -> None:
        """Add a decision; `alternatives` are pairs of a choice and why it was not taken."""
        self.entries.append(
            Decision.load(
                {
                    "id": f"SD{len(self.entries) + 1}",
                    "topic": topic,
                    "subject": subject,
                    "choice": choice,
                    "why": why,
                    "alternatives": [
                        Option(choice=option, rejected_because=reason).dump() for option, reason in alternatives
                    ],
                    "facts": list(dict.fromkeys(facts)),
                }
            )
        )


@dataclass(frozen=True)
class Ground:
    """The input of the mapping and what was fixed before any table was drawn."""

    model: EntityModel
    engine: Engine
    version: str | None
    tables: dict[str, str]
    keys: dict[str, Key]
    relationships: dict[str, dict[str, Relationship]]
    """By source, then by role: those that become a foreign key of the source."""
    ledger: Ledger = field(default_factory=Ledger)

    @property
    def tenant_column(self) -> str | None:
        """The column that names the tenant, where the system has several."""
        tenant = self.model.tenant
        return f"{snake(tenant)}_id" if tenant is not None and tenant in self.tables else None

    @cached_property
    def entities(self) -> dict[str, Entity]:
        """The entities by name; of two with one name, the first."""
        return {entity.name: entity for entity in reversed(self.model.entities)}

    def is_scoped(self, entity: str) -> bool:
        """Say whether the rows of an entity belong to one tenant; those of a subtype do with its supertype."""
        if self.tenant_column is None or entity == self.model.tenant:
            return False
        return any(each.tenant_scoped for each in self.lineage(entity))

    def lineage(self, entity: str) -> list[Entity]:
        """Return an entity and its supertypes, nearest first. A circle of supertypes ends where it closes."""
        found: list[Entity] = []
        current = self.entities.get(entity)
        while current is not None and current not in found:
            found.append(current)
            current = self.entities.get(current.supertype) if current.supertype else None
        return found

    @property
    def major(self) -> int:
        """The engine's major version; a recent one where none is given."""
        return major_version(self.version, self.engine)

    def outgoing(self, entity: str) -> tuple[Relationship, ...]:
        """Return the relationships whose key this entity holds; of two with one role, the first."""
        return tuple(self.relationships.get(entity, {}).values())


def references_by_source(model: EntityModel) -> dict[str, dict[str, Relationship]]:
    """Return the relationships that become foreign keys, by source and role."""
    known = {entity.name for entity in model.entities}
    found: dict[str, dict[str, Relationship]] = {}
    for each in model.relationships:
        if each.target in known and each.cardinality != "many_to_many":
            found.setdefault(each.source, {}).setdefault(each.role, each)
    return found


@dataclass(frozen=True)
class Links:
    """The relationships of a model by source, and the entities that something points at: read once for all keys."""

    outgoing: dict[str, list[Relationship]]
    referred: frozenset[str]


def links_of(model: EntityModel) -> Links:
    """Read the relationships of a model."""
    outgoing: dict[str, list[Relationship]] = {}
    for each in model.relationships:
        outgoing.setdefault(each.source, []).append(each)
    pairs = (each for each in model.relationships if each.cardinality == "many_to_many")
    referred = {each.target for each in model.relationships} | {each.source for each in pairs}
    referred |= {entity.supertype for entity in model.entities if entity.supertype is not None}
    return Links(outgoing, frozenset(referred))
