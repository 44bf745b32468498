"""Other stores: a yes and a no for each, validators that take their example, memory by arithmetic."""

from __future__ import annotations

import re
from typing import Any

import pytest

from database_specialist.agent.model.base import Decision
from database_specialist.agent.model.brief import Brief, Technology
from database_specialist.agent.model.operations import NoSql
from database_specialist.agent.operations.nosql import plan_nosql
from database_specialist.agent.operations.scaling import plan_scaling
from tests.agent.operations.ground import BRIEF, ENTITY_MODEL, brief_with, fact, ground_of, quantity

MONGO = Technology(name="MongoDB", category="document_store", purpose="orders as documents", facts=("F20",))
REDIS = Technology(name="Redis", category="key_value", purpose="sessions and rate limiting", facts=("F21",))
SEARCH = Technology(name="Elasticsearch", category="search", purpose="product search", facts=("F22",))
FACTS = (
    fact(20, "MongoDB keeps orders as documents.", "technology"),
    fact(21, "Redis keeps sessions and does rate limiting.", "technology"),
    fact(22, "Elasticsearch serves the product search.", "technology"),
)


def stores_of(brief: Brief) -> NoSql:
    ground = ground_of(brief)
    return plan_nosql(ground, ENTITY_MODEL, plan_scaling(ground).caches)


def decision(stores: NoSql, subject: str) -> Decision:
    return next(found for found in stores.decisions if found.subject == subject)


def kinds(value: Any) -> set[str]:
    """The bsonTypes that an extended JSON value has."""
    if isinstance(value, dict):
        wrapped = {"$numberLong": "long", "$numberDecimal": "decimal", "$date": "date", "$binary": "binData"}
        return {wrapped[key] for key in value if key in wrapped} or {"object"}
    simple = {bool: "bool", int: "int", float: "double", str: "string", list: "array", type(None): "null"}
    return {simple[type(value)]}


def problems(value: Any, rule: dict[str, Any], place: str = "$") -> list[str]:
    """Check a document against the part of `$jsonSchema` that the validators use."""
    wanted = rule["bsonType"]
    found = [] if kinds(value) & set([wanted] if isinstance(wanted, str) else wanted) else [f"{place}: not {wanted}"]
    if "enum" in rule and value not in rule["enum"]:
        found.append(f"{place}: not in {rule['enum']}")
    amount = float(next(iter(value.values()))) if kinds(value) & {"long", "decimal"} else value
    if "minimum" in rule and amount < rule["minimum"]:
        found.append(f"{place}: below {rule['minimum']}")
    if isinstance(value, str) and len(value) > rule.get("maxLength", len(value)):
        found.append(f"{place}: too long")
    if kinds(value) == {"object"} and "properties" in rule:
        found += [f"{place}.{name}: missing" for name in rule["required"] if name not in value]
        found += [f"{place}.{name}: unknown" for name in value if name not in rule["properties"]]
        for name, part in value.items():
            found += problems(part, rule["properties"].get(name, {"bsonType": list(kinds(part))}), f"{place}.{name}")
    if isinstance(value, list):
        found += (
            [line for item in value for line in problems(item, rule["items"], f"{place}[]")] if "items" in rule else []
        )
        found += [f"{place}: too few"] if len(value) < rule.get("minItems", 0) else []
    return found


def test_nothing_is_designed_and_each_store_is_declined_where_no_document_names_one() -> None:
    stores = stores_of(BRIEF)
    assert (stores.mongodb, stores.redis, stores.search) == ((), (), ())
    assert [found.choice for found in stores.decisions] == ["no", "no", "no"]


def test_the_no_on_search_quotes_the_fact_and_the_rows_that_decide() -> None:
    found = decision(stores_of(BRIEF), "search engine")
    assert "Shop staff search products by name." in found.why
    assert "products, " in found.why
    assert found.facts == ("F8",)


def test_a_store_that_is_only_a_later_plan_is_not_designed() -> None:
    later = (fact(20, "MongoDB keeps orders as documents.", "technology", scope="later"),)
    assert stores_of(brief_with(MONGO, facts=later)).mongodb == ()


def test_a_named_document_store_keeps_the_aggregate_that_the_facts_name() -> None:
    stores = stores_of(brief_with(MONGO, facts=FACTS))
    collection = stores.mongodb[0]
    assert collection.name == "orders"
    assert collection.facts == ("F20",)
    assert collection.validator["properties"]["lines"]["items"]["properties"]["quantity"]["minimum"] == 1
    assert decision(stores, "document store").choice == "yes, MongoDB for orders"


def test_a_validator_takes_its_own_example() -> None:
    collection = stores_of(brief_with(MONGO, facts=FACTS)).mongodb[0]
    assert problems(collection.example, collection.validator) == []


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"status": "lost"}, "$.status: not in"),
        ({"placed_at": None}, "$.placed_at: not date"),
        ({"colour": "red"}, "$.colour: unknown"),
        ({"lines": []}, "$.lines: too few"),
    ],
)
def test_a_validator_refuses_a_document_that_breaks_it(change: dict[str, Any], problem: str) -> None:
    collection = stores_of(brief_with(MONGO, facts=FACTS)).mongodb[0]
    found = problems({**collection.example, **change}, collection.validator)
    assert [line for line in found if line.startswith(problem)]


def test_redis_keys_come_from_what_the_documents_use_it_for() -> None:
    stores = stores_of(brief_with(REDIS, facts=FACTS, quantities=(quantity("concurrent_users", 400, "users"),)))
    session, limit = stores.redis
    assert session.pattern == "session:{token_hash}"
    assert limit.pattern == "ratelimit:{customer_id}:{window}"
    assert session.ttl_seconds == 86_400
    # 400 sessions x (90 overhead + 20 of name + 96 of value)
    assert session.memory.value == 400 * (90 + 20 + 96)
    assert session.facts == ("F21",)
    assert decision(stores, "key-value store").choice == "yes, Redis"


def test_a_key_that_the_documents_spell_is_taken_as_spelt() -> None:
    spelt = (*FACTS, fact(23, "Lock key: lock:room:{roomId} (TTL 15 minutes)"))
    key = stores_of(brief_with(REDIS, facts=spelt)).redis[0]
    assert key.pattern == "lock:room:{roomId}"
    assert key.ttl_seconds == 900
    assert key.example == "SET lock:room:42 1 EX 900 NX"


def test_every_redis_key_ends_and_its_example_is_one_command() -> None:
    uses = "session, rate limiting, locks, leaderboard, idempotency, presence, geo, queue, counters, otp, cache"
    everything = Technology(name="Redis", category="key_value", purpose=uses, facts=("F21",))
    keys = stores_of(brief_with(everything, facts=FACTS)).redis
    assert len(keys) == 11
    for key in keys:
        assert key.ttl_seconds
        assert re.match(r"(HSET|SET|ZADD|GEOADD|XADD|INCR) \S+", key.example)
        assert "{" not in key.example.split("'")[0]
        assert key.memory.value > 0


def test_a_redis_that_is_named_without_a_purpose_gets_no_invented_keys() -> None:
    bare = Technology(name="Redis", category="key_value", facts=("F24",))
    stores = stores_of(brief_with(bare, facts=(fact(24, "We run Redis.", "technology"),)))
    assert stores.redis == ()
    assert decision(stores, "key-value store").choice == "no keys yet"


def test_a_search_index_maps_the_searched_text() -> None:
    stores = stores_of(brief_with(SEARCH, facts=FACTS))
    index = stores.search[0]
    assert index.source_table == "products"
    assert index.mappings["properties"]["name"]["type"] == "text"
    assert index.mappings["properties"]["unit_price"] == {"type": "scaled_float", "scaling_factor": 100}
    assert index.settings["number_of_shards"] == 1
    assert "Q6" in index.sync
    assert decision(stores, "search engine").choice == "yes, Elasticsearch for products"


def test_every_searched_field_is_mapped() -> None:
    index = stores_of(brief_with(SEARCH, facts=FACTS)).search[0]
    fields = index.example_query["query"]["bool"]["must"][0]["multi_match"]["fields"]
    assert fields
    assert set(fields) <= set(index.mappings["properties"])


def test_a_search_engine_for_something_outside_the_model_gets_no_mapping() -> None:
    logs = Technology(name="Elasticsearch", category="search", purpose="server logs", facts=("F25",))
    stores = stores_of(brief_with(logs, facts=(fact(25, "Elasticsearch holds the server logs.", "technology"),)))
    assert stores.search == ()
    assert decision(stores, "search engine").choice == "Elasticsearch as named, without a mapping"


def test_stores_that_speak_the_same_protocol_are_designed_as_one() -> None:
    valkey = Technology(name="Valkey", category="key_value", purpose="rate limiting", facts=("F26",))
    redis = Technology(name="Redis", category="key_value", purpose="sessions", facts=("F27",))
    facts = (
        fact(26, "Valkey does rate limiting.", "technology"),
        fact(27, "Redis keeps sessions.", "technology"),
    )
    families = [key.pattern.partition(":")[0] for key in stores_of(brief_with(valkey, redis, facts=facts)).redis]
    assert families == ["session", "ratelimit"]


def test_the_lives_and_the_cached_answer_that_the_documents_give_are_taken() -> None:
    said = "Redis: login sessions with 12 hours sliding expiry; the order board is cached for 5 seconds"
    keys = stores_of(brief_with(REDIS, facts=(fact(21, said, "technology"),))).redis
    last = {key.pattern: (key.ttl_seconds, key.example.splitlines()[-1]) for key in keys}
    assert last["session:{token_hash}"] == (43_200, "EXPIRE session:5f1d7a 43200")
    assert last["cache:order_board"] == (5, "SET cache:order_board '[]' EX 5")
