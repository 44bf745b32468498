"""A small hand-written system that unit tests share: customers order products, line by line; rooms are booked."""

from __future__ import annotations

from database_specialist.agent.model.base import Figure, Span
from database_specialist.agent.model.brief import Brief, Document, Fact, Quantity, Role, Stack
from database_specialist.agent.model.entities import (
    Attribute,
    BusinessRule,
    Entity,
    EntityModel,
    Example,
    ExampleRow,
    Lifecycle,
    Relationship,
    Transition,
)


def _fact(number: int, kind: str, text: str, label: str | None = None) -> Fact:
    return Fact.load(
        {
            "id": f"F{number}",
            "kind": kind,
            "text": text,
            "span": {"file": "requirements.md", "line": number, "end_line": number},
            "section": ["Requirements"],
            "label": label,
        }
    )


BRIEF = Brief(
    project="Corner Shop",
    summary="An online shop that also rents out a meeting room.",
    documents=(Document(path="requirements.md", sha256="0" * 64, format="markdown", role="requirements", lines=20),),
    facts=(
        _fact(1, "functional", "Customers register with an e-mail address and a name.", "FR-1"),
        _fact(2, "functional", "A customer places an order with one or more products.", "FR-2"),
        _fact(3, "functional", "A customer lists own orders, newest first.", "FR-3"),
        _fact(4, "rule", "Quantity is at least 1.", "BR-1"),
        _fact(5, "rule", "A room cannot be booked twice for the same time.", "BR-2"),
        _fact(6, "functional", "A customer books a room for a time.", "FR-4"),
        _fact(7, "quantity", "20,000 orders a day."),
        _fact(8, "functional", "Shop staff search products by name.", "FR-5"),
    ),
    quantities=(
        Quantity(
            id="N1",
            metric="rows_per_period",
            subject="order",
            figure=Figure(value=20000, unit="rows/day", origin="given", basis="20,000 orders a day.", facts=("F7",)),
            span=Span(file="requirements.md", line=7, end_line=7),
        ),
    ),
    stack=Stack(engine="postgresql", origin="assumed", reason="No engine is named; PostgreSQL is the default."),
    roles=(Role(name="customer", facts=("F1",)), Role(name="shop staff", facts=("F8",))),
)


def _rows(value: float, unit: str = "rows", origin: str = "assumed") -> Figure:
    return Figure.load({"value": value, "unit": unit, "origin": origin, "basis": "of the test"})


ENTITY_MODEL = EntityModel(
    entities=(
        Entity(
            name="customer",
            plural="customers",
            description="A person who buys.",
            facts=("F1",),
            rows=_rows(50_000),
            rows_per_day=_rows(50, "rows/day"),
            attributes=(
                Attribute(
                    name="email",
                    meaning="Address to log in with.",
                    type="email",
                    unique=True,
                    sensitivity="confidential",
                    personal=True,
                    facts=("F1",),
                ),
                Attribute(
                    name="full_name",
                    meaning="Name as written.",
                    type="short_text",
                    length=200,
                    sensitivity="confidential",
                    personal=True,
                    facts=("F1",),
                ),
            ),
        ),
        Entity(
            name="product",
            plural="products",
            description="Something for sale.",
            facts=("F2",),
            rows=_rows(2_000),
            attributes=(
                Attribute(name="sku", meaning="Article number.", type="code", unique=True, facts=("F2",)),
                Attribute(name="name", meaning="Name shown.", type="short_text", facts=("F8",)),
                Attribute(name="unit_price", meaning="Price of one.", type="money", scale=2, minimum=0, facts=("F2",)),
                Attribute(name="currency", meaning="ISO 4217 code.", type="currency", facts=("F2",)),
            ),
        ),
        Entity(
            name="order",
            plural="orders",
            description="A purchase.",
            facts=("F2",),
            rows=_rows(0),
            rows_per_day=_rows(20_000, "rows/day", "given"),
            attributes=(
                Attribute(
                    name="status",
                    meaning="Where it stands.",
                    type="enum",
                    values=("new", "paid", "shipped", "cancelled"),
                    default="new",
                    facts=("F2",),
                ),
                Attribute(name="placed_at", meaning="When placed.", type="timestamp", default="now", facts=("F3",)),
                Attribute(name="note", meaning="Free text.", type="long_text", required=False, facts=("F2",)),
            ),
            lifecycle=Lifecycle(
                attribute="status",
                initial="new",
                transitions=(
                    Transition(source="new", target="paid"),
                    Transition(source="paid", target="shipped"),
                    Transition(source="new", target="cancelled"),
                ),
            ),
        ),
        Entity(
            name="order_line",
            plural="order_lines",
            description="One product of an order.",
            kind="line_item",
            added_because="An order holds several products, each with its quantity and price.",
            rows=_rows(0),
            rows_per_day=_rows(60_000, "rows/day", "derived"),
            attributes=(
                Attribute(
                    name="line_no", meaning="Position.", type="integer", minimum=1, added_because="Orders the lines."
                ),
                Attribute(name="quantity", meaning="How many.", type="integer", minimum=1, facts=("F4",)),
                Attribute(
                    name="unit_price",
                    meaning="Price when ordered.",
                    type="money",
                    scale=2,
                    minimum=0,
                    added_because="The product's price may change later.",
                ),
            ),
            unique_sets=(("order", "line_no"),),
        ),
        Entity(
            name="room",
            plural="rooms",
            description="A room to book.",
            facts=("F6",),
            rows=_rows(5),
            attributes=(Attribute(name="name", meaning="Name.", type="short_text", unique=True, facts=("F6",)),),
        ),
        Entity(
            name="booking",
            plural="bookings",
            description="A room taken for a time.",
            facts=("F6",),
            rows_per_day=_rows(20, "rows/day"),
            attributes=(
                Attribute(name="starts_at", meaning="From.", type="timestamp", facts=("F6",)),
                Attribute(name="ends_at", meaning="Until.", type="timestamp", facts=("F6",)),
            ),
        ),
        Entity(
            name="tag",
            plural="tags",
            description="A word on products.",
            added_because="Products are found by tags.",
            rows=_rows(100),
            attributes=(
                Attribute(name="name", meaning="The word.", type="short_text", unique=True, added_because="Its name."),
            ),
        ),
    ),
    relationships=(
        Relationship(source="order", target="customer", role="customer", inverse="orders", facts=("F2",)),
        Relationship(
            source="order_line",
            target="order",
            role="order",
            ownership="owned",
            inverse="lines",
            min_sources=1,
            added_because="A line is part of its order.",
        ),
        Relationship(source="order_line", target="product", role="product", inverse="order_lines", facts=("F2",)),
        Relationship(source="booking", target="room", role="room", inverse="bookings", facts=("F6",)),
        Relationship(source="booking", target="customer", role="customer", inverse="bookings", facts=("F6",)),
        Relationship(
            source="product",
            target="tag",
            role="tag",
            cardinality="many_to_many",
            required=False,
            inverse="products",
            added_because="A product may have several tags.",
        ),
    ),
    rules=(
        BusinessRule(
            id="BR1",
            name="ends_after_start",
            text="A booking ends after it starts.",
            kind="check",
            entity="booking",
            attributes=("starts_at", "ends_at"),
            condition="ends_at > starts_at",
            facts=("F6",),
        ),
        BusinessRule(
            id="BR2",
            name="no_double_booking",
            text="A room cannot be booked twice for the same time.",
            kind="no_overlap",
            entity="booking",
            attributes=("room", "starts_at", "ends_at"),
            facts=("F5",),
        ),
        BusinessRule(
            id="BR3",
            name="order_states",
            text="An order changes state only along its lifecycle.",
            kind="transition",
            entity="order",
            attributes=("status",),
            facts=("F2",),
        ),
    ),
    examples=(
        Example(
            id="EX1",
            text="An order with one line.",
            rows=(
                ExampleRow(entity="order", label="o", values={}),
                ExampleRow(entity="order_line", label="l", values={"order": "@o", "line_no": 1, "quantity": 2}),
            ),
            expect="accept",
            facts=("F2",),
        ),
        Example(
            id="EX2",
            text="A line of quantity 0.",
            rows=(ExampleRow(entity="order_line", label="l", values={"quantity": 0}),),
            expect="reject",
            violates="order_line.quantity:range",
            facts=("F4",),
        ),
        Example(
            id="EX3",
            text="The same room twice at the same time.",
            rows=(
                ExampleRow(entity="room", label="r", values={}),
                ExampleRow(
                    entity="booking",
                    label="a",
                    values={"room": "@r", "starts_at": "2026-01-05T09:00:00Z", "ends_at": "2026-01-05T10:00:00Z"},
                ),
                ExampleRow(
                    entity="booking",
                    label="b",
                    values={"room": "@r", "starts_at": "2026-01-05T09:30:00Z", "ends_at": "2026-01-05T10:30:00Z"},
                ),
            ),
            expect="reject",
            violates="BR2",
            facts=("F5",),
        ),
        Example(
            id="EX4",
            text="A new order is shipped without being paid.",
            rows=(ExampleRow(entity="order", label="o", values={"status": "new"}),),
            update=ExampleRow(entity="order", label="o", values={"status": "shipped"}),
            expect="reject",
            violates="BR3",
            facts=("F2",),
        ),
        Example(
            id="EX5",
            text="A product that was ordered is deleted.",
            rows=(
                ExampleRow(entity="product", label="p", values={}),
                ExampleRow(entity="order_line", label="l", values={"product": "@p"}),
            ),
            delete="p",
            expect="reject",
            violates="order_line.product:restrict",
            facts=("F2",),
        ),
    ),
)
