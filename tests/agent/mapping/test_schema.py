"""Keys, partitions, normal forms and decisions of single entities."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
import sqlglot

from database_specialist.agent.dialects import create_statements, script
from database_specialist.agent.mapping.naming import column_name, table_name
from database_specialist.agent.mapping.schema import map_schema
from database_specialist.agent.model.base import Engine
from database_specialist.agent.model.entities import EntityModel
from database_specialist.agent.model.relational import Schema, Table

CLINIC = EntityModel.load(
    json.loads((Path(__file__).parents[2] / "data" / "mapping" / "clinic.json").read_text("utf-8"))
)


def attribute(name: str, type: str = "code", **more: Any) -> dict[str, Any]:
    return {"name": name, "type": type, "meaning": f"The {name}.", **more}


def entity(name: str, *attributes: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {
        "name": name,
        "plural": f"{name}s",
        "description": f"A {name}.",
        "attributes": list(attributes),
        **more,
    }


def mapped(*entities: dict[str, Any], relationships: tuple[dict[str, Any], ...] = (), **more: Any) -> Schema:
    model = EntityModel.load({"entities": list(entities), "relationships": list(relationships)})
    return map_schema(model, **{"engine": "postgresql", **more})


def table(schema: Schema, name: str) -> Table:
    found = schema.table(name)
    assert found is not None
    return found


def key_of(schema: Schema, name: str) -> tuple[str, ...]:
    key = table(schema, name).primary_key
    assert key is not None
    return key.columns


LINE = entity("line", attribute("line_no", "integer"), kind="line_item", unique_sets=[["bill", "line_no"]])
OWNED = {"source": "line", "target": "bill", "role": "bill", "ownership": "owned"}


def test_a_line_item_is_numbered_within_its_owner() -> None:
    schema = mapped(entity("bill"), LINE, relationships=(OWNED,))
    assert key_of(schema, "lines") == ("bill_id", "line_no")


def test_a_line_item_that_others_refer_to_has_a_key_of_its_own() -> None:
    refund = {"source": "refund", "target": "line", "role": "line"}
    schema = mapped(entity("bill"), LINE, entity("refund"), relationships=(OWNED, refund))
    assert key_of(schema, "lines") == ("id",)
    assert [each.columns for each in table(schema, "lines").uniques] == [("bill_id", "line_no")]


@pytest.mark.parametrize(
    ("more", "native", "default"),
    [
        ({}, "bigint", None),
        ({"description": "Created offline by a phone."}, "uuid", "uuidv7()"),
        ({"attributes": [attribute("id", "uuid")]}, "uuid", "uuidv7()"),
        ({"attributes": [attribute("id", "code")]}, "text", None),
        ({"attributes": [attribute("id", "integer")]}, "bigint", None),
    ],
)
def test_the_key_follows_from_what_is_said_of_the_id(more: dict[str, Any], native: str, default: str | None) -> None:
    column = table(mapped({**entity("visit"), **more}), "visits").columns[0]
    assert (column.name, column.type, column.default, column.identity) == (
        "id",
        native,
        default,
        native == "bigint",
    )


def test_an_older_postgresql_gets_what_it_has() -> None:
    schema = map_schema(CLINIC, engine="postgresql", engine_version="14.2")
    sql = "\n".join(create_statements(schema))
    assert "uuidv7()" not in sql
    assert "NULLS NOT DISTINCT" not in sql
    assert "SET NULL (" not in sql


@pytest.mark.parametrize(
    ("ownership", "required", "action", "nullable"),
    [
        ("owned", True, "cascade", False),
        ("referenced", True, "restrict", False),
        ("referenced", False, "restrict", True),
        ("independent", False, "set null", True),
        ("independent", True, "set null", True),
    ],
)
def test_ownership_decides_what_a_deletion_does(ownership: str, required: bool, action: str, nullable: bool) -> None:
    relationship = {"source": "part", "target": "whole", "role": "whole", "ownership": ownership, "required": required}
    found = table(mapped(entity("part"), entity("whole"), relationships=(relationship,)), "parts")
    assert found.foreign_keys[0].on_delete == action
    assert found.columns[1].nullable == nullable


def _volume(rows_a_day: float, **more: Any) -> dict[str, Any]:
    figure = {"value": rows_a_day, "unit": "rows/day", "origin": "given", "basis": "stated"}
    return entity(
        "ping", attribute("sent_at", "timestamp"), kind="event", append_only=True, rows_per_day=figure, **more
    )


@pytest.mark.parametrize(
    ("rows_a_day", "interval"),
    [
        (1_000, None),
        (100_000, "quarter"),
        (1_500_000, "month"),
        (3_000_000, "week"),
        (5_800_000, "week"),
        (20_000_000, "day"),
    ],
)
def test_volume_decides_the_partitions(rows_a_day: float, interval: str | None) -> None:
    found = table(mapped(_volume(rows_a_day)), "pings")
    assert (found.partitioning.interval if found.partitioning else None) == interval
    assert key_of(mapped(_volume(rows_a_day)), "pings") == (("id", "sent_at") if interval else ("id",))


def test_wide_rows_make_smaller_partitions() -> None:
    wide = [attribute("sent_at", "timestamp"), *(attribute(f"note_{number}", "long_text") for number in range(4))]
    found = table(mapped({**_volume(1_500_000), "attributes": wide}), "pings")
    assert found.partitioning is not None
    assert found.partitioning.interval in ("week", "day")


@pytest.mark.parametrize(
    ("more", "engine", "reason"),
    [
        ({"unique_sets": [["number"]], "attributes": [attribute("sent_at", "timestamp"), attribute("number")]},
         "postgresql", "pings_number_key must hold over all time"),
        ({}, "sqlite", "SQLite has no partitions"),
        ({"attributes": []}, "postgresql", "it has no time column"),
        ({"attributes": [attribute("sent_at", "timestamp"), attribute("place", "geo_point")]},
         "mysql", "mysql allows no spatial column"),
    ],
)  # fmt: skip
def test_a_table_that_cannot_be_partitioned_says_why(more: dict[str, Any], engine: str, reason: str) -> None:
    schema = mapped({**_volume(500_000), **more}, engine=engine)
    assert table(schema, "pings").partitioning is None
    decisions = [each for each in schema.decisions if each.topic == "partitioning"]
    assert [each.choice for each in decisions] == ["one table, not partitioned"]
    assert reason in decisions[0].why
    assert "PARTITION" not in script(create_statements(schema))


@pytest.mark.parametrize("engine", ["mysql", "mariadb"])
def test_mysql_prints_the_partitions_that_the_model_holds(engine: Engine) -> None:
    schema = mapped(_volume(500_000), engine=engine)
    partitioning = table(schema, "pings").partitioning
    assert partitioning is not None
    (statement,) = create_statements(schema)
    assert "PARTITION BY RANGE (TO_DAYS(sent_at))" in statement
    assert re.findall(r"PARTITION (\w+) VALUES", statement) == [each.name for each in partitioning.partitions]
    assert statement.endswith("PARTITION pings_default VALUES LESS THAN (MAXVALUE)\n)")
    assert sqlglot.parse_one(statement, read="mysql").find(sqlglot.exp.PartitionByRangeProperty)


@pytest.mark.parametrize(("engine", "is_partitioned"), [("mysql", False), ("mariadb", False), ("postgresql", True)])
def test_references_keep_a_table_of_mysql_whole(engine: Engine, is_partitioned: bool) -> None:
    sender = {"source": "ping", "target": "sender", "role": "sender"}
    schema = mapped(entity("sender"), _volume(500_000), relationships=(sender,), engine=engine)
    assert (table(schema, "pings").partitioning is not None) == is_partitioned
    (decision,) = [each for each in schema.decisions if each.topic == "partitioning"]
    assert ("not partitioned" in decision.choice) != is_partitioned
    assert is_partitioned or "references to senders" in decision.why


def test_a_table_that_a_join_table_refers_to_is_not_partitioned() -> None:
    tags = {"source": "ping", "target": "tag", "role": "tag", "cardinality": "many_to_many"}
    schema = mapped(_volume(500_000), entity("tag"), relationships=(tags,))
    assert table(schema, "pings").partitioning is None


@pytest.mark.parametrize(
    ("dependencies", "form"),
    [
        ([], "BCNF"),
        ([(["line_no"], ["kind"])], "1NF"),
        ([(["kind"], ["rate"])], "2NF"),
        ([(["kind"], ["line_no"])], "3NF"),
        ([(["bill", "line_no"], ["rate"])], "BCNF"),
    ],
)
def test_the_normal_form_follows_from_the_dependencies(
    dependencies: list[tuple[list[str], list[str]]], form: str
) -> None:
    stated = [{"determinant": left, "dependents": right} for left, right in dependencies]
    attributes = [*LINE["attributes"], attribute("kind"), attribute("rate", "decimal")]
    line = {**LINE, "attributes": attributes, "dependencies": stated}
    schema = mapped(entity("bill"), line, relationships=(OWNED,))
    assert [each.form for each in schema.normal_forms if each.table == "lines"] == [form]


def test_names_are_found_from_the_conceptual_ones() -> None:
    assert table_name(CLINIC, "audit_entry") == "audit_entries"
    assert column_name(CLINIC, "audit_entry", "actor") == ("actor_id",)
    assert column_name(CLINIC, "room", "order") == ("room_order",)
    assert column_name(CLINIC, "device", "leased") == ("leased",)
    assert column_name(CLINIC, "device", "leased", engine="sqlite") == ("leased_from", "leased_until")
    assert column_name(CLINIC, "doctor", "skill") == ()
    with pytest.raises(KeyError):
        column_name(CLINIC, "room", "colour")


def test_every_attribute_and_role_has_its_columns_in_the_schema() -> None:
    schema = map_schema(CLINIC, engine="postgresql")
    for each in CLINIC.entities:
        columns = {column.name for column in table(schema, table_name(CLINIC, each.name)).columns}
        for one in each.attributes:
            assert set(column_name(CLINIC, each.name, one.name)) <= columns
    for relationship in CLINIC.relationships:
        columns = {column.name for column in table(schema, table_name(CLINIC, relationship.source)).columns}
        assert set(column_name(CLINIC, relationship.source, relationship.role)) <= columns


def test_every_table_has_a_key_decision_and_every_decision_an_alternative() -> None:
    schema = map_schema(CLINIC, engine="postgresql")
    keyed = {
        name
        for each in schema.decisions
        if each.topic in ("primary_key", "specialisation")
        for name in each.subject.replace(" and ", ", ").split(", ")
    }
    assert {each.name for each in schema.tables} <= keyed
    assert all(each.alternatives for each in schema.decisions)
    assert len({each.id for each in schema.decisions}) == len(schema.decisions)


def test_every_tenant_table_has_its_policy() -> None:
    schema = map_schema(CLINIC, engine="postgresql")
    scoped = {each.name for each in schema.tables if each.column("clinic_id")}
    assert {each.table for each in schema.policies} == scoped
