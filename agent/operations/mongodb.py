"""MongoDB collections: an aggregate of the entity model as one document, with its `$jsonSchema` validator."""

from __future__ import annotations

from typing import Any

from database_specialist.agent.mapping.naming import snake, table_name
from database_specialist.agent.model.base import Decision, Option
from database_specialist.agent.model.entities import Attribute, Entity, EntityModel
from database_specialist.agent.model.operations import MongoCollection
from database_specialist.agent.operations.aggregates import (
    TYPES,
    example_value,
    owned_parts,
    part_name,
    references,
)
from database_specialist.agent.operations.capacity import Ground
from database_specialist.agent.operations.evidence_words import Named, entity_in, named_stores
from database_specialist.agent.operations.figures import listed, number, size

MONGO_NAMES = ("mongodb", "mongo", "documentdb", "cosmos db")
_DOCUMENT_LIMIT = 16 * 1024**2


def plan_mongodb(ground: Ground, entity_model: EntityModel) -> tuple[MongoCollection, ...]:
    """Return a collection where the documents name MongoDB and a fact of theirs names what it keeps."""
    store = _store(ground)
    root = _root(store, ground, entity_model) if store is not None else None
    if store is None or root is None or not store.fact_ids:
        return ()
    parts = owned_parts(root, entity_model)
    kept = listed(table_name(entity_model, part.name) for part, _ in parts)
    purpose = f"{table_name(entity_model, root.name)} as documents" + (f" that hold their {kept}" if parts else "")
    return (
        MongoCollection(
            name=table_name(entity_model, root.name),
            purpose=f'{purpose}; the documents say: "{store.purpose}"',
            validator=_validator(root, entity_model),
            indexes=_indexes(root, entity_model),
            example=_example(root, entity_model),
            facts=store.fact_ids,
        ),
    )


def _store(ground: Ground) -> Named | None:
    return next(iter(named_stores(ground.brief, MONGO_NAMES)), None)


def _root(store: Named, ground: Ground, entity_model: EntityModel) -> Entity | None:
    """The entity that the purpose names, lifted to its owner; else the one with free-form content."""
    named = entity_in(store.text, entity_model)
    if named is not None:
        return named
    loose = [entity for entity in entity_model.entities if any(a.type == "json" for a in entity.attributes)]
    growing = [entity for entity in loose if table_name(entity_model, entity.name) in ground.rows]
    return max(
        growing, key=lambda entity: ground.rows[table_name(entity_model, entity.name)].year_1.value, default=None
    )


def _validator(root: Entity, entity_model: EntityModel) -> dict[str, Any]:
    body = _object(root, entity_model, within=None)
    body["properties"] = {"_id": {"bsonType": "long"}, **body["properties"]}
    body["required"] = ["_id", *body["required"]]
    for part, relationship in owned_parts(root, entity_model):
        items = _object(part, entity_model, within=root.name)
        body["properties"][part_name(part, relationship)] = {
            "bsonType": "array",
            "items": items,
            **({"minItems": relationship.min_sources} if relationship.min_sources else {}),
            "description": part.description or f"The {part.plural.replace('_', ' ')} of the {root.name}.",
        }
    return body


def _object(entity: Entity, entity_model: EntityModel, *, within: str | None) -> dict[str, Any]:
    stored = [attribute for attribute in entity.attributes if not attribute.generated and attribute.name != "id"]
    refers = [r for r in references(entity, entity_model) if r.target != within]
    properties: dict[str, Any] = {snake(a.name): _property(a) for a in stored}
    for relationship in refers:
        kinds = "long" if relationship.required else ["long", "null"]
        properties[f"{snake(relationship.role)}_id"] = {"bsonType": kinds, "description": f"A {relationship.target}."}
    required = [snake(a.name) for a in stored if a.required]
    required += [f"{snake(r.role)}_id" for r in refers if r.required]
    return {
        "bsonType": "object",
        "required": list(dict.fromkeys(required)),
        "additionalProperties": False,
        "properties": properties,
    }


def _property(attribute: Attribute) -> dict[str, Any]:
    kind = TYPES["bson"].get(attribute.type, "string")
    rule: dict[str, Any] = {"bsonType": kind if attribute.required else [kind, "null"]}
    if attribute.values:
        rule["enum"] = [*attribute.values, *(() if attribute.required else (None,))]
    if attribute.minimum is not None and kind in ("int", "long", "decimal"):
        rule["minimum"] = int(attribute.minimum) if attribute.minimum == int(attribute.minimum) else attribute.minimum
        if attribute.exclusive_minimum:
            rule["exclusiveMinimum"] = True
    if attribute.maximum is not None and kind in ("int", "long", "decimal"):
        rule["maximum"] = int(attribute.maximum) if attribute.maximum == int(attribute.maximum) else attribute.maximum
    if attribute.length and kind == "string":
        rule["maxLength"] = attribute.length
    if attribute.pattern and kind == "string":
        rule["pattern"] = attribute.pattern
    rule["description"] = attribute.meaning
    return rule


def _indexes(root: Entity, entity_model: EntityModel) -> tuple[str, ...]:
    name = table_name(entity_model, root.name)
    lines = [
        f"db.{name}.createIndex({{{snake(attribute.name)}: 1}}, {{unique: true}})"
        for attribute in root.attributes
        if attribute.unique
    ]
    lines += [
        f"db.{name}.createIndex({{{snake(relationship.role)}_id: 1}})"
        for relationship in references(root, entity_model)
    ]
    return tuple(lines)


def _example(root: Entity, entity_model: EntityModel) -> dict[str, Any]:
    document = {"_id": {"$numberLong": "1"}, **_values(root, entity_model, within=None)}
    for part, relationship in owned_parts(root, entity_model):
        document[part_name(part, relationship)] = [_values(part, entity_model, within=root.name)]
    return document


def _values(entity: Entity, entity_model: EntityModel, *, within: str | None) -> dict[str, Any]:
    values = {snake(a.name): _bson(a) for a in entity.attributes if a.required and not a.generated and a.name != "id"}
    for relationship in references(entity, entity_model):
        if relationship.required and relationship.target != within:
            values[f"{snake(relationship.role)}_id"] = {"$numberLong": "1"}
    return values


def _bson(attribute: Attribute) -> Any:
    value = example_value(attribute)
    return {"$numberLong": str(value)} if TYPES["bson"].get(attribute.type) == "long" else value


def decide_document_store(
    ground: Ground, entity_model: EntityModel, collections: tuple[MongoCollection, ...]
) -> Decision:
    """Decide on a document store; one that is neither named nor needed is not invented."""
    loose = [
        f"{table_name(entity_model, entity.name)}.{snake(attribute.name)}"
        for entity in entity_model.entities
        for attribute in entity.attributes
        if attribute.type == "json"
    ]
    named = named_stores(ground.brief, MONGO_NAMES)
    if collections:
        collection = collections[0]
        return _decision(
            f"yes, {named[0].technology.name} for {collection.name}",
            f"{collection.purpose}. {_bytes_words(collection.name, ground)}.",
            Option(
                choice=f"the tables of {collection.name} alone",
                rejected_because=f"the documents ask for {named[0].technology.name}",
            ),
            named[0].fact_ids,
        )
    if named:
        return _other_store(named[0])
    keeps = (
        f"the free-form content of {listed(loose)} is kept as JSON" if loose else "no attribute is free-form content"
    )
    links = len(entity_model.relationships)
    return _decision(
        "no",
        f"No document names a document store; {keeps}, and {links} relationships between "
        f"{len(entity_model.entities)} entities are kept by foreign keys.",
        Option(
            choice="MongoDB",
            rejected_because=f"the {links} relationships between {ground.largest.table} and the other tables would be "
            "the application's to keep",
        ),
        (),
    )


def _bytes_words(table: str, ground: Ground) -> str:
    found = next((part for part in ground.capacity.tables if part.table == table), None)
    if found is None:
        return f"A document stays below {size(_DOCUMENT_LIMIT)}"
    return (
        f"{number(found.rows_year_1.value)} documents in year 1, of about {size(found.row_bytes.value)} before their "
        f"parts, far below the limit of {size(_DOCUMENT_LIMIT)} each"
    )


def _other_store(store: Named) -> Decision:
    name = store.technology.name
    said = f' for "{store.purpose}"' if store.purpose else ""
    why = f"The documents name {name}{said}, and no entity of the model is named with it: its data stay in the tables."
    return _decision("no collection", why, None, store.fact_ids)


def _decision(choice: str, why: str, other: Option | None, facts: tuple[str, ...]) -> Decision:
    return Decision(
        id="OP-nosql-document-store",
        topic="nosql",
        subject="document store",
        choice=choice,
        why=why,
        alternatives=(other,) if other else (),
        facts=facts,
    )
