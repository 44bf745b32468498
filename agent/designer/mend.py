"""A later round: withdraw or correct what the findings object to, and change nothing else."""

from __future__ import annotations

import re
from collections.abc import Sequence

from database_specialist.agent.model.entities import (
    Attribute,
    BusinessRule,
    Entity,
    EntityModel,
    Example,
    Relationship,
    Unplaced,
)
from database_specialist.agent.model.evidence import Finding

_CONSTRAINT = re.compile(r"(\w+)_(?:fkey|key|check|excl)")


def mend(previous: EntityModel, findings: Sequence[Finding]) -> EntityModel:
    """Return the model without the rules, examples, attributes and references that the findings name."""
    model = previous
    for finding in findings:
        model = _mend_one(model, finding)
    return model


def _mend_one(model: EntityModel, finding: Finding) -> EntityModel:
    place = finding.place.strip()
    rule = next((rule for rule in model.rules if place in (rule.id, rule.name)), None)
    if rule is not None:
        return _withdraw_rule(model, rule, finding)
    example = next((example for example in model.examples if example.id == place), None)
    if example is not None:
        return _withdraw_example(model, example, finding)
    owner, _, part = place.partition(".")
    entity = next((entity for entity in model.entities if owner in (entity.name, entity.plural)), None)
    if entity is None:
        return model
    if part:
        return _withdraw_part(model, entity, part, finding)
    return model


def _withdraw_rule(model: EntityModel, rule: BusinessRule, finding: Finding) -> EntityModel:
    """Hand a rule that cannot be held over to the application, openly."""
    if rule.kind == "application":
        return model
    why = f"The database could not hold it ({finding.code}: {finding.message[:200]})."
    told = rule.model_copy(update={"kind": "application", "condition": None, "sql": None, "why": why})
    rules = tuple(told if each.id == rule.id else each for each in model.rules)
    examples = tuple(each for each in model.examples if each.violates != rule.id)
    return model.model_copy(update={"rules": rules, "examples": examples})


def _withdraw_example(model: EntityModel, example: Example, finding: Finding) -> EntityModel:
    examples = tuple(each for each in model.examples if each.id != example.id)
    return _noted(model.model_copy(update={"examples": examples}), example.text, finding, example.facts)


def _withdraw_part(model: EntityModel, entity: Entity, part: str, finding: Finding) -> EntityModel:
    constraint = _CONSTRAINT.fullmatch(part.removeprefix(f"{entity.plural}_"))
    part = constraint[1] if constraint else part
    attribute = entity.attribute(part)
    if attribute is not None:
        return _withdraw_attribute(model, entity, attribute, finding)
    role = part.removesuffix("_id")
    relation = next((each for each in model.relationships if each.source == entity.name and each.role == role), None)
    return model if relation is None else _withdraw_relation(model, relation, finding)


def _withdraw_attribute(model: EntityModel, entity: Entity, attribute: Attribute, finding: Finding) -> EntityModel:
    name = attribute.name
    if len(entity.attributes) == 1 or (entity.lifecycle is not None and entity.lifecycle.attribute == name):
        return model
    smaller = entity.model_copy(
        update={
            "attributes": tuple(each for each in entity.attributes if each.name != name),
            "unique_sets": tuple(key for key in entity.unique_sets if name not in key),
            "dependencies": tuple(d for d in entity.dependencies if name not in (*d.determinant, *d.dependents)),
        }
    )
    changed = model.model_copy(
        update={
            "entities": tuple(smaller if each.name == entity.name else each for each in model.entities),
            "rules": tuple(r for r in model.rules if not (r.entity == entity.name and name in r.attributes)),
        }
    )
    return _noted(
        _without_stale_examples(changed, entity.name, name), f"{entity.name}.{name}", finding, attribute.facts
    )


def _withdraw_relation(model: EntityModel, relation: Relationship, finding: Finding) -> EntityModel:
    changed = model.model_copy(
        update={
            "relationships": tuple(each for each in model.relationships if each is not relation),
            "entities": tuple(
                each.model_copy(update={"unique_sets": tuple(k for k in each.unique_sets if relation.role not in k)})
                if each.name == relation.source
                else each
                for each in model.entities
            ),
            "rules": tuple(
                r for r in model.rules if not (r.entity == relation.source and relation.role in r.attributes)
            ),
        }
    )
    text = f"{relation.source}.{relation.role}"
    return _noted(_without_stale_examples(changed, relation.source, relation.role), text, finding, relation.facts)


def _without_stale_examples(model: EntityModel, entity: str, part: str) -> EntityModel:
    """Drop examples about what is gone: they name the part, or a rule that went with it."""
    rules = {rule.id for rule in model.rules}

    def stands(example: Example) -> bool:
        violates = example.violates or ""
        rows = (*example.rows, *((example.update,) if example.update else ()))
        named = any(row.entity == entity and part in row.values for row in rows)
        gone = violates.startswith("BR") and violates not in rules
        return not named and not gone and not violates.startswith(f"{entity}.{part}:")

    return model.model_copy(update={"examples": tuple(each for each in model.examples if stands(each))})


def _noted(model: EntityModel, text: str, finding: Finding, facts: tuple[str, ...]) -> EntityModel:
    note = Unplaced(text=text, reason=f"Withdrawn after {finding.code}: {finding.message[:300]}", facts=facts)
    return model.model_copy(update={"unplaced": (*model.unplaced, note)})
