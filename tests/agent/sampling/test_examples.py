from __future__ import annotations

import sqlite3
from types import ModuleType

import pytest

from database_specialist.agent.dialects import create_statements, split_statements
from database_specialist.agent.mapping.schema import map_schema
from database_specialist.agent.model.entities import EntityModel, Example, ExampleRow
from database_specialist.agent.sampling.examples import example_statements
from database_specialist.agent.sampling.seed import make_seed
from database_specialist.agent.sampling.violations import ExampleError
from database_specialist.agent.verification.sandbox import StatementError
from database_specialist.tools.postgres_sandbox import PostgresDatabase


@pytest.fixture
def model(shop: ModuleType) -> EntityModel:
    found: EntityModel = shop.ENTITY_MODEL
    return found


def example(*rows: ExampleRow, violates: str | None = None, **parts: object) -> Example:
    expect = "reject" if violates else "accept"
    return Example(id="EX", text="test", rows=rows, expect=expect, violates=violates, **parts)  # type: ignore[arg-type]


def row(entity: str, label: str = "x", **values: object) -> ExampleRow:
    return ExampleRow(entity=entity, label=label, values=values)  # type: ignore[arg-type]


REJECTED = [
    ("EX2", None),
    ("EX3", None),
    ("EX4", None),
    ("EX5", None),
    ("no order", example(row("order_line", order=None), violates="order_line.order:required")),
    ("no name", example(row("customer"), violates="customer.full_name:required")),
    ("unknown status", example(row("order", status="lost"), violates="order.status:enum")),
    ("ghost customer", example(row("order"), violates="order.customer:reference")),
    ("long name", example(row("customer", full_name="x" * 201), violates="customer.full_name:length")),
    ("bad currency", example(row("product", currency="euro"), violates="product.currency:pattern")),
    ("sku twice", example(row("product", "a"), row("product", "b"), violates="product.sku:unique")),
    ("mail twice", example(row("customer", "a"), row("customer", "b"), violates="customer.email:unique")),
    (
        "line twice",
        example(row("order_line", "a"), row("order_line", "b"), violates="order_line:unique(order,line_no)"),
    ),
    ("ends before", example(row("booking"), violates="BR1")),
    ("price below", example(row("product", unit_price=-1), violates="product.unit_price:range")),
    ("any price below", example(row("product"), violates="product.unit_price:range")),
]


@pytest.mark.parametrize(("name", "given"), REJECTED, ids=[name for name, _ in REJECTED])
def test_what_is_meant_refuses(
    name: str, given: Example | None, model: EntityModel, database: PostgresDatabase
) -> None:
    schema = map_schema(model, engine="postgresql")
    database.run(create_statements(schema))
    database.run(split_statements(make_seed(model, schema).sql, "postgresql"))
    script = example_statements(given or next(each for each in model.examples if each.id == name), model, schema)
    database.run(script.setup)
    with pytest.raises(StatementError) as refusal:
        database.execute(script.probe)
    assert script.expected is not None
    assert str(refusal.value.sqlstate).startswith(script.expected.sqlstate)
    assert script.expected.name in (refusal.value.constraint, refusal.value.column)


ACCEPTED = [
    example(row("order", "o"), row("order_line", order="@o", quantity=3)),
    example(row("tag", "t"), row("tag", "u"), row("product", tag=["@t", "@u"])),
    example(row("order", "o", status="new"), update=row("order", "o", status="paid")),
    example(row("order", "o"), row("order_line", order="@o"), delete="o"),
    example(row("booking", starts_at="2026-03-01T10:00:00Z", ends_at="2026-03-01T11:00:00Z")),
    example(row("order", note=None)),
]


@pytest.mark.parametrize("given", ACCEPTED)
def test_what_is_valid_is_taken(given: Example, model: EntityModel, database: PostgresDatabase) -> None:
    schema = map_schema(model, engine="postgresql")
    database.run(create_statements(schema))
    script = example_statements(given, model, schema)
    database.run((*script.setup, script.probe))
    assert script.expected is None


@pytest.mark.parametrize("given", ACCEPTED)
def test_what_is_valid_is_taken_by_sqlite(given: Example, model: EntityModel, sqlite: sqlite3.Connection) -> None:
    schema = map_schema(model, engine="sqlite")
    script = example_statements(given, model, schema)
    for statement in (*create_statements(schema), *script.setup, script.probe):
        sqlite.execute(statement)
    assert sqlite.execute("PRAGMA foreign_key_check").fetchall() == []


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        (example(row("ghost")), "ghost: no such entity"),
        (example(row("order", colour="red")), "order has no attribute or role colour"),
        (example(row("order", customer="@nobody")), "no earlier row is labelled @nobody"),
        (example(row("order"), violates="BR99"), "BR99: no such rule"),
        (example(row("order"), violates="order.note:range"), "no constraint of orders limits note"),
        (example(row("room", "r"), row("order", customer="@r")), "@r is no row of customers"),
        (example(), "neither rows"),
    ],
)
def test_what_cannot_be_said_is_an_error_that_says_why(given: Example, reason: str, model: EntityModel) -> None:
    with pytest.raises(ExampleError, match=reason):
        example_statements(given, model, map_schema(model, engine="postgresql"))


def test_a_row_begins_in_the_first_state_of_its_lifecycle(model: EntityModel) -> None:
    # Seven states: the number of the row must not decide which one it is.
    states = ("draft", "sent", "seen", "agreed", "signed", "closed", "void")
    order = model.entity("order")
    assert order is not None
    assert order.lifecycle is not None
    status = order.attributes[0].model_copy(update={"values": states})
    order = order.model_copy(
        update={
            "attributes": (status, *order.attributes[1:]),
            "lifecycle": order.lifecycle.model_copy(update={"initial": "seen"}),
        }
    )
    entities = tuple(order if each.name == "order" else each for each in model.entities)
    changed = model.model_copy(update={"entities": entities})
    script = example_statements(example(row("order")), changed, map_schema(changed, engine="postgresql"))
    assert "'seen'" in script.probe


def test_only_the_reference_meant_stands_in_the_way_of_a_deletion(
    model: EntityModel, database: PostgresDatabase
) -> None:
    # A booking and an order both refer to a customer; the order is not to be there.
    given = example(
        row("customer", "c"), row("booking", "b", customer="@c"), delete="c", violates="booking.customer:restrict"
    )
    schema = map_schema(model, engine="postgresql")
    database.run(create_statements(schema))
    script = example_statements(given, model, schema)
    database.run(script.setup)
    with pytest.raises(StatementError) as refusal:
        database.execute(script.probe)
    assert refusal.value.constraint == "bookings_customer_id_fkey"
