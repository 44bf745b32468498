"""What in a designer's answer points at nothing: told to the model at once, before anything is built on it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator

from database_specialist.agent.designer.rule_objections import (
    direction_objection,
    form_objections,
    violation_objections,
)
from database_specialist.agent.model.brief import Brief
from database_specialist.agent.model.entities import (
    Attribute,
    BusinessRule,
    Entity,
    EntityModel,
    Example,
    ExampleRow,
    Relationship,
    Volume,
)

_NAME = re.compile(r"[a-z][a-z0-9_]{0,59}")
_TENANCY = re.compile(
    r"\btenan(?:t|cy)|multi-?(?:tenan|organi[sz]ation|company)|\bsaas\b|white[- ]label|\bworkspaces?\b|"
    r"(?:several|many|different|all) (?:independent )?(?:companies|organi[sz]ations|businesses|firms)\b|"
    r"\beach (?:company|organi[sz]ation|business|firm|client) (?:has|keeps|runs|works|sees|manages)\b",
    re.IGNORECASE,
)
"""Words of statements about several organisations that each run their own business in one installation."""


def model_objections(model: EntityModel, brief: Brief) -> list[str]:
    """Say what in a conceptual model is undefined, double or without ground."""
    facts = {fact.id for fact in brief.facts}
    found = [
        *_doubles("entities", (entity.name for entity in model.entities)),
        *_doubles("entities (plural)", (entity.plural for entity in model.entities)),
        *_doubles("relationships", (f"{each.source}.{each.role}" for each in model.relationships)),
        *_doubles("rules", (rule.id for rule in model.rules)),
        *_doubles("examples", (example.id for example in model.examples)),
        *_doubles("volumes", (volume.subject for volume in model.volumes)),
    ]
    for entity in model.entities:
        found += _entity(entity, model, facts)
    for relationship in model.relationships:
        found += _relationship(relationship, model, facts)
    for rule in model.rules:
        found += _rule(rule, model, facts)
    for example in model.examples:
        found += _example(example, model, facts)
    for volume in model.volumes:
        found += _volume(volume, model, facts)
    if model.tenant and not model.entity(model.tenant):
        found.append(f"tenant: there is no entity {model.tenant}")
    return found


def tenant_doubts(model: EntityModel, brief: Brief) -> list[str]:
    """Question a tenant of which no statement speaks: it puts a column into every table that belongs to one."""
    if not model.tenant or any(_TENANCY.search(fact.text) for fact in brief.in_scope):
        return []
    return [
        "tenant: no statement says that several organisations each run their own business here. Where somebody only "
        f"sees the rows of one {model.tenant}, there is no tenant: a policy does that, while a tenant's key would "
        "stand in every tenant_scoped entity, and what is unique would be so only within one "
        f'{model.tenant}. Put "tenant" into `withdraw`, unless the statements mean just that'
    ]


def _doubles(where: str, names: Iterable[str]) -> Iterator[str]:
    return (f"{where}: {name} stands {count} times" for name, count in Counter(names).items() if count > 1)


def _ground(where: str, facts: Iterable[str], because: str | None, known: set[str]) -> Iterator[str]:
    named = tuple(facts)
    yield from (f"{where}: there is no statement {fact}" for fact in named if fact not in known)
    if not named and not because:
        yield f"{where}: names neither facts nor the reason why it was added (because)"


def _entity(entity: Entity, model: EntityModel, facts: set[str]) -> Iterator[str]:
    yield from _ground(entity.name, entity.facts, entity.added_because, facts)
    names = {attribute.name for attribute in entity.attributes}
    roles = {each.role for each in model.relationships if each.source == entity.name}
    for name in (entity.name, entity.plural, *names):
        if not _NAME.fullmatch(name):
            yield f"{entity.name}: {name!r} is no snake_case name"
    yield from _doubles(f"{entity.name}.attributes", (attribute.name for attribute in entity.attributes))
    has_ground = bool(entity.facts or entity.added_because)
    for attribute in entity.attributes:
        place = f"{entity.name}.{attribute.name}"
        # Attributes take the ground of their entity: where it has none, that is one fault and not one of each.
        yield from _ground(place, attribute.facts, attribute.added_because, facts) if has_ground else ()
        yield from _attribute(place, attribute, roles)
    for unique in entity.unique_sets:
        yield from (
            f"{entity.name}.unique_sets: {part} is neither an attribute nor a role of it"
            for part in unique
            if part not in names | roles
        )
    if entity.supertype and not model.entity(entity.supertype):
        yield f"{entity.name}.supertype: there is no entity {entity.supertype}"
    yield from _lifecycle(entity)


def _attribute(place: str, attribute: Attribute, roles: set[str]) -> Iterator[str]:
    if attribute.type == "enum" and not attribute.values:
        yield f"{place}: an enum without values"
    if attribute.name == "id" or attribute.name.removesuffix("_id") in roles:
        yield f"{place}: keys are made by the program; take the attribute out"


def _lifecycle(entity: Entity) -> Iterator[str]:
    if entity.lifecycle is None:
        return
    held = entity.attribute(entity.lifecycle.attribute)
    if held is None or not held.values:
        yield f"{entity.name}.lifecycle: {entity.lifecycle.attribute} is no enum attribute of it"
        return
    states = [entity.lifecycle.initial, *(s for t in entity.lifecycle.transitions for s in (t.source, t.target))]
    yield from (
        f"{entity.name}.lifecycle: {state} is no value of {held.name}" for state in states if state not in held.values
    )


def _relationship(each: Relationship, model: EntityModel, facts: set[str]) -> Iterator[str]:
    place = f"{each.source}.{each.role}"
    yield from _ground(place, each.facts, each.added_because, facts)
    yield from (f"{place}: there is no entity {name}" for name in (each.source, each.target) if not model.entity(name))
    if each.required and each.ownership == "independent":
        yield f"{place}: a required reference cannot be independent; make it optional, owned or referenced"
    yield from direction_objection(each)


def _members(model: EntityModel, entity: str) -> set[str]:
    held = model.entity(entity)
    names = {attribute.name for attribute in held.attributes} if held else set()
    parent = _members(model, held.supertype) if held and held.supertype else set()
    return names | parent | {each.role for each in model.relationships if each.source == entity}


def _rule(rule: BusinessRule, model: EntityModel, facts: set[str]) -> Iterator[str]:
    yield from _ground(rule.id, rule.facts, rule.added_because, facts)
    if not model.entity(rule.entity):
        yield f"{rule.id}: there is no entity {rule.entity}"
        return
    if rule.kind == "cross_row":
        return
    members = _members(model, rule.entity)
    yield from (f"{rule.id}: {rule.entity} has no {name}" for name in rule.attributes if name not in members)
    yield from form_objections(rule, model, members)
    if rule.kind == "check" and not rule.condition:
        yield f"{rule.id}: a check without a condition"
    if rule.kind == "application" and not rule.why:
        yield f"{rule.id}: say in `why` what keeps the database from enforcing it"


def _example(example: Example, model: EntityModel, facts: set[str]) -> Iterator[str]:
    yield from _ground(example.id, example.facts, example.added_because, facts)
    if example.expect == "reject" and not example.violates:
        yield f"{example.id}: say in `violates` what must reject it"
    yield from violation_objections(example, model)
    labels: set[str] = set()
    for row in example.rows:
        yield from _row(example.id, row, model, labels)
        labels.add(row.label)
    for label in filter(None, (example.update.label if example.update else None, example.delete)):
        if label not in labels:
            yield f"{example.id}: no row is labelled {label}"
    if example.update:
        yield from _row(example.id, example.update, model, labels)


def _volume(volume: Volume, model: EntityModel, facts: set[str]) -> Iterator[str]:
    place = f"volumes: {volume.subject}"
    yield from (f"{place}: there is no statement {fact}" for fact in volume.facts if fact not in facts)
    links = {f"{each.source}.{each.role}" for each in model.relationships if each.cardinality == "many_to_many"}
    if not model.entity(volume.subject) and volume.subject not in links:
        yield f"{place}: it is neither an entity nor source.role of a many_to_many relationship"
    if volume.per is not None and (not model.entity(volume.per) or volume.per == volume.subject):
        yield f"{place}: there is no other entity {volume.per}"


def _row(place: str, row: ExampleRow, model: EntityModel, labels: set[str]) -> Iterator[str]:
    if not model.entity(row.entity):
        yield f"{place}: there is no entity {row.entity}"
        return
    members = _members(model, row.entity)
    for name, value in row.values.items():
        if name not in members:
            yield f"{place}: {row.entity} has neither an attribute nor a role {name}"
        if isinstance(value, str) and value.startswith("@") and value[1:] not in labels:
            yield f"{place}: no earlier row is labelled {value[1:]}"
