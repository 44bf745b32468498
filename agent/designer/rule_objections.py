"""What in rules and in what examples violate can never be held: told at once, before tables are made of it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Set

from sqlglot import exp

from database_specialist.agent.designer.nouns import plural_name
from database_specialist.agent.mapping.upkeep import asks_for_permanence
from database_specialist.agent.model.entities import (
    Attribute,
    BusinessRule,
    Entity,
    EntityModel,
    Example,
    Relationship,
)
from database_specialist.agent.sampling.expressions import columns_of, parse
from database_specialist.agent.sampling.scalars import NotEvaluated

_LONGEST = 2000
"""sqlglot recurses over its input: a condition longer than this is no condition of one row."""
_OF_ATTRIBUTE: dict[str, tuple[Callable[[Attribute], bool], str]] = {
    "required": (lambda each: each.required, "is optional"),
    "unique": (lambda each: each.unique, "is not unique"),
    "range": (lambda each: each.minimum is not None or each.maximum is not None, "has no range"),
    "enum": (lambda each: bool(each.values), "has no values"),
    "length": (lambda each: True, ""),
    "pattern": (lambda each: True, ""),
}


def form_objections(rule: BusinessRule, model: EntityModel, members: Set[str]) -> Iterator[str]:
    """Say what a rule of its kind lacks; `members` are the attributes and roles of its entity."""
    if rule.kind in ("unique", "no_overlap") and len(rule.attributes) < (2 if rule.kind == "no_overlap" else 1):
        said = "what is the same, then start and end" if rule.kind == "no_overlap" else "what is unique"
        yield f"{rule.id}: name in `attributes` {said}"
    entity = model.entity(rule.entity)
    if rule.kind == "transition" and entity is not None and entity.lifecycle is None:
        yield f"{rule.id}: {rule.entity} has no lifecycle; write it, or make the rule a check or cross_row"
    if rule.condition and rule.kind in ("check", "unique", "no_overlap"):
        yield from _condition(rule, rule.condition, members)


def _condition(rule: BusinessRule, condition: str, members: Set[str]) -> Iterator[str]:
    if len(condition) > _LONGEST:
        yield f"{rule.id}: the condition is too long for one row"
        return
    try:
        tree = parse(condition, "postgresql")
    except NotEvaluated:
        yield f"{rule.id}: {condition[:60]!r} is no SQL expression; names that are words of SQL stand in quotes"
        return
    if any(isinstance(node, exp.Query | exp.AggFunc | exp.Window) for node in tree.walk()):
        yield f"{rule.id}: a {rule.kind} sees one row; a rule over several rows is of kind cross_row"
        return
    for name in columns_of(tree):
        if name not in members and name.removesuffix("_id") not in members:
            yield f"{rule.id}: {rule.entity} has no {name}, which its condition names"


def direction_objection(each: Relationship) -> Iterator[str]:
    """Object to a reference that is named after many targets: it is written from the wrong side."""
    if each.cardinality == "many_to_one" and each.role == plural_name(each.target) != each.target:
        right = f"{each.target}.{each.source} -> {each.source}"
        yield f"{each.source}.{each.role}: the side of the many refers; write {right}, or many_to_many"


def violation_objections(example: Example, model: EntityModel) -> Iterator[str]:
    """Say what an example violates that the model does not state."""
    violates = example.violates or ""
    if not violates:
        return
    rule = next((each for each in model.rules if each.id == violates), None)
    if rule is not None:
        if rule.kind == "application" and not asks_for_permanence(rule):
            yield f"{example.id}: {violates} is left to the application, which no example can show"
        return
    together = re.fullmatch(r"(\w+):unique\(([^)]*)\)", violates)
    single = re.fullmatch(r"(\w+)\.(\w+):(\w+)", violates)
    if together:
        yield from _of_key(example, model, together[1], frozenset(re.findall(r"\w+", together[2])))
    elif single:
        yield from _of_member(example, model, single[1], single[2], single[3])
    else:
        yield f'{example.id}: there is no rule {violates}; others are "entity.attribute:range", "entity:unique(a,b)"'


def _of_key(example: Example, model: EntityModel, name: str, key: frozenset[str]) -> Iterator[str]:
    keys = [frozenset(unique) for each in _lineage(model, name) for unique in each.unique_sets]
    keys += [frozenset(rule.attributes) for rule in model.rules if rule.kind == "unique" and rule.entity == name]
    if key not in keys:
        yield f"{example.id}: {name} has no unique ({', '.join(sorted(key))})"


def _of_member(example: Example, model: EntityModel, name: str, member: str, kind: str) -> Iterator[str]:
    line = _lineage(model, name)
    attribute = next((found for each in line if (found := each.attribute(member))), None)
    names = {each.name for each in line}
    relation = next((each for each in model.relationships if each.source in names and each.role == member), None)
    if attribute is not None and kind in _OF_ATTRIBUTE:
        holds, lack = _OF_ATTRIBUTE[kind]
        if not holds(attribute):
            yield f"{example.id}: {name}.{member} {lack}, so nothing refuses it as {kind}"
    elif relation is not None and kind in ("required", "restrict", "reference", "unique"):
        if kind == "required" and not relation.required:
            yield f"{example.id}: {name}.{member} is optional, so nothing refuses it as required"
    else:
        yield f"{example.id}: nothing of the model is {example.violates}"


def _lineage(model: EntityModel, name: str) -> list[Entity]:
    """Return the entity and those it specialises."""
    line: list[Entity] = []
    found = model.entity(name)
    while found is not None and found not in line:
        line.append(found)
        found = model.entity(found.supertype) if found.supertype else None
    return line
