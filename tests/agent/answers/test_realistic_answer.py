"""The answer of a strong model to a whole document, from its text to rows that PostgreSQL refuses."""

from __future__ import annotations

import json
from collections import Counter
from functools import cache
from pathlib import Path

import pytest

from database_specialist.agent.answers.entities import EntitiesAnswer, ModelPatch
from database_specialist.agent.answers.entity_answer import answer_of
from database_specialist.agent.answers.entity_model import model_of
from database_specialist.agent.designer.completing import completed
from database_specialist.agent.designer.consistency import model_objections
from database_specialist.agent.designer.model_examples import with_examples, without_code_examples
from database_specialist.agent.designer.model_volumes import with_volumes
from database_specialist.agent.dialects import create_statements
from database_specialist.agent.mapping.schema import map_schema
from database_specialist.agent.model.base import Part
from database_specialist.agent.model.brief import Brief
from database_specialist.agent.model.entities import EntityModel
from database_specialist.agent.reading.brief import read_brief
from database_specialist.agent.reading.raw import RawDocument
from database_specialist.agent.sampling.examples import ExampleScript, example_statements
from database_specialist.agent.sampling.violations import Expected
from database_specialist.agent.verification.examples import is_meant
from database_specialist.agent.verification.sandbox import StatementError
from database_specialist.tools.postgres_sandbox import PostgresDatabase

DATA = Path(__file__).parents[2] / "data" / "answers"


@cache
def museum() -> tuple[Brief, EntitiesAnswer]:
    document = RawDocument("museum.md", (DATA / "museum.md").read_text("utf-8"), "0" * 64)
    answer = EntitiesAnswer.model_validate_json((DATA / "museum.json").read_text("utf-8"))
    return read_brief([document], project="Museum", engine="postgresql"), answer


@cache
def museum_model() -> EntityModel:
    brief, answer = museum()
    return completed(with_volumes(model_of(answer)[0], brief), brief)


def tokens(text: str) -> int:
    return len(text) // 4


def compact(value: object) -> str:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


@pytest.mark.parametrize("kind", [EntitiesAnswer, ModelPatch])
def test_the_schema_of_the_request_is_small(kind: type[Part]) -> None:
    assert tokens(compact(kind.model_json_schema())) < 650


def test_a_whole_model_is_short_to_write() -> None:
    _, answer = museum()
    attributes = sum(len(entity.attributes) for entity in answer.entities)
    assert len(answer.entities) == 22
    assert attributes == 78
    # With everything that stands around the attributes: entities, references, rules, examples.
    assert tokens(compact(json.loads((DATA / "museum.json").read_text("utf-8")))) < 50 * attributes
    shown = answer_of(without_code_examples(museum_model()))
    assert tokens(compact(shown.model_dump(exclude_defaults=True))) < 50 * attributes


def test_nothing_in_it_points_at_nothing() -> None:
    brief, answer = museum()
    model, problems = model_of(answer)
    assert problems == []
    assert model_objections(model, brief) == []
    assert answer_of(model) == answer_of(model_of(answer_of(model))[0])


def test_code_writes_an_example_for_every_limit_that_an_element_states() -> None:
    model = museum_model()
    violated = {example.violates for example in model.examples}
    for place in (
        "object.inventory_number:pattern",
        "object.inventory_number:unique",
        "object.title:length",
        "object.year_made:range",
        "object.height_cm:range",
        "partner.vat_number:unique",
        "loan_line.max_lux:range",
        "loan_agreement.status:enum",
        "photograph:unique(object,number)",
        "shipment.transport_policy:required",
        "collection.curator:restrict",
        "crate.weight_kg:required",
        "BR2",
        "BR3",
        "BR17",  # code states it of what is append-only: a valuation is never changed
        "BR18",  # a reading
        "BR19",  # a change of status
    ):
        assert place in violated, place
    assert [each for each, count in Counter(each.id for each in model.examples).items() if count > 1] == []


def test_codes_examples_leave_the_designers_own_as_they_are() -> None:
    brief, answer = museum()
    own = model_of(answer)[0].examples
    model = museum_model()
    assert model.examples[: len(own)] == own
    assert without_code_examples(model).examples == own
    assert with_examples(model, brief) == model
    assert completed(model, brief) == model


def refusal_of(script: ExampleScript, database: PostgresDatabase) -> StatementError | None:
    with database.trial():
        for statement in script.setup:
            database.execute(statement)
        try:
            database.execute(script.probe)
            database.check_deferred()
        except StatementError as error:
            return error
    return None


def test_postgresql_takes_the_tables_and_refuses_each_example_by_the_constraint_meant(
    database: PostgresDatabase,
) -> None:
    model = museum_model()
    schema = map_schema(model, engine="postgresql")
    for statement in create_statements(schema):
        database.execute(statement)
    expected = Counter(example.expect for example in model.examples)
    seen: Counter[str] = Counter()
    for example in model.examples:
        script = example_statements(example, model, schema)
        refusal = refusal_of(script, database)
        seen["accept" if refusal is None else "reject"] += 1
        if script.expected is not None:
            assert refusal is not None, example.text
            assert is_meant(refusal, script.expected), f"{example.text} {refusal}"
        else:
            assert refusal is None, f"{example.text} {refusal}"
    assert seen == expected
    assert seen["reject"] > 150


def test_the_key_of_a_partition_is_that_of_its_table() -> None:
    meant = Expected("unique", "readings_lift_id_key", "readings", ("lift_id",), partitions=("readings_01",))
    for name, is_it in (("readings_01_lift_id_key", True), ("readings_lift_id_key", True), ("readings_02_pkey", False)):
        refusal = StatementError("duplicate key", sqlstate="23505", constraint=name, table="readings_01")
        assert is_meant(refusal, meant) is is_it
