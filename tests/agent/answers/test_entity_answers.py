from __future__ import annotations

import json
from collections import Counter

import pytest

from database_specialist.agent.answers.entities import EntitiesAnswer, EntityAnswer, ModelPatch
from database_specialist.agent.answers.entity_answer import answer_of, patched
from database_specialist.agent.answers.entity_model import model_of
from database_specialist.agent.designer.consistency import model_objections
from database_specialist.agent.model.entities import EntityModel
from database_specialist.tools.typed_answer import read_answer
from tests.agent.designer.domains import domain
from tests.shop import BRIEF, ENTITY_MODEL


def without_figures(model: EntityModel) -> EntityModel:
    none = {"rows": None, "rows_per_day": None, "retention_days": None}
    return model.model_copy(update={"entities": tuple(each.model_copy(update=none) for each in model.entities)})


def read(**said: object) -> tuple[EntityModel, list[str]]:
    return model_of(EntitiesAnswer.model_validate_json(json.dumps(said)))


@pytest.mark.parametrize("name", ["clinic", "hr", "metering", "parcels"])
def test_a_model_survives_being_answered(name: str) -> None:
    model = domain(name)
    answer = EntitiesAnswer.load(answer_of(model).dump())
    assert model_of(answer) == (without_figures(model), [])


def test_the_shop_survives_being_answered() -> None:
    model, problems = model_of(answer_of(ENTITY_MODEL))
    assert problems == []
    assert model == without_figures(ENTITY_MODEL)
    assert model_objections(model, BRIEF) == []


def test_a_part_without_a_ground_rests_on_what_its_entity_rests_on() -> None:
    model, problems = read(
        entities=[
            {
                "name": "lift",
                "description": "A lift.",
                "attributes": ["serial: code", "note: text [because x]", "load_kg: integer [F4]"],
                "lifecycle": "state: open -> closed",
                "depends": ["serial -> load_kg"],
                "facts": ["F2"],
            }
        ],
        relationships=["lift.site -> lift"],
    )
    assert problems == []
    serial, note, load = model.entities[0].attributes
    assert (serial.facts, note.facts, load.facts) == (("F2",), (), ("F4",))
    assert note.added_because == "x"
    assert model.relationships[0].facts == ("F2",)
    assert model.entities[0].lifecycle is not None
    assert model.entities[0].lifecycle.facts == ("F2",)
    assert model.entities[0].dependencies[0].facts == ("F2",)


def test_what_may_be_left_out_may_also_be_null_and_lists_may_be_texts() -> None:
    model, problems = read(
        entities=[
            {
                "name": "order_line",
                "kind": "append-only, line_item",
                "description": "x",
                "attributes": ["number: integer"],
                "unique": [["order", "number"]],
                "plural": None,
                "facts": "F1, F2",
                "added_because": None,
            }
        ],
        tenant=None,
    )
    assert problems == []
    (line,) = model.entities
    assert (line.kind, line.append_only, line.plural) == ("line_item", True, "order_lines")
    assert line.unique_sets == (("order", "number"),)
    assert line.facts == ("F1", "F2")


def test_every_fault_is_told_at_once_with_its_place() -> None:
    model, problems = read(
        entities=[
            {
                "name": "lift",
                "kind": "core, big",
                "description": "x",
                "attributes": ["serial: cod", "load"],
                "lifecycle": "state",
                "depends": ["serial"],
                "facts": ["F1"],
            }
        ],
        relationships=["lift"],
        unplaced=["colour"],
        examples=[{"id": "EX1", "text": "x", "rows": {"a: lift": {}}, "update": {"a": {}, "b": {}}}],
    )
    assert Counter(problem.partition(":")[0] for problem in problems) == Counter(
        {
            "lift.kind": 1,
            "lift.attributes": 2,
            "lift.lifecycle": 1,
            "lift.depends": 1,
            "relationships": 1,
            "unplaced": 1,
            "EX1.update": 1,
        }
    )
    # What a faulty line names is still there: nothing that refers to it is a second fault.
    assert [each.name for each in model.entities[0].attributes] == ["serial"]


def test_an_example_takes_its_ground_from_what_it_violates() -> None:
    model, _ = read(
        entities=[{"name": "lift", "description": "x", "attributes": ["load: integer, 0.. [F4]"], "facts": ["F1"]}],
        rules=[
            {
                "id": "BR1",
                "name": "n",
                "kind": "check",
                "entity": "lift",
                "condition": "load < 9",
                "text": "x",
                "facts": ["F7"],
            }
        ],
        examples=[
            {"id": "EX1", "text": "x", "rows": {"lift": {"load": 9}}, "violates": "BR1"},
            {"id": "EX2", "text": "x", "rows": {"a: lift": {"load": -1}}, "violates": "lift.load:range"},
            {"id": "EX3", "text": "x", "rows": {"a: lift": {}}, "update": {"@a": {"load": 3}}},
        ],
    )
    first, second, third = model.examples
    assert (first.facts, first.expect, first.rows[0].label) == (("F7",), "reject", "lift")
    assert second.facts == ("F4",)
    assert (third.expect, third.facts, third.added_because is not None) == ("accept", (), True)
    assert third.update is not None
    assert third.update.entity == "lift"


def test_a_patch_replaces_adds_and_withdraws() -> None:
    before = answer_of(ENTITY_MODEL)
    patch = ModelPatch(
        entities=(EntityAnswer(name="shelf", description="A place for products.", because="Products lie somewhere."),),
        attributes=("product.name: short_text(80)", "product.weight_g: integer, >0, optional"),
        relationships=("product.shelf -> shelf, optional", "order.customer -> customer, optional, independent"),
        withdraw=("room", "booking", "BR1", "BR2", "EX3", "order.note"),
    )
    after, lost = patched(before, patch)
    model, problems = model_of(after)
    assert lost + problems == []
    assert model_objections(model, BRIEF) == []
    product = model.entity("product")
    order = model.entity("order")
    assert product is not None
    assert order is not None
    assert [each.name for each in product.attributes] == ["sku", "name", "unit_price", "currency", "weight_g"]
    assert product.attributes[1].length == 80
    assert order.attribute("note") is None
    customer = next(each for each in model.relationships if (each.source, each.role) == ("order", "customer"))
    assert (customer.required, customer.ownership) == (False, "independent")
    assert not {"room", "booking"} & {entity.name for entity in model.entities}
    assert [rule.id for rule in model.rules] == ["BR3"]


def test_an_empty_patch_changes_nothing() -> None:
    before = answer_of(ENTITY_MODEL)
    assert patched(before, ModelPatch()) == (before, [])


def test_what_is_withdrawn_and_written_anew_stays() -> None:
    again = EntityAnswer(name="tag", description="A word.", facts=("F2",))
    after, lost = patched(answer_of(ENTITY_MODEL), ModelPatch(entities=(again,), withdraw=("tag",)))
    assert lost == []
    assert [each.description for each in after.entities if each.name == "tag"] == ["A word."]


def test_meanings_become_sentences_for_the_columns_comments() -> None:
    model, problems = read(
        entities=[
            {"name": "a", "description": "x", "attributes": ["b: text -- when it rains", "c: text -- pH of it."]}
        ],
        relationships=["a.d -> a, optional -- who comes next"],
    )
    assert problems == []
    assert [each.meaning for each in model.entities[0].attributes] == ["When it rains.", "pH of it."]
    assert model.relationships[0].meaning == "Who comes next."


def test_an_attribute_written_as_an_object_is_told_to_be_a_line() -> None:
    text = json.dumps({"entities": [{"name": "a", "description": "x", "attributes": [{"name": "b"}]}]})
    answer, problems = read_answer(text, EntitiesAnswer, lambda given: ())
    assert answer is None
    assert "entities.0.attributes: Value error, each is one line of text, as the notation has it" in problems[0]
