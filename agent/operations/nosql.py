"""Other stores: exactly where the facts justify them, and a decision each, also where the answer is no."""

from __future__ import annotations

from database_specialist.agent.model.entities import EntityModel
from database_specialist.agent.model.operations import CachePoint, NoSql
from database_specialist.agent.operations.capacity import Ground
from database_specialist.agent.operations.mongodb import decide_document_store, plan_mongodb
from database_specialist.agent.operations.redis_keys import decide_key_value, plan_redis
from database_specialist.agent.operations.search import decide_search, plan_search


def plan_nosql(ground: Ground, entity_model: EntityModel, caches: tuple[CachePoint, ...]) -> NoSql:
    """Design the stores that the documents name with a purpose, and say why the others are not there."""
    collections = plan_mongodb(ground, entity_model)
    keys = plan_redis(ground, entity_model, caches)
    indexes = plan_search(ground, entity_model)
    return NoSql(
        mongodb=collections,
        redis=keys,
        search=indexes,
        decisions=(
            decide_document_store(ground, entity_model, collections),
            decide_key_value(ground, keys),
            decide_search(ground, entity_model, indexes),
        ),
    )
