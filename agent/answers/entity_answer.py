"""The answer that would give a conceptual model: what a mend call shows, and the changes put into it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from database_specialist.agent.answers.attribute_lines import name_of, print_attribute
from database_specialist.agent.answers.changes import merged, unknown
from database_specialist.agent.answers.entities import (
    EntitiesAnswer,
    EntityAnswer,
    ExampleAnswer,
    ModelPatch,
    RuleAnswer,
)
from database_specialist.agent.answers.entity_model import FLAGS, facts_of
from database_specialist.agent.answers.lines import Ground
from database_specialist.agent.answers.relationship_lines import (
    print_dependency,
    print_lifecycle,
    print_relationship,
    print_unplaced,
)
from database_specialist.agent.answers.volume_lines import print_volume
from database_specialist.agent.designer.nouns import plural_name
from database_specialist.agent.model.entities import (
    Attribute,
    BusinessRule,
    Entity,
    EntityModel,
    Example,
    ExampleRow,
    Relationship,
)

_ENDS = re.compile(r"\s*(\w+)(?:\s*\.\s*(\w+))?\s*(?:->|→|=>)\s*(\w+)")
_OF_CODE = re.compile(r"EC\d+")
"""Examples that code writes anew each time: to withdraw one changes nothing, and does no harm."""
_TENANT = "tenant"
"""Withdrawn by this word, there is no tenant any more; the entity stays."""
_PLACED = re.compile(r"\s*(\w+)\s*\.\s*(?=\w+\s*:)")


def answer_of(model: EntityModel, *, without: Sequence[str] = ()) -> EntitiesAnswer:
    """Return the answer that would give this model, without its figures and the examples of these ids."""
    examples = [each for each in model.examples if each.id not in without]
    return EntitiesAnswer(
        entities=tuple(_entity(each) for each in model.entities),
        relationships=tuple(_relationship(each, model) for each in model.relationships),
        rules=tuple(_rule(each) for each in model.rules),
        examples=tuple(_example(each, model) for each in examples),
        tenant=model.tenant or "",
        volumes=tuple(print_volume(each) for each in model.volumes),
        unplaced=tuple(print_unplaced(each) for each in model.unplaced),
    )


def _entity(entity: Entity) -> EntityAnswer:
    own = Ground(entity.facts, entity.added_because)
    states = entity.lifecycle
    return EntityAnswer(
        name=entity.name,
        kind=", ".join([entity.kind, *(flag for flag in FLAGS if getattr(entity, flag))]),
        description=entity.description,
        attributes=tuple(print_attribute(each, _other(each, own)) for each in entity.attributes),
        unique=tuple(", ".join(unique) for unique in entity.unique_sets),
        lifecycle=print_lifecycle(states, _other_facts(states.facts, own)) if states else "",
        supertype=entity.supertype or "",
        depends=tuple(print_dependency(each, _other_facts(each.facts, own)) for each in entity.dependencies),
        plural="" if entity.plural == plural_name(entity.name) else entity.plural,
        facts=entity.facts,
        because=entity.added_because or "",
    )


def _other(part: Attribute | Relationship, own: Ground) -> Ground | None:
    """Return the ground of a part where it is not that of its entity."""
    ground = Ground(part.facts, part.added_because)
    return None if ground == own else ground


def _other_facts(facts: tuple[str, ...], own: Ground) -> Ground | None:
    return None if facts == own.facts else Ground(facts)


def _relationship(relationship: Relationship, model: EntityModel) -> str:
    source = model.entity(relationship.source)
    own = Ground(source.facts, source.added_because) if source else Ground()
    return print_relationship(relationship, _other(relationship, own))


def _rule(rule: BusinessRule) -> RuleAnswer:
    given = {name: value for name, value in rule.model_dump(exclude={"added_because"}).items() if value is not None}
    return RuleAnswer.model_validate({**given, "because": rule.added_because or ""})


def _example(example: Example, model: EntityModel) -> ExampleAnswer:
    derived = facts_of(example.violates or "", model)
    return ExampleAnswer(
        id=example.id,
        text=example.text,
        rows={f"{row.label}: {row.entity}": row.values for row in example.rows},
        update=_update(example.update),
        delete=example.delete or "",
        violates=example.violates or "",
        facts=() if example.facts == derived else example.facts,
        because=example.added_because or "",
    )


def _update(row: ExampleRow | None) -> dict[str, dict[str, object]]:
    return {} if row is None else {row.label: dict(row.values)}


def patched(answer: EntitiesAnswer, patch: ModelPatch) -> tuple[EntitiesAnswer, list[str]]:
    """Put changes into an answer, and say which of them point at nothing.

    The relationships of a withdrawn entity go with it.
    """
    problems = _lost(answer, patch)
    gone = set(patch.withdraw)
    removed = {each.name for each in answer.entities if each.name in gone}
    kept = [line for line in answer.relationships if not removed & set(_ends(line))]
    counted = [line for line in answer.volumes if _subject(line).partition(".")[0] not in removed]
    entities = merged(answer.entities, patch.entities, lambda each: each.name, gone)
    changed = EntitiesAnswer(
        entities=tuple(_with_attributes(each, patch.attributes, gone) for each in entities),
        relationships=merged(kept, patch.relationships, _role, gone),
        rules=merged(answer.rules, patch.rules, lambda each: each.id, gone),
        examples=merged(answer.examples, patch.examples, lambda each: each.id, gone),
        tenant=patch.tenant or ("" if {answer.tenant, _TENANT} & gone else answer.tenant),
        volumes=merged(counted, patch.volumes, _subject, gone),
        unplaced=tuple(dict.fromkeys((*answer.unplaced, *patch.unplaced))),
    )
    return changed, problems


def _ends(line: str) -> tuple[str, ...]:
    found = _ENDS.match(line)
    return (found[1], found[3]) if found else ()


def _subject(line: str) -> str:
    """Return what a volume counts."""
    return line.partition(":")[0].strip()


def _role(line: str) -> str:
    found = _ENDS.match(line)
    return f"{found[1]}.{found[2] or found[3]}" if found else line


def _with_attributes(entity: EntityAnswer, lines: Iterable[str], gone: set[str]) -> EntityAnswer:
    """Replace or add the attributes that stand in a patch as "entity.name: ...", and take out withdrawn ones."""
    own = [line[found.end() :] for line in lines if (found := _PLACED.match(line)) and found[1] == entity.name]
    out = {name.partition(".")[2] for name in gone if name.startswith(f"{entity.name}.")}
    attributes = merged(entity.attributes, own, lambda line: name_of(line) or line, out)
    return entity.model_copy(update={"attributes": attributes})


def _lost(answer: EntitiesAnswer, patch: ModelPatch) -> list[str]:
    entities = {each.name for each in (*answer.entities, *patch.entities)}
    known = entities | {_TENANT} | {_role(line) for line in answer.relationships}
    known |= {each.id for each in answer.rules} | {each.id for each in answer.examples}
    known |= {f"{each.name}.{name_of(line)}" for each in answer.entities for line in each.attributes}
    problems = unknown((name for name in patch.withdraw if not _OF_CODE.fullmatch(name)), known)
    for line in patch.attributes:
        found = _PLACED.match(line)
        if found is None or found[1] not in entities:
            problems.append(f"attributes: {line[:60]!r}: write entity.name: type, of an entity that there is")
    return problems
