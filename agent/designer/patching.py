"""Put a designer's changes into its own earlier answer."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeVar

from database_specialist.agent.answers.entities import ModelPatch
from database_specialist.agent.answers.review import ReviewPatch, SchemaReview
from database_specialist.agent.model.base import Part
from database_specialist.agent.model.entities import EntityModel, Relationship

Element = TypeVar("Element", bound=Part)


def _merged(
    old: Iterable[Element], new: Iterable[Element], key: Callable[[Element], str], withdrawn: Iterable[str]
) -> tuple[Element, ...]:
    """Return the old elements, those of the same key replaced in place, new ones at the end, withdrawn ones gone."""
    merged = {key(element): element for element in old}
    merged |= {key(element): element for element in new}
    gone = set(withdrawn)
    return tuple(element for name, element in merged.items() if name not in gone)


def _role(relationship: Relationship) -> str:
    return f"{relationship.source}.{relationship.role}"


def patched_model(model: EntityModel, patch: ModelPatch) -> EntityModel:
    """Return the conceptual model with the patch applied; relationships of a withdrawn entity go with it."""
    out = patch.withdraw
    entities = _merged(model.entities, patch.entities, lambda each: each.name, out)
    names = {entity.name for entity in entities}
    relationships = _merged(model.relationships, patch.relationships, _role, out)
    return model.model_copy(
        update={
            "entities": entities,
            "relationships": tuple(r for r in relationships if {r.source, r.target} <= names),
            "rules": _merged(model.rules, patch.rules, lambda each: each.id, out),
            "examples": _merged(model.examples, patch.examples, lambda each: each.id, out),
        }
    )


def patched_review(review: SchemaReview, patch: ReviewPatch) -> SchemaReview:
    """Return the review of the schema with the patch applied."""
    out = patch.withdraw
    return SchemaReview(
        columns=_merged(review.columns, patch.columns, lambda each: f"{each.table}.{each.column}", out),
        foreign_keys=_merged(review.foreign_keys, patch.foreign_keys, lambda each: each.name, out),
        checks=_merged(review.checks, patch.checks, lambda each: each.name, out),
        uniques=_merged(review.uniques, patch.uniques, lambda each: each.name, out),
        routines=_merged(review.routines, patch.routines, lambda each: each.name, out),
        decisions=_merged(review.decisions, patch.decisions, lambda each: each.id, out),
    )
