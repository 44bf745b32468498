"""Search indexes: an Elasticsearch or OpenSearch mapping from a table's searched text, where the facts ask for one."""

from __future__ import annotations

import math
import re
from typing import Any

from database_specialist.agent.mapping.naming import snake, table_name
from database_specialist.agent.model.base import Decision, Option
from database_specialist.agent.model.entities import Attribute, Entity, EntityModel
from database_specialist.agent.model.operations import SearchIndex
from database_specialist.agent.operations.aggregates import TYPES
from database_specialist.agent.operations.capacity import Ground
from database_specialist.agent.operations.evidence_words import (
    Named,
    entity_in,
    facts_with,
    has_word,
    named_stores,
)
from database_specialist.agent.operations.figures import GIB, counted, listed, number, size, unique

SEARCH_NAMES = ("elasticsearch", "opensearch", "elastic")
SHARD_BYTES = 30 * GIB
ENOUGH_ROWS = 20_000_000
"""Rows up to which trigram and full-text indexes of the database answer within a second. Assumed."""
_ASKED = (
    "full-text search",
    "full text search",
    "fuzzy",
    "typo-tolerant",
    "typo tolerance",
    "faceted",
    "facets",
    "autocomplete",
    "relevance",
    "synonyms",
)
_GENERAL = frozenset(TYPES["words"]["general"].split())
_TEXT = ("short_text", "text", "long_text")
_MOST_FIELDS = 20


def plan_search(ground: Ground, entity_model: EntityModel) -> tuple[SearchIndex, ...]:
    """Return an index where the documents name Elasticsearch or OpenSearch; none for other or no engines."""
    store = _store(ground)
    entity = _searched(store, ground, entity_model) if store is not None else None
    if store is None or entity is None or not store.fact_ids:
        return ()
    table = table_name(entity_model, entity.name)
    fields = _fields(entity)
    return (
        SearchIndex(
            name=table,
            purpose=f'{_purpose(entity, table)}; the documents say: "{store.purpose}"',
            source_table=table,
            settings=_settings(table, ground),
            mappings={"dynamic": "strict", "properties": {"id": {"type": "keyword"}, **fields}},
            sync=_sync(table, ground, entity_model),
            example_query=_query(entity),
            facts=unique((*store.fact_ids, *(fact.id for fact in facts_with(ground.brief.in_scope, _ASKED)))),
        ),
    )


def _store(ground: Ground) -> Named | None:
    found = named_stores(ground.brief, SEARCH_NAMES)
    return next((s for s in found if any(has_word(s.technology.name, name) for name in SEARCH_NAMES)), None)


def _searched(store: Named, ground: Ground, entity_model: EntityModel) -> Entity | None:
    """The entity that the facts name for it, else, where they ask for search as such, the one the workload searches."""
    candidates: list[Entity | None] = [entity_in(store.text, entity_model)]
    if has_word(store.text, "audit"):
        candidates += [entity for entity in entity_model.entities if entity.kind == "audit"]
    if _is_general(store):
        for access in ground.accesses:
            sql = access.query.sql.lower()
            if any(sign in sql for sign in (" like ", "ilike", "tsvector", "match (", "match(")):
                candidates += [_entity_of(table, ground, entity_model) for table in access.tables]
        found = facts_with(ground.brief.in_scope, ("search", "searches", *_ASKED))
        candidates += [entity_in(fact.text, entity_model) for fact in found]
    return next((e for e in candidates if e is not None and any(a.type in _TEXT for a in e.attributes)), None)


def _is_general(store: Named) -> bool:
    """Whether search as such is asked for: "code search" or "logs" name a thing that is not in the model."""
    words = re.findall(r"[a-z]+", (store.technology.purpose or "").lower())
    return has_word(store.text, "search") and all(word in _GENERAL for word in words)


def _entity_of(table: str, ground: Ground, entity_model: EntityModel) -> Entity | None:
    found = ground.schema.table(table)
    return entity_model.entity(found.entity) if found is not None and found.entity else None


def _indexed(entity: Entity) -> list[Attribute]:
    """Secrets and restricted values stay out of a second store."""
    kept = [a for a in entity.attributes if a.sensitivity != "restricted" and a.type not in ("secret_hash", "binary")]
    return kept[:_MOST_FIELDS]


def _fields(entity: Entity) -> dict[str, Any]:
    return {snake(attribute.name): _field(attribute) for attribute in _indexed(entity)}


def _field(attribute: Attribute) -> dict[str, Any]:
    kind = TYPES["search"].get(attribute.type, "keyword")
    if attribute.type == "short_text":
        return {"type": "text", "fields": {"keyword": {"type": "keyword", "ignore_above": 256}}}
    if kind == "scaled_float":
        return {"type": kind, "scaling_factor": 10 ** (attribute.scale or 2)}
    if kind == "dense_vector":
        return {"type": kind, "dims": attribute.length or 768}
    return {"type": kind}


def _purpose(entity: Entity, table: str) -> str:
    texts = [snake(attribute.name) for attribute in _indexed(entity) if attribute.type in _TEXT]
    return f"Finds {table} by {listed(texts)}"


def _settings(table: str, ground: Ground) -> dict[str, Any]:
    total = ground.size_of(table).bytes_year_5.value
    return {
        "number_of_shards": max(1, math.ceil(total / SHARD_BYTES)),
        "number_of_replicas": 1,
        "analysis": {"analyzer": {"default": {"type": "standard"}}},
    }


def _sync(table: str, ground: Ground, entity_model: EntityModel) -> str:
    outbox = next((entity for entity in entity_model.entities if entity.kind == "outbox"), None)
    writers = [access.query.id for access in ground.accesses if table in access.written]
    way = (
        f"a worker reads {table_name(entity_model, outbox.name)}, written in the same transaction as {table}"
        if outbox is not None
        else f"a worker reads the changes of {table} from the log (logical decoding or binary log)"
    )
    changing = f"{listed(writers)} change it" if writers else "no query of the workload changes it"
    rows = number(ground.rows[table].year_1.value)
    return f"{way}; {changing}. The index can be rebuilt from {table} at any time ({rows} rows in year 1)."


def _query(entity: Entity) -> dict[str, Any]:
    texts = [snake(attribute.name) for attribute in _indexed(entity) if attribute.type in _TEXT]
    chosen = next((attribute for attribute in _indexed(entity) if attribute.values), None)
    match: dict[str, Any] = {"multi_match": {"query": "example", "fields": texts, "fuzziness": "AUTO"}}
    filters = [{"term": {snake(chosen.name): chosen.values[0]}}] if chosen is not None else []
    return {"query": {"bool": {"must": [match], "filter": filters}}, "size": 20}


def decide_search(ground: Ground, entity_model: EntityModel, indexes: tuple[SearchIndex, ...]) -> Decision:
    """Decide on a search engine; one that is neither named nor needed is not invented."""
    named = named_stores(ground.brief, SEARCH_NAMES)
    if indexes:
        index, store = indexes[0], _store(ground)
        rows = ground.rows[index.source_table].year_1
        return _decision(
            f"yes, {store.technology.name if store else 'Elasticsearch'} for {index.source_table}",
            f"{index.purpose}. It holds {number(rows.value)} documents in year 1 in "
            f"{index.settings['number_of_shards']} primary shard(s) of {size(SHARD_BYTES)} at most.",
            f"trigram and full-text indexes on {index.source_table}",
            "the documents ask for the search engine, and its load stays off the primary",
            index.facts,
        )
    if named:
        store = named[0]
        said = f' for "{store.purpose}"' if store.purpose else ""
        return _decision(
            f"{store.technology.name} as named, without a mapping",
            f"The documents name {store.technology.name}{said}, and no entity of the model holds that text: what it "
            f"indexes comes from outside of the {len(ground.schema.tables)} tables.",
            f"an index on {ground.largest.table}",
            f"no document asks to search {ground.largest.table} there",
            store.fact_ids,
        )
    return _unnamed(ground, entity_model)


def _unnamed(ground: Ground, entity_model: EntityModel) -> Decision:
    asked = facts_with(ground.brief.in_scope, ("search", "searches", "searching", *_ASKED))
    entities = [entity_in(fact.text, entity_model) for fact in asked]
    tables = unique(table_name(entity_model, entity.name) for entity in entities if entity is not None)
    sizes = [(name, ground.rows[name].year_5.value) for name in tables if name in ground.rows]
    if not asked:
        facts = len(ground.brief.in_scope)
        why = f"No document names a search engine, and none of the {facts} facts in scope asks to search text."
        return _decision("no", why, "Elasticsearch", f"a copy of {ground.largest.table} that nobody asks for", ())
    largest = max(sizes, key=lambda item: item[1], default=(ground.largest.table, ground.largest.rows_year_5.value))
    above = largest[1] > ENOUGH_ROWS
    side = "above" if above else "below"
    why = (
        f'No document names a search engine; "{_short(asked[0].text)}" reads {listed(tables or (largest[0],))}, '
        f"{counted(largest[1], 'row')} in year 5, {side} the {number(ENOUGH_ROWS)} up to which the "
        "database's own text indexes answer within a second (assumed)"
    )
    choice = "no" if not above else "no, to be measured again when the rows are there"
    return _decision(
        choice,
        f"{why}.",
        "Elasticsearch",
        f"a second copy of {largest[0]} to keep in step",
        tuple(fact.id for fact in asked[:6]),
    )


def _short(text: str) -> str:
    return text if len(text) <= 100 else text[:97].rsplit(" ", 1)[0] + " ..."


def _decision(choice: str, why: str, other: str, rejected: str, facts: tuple[str, ...]) -> Decision:
    return Decision(
        id="OP-nosql-search",
        topic="nosql",
        subject="search engine",
        choice=choice,
        why=why,
        alternatives=(Option(choice=other, rejected_because=rejected),),
        facts=facts,
    )
