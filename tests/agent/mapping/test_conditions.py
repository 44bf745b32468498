"""A condition that the engine is sure to refuse becomes a decision with the reason, not DDL that fails."""

from __future__ import annotations

from typing import Any

import pytest

from database_specialist.agent.dialects import create_statements
from database_specialist.agent.mapping.functions import function_table
from database_specialist.agent.mapping.schema import map_schema
from database_specialist.agent.model.base import Engine
from database_specialist.agent.model.entities import EntityModel
from database_specialist.agent.model.relational import Schema
from database_specialist.agent.verification.sandbox import StatementError
from database_specialist.tools.postgres_sandbox import PostgresDatabase

ATTRIBUTES = {
    "code": "code",
    "size": "integer",
    "price": "money",
    "day": "date",
    "due": "date",
    "at": "timestamp",
    "open": "boolean",
    "took": "duration",
    "tags": "text_list",
    "extra": "json",
    "token": "uuid",
}
REFUSED = {
    "size > 'many'": "'many' is no number",
    "price = 'free'": "'free' is no number",
    "day <> 'soon'": "'soon' is no date",
    "at >= 'sometime'": "'sometime' is no timestamp",
    "open = 'maybe'": "'maybe' is no boolean",
    "size IN (1, 'two')": "'two' is no number",
    "size BETWEEN 1 AND 'ten'": "'ten' is no number",
    "code > 5": "compares a text with a number",
    "day > 5": "compares a date with a number",
    "size = day": "compares a number with a date",
    "lower(size) = 'x'": "treats a number as text",
    "size LIKE '1%'": "treats a number as text",
    "length(day) > 3": "treats a date as text",
    "size AND open": "size is a number where a boolean is needed",
    "code + 1 > 2": "calculates with a text and a number",
    "at + 5 > at": "calculates with a timestamp and a number",
    "size + 1": "is a number where a boolean is needed",
    "is_valid(code)": "PostgreSQL 18 has no function is_valid()",
    "code = soundex('x')": "no function soundex()",
}
TAKEN = (
    "size > '5'",
    "size > 0 AND price >= 1.5",
    "day < '2030-01-01' OR due IS NULL",
    "at > day",
    "due - day <= 30",
    "due > day + 7",
    "day + interval '1 day' < at",
    "at - day > interval '1 hour'",
    "took > '1 hour'",
    "open = 'yes' OR NOT open",
    "lower(code) <> upper(code) AND length(trim(code)) > 2",
    "code ~ '^[a-z]+$' AND code LIKE 'a%'",
    "'x' = ANY (tags)",
    "extra ->> 'a' = 'b'",
    "token <> '00000000-0000-0000-0000-000000000000'",
    "coalesce(size, 0) + 1 > 0",
    "CASE WHEN open THEN size > 1 ELSE size > 2 END",
    "code IN ('a', 'b')",
    "round(price, 1) = price",
    "num_nonnulls(code, size) = 1",
    "cardinality(tags) < 10",
    "regexp_replace(code, 'a', 'b') = code",
    "extract(year FROM day) > 2000",
    "code::text <> size::text",
)


def mapped(*conditions: str, engine: Engine = "postgresql", version: str | None = None) -> Schema:
    attributes: list[dict[str, Any]] = [
        {"name": name, "type": kind, "meaning": f"The {name}."} for name, kind in ATTRIBUTES.items()
    ]
    rules = [
        {"id": f"BR{number}", "name": f"rule_{number}", "text": text, "kind": "check", "entity": "thing"}
        | {"condition": text}
        for number, text in enumerate(conditions, 1)
    ]
    entity = {"name": "thing", "plural": "things", "description": "A thing.", "attributes": attributes}
    model = EntityModel.load({"entities": [entity], "rules": rules})
    return map_schema(model, engine=engine, engine_version=version)


def placed(schema: Schema) -> set[str | None]:
    return {check.rule for check in schema.tables[0].checks} - {None}


@pytest.mark.parametrize("condition", REFUSED)
def test_what_can_never_run_is_a_decision(condition: str) -> None:
    schema = mapped(condition)
    assert placed(schema) == set()
    (decision,) = [each for each in schema.decisions if each.subject == "things: BR1 rule_1"]
    assert REFUSED[condition] in decision.why


def test_postgresql_does_refuse_each_of_them(database: PostgresDatabase) -> None:
    database.run(create_statements(mapped()))
    runs = []
    for condition in REFUSED:
        with database.trial():
            try:
                database.execute(f"ALTER TABLE things ADD CHECK ({condition})")
            except StatementError:
                continue
            runs.append(condition)
    assert runs == []


def test_what_runs_is_kept(database: PostgresDatabase) -> None:
    schema = mapped(*TAKEN)
    assert [each.why for each in schema.decisions if "left to the application" in each.choice] == []
    database.run(create_statements(schema))


@pytest.mark.parametrize("engine", ["sqlite", "mysql", "mariadb"])
def test_the_other_engines_are_spared_the_same_comparisons(engine: Engine) -> None:
    schema = mapped("size > 'many'", "code > 5", "day < '2030-01-01'", engine=engine)
    assert placed(schema) == {"BR3"}


def test_every_listed_function_is_one_of_postgresql(database: PostgresDatabase) -> None:
    names = [*function_table()["always"].split(), *function_table()["since"]]
    listed = ", ".join(f"('{name}')" for name in names if not name.startswith("json_"))
    query = f"SELECT name FROM (VALUES {listed}) AS f (name) WHERE name NOT IN (SELECT proname FROM pg_proc)"
    assert database.execute(query).rows == ()
