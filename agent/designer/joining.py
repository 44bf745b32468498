"""Two accounts of one entity or one relationship, joined: the first holds, the second adds, differences are noted."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Sequence
from functools import reduce
from typing import Any, TypeVar

from database_specialist.agent.model.base import Part
from database_specialist.agent.model.entities import Attribute, Entity, Lifecycle, Relationship, Unplaced

_REASON = "Two parts of the documents were modelled apart and differ here; the first account was kept."
_SENSITIVITIES = ("public", "internal", "confidential", "restricted")

# Where accounts differ in one of these, one of them is wrong; in wording they may differ.
_OF_AN_ATTRIBUTE = (
    "type",
    "required",
    "default",
    "minimum",
    "maximum",
    "exclusive_minimum",
    "length",
    "scale",
    "pattern",
    "generated",
)
_OF_AN_ENTITY = ("kind", "supertype")
_OF_A_RELATIONSHIP = ("target", "cardinality", "required", "ownership", "max_sources")

Element = TypeVar("Element", bound=Part)
Value = TypeVar("Value")


def joined_entities(accounts: Sequence[Entity]) -> tuple[Entity, list[Unplaced]]:
    """Return one entity of all accounts, the first before the others, and where they differ."""
    notes: list[Unplaced] = []

    def join(first: Entity, second: Entity) -> Entity:
        notes.extend(_differences(first.name, first, second, _OF_AN_ENTITY))
        attributes, attribute_notes = _attributes(first, second)
        notes.extend(attribute_notes)
        lifecycle, lifecycle_notes = _lifecycle(first, second)
        notes.extend(lifecycle_notes)
        return first.model_copy(
            update={
                "kind": second.kind if first.kind == "core" else first.kind,
                "attributes": attributes,
                "lifecycle": lifecycle,
                "unique_sets": _first((*first.unique_sets, *second.unique_sets), frozenset),
                "dependencies": _first((*first.dependencies, *second.dependencies), lambda each: each.determinant),
                "supertype": first.supertype or second.supertype,
                "tenant_scoped": first.tenant_scoped or second.tenant_scoped,
                "soft_delete": first.soft_delete or second.soft_delete,
                "append_only": first.append_only or second.append_only,
                **_ground(first, second),
            }
        )

    return reduce(join, accounts), notes


def joined_relationships(accounts: Sequence[Relationship]) -> tuple[Relationship, list[Unplaced]]:
    """Return one relationship of all accounts, the first before the others, and where they differ."""
    notes: list[Unplaced] = []

    def join(first: Relationship, second: Relationship) -> Relationship:
        if first.source == second.source:
            notes.extend(_differences(f"{first.source}.{first.role}", first, second, _OF_A_RELATIONSHIP))
        return first.model_copy(
            update={
                "inverse": first.inverse or second.inverse,
                "min_sources": max(first.min_sources, second.min_sources),
                "max_sources": second.max_sources if first.max_sources is None else first.max_sources,
                **_ground(first, second),
            }
        )

    return reduce(join, accounts), notes


def _attributes(first: Entity, second: Entity) -> tuple[tuple[Attribute, ...], list[Unplaced]]:
    held = {attribute.name: attribute for attribute in first.attributes}
    notes: list[Unplaced] = []
    for attribute in second.attributes:
        before = held.get(attribute.name)
        if before is None:
            held[attribute.name] = attribute
            continue
        notes += _differences(f"{first.name}.{attribute.name}", before, attribute, _OF_AN_ATTRIBUTE)
        held[attribute.name] = _attribute(before, attribute)
    return tuple(held.values()), notes


def _attribute(first: Attribute, second: Attribute) -> Attribute:
    """Fill what the first account leaves open from the second; of protections the stricter holds."""
    filled = {
        name: getattr(second, name)
        for name in ("default", "minimum", "maximum", "length", "scale", "pattern", "generated")
        if getattr(first, name) is None
    }
    if first.minimum is None:
        filled["exclusive_minimum"] = second.exclusive_minimum
    return first.model_copy(
        update={
            **filled,
            "values": tuple(dict.fromkeys((*first.values, *second.values))),
            "unique": first.unique or second.unique,
            "immutable": first.immutable or second.immutable,
            "personal": first.personal or second.personal,
            "sensitivity": max(first.sensitivity, second.sensitivity, key=_SENSITIVITIES.index),
            **_ground(first, second),
        }
    )


def _lifecycle(first: Entity, second: Entity) -> tuple[Lifecycle | None, list[Unplaced]]:
    one, other = first.lifecycle, second.lifecycle
    if one is None or other is None:
        return one or other, []
    if one.attribute != other.attribute:
        return one, list(_differences(f"{first.name}.lifecycle", one, other, ("attribute",)))
    joined = one.model_copy(
        update={
            "transitions": tuple(dict.fromkeys((*one.transitions, *other.transitions))),
            "facts": tuple(dict.fromkeys((*one.facts, *other.facts))),
        }
    )
    return joined, list(_differences(f"{first.name}.lifecycle", one, other, ("initial",)))


def _differences(place: str, first: Element, second: Element, names: Sequence[str]) -> Iterator[Unplaced]:
    """Note where both accounts say something, and not the same; what a default leaves open is no word against it."""
    open_values = {name: field.default for name, field in type(first).model_fields.items()}
    for name in names:
        one, other = getattr(first, name), getattr(second, name)
        silent = name not in {"required", "type"} and open_values[name] in (one, other)
        if one != other and not silent:
            facts = tuple(dict.fromkeys((*getattr(first, "facts", ()), *getattr(second, "facts", ()))))
            yield Unplaced(text=f"{place}: {name} {_shown(one)} or {_shown(other)}", reason=_REASON, facts=facts)


def _shown(value: object) -> str:
    return ("yes" if value else "no") if isinstance(value, bool) else str(value)


def _ground(first: Any, second: Any) -> dict[str, object]:
    facts = tuple(dict.fromkeys((*first.facts, *second.facts)))
    return {"facts": facts, "added_because": None if facts else first.added_because or second.added_because}


def _first(elements: Iterable[Value], key: Any) -> tuple[Value, ...]:
    held: dict[Hashable, Value] = {}
    for element in elements:
        held.setdefault(key(element), element)
    return tuple(held.values())
