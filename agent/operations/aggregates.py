"""Documents of an entity model: an entity with what it owns, and a value for each attribute."""

from __future__ import annotations

import tomllib
from importlib.resources import files
from typing import Any

from database_specialist.agent.mapping.naming import snake
from database_specialist.agent.model.entities import Attribute, Entity, EntityModel, Relationship

TYPES: dict[str, dict[str, Any]] = tomllib.loads(
    files("database_specialist.agent.operations").joinpath("documents_types.toml").read_text(encoding="utf-8")
)


def owned_parts(entity: Entity, entity_model: EntityModel) -> tuple[tuple[Entity, Relationship], ...]:
    """Return the entities that live and die with one, in the model's order: they are kept inside its document."""
    found = []
    for relationship in entity_model.relationships:
        part = entity_model.entity(relationship.source)
        is_part = relationship.target == entity.name and relationship.ownership == "owned"
        if is_part and part is not None and part is not entity and relationship.cardinality != "many_to_many":
            found.append((part, relationship))
    return tuple(found)


def references(entity: Entity, entity_model: EntityModel) -> tuple[Relationship, ...]:
    """Return the relationships by which an entity refers to one other."""
    return tuple(
        relationship
        for relationship in entity_model.relationships
        if relationship.source == entity.name and relationship.cardinality != "many_to_many"
    )


def part_name(part: Entity, relationship: Relationship) -> str:
    """Name the list of parts inside its owner."""
    return snake(relationship.inverse or part.plural)


def example_value(attribute: Attribute) -> Any:
    """Return a JSON value that the attribute's own limits allow.

    >>> example_value(Attribute(name="state", meaning="", type="enum", values=("new", "paid")))
    'new'
    """
    if attribute.values:
        return attribute.values[0]
    kind = attribute.type
    if kind in ("decimal", "money", "percentage"):
        return {"$numberDecimal": f"{_number(attribute, 10):.2f}"}
    if kind in ("integer", "big_integer"):
        return int(_number(attribute, TYPES["example"][kind]))
    if kind in ("date", "timestamp"):
        return {"$date": "2026-01-05T09:00:00Z"}
    if kind in ("date_range", "timestamp_range"):
        return {"from": {"$date": "2026-01-05T09:00:00Z"}, "until": {"$date": "2026-01-05T10:00:00Z"}}
    return _structured(attribute)


def _structured(attribute: Attribute) -> Any:
    kind = attribute.type
    if kind == "json":
        return {}
    if kind == "text_list":
        return ["example"]
    if kind == "binary":
        return {"$binary": {"base64": "AAAA", "subType": "00"}}
    if kind == "geo_point":
        return {"type": "Point", "coordinates": [13.405, 52.52]}
    if kind == "vector":
        return [0.0] * min(attribute.length or 3, 3)
    value = TYPES["example"].get(kind, "example")
    return value[: attribute.length] if isinstance(value, str) and attribute.length else value


def _number(attribute: Attribute, wanted: float) -> float:
    low = attribute.minimum if attribute.minimum is not None else wanted
    low += 1 if attribute.exclusive_minimum and attribute.minimum is not None else 0
    value = max(wanted, low)
    return min(value, attribute.maximum) if attribute.maximum is not None else value
