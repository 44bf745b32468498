"""The conceptual model out of a designer's answer, and the answer that would give a model.

Faults are collected, not raised: one call for repair tells them all. What a faulty line names stays in the model, so
that nothing else seems to point at nothing.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, TypeVar, get_args

from pydantic import ValidationError

from database_specialist.agent.answers.attribute_lines import name_of, parse_attribute
from database_specialist.agent.answers.entities import EntitiesAnswer, EntityAnswer, ExampleAnswer, RuleAnswer
from database_specialist.agent.answers.lines import Fault, Ground, fact_ids, names, split_ground
from database_specialist.agent.answers.relationship_lines import (
    parse_dependency,
    parse_lifecycle,
    parse_relationship,
    parse_unplaced,
)
from database_specialist.agent.answers.volume_lines import parse_volume
from database_specialist.agent.designer.nouns import plural_name
from database_specialist.agent.mapping.sentences import sentence
from database_specialist.agent.model.base import Part
from database_specialist.agent.model.entities import (
    Attribute,
    BusinessRule,
    Entity,
    EntityKind,
    EntityModel,
    Example,
    FunctionalDependency,
    Lifecycle,
    Relationship,
)

Read = TypeVar("Read")
KINDS = get_args(EntityKind)
FLAGS = ("append_only", "soft_delete", "tenant_scoped")
_SHOWN = 70


@dataclass
class Reading:
    """What was read of an answer, and what was wrong with it."""

    problems: list[str] = field(default_factory=list)

    def line(self, place: str, line: str, parse: Callable[[str], Read]) -> Read | None:
        """Parse a line; None when it has a fault, which is noted with its place."""
        try:
            return parse(line)
        except Fault as fault:
            problem = str(fault)
        except ValidationError as error:
            first = error.errors(include_url=False)[0]
            problem = f"{'.'.join(map(str, first['loc']))}: {first['msg']}"
        shown = line if len(line) <= _SHOWN else line[: _SHOWN - 4] + " ..."
        self.problems.append(f"{place}: {shown!r}: {problem}")
        return None


def model_of(answer: EntitiesAnswer) -> tuple[EntityModel, list[str]]:
    """Return the conceptual model that an answer says, and what in it could not be read."""
    reading = Reading()
    entities = tuple(_entity(each, reading) for each in answer.entities)
    grounds = {entity.name: Ground(entity.facts, entity.added_because) for entity in entities}
    relationships = _relationships(answer.relationships, grounds, reading)
    rules = tuple(rule for each in answer.rules if (rule := _rule(each, reading)))
    known = EntityModel(entities=entities, relationships=relationships, rules=rules)
    examples = tuple(example for each in answer.examples if (example := _example(each, known, reading)))
    unplaced = [reading.line("unplaced", line, parse_unplaced) for line in answer.unplaced]
    volumes = [reading.line("volumes", line, parse_volume) for line in answer.volumes]
    changes = {
        "examples": examples,
        "tenant": answer.tenant or None,
        "unplaced": _held(unplaced),
        "volumes": _held(volumes),
    }
    return known.model_copy(update=changes), reading.problems


def _held(found: Iterable[Read | None]) -> tuple[Read, ...]:
    return tuple(each for each in found if each is not None)


def _entity(answer: EntityAnswer, reading: Reading) -> Entity:
    own = _ground(answer.facts, answer.because)
    place = answer.name
    lifecycle = reading.line(f"{place}.lifecycle", answer.lifecycle, parse_lifecycle) if answer.lifecycle else None
    dependencies = [reading.line(f"{place}.depends", line, parse_dependency) for line in answer.depends]
    given: dict[str, Any] = {
        "name": answer.name or "unnamed",
        "plural": answer.plural or plural_name(answer.name or "unnamed"),
        "description": answer.description,
        "attributes": _held(_attribute(place, line, own, reading) for line in answer.attributes),
        "unique_sets": tuple(unique for line in answer.unique if (unique := names(split_ground(line)[0]))),
        "supertype": answer.supertype or None,
        "lifecycle": _grounded(*lifecycle, own) if lifecycle else None,
        "dependencies": tuple(_grounded(*each, own) for each in dependencies if each),
        "facts": own.facts,
        "added_because": own.because,
    }
    return Entity.model_validate(given | _kind(answer, reading))


def _kind(answer: EntityAnswer, reading: Reading) -> dict[str, Any]:
    """Read "event, append_only": a kind and flags, in any order."""
    given: dict[str, Any] = {}
    for word in re.split(r"[\s,|;]+", answer.kind.strip().lower().replace("-", "_")):
        if word in FLAGS:
            given[word] = True
        elif word in KINDS and given.get("kind", word) == word:
            given["kind"] = word
        elif word:
            allowed = f"one of {', '.join(KINDS)}, and any of {', '.join(FLAGS)}"
            reading.problems.append(f"{answer.name}.kind: {word!r} cannot stand here; it is {allowed}")
    return given


def _attribute(entity: str, line: str, own: Ground, reading: Reading) -> Attribute | None:
    found = reading.line(f"{entity}.attributes", line, parse_attribute)
    if found is not None:
        return _told(_grounded(*found, own))
    name = name_of(line)
    if name is None:
        return None
    return Attribute(name=name, meaning=line, type="text", facts=own.facts, added_because=own.because)


Grounded = TypeVar("Grounded", Attribute, Relationship, Lifecycle, FunctionalDependency)


def _grounded(part: Grounded, ground: Ground | None, own: Ground | None) -> Grounded:
    """Give a part that names no ground that of its entity."""
    if ground is not None or own is None:
        return part
    if isinstance(part, Lifecycle | FunctionalDependency):
        return part.model_copy(update={"facts": own.facts})
    return part.model_copy(update={"facts": own.facts, "added_because": own.because})


Told = TypeVar("Told", Attribute, Relationship)


def _told(part: Told) -> Told:
    """Write the meaning as a sentence: it becomes the column's comment."""
    text = part.meaning
    if re.match(r"[a-z](?:[a-z]|\W)", text):
        text = text[0].upper() + text[1:]
    return part.model_copy(update={"meaning": sentence(text)})


def _ground(facts: Iterable[str], because: str) -> Ground:
    return Ground(fact_ids(" ".join(facts)), because or None)


def _relationships(lines: Iterable[str], grounds: dict[str, Ground], reading: Reading) -> tuple[Relationship, ...]:
    found = (reading.line("relationships", line, parse_relationship) for line in lines)
    return tuple(_told(_grounded(*each, grounds.get(each[0].source))) for each in found if each)


def _rule(answer: RuleAnswer, reading: Reading) -> BusinessRule | None:
    given = answer.model_dump(exclude={"because"})
    given |= {"condition": answer.condition or None, "sql": answer.sql or None}
    given |= {"facts": fact_ids(" ".join(answer.facts)), "added_because": answer.because or None}
    return _validated(BusinessRule, given, answer.id, reading)


Validated = TypeVar("Validated", bound=Part)


def _validated(kind: type[Validated], given: dict[str, Any], place: str, reading: Reading) -> Validated | None:
    try:
        return kind.model_validate(given)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        reading.problems.append(f"{place}.{'.'.join(map(str, first['loc']))}: {first['msg']}")
        return None


def _example(answer: ExampleAnswer, model: EntityModel, reading: Reading) -> Example | None:
    rows = tuple(_row(key, values) for key, values in answer.rows.items())
    entities = {row["label"]: row["entity"] for row in rows}
    updates = [_row(key, values) for key, values in answer.update.items()]
    if len(updates) > 1:
        reading.problems.append(f"{answer.id}.update: it changes one row: {{label: {{attribute: value}}}}")
    update = updates[0] | {"entity": entities.get(updates[0]["label"], updates[0]["entity"])} if updates else None
    facts = fact_ids(" ".join(answer.facts))
    because = answer.because or None
    if not facts and not because:
        facts = facts_of(answer.violates, model)
        because = None if facts else "It shows what the design takes and what it refuses."
    given = {
        "id": answer.id,
        "text": answer.text,
        "rows": rows,
        "update": update,
        "delete": re.split(r"\s*:\s*", answer.delete.removeprefix("@"))[0] or None,
        "expect": "reject" if answer.violates else "accept",
        "violates": answer.violates or None,
        "facts": facts,
        "added_because": because,
    }
    return _validated(Example, given, answer.id, reading)


def _row(key: str, values: dict[str, Any]) -> dict[str, Any]:
    """Read a row under "label: entity"; a key without a colon is both."""
    label, _, entity = (part.strip() for part in key.partition(":"))
    return {
        "label": label.removeprefix("@"),
        "entity": entity or label.removeprefix("@"),
        "values": {name: _value(value) for name, value in values.items()},
    }


def _value(value: Any) -> Any:
    # A list may hold values or labels; an object is the JSON text of itself.
    is_list = isinstance(value, list) and not any(isinstance(each, list | dict) for each in value)
    return value if is_list or not isinstance(value, list | dict) else json.dumps(value)


def facts_of(violates: str, model: EntityModel) -> tuple[str, ...]:
    """Return the statements behind what an example violates: a rule's, an attribute's, a role's or an entity's."""
    rule = next((each for each in model.rules if each.id == violates), None)
    if rule is not None:
        return rule.facts
    owner, _, part = re.split(r":", violates)[0].partition(".")
    entity = model.entity(owner) if owner else None
    attribute = entity.attribute(part) if entity else None
    if attribute is not None:
        return attribute.facts
    related = (each.facts for each in model.relationships if (each.source, each.role) == (owner, part))
    return next(related, entity.facts if entity else ())
