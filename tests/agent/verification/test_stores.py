"""The forms of the other stores: a right one is recorded as read, and each fault that is planted is caught."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from database_specialist.agent.mapping.schema import map_schema
from database_specialist.agent.model.base import Figure
from database_specialist.agent.model.brief import Technology
from database_specialist.agent.model.evidence import Evidence
from database_specialist.agent.model.operations import MongoCollection, NoSql, RedisKey, SearchIndex
from database_specialist.agent.model.workload import Indexes
from database_specialist.agent.operations.plan import plan_operations
from database_specialist.agent.verification.records import Parts, Recorder
from database_specialist.agent.verification.stores import check_stores, judge_collection, judge_key, judge_mapping
from database_specialist.tools.sqlite_sandbox import open_sqlite
from tests.agent.operations.ground import WORKLOAD, brief_with, fact
from tests.shop import ENTITY_MODEL

_ONE = Figure(value=1.0, unit="keys", origin="assumed", basis="of the test")


@pytest.fixture(scope="module")
def parts() -> Parts:
    technologies = (
        Technology(name="MongoDB", category="document_store", purpose="orders as documents", facts=("F20",)),
        Technology(name="Redis", category="key_value", purpose="sessions and more", facts=("F21",)),
        Technology(name="Elasticsearch", category="search", purpose="product search", facts=("F22",)),
    )
    facts = (
        fact(20, "MongoDB keeps orders as documents with their lines.", "technology"),
        fact(21, "Redis keeps sessions, counters, queues, rate limits, locks, leaderboards and caches.", "technology"),
        fact(22, "Elasticsearch holds products for full-text search.", "technology"),
    )
    brief = brief_with(*technologies, facts=facts)
    schema = map_schema(ENTITY_MODEL, engine="postgresql")
    indexes = Indexes(planned=())
    operations = plan_operations(brief, ENTITY_MODEL, schema, WORKLOAD, indexes)
    return Parts(ENTITY_MODEL, schema, WORKLOAD, indexes, operations)


def _records(parts: Parts) -> list[Evidence]:
    with open_sqlite() as sandbox:
        recorder = Recorder(sandbox, lambda doing: None)
        check_stores(parts, recorder)
    return recorder.records


def _with_stores(parts: Parts, **stores: Any) -> Parts:
    operations = parts.operations.model_copy(update={"nosql": NoSql(**stores)})
    return Parts(parts.entity_model, parts.schema, parts.workload, parts.indexes, operations)


def _collection(parts: Parts) -> MongoCollection:
    return parts.operations.nosql.mongodb[0].model_copy(deep=True)


def _key(**changed: Any) -> RedisKey:
    values: dict[str, Any] = {
        "pattern": "session:{token}",
        "type": "hash",
        "fields": "user_id",
        "ttl_seconds": 60,
        "purpose": "of the test",
        "example": "HSET session:a1 user_id 7\nEXPIRE session:a1 60",
        "bytes_per_key": _ONE,
        "keys": _ONE,
        "memory": _ONE,
    }
    return RedisKey(**{**values, **changed})


def test_the_stores_of_a_right_design_are_recorded_as_read(parts: Parts) -> None:
    records = _records(parts)
    assert {record.kind for record in records} == {"document_validator", "redis_command", "search_mapping"}
    assert {(record.status, record.engine, record.owner) for record in records} == {
        ("STATIC", "form", "plan_operations")
    }
    assert [record.detail for record in records if not record.passed] == []
    assert [record.id for record in records] == [f"V{number}" for number in range(1, len(records) + 1)]


def test_every_family_of_keys_has_a_record(parts: Parts) -> None:
    subjects = [record.subject for record in _records(parts) if record.kind == "redis_command"]
    assert subjects == [key.pattern for key in parts.operations.nosql.redis]
    assert len(subjects) >= 7


def test_a_design_without_other_stores_has_no_records_of_them(parts: Parts) -> None:
    assert _records(_with_stores(parts)) == []


def test_a_fault_is_recorded_as_failed_and_given_to_the_operations(parts: Parts) -> None:
    (record,) = _records(_with_stores(parts, redis=(_key(example="SET session:a1 7 EX 60"),)))
    assert (record.passed, record.owner) == (False, "plan_operations")
    assert record.detail == "SET makes a string, and the key is a hash"


def test_each_required_field_and_each_type_of_a_document_is_tried(parts: Parts) -> None:
    collection = _collection(parts)
    problems, tried = judge_collection(collection)
    assert problems == ()
    assert tried >= 2 * len(collection.validator["required"])


def test_a_validator_that_refuses_its_own_example_is_caught(parts: Parts) -> None:
    collection = _collection(parts)
    del collection.example["status"]
    assert judge_collection(collection)[0] == ("its own example: $.status is missing",)


def test_a_validator_that_lets_any_type_through_is_caught(parts: Parts) -> None:
    collection = _collection(parts)
    collection.validator["properties"]["placed_at"] = {"description": "when"}
    assert judge_collection(collection)[0] == ("$.placed_at as string is not refused",)


def test_a_part_of_a_document_that_takes_any_type_is_caught(parts: Parts) -> None:
    collection = _collection(parts)
    collection.validator["properties"]["lines"]["items"]["properties"]["quantity"] = {}
    assert judge_collection(collection)[0] == ("$.lines.0.quantity as string is not refused",)


def test_a_keyword_and_a_type_that_mongodb_lacks_are_caught(parts: Parts) -> None:
    collection = _collection(parts)
    rule = collection.validator["properties"]["status"]
    rule["format"], rule["bsonType"] = "word", ["string", "varchar"]
    assert judge_collection(collection)[0] == (
        "$.status has the keyword format, which is not checked",
        "$.status has the unknown bsonType varchar",
    )


@pytest.mark.parametrize(
    ("rule", "value"),
    [
        ({"bsonType": "int", "minimum": 1, "exclusiveMinimum": True}, 1),
        ({"bsonType": "decimal", "maximum": 5}, {"$numberDecimal": "5.01"}),
        ({"bsonType": "string", "maxLength": 2}, "abc"),
        ({"bsonType": "string", "pattern": "^a"}, "b"),
        ({"bsonType": "string", "enum": ["a"]}, "b"),
        ({"bsonType": "array", "minItems": 2}, [1]),
        ({"bsonType": "array", "uniqueItems": True}, [1, 1]),
        ({"bsonType": "object", "additionalProperties": False}, {"x": 1}),
        ({"bsonType": "int"}, 2**31),
    ],
)
def test_an_example_outside_of_a_limit_is_caught(rule: dict[str, Any], value: Any) -> None:
    collection = MongoCollection(
        name="things",
        purpose="of the test",
        validator={"bsonType": "object", "required": ["x"], "properties": {"x": rule}},
        example={"x": value},
    )
    assert judge_collection(collection)[0][0].startswith("its own example: $.x")


@pytest.mark.parametrize(
    ("changed", "problem"),
    [
        ({"example": "HSET user:a1 user_id 7\nEXPIRE user:a1 60"}, "user:a1 does not fit session:{token}"),
        ({"example": "HSET session:a1 user_id 7"}, "session:a1 lives for ever, and not 60 s"),
        ({"example": "HSET session:a1 user_id 7\nEXPIRE session:a1 61"}, "session:a1 lives 61 s, and not 60 s"),
        ({"example": "HSET session:a1 user_id 7\nEXPIRE session:a2 60"}, "session:a1 lives for ever, and not 60 s"),
        ({"example": "HSET session:a1 user_id\nEXPIRE session:a1 60"}, "the arguments of HSET are not those it takes"),
        ({"example": "HPUT session:a1 user_id 7"}, "HPUT is no command that writes a key"),
        ({"example": "EXPIRE session:a1 60"}, "no command writes the key"),
        ({"example": "HSET session:a1 user_id 'x"}, "the commands cannot be split into words: No closing quotation"),
        ({"type": "string", "example": "SET session:a1 7 EX"}, "the arguments of SET are not those it takes"),
        ({"type": "zset", "example": "ZADD session:a1 b 7\nEXPIRE session:a1 60"}, "the arguments of ZADD"),
    ],
)
def test_a_wrong_command_is_caught(changed: dict[str, Any], problem: str) -> None:
    assert any(found.startswith(problem) for found in judge_key(_key(**changed)))


@pytest.mark.parametrize(
    "changed",
    [
        {},
        {"type": "string", "example": "SET session:a1 7 NX EX 60"},
        {"type": "string", "example": "SET session:a1 7 PX 60000"},
        {"type": "string", "example": "SETEX session:a1 60 '{\"id\": 7}'"},
        {"type": "stream", "example": "XADD session:a1 MAXLEN ~ 1000 * id 7\nEXPIRE session:a1 60"},
        {"ttl_seconds": None, "example": "HSET session:a1 user_id 7"},
    ],
)
def test_a_right_command_passes(changed: dict[str, Any]) -> None:
    assert judge_key(_key(**changed)) == ()


@pytest.mark.parametrize(
    ("field", "problem"),
    [
        ({"type": "string"}, "name has the unknown type string"),
        ({"type": "text", "ignore_above": 10}, "name: text takes no ignore_above"),
        ({"type": "scaled_float"}, "name: scaled_float needs scaling_factor"),
        ({"type": "text", "analyzer": "mine"}, "name: the analyzer mine is not defined"),
        ({"type": "text", "fields": {"raw": {"type": "keywords"}}}, "name.raw has the unknown type keywords"),
    ],
)
def test_a_wrong_field_of_a_mapping_is_caught(parts: Parts, field: dict[str, Any], problem: str) -> None:
    assert judge_mapping(_search(parts, {"name": field}), parts) == (problem,)


def test_a_field_that_no_column_feeds_is_caught(parts: Parts) -> None:
    index = _search(parts, {"colour": {"type": "keyword"}})
    assert judge_mapping(index, parts) == ("colour is no column of products",)


def test_an_example_query_for_a_field_that_is_not_mapped_is_caught(parts: Parts) -> None:
    index = _search(parts, {}).model_copy(update={"example_query": {"query": {"term": {"colour": "red"}}}})
    assert judge_mapping(index, parts) == ("the example query asks for colour, which is not mapped",)


def test_a_parameter_beside_the_fields_is_caught(parts: Parts) -> None:
    index = _search(parts, {})
    index.mappings["properies"] = {}
    assert judge_mapping(index, parts) == ("properies is no part of a mapping",)


def _search(parts: Parts, fields: dict[str, Any]) -> SearchIndex:
    (index,) = parts.operations.nosql.search
    mappings = copy.deepcopy(index.mappings)
    mappings["properties"].update(fields)
    return index.model_copy(update={"mappings": mappings})
