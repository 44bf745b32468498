"""A part of a conceptual model to be mended by itself, and the mended part put back.

Entities of the part stand whole in the excerpt; what they refer to, and what refers to them, stands there by name only.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from database_specialist.agent.designer.joining import joined_entities
from database_specialist.agent.model.base import Part
from database_specialist.agent.model.entities import (
    BusinessRule,
    Entity,
    EntityModel,
    Example,
    Relationship,
    Volume,
)

Element = TypeVar("Element", bound=Part)


@dataclass(frozen=True)
class Excerpt:
    """Some entities of a model with what belongs to them."""

    model: EntityModel
    whole: frozenset[str]
    """The entities that stand in it with their attributes."""


def excerpt_of(model: EntityModel, names: Iterable[str]) -> Excerpt:
    """Return the excerpt of these entities; supertypes come with them, names that the model lacks are left out."""
    wanted = _with_supertypes(model, names)
    relationships = tuple(each for each in model.relationships if each.source in wanted or each.target in wanted)
    near = wanted | {name for each in relationships for name in (each.source, each.target)}
    return Excerpt(
        EntityModel(
            entities=tuple(
                each if each.name in wanted else _name_only(each) for each in model.entities if each.name in near
            ),
            # Another entity's reference to one of these is shown; it is that entity's own, and stays.
            relationships=tuple(each for each in relationships if each.source in wanted),
            rules=tuple(each for each in model.rules if each.entity in wanted),
            examples=tuple(each for each in model.examples if _is_about(each, wanted, near)),
            tenant=model.tenant if model.tenant in near else None,
            volumes=tuple(
                each for each in model.volumes if _counted(each) in wanted and (each.per is None or each.per in near)
            ),
        ),
        frozenset(wanted),
    )


def _counted(volume: Volume) -> str:
    """Return the entity whose rows or links a volume counts."""
    return volume.subject.partition(".")[0]


def _with_supertypes(model: EntityModel, names: Iterable[str]) -> set[str]:
    wanted: set[str] = set()
    waiting = list(names)
    while waiting:
        entity = model.entity(waiting.pop())
        if entity is not None and entity.name not in wanted:
            wanted.add(entity.name)
            waiting += [entity.supertype] if entity.supertype else []
    return wanted


def _name_only(entity: Entity) -> Entity:
    return Entity(
        name=entity.name,
        plural=entity.plural,
        description=entity.description,
        kind=entity.kind,
        facts=entity.facts[:1],
        added_because=entity.added_because,
    )


def _is_about(example: Example, wanted: set[str], near: set[str]) -> bool:
    rows = [*example.rows, *([example.update] if example.update else [])]
    named = {row.entity for row in rows}
    # A row of an entity that stands here by name only cannot be checked against its attributes.
    return bool(named & wanted) and named <= near and all(row.entity in wanted or not row.values for row in rows)


def put_back(model: EntityModel, before: Excerpt, after: EntityModel) -> EntityModel:
    """Return the model with what changed between the excerpt and its mended form; all else stays as it is."""
    rules, numbers = _rules(model.rules, before.model.rules, after.rules)
    entities = _entities(model.entities, before, after)
    withdrawn = {entity.name for entity in model.entities} - {entity.name for entity in entities}
    relationships = _changed(model.relationships, before.model.relationships, after.relationships, _source_and_role)
    return model.model_copy(
        update={
            "entities": entities,
            "relationships": tuple(each for each in relationships if not withdrawn & {each.source, each.target}),
            "rules": rules,
            "examples": _examples(model.examples, before.model.examples, after.examples, numbers),
            "tenant": after.tenant if after.tenant != before.model.tenant else model.tenant,
            "unplaced": tuple(dict.fromkeys((*model.unplaced, *after.unplaced))),
            "volumes": tuple(
                each
                for each in _changed(model.volumes, before.model.volumes, after.volumes, lambda each: each.subject)
                if _counted(each) not in withdrawn and each.per not in withdrawn
            ),
        }
    )


def _source_and_role(relationship: Relationship) -> str:
    return f"{relationship.source}.{relationship.role}"


def _entities(held: Sequence[Entity], before: Excerpt, after: EntityModel) -> tuple[Entity, ...]:
    """Replace what stood whole, add to what stood by name only, and take out what was withdrawn."""
    result = {entity.name: entity for entity in held}
    for entity in after.entities:
        shown = before.model.entity(entity.name)
        if shown is not None and _said(entity) == _said(shown):
            continue
        if entity.name in before.whole or entity.name not in result:
            result[entity.name] = entity
        else:
            result[entity.name], _ = joined_entities([result[entity.name], entity])
    withdrawn = before.whole - {entity.name for entity in after.entities}
    return tuple(entity for name, entity in result.items() if name not in withdrawn)


def _said(entity: Entity) -> Entity:
    """Return the entity without its figures: those are computed, from whatever statements were at hand."""
    return entity.model_copy(update={"rows": None, "rows_per_day": None, "retention_days": None})


def _changed(
    held: Sequence[Element], before: Sequence[Element], after: Sequence[Element], key: Callable[[Element], str]
) -> tuple[Element, ...]:
    shown = {key(each): each for each in before}
    result = {key(each): each for each in held}
    result |= {key(each): each for each in after if shown.get(key(each)) != each}
    gone = shown.keys() - {key(each) for each in after}
    return tuple(each for name, each in result.items() if name not in gone)


def _rules(
    held: Sequence[BusinessRule], before: Sequence[BusinessRule], after: Sequence[BusinessRule]
) -> tuple[tuple[BusinessRule, ...], dict[str, str]]:
    """Put rules back; a new one whose number is taken gets the next free one, which is returned beside."""
    taken = {each.id for each in held}
    shown = {each.id for each in before}
    numbers: dict[str, str] = {}
    renumbered = []
    for rule in after:
        new = rule.id not in shown and rule.id in taken
        numbers[rule.id] = _next("BR", taken) if new else rule.id
        taken.add(numbers[rule.id])
        renumbered.append(rule.model_copy(update={"id": numbers[rule.id]}))
    return _changed(held, before, renumbered, lambda each: each.id), numbers


def _examples(
    held: Sequence[Example], before: Sequence[Example], after: Sequence[Example], rules: dict[str, str]
) -> tuple[Example, ...]:
    taken = {each.id for each in held}
    shown = {each.id for each in before}
    moved = []
    for example in after:
        number = example.id if example.id in shown or example.id not in taken else _next("EX", taken)
        taken.add(number)
        violates = rules.get(example.violates or "", example.violates)
        moved.append(example.model_copy(update={"id": number, "violates": violates}))
    return _changed(held, before, moved, lambda each: each.id)


def _next(letters: str, taken: set[str]) -> str:
    return next(name for number in range(1, len(taken) + 2) if (name := f"{letters}{number}") not in taken)
