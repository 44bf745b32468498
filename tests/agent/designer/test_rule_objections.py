from __future__ import annotations

from typing import Any

import pytest

from database_specialist.agent.designer.consistency import model_objections
from database_specialist.agent.model.entities import BusinessRule, EntityModel, Example, ExampleRow, Relationship
from tests.shop import BRIEF, ENTITY_MODEL


def with_rule(**said: Any) -> EntityModel:
    given = {"id": "BR9", "name": "n", "text": "x", "facts": ("F4",), **said}
    return ENTITY_MODEL.model_copy(update={"rules": (*ENTITY_MODEL.rules, BusinessRule.model_validate(given))})


@pytest.mark.parametrize(
    ("said", "objection"),
    [
        ({"kind": "check", "entity": "order_line", "condition": "amount > 0"}, "order_line has no amount"),
        ({"kind": "check", "entity": "order_line", "condition": "quantity >"}, "is no SQL expression"),
        (
            {"kind": "check", "entity": "order_line", "condition": "quantity < (SELECT max(quantity) FROM orders)"},
            "a rule over several rows is of kind cross_row",
        ),
        ({"kind": "check", "entity": "order_line", "condition": "quantity > 1 " * 300}, "too long for one row"),
        ({"kind": "unique", "entity": "booking"}, "name in `attributes` what is unique"),
        ({"kind": "no_overlap", "entity": "booking", "attributes": ("room",)}, "what is the same, then start and end"),
        ({"kind": "transition", "entity": "booking"}, "booking has no lifecycle"),
    ],
)
def test_a_rule_that_no_constraint_can_hold_is_objected_to(said: dict[str, Any], objection: str) -> None:
    (found,) = model_objections(with_rule(**said), BRIEF)
    assert found.startswith("BR9: ")
    assert objection in found


@pytest.mark.parametrize(
    "said",
    [
        {"kind": "check", "entity": "order_line", "condition": "quantity * unit_price >= 0 AND order IS NOT NULL"},
        {"kind": "unique", "entity": "booking", "attributes": ("room",), "condition": "ends_at IS NULL"},
        {"kind": "check", "entity": "booking", "condition": "customer_id <> room_id"},
        {"kind": "cross_row", "entity": "booking"},
    ],
)
def test_a_rule_that_points_at_what_there_is_is_not_objected_to(said: dict[str, Any]) -> None:
    said = {**said, "condition": said.get("condition", "").replace("order IS", '"order" IS') or None}
    assert model_objections(with_rule(**said), BRIEF) == []


def with_example(violates: str) -> EntityModel:
    row = ExampleRow(entity="order_line", label="a", values={})
    example = Example(id="EX9", text="x", rows=(row,), expect="reject", violates=violates, facts=("F4",))
    return ENTITY_MODEL.model_copy(update={"examples": (*ENTITY_MODEL.examples, example)})


@pytest.mark.parametrize(
    ("violates", "objection"),
    [
        ("BR77", "there is no rule BR77"),
        ("order.note:required", "order.note is optional"),
        ("order.note:unique", "order.note is not unique"),
        ("order.placed_at:range", "order.placed_at has no range"),
        ("room.name:enum", "room.name has no values"),
        ("order_line.colour:range", "nothing of the model is order_line.colour:range"),
        ("order_line.order:lost", "nothing of the model is order_line.order:lost"),
        ("product.tag:required", "product.tag is optional"),
        ("order_line:unique(order,product)", "order_line has no unique (order, product)"),
    ],
)
def test_an_example_that_violates_what_is_not_stated_is_objected_to(violates: str, objection: str) -> None:
    (found,) = model_objections(with_example(violates), BRIEF)
    assert found.startswith("EX9: ")
    assert objection in found


@pytest.mark.parametrize(
    "violates",
    ["BR1", "order_line.quantity:range", "order_line:unique(line_no, order)", "order_line.order:restrict",
     "customer.email:unique", "order.status:enum", "order.placed_at:required", "customer.full_name:length"],
)  # fmt: skip
def test_an_example_that_violates_what_is_stated_is_not_objected_to(violates: str) -> None:
    assert model_objections(with_example(violates), BRIEF) == []


def test_an_example_of_a_rule_that_the_application_keeps_is_objected_to() -> None:
    kept = with_rule(kind="application", entity="order", why="It depends on the weather.")
    model = kept.model_copy(update={"examples": with_example("BR9").examples})
    assert model_objections(model, BRIEF) == ["EX9: BR9 is left to the application, which no example can show"]


def test_a_reference_from_the_side_of_the_one_is_objected_to() -> None:
    turned = Relationship(source="order", target="order_line", role="order_lines", facts=("F2",))
    model = ENTITY_MODEL.model_copy(update={"relationships": (*ENTITY_MODEL.relationships, turned)})
    (found,) = model_objections(model, BRIEF)
    assert "write order_line.order -> order, or many_to_many" in found
