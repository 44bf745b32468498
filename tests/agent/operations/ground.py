"""A workload and an index plan over the shop of `tests/shop.py`, and briefs that differ in what they name."""

from __future__ import annotations

from typing import Any

from database_specialist.agent.mapping.schema import map_schema
from database_specialist.agent.model.base import Figure, Span
from database_specialist.agent.model.brief import Brief, Fact, Quantity, Technology
from database_specialist.agent.model.relational import Schema
from database_specialist.agent.model.workload import Index, Indexes, IndexKey, Parameter, Query, Workload
from database_specialist.agent.operations.capacity import Ground, survey
from database_specialist.agent.operations.load import accesses
from tests.shop import BRIEF, ENTITY_MODEL


def query(number: int, kind: str, sql: str, a_day: float, **more: Any) -> Query:
    """Make a query; its parameters are bigints."""
    names = [word[1:].strip("),") for word in sql.split() if word.startswith(":")]
    return Query(
        id=f"Q{number}",
        name=f"query_{number}",
        purpose="of the test",
        kind="read" if kind == "read" else "write",
        sql=sql,
        parameters=tuple(Parameter(name=name, type="bigint") for name in names),
        frequency=Figure(value=a_day, unit="executions/day", origin="derived", basis="of the test"),
        **more,
    )


WORKLOAD = Workload(
    queries=(
        query(
            1, "read", "SELECT id FROM orders WHERE customer_id = :c ORDER BY placed_at DESC", 40_000, role="customer"
        ),
        query(
            2,
            "read",
            "SELECT p.id FROM products p WHERE p.name ILIKE :word",
            100_000,
            role="shop staff",
            staleness="minutes",
            returns="page",
        ),
        query(3, "write", "INSERT INTO orders (customer_id, status) VALUES ( :c , 'new')", 20_000, role="customer"),
        query(4, "write", "UPDATE orders SET status = 'paid' WHERE id = :id", 18_000),
        query(
            5,
            "read",
            "SELECT l.line_no FROM order_lines l JOIN orders o ON o.id = l.order_id "
            "WHERE o.customer_id = :c AND o.id = :id",
            30_000,
            role="customer",
        ),
        query(6, "write", "UPDATE products SET unit_price = :price WHERE id = :id", 50, role="shop staff"),
    )
)
INDEXES = Indexes(
    planned=(
        Index(
            name="orders_customer_id_placed_at_idx",
            table="orders",
            keys=(IndexKey(expression="customer_id"), IndexKey(expression="placed_at", descending=True)),
            serves=("Q1",),
            reason="of the test",
        ),
    )
)


def fact(number: int, text: str, kind: str = "functional", scope: str = "in") -> Fact:
    """Make a fact of the requirements."""
    return Fact.load(
        {
            "id": f"F{number}",
            "kind": kind,
            "text": text,
            "scope": scope,
            "span": {"file": "architecture.md", "line": number, "end_line": number},
        }
    )


def quantity(metric: str, value: float, unit: str, subject: str = "system") -> Quantity:
    """Make a given number."""
    return Quantity.load(
        {
            "id": "N9",
            "metric": metric,
            "subject": subject,
            "figure": {"value": value, "unit": unit, "origin": "given", "basis": "of the test", "facts": ["F7"]},
            "span": Span(file="requirements.md", line=7, end_line=7).dump(),
        }
    )


def brief_with(
    *technologies: Technology,
    facts: tuple[Fact, ...] = (),
    quantities: tuple[Quantity, ...] = (),
    **stack: Any,
) -> Brief:
    """Return the shop's brief with more facts, quantities and technologies."""
    return BRIEF.model_copy(
        update={
            "facts": (*BRIEF.facts, *facts),
            "quantities": (*BRIEF.quantities, *quantities),
            "stack": BRIEF.stack.model_copy(update={"technologies": technologies, **stack}),
        }
    )


def ground_of(brief: Brief = BRIEF, schema: Schema | None = None, workload: Workload = WORKLOAD) -> Ground:
    """Survey the shop, or another brief, schema or workload."""
    found = schema or map_schema(ENTITY_MODEL, engine=brief.stack.engine)
    return survey(brief, found, INDEXES, accesses(workload, found))


__all__ = ["BRIEF", "ENTITY_MODEL", "INDEXES", "WORKLOAD", "brief_with", "fact", "ground_of", "quantity", "query"]
