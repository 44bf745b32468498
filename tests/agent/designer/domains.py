"""Documents of four domains, read and modelled."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

from database_specialist.agent.designer.entities import model_entities
from database_specialist.agent.model.brief import Brief, Research
from database_specialist.agent.model.entities import BusinessRule, EntityModel, Relationship
from database_specialist.agent.reading.brief import read_brief
from database_specialist.agent.reading.raw import RawDocument

DATA = Path(__file__).parents[2] / "data" / "designer"


def brief_of(text: str, name: str = "requirements.md") -> Brief:
    """Read one document."""
    digest = hashlib.sha256(text.encode()).hexdigest()
    return read_brief([RawDocument(name, text, digest)], project="test")


def model_of(text: str, name: str = "requirements.md") -> EntityModel:
    """Model one document."""
    return model_entities(brief_of(text, name), research=Research())


@cache
def domain(name: str) -> EntityModel:
    """Model the documents of a folder under `tests/data/designer`."""
    path = next(iter(sorted((DATA / name).glob("*.md"))))
    return model_of(path.read_text("utf-8"), path.name)


def names(model: EntityModel) -> set[str]:
    """Return the names of the entities."""
    return {entity.name for entity in model.entities}


def targets(model: EntityModel, source: str) -> dict[str, str]:
    """Return role -> target of an entity's relationships."""
    return {relation.role: relation.target for relation in model.relationships if relation.source == source}


def relation(model: EntityModel, source: str, role: str) -> Relationship:
    """Return the relationship of this role."""
    return next(each for each in model.relationships if each.source == source and each.role == role)


def rules(model: EntityModel, kind: str, entity: str) -> list[BusinessRule]:
    """Return the rules of this kind on this entity."""
    return [rule for rule in model.rules if rule.kind == kind and rule.entity == entity]
