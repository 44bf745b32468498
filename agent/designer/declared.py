"""Entities that stand in machine formats taken as they are."""

from __future__ import annotations

import re

from database_specialist.agent.designer.attributes import from_declared
from database_specialist.agent.designer.draft import Draft, EntityDraft
from database_specialist.agent.designer.nouns import human, name_words
from database_specialist.agent.model.brief import DeclaredEntity, DeclaredRelation
from database_specialist.agent.model.entities import Relationship

_TRUSTED = ("sql", "mermaid", "dbml", "prisma", "graphql", "json_schema", "openapi", "sql_fragment", "code")
_PART_KINDS = frozenset({"line_item", "weak", "token", "association"})
_SURROGATE = re.compile(r"^(?:id|uuid|guid|pk|_id)$")


def read_declared(draft: Draft) -> None:
    """Fill declared entities with their columns and relate them by their references."""
    best: dict[str, DeclaredEntity] = {}
    for declared in draft.brief.declared:
        entity = draft.find(declared.name)
        if entity is None:
            continue
        known = best.get(entity.name)
        if known is None or _rank(declared) < _rank(known):
            best[entity.name] = declared
    for name, declared in best.items():
        _fill(draft, draft.entities[name], declared)
    for name, declared in best.items():
        _relate_columns(draft, draft.entities[name], declared)
    _relate_declared(draft)


def _rank(declared: DeclaredEntity) -> tuple[int, int]:
    return (_TRUSTED.index(declared.origin), -len(declared.attributes))


def _fill(draft: Draft, entity: EntityDraft, declared: DeclaredEntity) -> None:
    whole = declared.origin not in ("sql_fragment", "code", "openapi", "json_schema", "graphql")
    entity.declared = whole and len(declared.attributes) > 1
    if declared.comment:
        entity.description = declared.comment
    if not entity.facts and declared.fact:
        entity.facts = (declared.fact,)
    for column in declared.attributes:
        name = "_".join(name_words(column.name))
        if (
            _SURROGATE.match(name)
            or _reference(draft, entity, name, column.references)
            or _is_list(draft, name, column.type)
        ):
            continue
        if name == f"{entity.name}_id" or (not whole and name == f"{entity.name.split('_')[-1]}_id"):
            continue
        made = from_declared(column, entity.name, declared.fact or "", draft.lexicon)
        if name.endswith("_id") and not column.type:
            meaning = f"Identifier of the {human(name.removesuffix('_id'))}, which the documents do not describe."
            made = made.model_copy(update={"type": "big_integer", "length": None, "meaning": meaning})
        entity.attributes[name] = made
    roles = {name for name in entity.attributes}
    for columns in declared.unique_sets:
        names = tuple(_key_part(draft, entity, "_".join(name_words(column))) for column in columns)
        if len(names) > 1:
            entity.unique_sets.append(names)
        elif names and names[0] in roles:
            entity.attributes[names[0]] = entity.attributes[names[0]].model_copy(update={"unique": True})


def _key_part(draft: Draft, entity: EntityDraft, name: str) -> str:
    return name.removesuffix("_id") if name not in entity.attributes else name


def _is_list(draft: Draft, name: str, written: str | None) -> bool:
    """Whether a field is the other end of a relationship: `items OrderItem[]`."""
    plain = (written or "").strip("[]!?() ")
    return bool(plain) and plain[:1].isupper() and draft.find(plain) is not None


def _reference(
    draft: Draft, entity: EntityDraft, name: str, references: tuple[str, str | None] | None
) -> EntityDraft | None:
    if references is not None:
        return draft.find(references[0])
    if name.endswith("_id") and name != f"{entity.name}_id":
        return referred(draft, name.removesuffix("_id"), entity)
    return None


def referred(draft: Draft, role: str, source: EntityDraft) -> EntityDraft | None:
    """Return the entity that a role names: itself, its last words, or whoever signs in."""
    words = role.split("_")
    for start in range(len(words)):
        found = draft.find("_".join(words[start:]))
        if found is not None:
            return found
    if role == "parent":
        return source
    if words[-1] in draft.lexicon.words("persons") or words[-1].endswith(("er", "or", "ee")):
        return draft.find("user")
    return None


def _relate_columns(draft: Draft, entity: EntityDraft, declared: DeclaredEntity) -> None:
    for column in declared.attributes:
        name = "_".join(name_words(column.name))
        target = _reference(draft, entity, name, column.references)
        if target is None:
            continue
        role = name.removesuffix("_id")
        # Fragments of code rarely say what may be missing; a trail also holds what the system itself did.
        required = column.required if column.required is not None else entity.kind != "audit"
        owned = required and (entity.kind in _PART_KINDS or entity.name.startswith(target.name + "_"))
        draft.relate(
            Relationship(
                source=entity.name,
                target=target.name,
                role=role,
                cardinality="one_to_one"
                if column.unique or (column.primary_key and _alone(declared))
                else "many_to_one",
                required=required,
                ownership="owned" if owned else "referenced" if required else "independent",
                inverse=entity.plural,
                facts=(declared.fact,) if declared.fact else (),
                added_because=None if declared.fact else f"The documents declare {name} on {human(entity.name)}.",
            )
        )


def _alone(declared: DeclaredEntity) -> bool:
    return sum(column.primary_key for column in declared.attributes) == 1


def _relate_declared(draft: Draft) -> None:
    for relation in draft.brief.declared_relations:
        source, target = draft.find(relation.source), draft.find(relation.target)
        if source is None or target is None or (source is target and relation.cardinality == "many_to_many"):
            continue
        if relation.cardinality == "one_to_many":
            source, target = target, source
        if not _is_known(draft, source, target, relation):
            draft.relate(_declared_relationship(draft, source, target, relation))


def _is_known(draft: Draft, source: EntityDraft, target: EntityDraft, relation: DeclaredRelation) -> bool:
    """Whether a column already holds this relationship, from either side."""
    if any(known.target == target.name for known in draft.relations_of(source.name)):
        return True
    back = any(known.target == source.name for known in draft.relations_of(target.name))
    return back and relation.cardinality != "many_to_one"


def _declared_relationship(
    draft: Draft, source: EntityDraft, target: EntityDraft, relation: DeclaredRelation
) -> Relationship:
    ends = (source, target)
    fact = next((each.fact for each in draft.brief.declared if each.fact and draft.find(each.name) in ends), None)
    optional = relation.source_optional if relation.cardinality == "one_to_many" else relation.target_optional
    owned = source.kind in _PART_KINDS or source.name.startswith(target.name + "_")
    return Relationship(
        source=source.name,
        target=target.name,
        role="parent" if source is target else target.name,
        cardinality="many_to_one" if relation.cardinality == "one_to_many" else relation.cardinality,
        required=not optional and relation.cardinality != "many_to_many",
        ownership="owned" if owned else "referenced",
        inverse=source.plural,
        facts=(fact,) if fact else (),
        added_because=None if fact else f"The documents relate {human(source.name)} to {human(target.name)}.",
    )
