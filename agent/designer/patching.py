"""Put a designer's changes into its own earlier answer."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeVar

from database_specialist.agent.answers.review import ReviewPatch, SchemaReview
from database_specialist.agent.model.base import Part

Element = TypeVar("Element", bound=Part)


def _merged(
    old: Iterable[Element], new: Iterable[Element], key: Callable[[Element], str], withdrawn: Iterable[str]
) -> tuple[Element, ...]:
    """Return the old elements, those of the same key replaced in place, new ones at the end, withdrawn ones gone."""
    merged = {key(element): element for element in old}
    merged |= {key(element): element for element in new}
    gone = set(withdrawn)
    return tuple(element for name, element in merged.items() if name not in gone)


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
