"""Parts of a conceptual model that were written apart, put together by code: the same parts, the same model.

Entities by name, attribute by attribute; relationships by source and role; rules and examples by what they say, with
new numbers and `violates` following them. Where two parts differ, the owner's word holds and the difference is noted
under `unplaced`, so that it is read and not guessed.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from database_specialist.agent.designer.joining import joined_entities, joined_relationships
from database_specialist.agent.designer.nouns import comparable
from database_specialist.agent.model.entities import (
    BusinessRule,
    Entity,
    EntityModel,
    Example,
    ExampleRow,
    Relationship,
    Unplaced,
    Volume,
)

_NOBODYS = "It points at an entity that no part of the system has."


@dataclass(frozen=True)
class ModelPart:
    """One answer, and the entities that it was asked for."""

    model: EntityModel
    owns: frozenset[str]


@dataclass
class _Numbered:
    """Rules and examples under their new numbers, and what of them is double."""

    rules: dict[str, BusinessRule] = field(default_factory=dict)
    examples: dict[str, Example] = field(default_factory=dict)


def merged_models(parts: Sequence[ModelPart], aliases: Mapping[str, str] | None = None) -> EntityModel:
    """Return one model of all parts; `aliases` gives the one name of an entity for each of its others."""
    known = {entity.name for part in parts for entity in part.model.entities}
    models = [ModelPart(with_names(part.model, known, aliases or {}), part.owns) for part in parts]
    entities, entity_notes = _entities(models)
    relationships, relationship_notes = _relationships(models)
    numbered = _Numbered()
    for part in models:
        _number(part.model, numbered)
    tenants = list(dict.fromkeys(part.model.tenant for part in models if part.model.tenant))
    differing = [
        Unplaced(text=f"tenant: {tenant}", reason=f"Another part of the system takes {tenants[0]} for the tenant.")
        for tenant in tenants[1:]
    ]
    merged = EntityModel(
        entities=entities,
        relationships=relationships,
        rules=tuple(numbered.rules.values()),
        examples=tuple(numbered.examples.values()),
        tenant=tenants[0] if tenants else None,
        volumes=_volumes(models, known, relationships),
    )
    noted = [*_still_unplaced(models, merged), *entity_notes, *relationship_notes, *differing]
    return merged.model_copy(update={"unplaced": tuple(dict.fromkeys(noted))})


def _volumes(parts: Sequence[ModelPart], names: set[str], relationships: Sequence[Relationship]) -> tuple[Volume, ...]:
    """Return what is said of the numbers of what there is; who was asked for the entity speaks first."""
    told = [(volume, part) for part in parts for volume in part.model.volumes]
    held: dict[str, Volume] = {}
    for volume, _ in sorted(told, key=lambda each: each[0].subject.partition(".")[0] not in each[1].owns):
        if _is_known(volume, names, relationships):
            held.setdefault(volume.subject, volume)
    return tuple(held.values())


def cited_facts(model: EntityModel) -> frozenset[str]:
    """Return the statements that some element of the model rests on."""
    cited: set[str] = set()
    for entity in model.entities:
        cited |= {*entity.facts, *(fact for each in entity.attributes for fact in each.facts)}
        cited |= {fact for each in entity.dependencies for fact in each.facts}
        cited |= set(entity.lifecycle.facts) if entity.lifecycle else set()
    for elements in (model.relationships, model.rules, model.examples):
        cited |= {fact for each in elements for fact in each.facts}
    return frozenset(cited)


def settled(before: EntityModel, after: EntityModel) -> EntityModel:
    """Return the model without what still points at entities that nobody modelled, each noted under `unplaced`.

    `before` is the model as it was before it was mended: what mending took out for want of its other end is noted too.
    """
    names = {entity.name for entity in after.entities}
    kept = tuple(each for each in after.relationships if {each.source, each.target} <= names)
    mended = {(each.source, each.role) for each in kept}
    dangling = [
        each for each in (*before.relationships, *after.relationships) if not {each.source, each.target} <= names
    ]
    lost = [
        Unplaced(text=f"{each.source}.{each.role} -> {each.target}", reason=_NOBODYS, facts=each.facts)
        for each in dangling
        if (each.source, each.role) not in mended
    ]
    rules = tuple(each for each in after.rules if each.entity in names)
    lost += [
        Unplaced(text=each.text, reason=_NOBODYS, facts=each.facts) for each in after.rules if each.entity not in names
    ]
    held = {each.id for each in rules}
    gone = {each.id for each in after.rules} - held
    return after.model_copy(
        update={
            "relationships": kept,
            "rules": rules,
            "examples": tuple(
                each
                for each in after.examples
                if {row.entity for row in each.rows} <= names and (each.violates or "") not in gone
            ),
            "unplaced": tuple(dict.fromkeys((*after.unplaced, *lost))),
            "volumes": tuple(each for each in after.volumes if _is_known(each, names, kept)),
        }
    )


def _is_known(volume: Volume, names: set[str], relationships: Iterable[Relationship]) -> bool:
    subjects = names | {f"{each.source}.{each.role}" for each in relationships}
    return volume.subject in subjects and (volume.per is None or volume.per in names)


def _entities(parts: Sequence[ModelPart]) -> tuple[tuple[Entity, ...], list[Unplaced]]:
    """Join entities of one name; who was asked for it speaks first."""
    order = dict.fromkeys(entity.name for part in parts for entity in part.model.entities)
    joined: list[Entity] = []
    notes: list[Unplaced] = []
    for name in order:
        told = [(name not in part.owns, entity) for part in parts if (entity := part.model.entity(name))]
        by_owner = sorted(told, key=lambda each: each[0])
        entity, differing = joined_entities([each for _, each in by_owner])
        joined.append(entity)
        notes += differing
    return tuple(joined), notes


def _relationships(parts: Sequence[ModelPart]) -> tuple[tuple[Relationship, ...], list[Unplaced]]:
    """Join relationships of one source and role, those of the source's owner first.

    Another part's relationship between the same two entities is the owner's under another role.
    """
    held: dict[tuple[str, str], list[Relationship]] = {}
    owned = [(each, True) for part in parts for each in part.model.relationships if each.source in part.owns]
    others = [(each, False) for part in parts for each in part.model.relationships if each.source not in part.owns]
    for each, is_owners in (*owned, *others):
        same = next((key for key, told in held.items() if _is_same(told[0], each, is_owners=is_owners)), None)
        held.setdefault(same or (each.source, each.role), []).append(each)
    results = [joined_relationships(told) for told in held.values()]
    return tuple(each for each, _ in results), [note for _, notes in results for note in notes]


def _is_same(held: Relationship, other: Relationship, *, is_owners: bool) -> bool:
    if (held.source, held.role) == (other.source, other.role):
        return True
    if held.cardinality != "many_to_one" and held.cardinality == other.cardinality:
        # Told from both ends: one link, not two.
        return (held.source, held.target) == (other.target, other.source) and bool(set(held.facts) & set(other.facts))
    return not is_owners and (held.source, held.target) == (other.source, other.target)


def _number(model: EntityModel, numbered: _Numbered) -> None:
    """Add one part's rules and examples under the next free numbers, and once."""
    renumbered: dict[str, str] = {}
    rules = {_said_by_rule(each): each.id for each in numbered.rules.values()}
    for rule in model.rules:
        same = rules.get(_said_by_rule(rule))
        if same:
            held = numbered.rules[same]
            numbered.rules[same] = held.model_copy(update={"facts": _once((*held.facts, *rule.facts))})
        else:
            same = f"BR{len(numbered.rules) + 1}"
            numbered.rules[same] = rule.model_copy(update={"id": same, "name": _free_name(rule, numbered.rules)})
            rules[_said_by_rule(rule)] = same
        renumbered[rule.id] = same
    examples = {_said_by_example(each): each.id for each in numbered.examples.values()}
    for example in model.examples:
        violates = renumbered.get(example.violates or "", example.violates)
        moved = example.model_copy(update={"id": f"EX{len(numbered.examples) + 1}", "violates": violates})
        if _said_by_example(moved) not in examples:
            numbered.examples[moved.id] = moved
            examples[_said_by_example(moved)] = moved.id


def _said_by_rule(rule: BusinessRule) -> str:
    """Return what makes two rules one: what they hold of which rows, else their words."""
    if rule.kind in {"check", "unique", "no_overlap", "transition"}:
        ordered = rule.kind == "no_overlap"
        attributes = list(rule.attributes) if ordered else sorted(rule.attributes)
        return json.dumps([rule.kind, rule.entity, attributes, _plain(rule.condition or "")])
    return json.dumps([rule.kind, rule.entity, _plain(rule.text)])


def _plain(text: str) -> str:
    return " ".join(text.lower().split()).rstrip(".")


def _said_by_example(example: Example) -> str:
    labels: dict[str, str] = {}
    for row in example.rows:
        labels.setdefault(row.label, f"r{len(labels)}")
    rows = [_said_by_row(row, labels) for row in example.rows]
    update = _said_by_row(example.update, labels) if example.update else None
    deleted = labels.get(example.delete or "")
    return json.dumps([rows, update, deleted, example.expect, example.violates], sort_keys=True)


def _said_by_row(row: ExampleRow, labels: Mapping[str, str]) -> object:
    values = {
        name: f"@{labels.get(value[1:], value[1:])}" if isinstance(value, str) and value.startswith("@") else value
        for name, value in row.values.items()
    }
    return [row.entity, labels.get(row.label), values]


def _free_name(rule: BusinessRule, rules: Mapping[str, BusinessRule]) -> str:
    taken = {each.name for each in rules.values() if each.entity == rule.entity}
    names = (rule.name, *(f"{rule.name}_{number}" for number in range(2, len(taken) + 3)))
    return next(name for name in names if name not in taken)


def _still_unplaced(parts: Sequence[ModelPart], merged: EntityModel) -> list[Unplaced]:
    """Return what no part could place; what one part missed another may have modelled."""
    cited = cited_facts(merged)
    return [each for part in parts for each in part.model.unplaced if not each.facts or set(each.facts) - cited]


def _once(facts: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(facts))


def with_names(model: EntityModel, known: Iterable[str], aliases: Mapping[str, str]) -> EntityModel:
    """Return the model with references to unknown entities put right where code can tell whom they mean.

    An entity goes by its alias, or by its name in another number or spelling. Others are left for `model_objections`.
    """
    names = set(known)
    others = {comparable(name): name for name in sorted(names)}

    def name_of(name: str) -> str:
        told = (name, aliases.get(name, name), others.get(comparable(name), name))
        return next((each for each in told if each in names), name)

    return model.model_copy(
        update={
            "entities": tuple(
                each.model_copy(update={"supertype": name_of(each.supertype)}) if each.supertype else each
                for each in model.entities
            ),
            "relationships": tuple(
                each.model_copy(update={"source": name_of(each.source), "target": name_of(each.target)})
                for each in model.relationships
            ),
            "rules": tuple(each.model_copy(update={"entity": name_of(each.entity)}) for each in model.rules),
            "examples": tuple(_example_with_names(each, name_of) for each in model.examples),
            "tenant": name_of(model.tenant) if model.tenant else None,
            "volumes": tuple(
                each.model_copy(update={"subject": _subject_with(each, name_of), "per": each.per and name_of(each.per)})
                for each in model.volumes
            ),
        }
    )


def _subject_with(volume: Volume, name_of: Callable[[str], str]) -> str:
    entity, dot, role = volume.subject.partition(".")
    return f"{name_of(entity)}{dot}{role}"


def _example_with_names(example: Example, name_of: Callable[[str], str]) -> Example:
    def row(each: ExampleRow) -> ExampleRow:
        return each.model_copy(update={"entity": name_of(each.entity)})

    # "order.quantity:range" and "order:unique(a,b)" begin with an entity, "BR3" does not.
    violated = re.fullmatch(r"(\w+)([.:].*)", example.violates or "")
    return example.model_copy(
        update={
            "rows": tuple(map(row, example.rows)),
            "update": row(example.update) if example.update else None,
            "violates": name_of(violated[1]) + violated[2] if violated else example.violates,
        }
    )
