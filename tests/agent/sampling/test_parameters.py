from __future__ import annotations

from types import ModuleType

import pytest

from database_specialist.agent.dialects import create_statements, split_statements
from database_specialist.agent.mapping.schema import map_schema
from database_specialist.agent.model.base import Figure
from database_specialist.agent.model.relational import Schema
from database_specialist.agent.model.workload import Parameter, Query
from database_specialist.agent.sampling.parameters import parameter_values
from database_specialist.agent.sampling.seed import make_seed
from database_specialist.tools.postgres_sandbox import PostgresDatabase

ONCE = Figure(value=1, unit="executions/day", origin="assumed", basis="of the test")


def query(*parameters: Parameter) -> Query:
    return Query(id="Q1", name="q", purpose="test", kind="read", sql="SELECT 1", parameters=parameters, frequency=ONCE)


@pytest.fixture
def schema(shop: ModuleType) -> Schema:
    return map_schema(shop.ENTITY_MODEL, engine="postgresql")


def test_parameters_of_one_table_come_from_one_row(
    shop: ModuleType, schema: Schema, database: PostgresDatabase
) -> None:
    database.run(
        (*create_statements(schema), *split_statements(make_seed(shop.ENTITY_MODEL, schema).sql, "postgresql"))
    )
    email, name, status = parameter_values(
        query(
            Parameter(name="email", type="text", source="customers.email"),
            Parameter(name="full_name", type="text", source="customers.full_name"),
            Parameter(name="status", type="text", source="orders.status"),
        ),
        schema,
        lambda sql: list(database.execute(sql).rows),
    )
    found = database.execute("SELECT count(*) FROM customers WHERE email = $1 AND full_name = $2", (email, name))
    assert found.rows == ((1,),)
    assert status in ("new", "paid", "shipped", "cancelled")


def test_the_second_parameter_of_a_source_ends_the_span(
    shop: ModuleType, schema: Schema, database: PostgresDatabase
) -> None:
    database.run(
        (*create_statements(schema), *split_statements(make_seed(shop.ENTITY_MODEL, schema).sql, "postgresql"))
    )
    since = Parameter(name="since", type="timestamptz", source="orders.placed_at")
    until = Parameter(name="until", type="timestamptz", source="orders.placed_at")
    span = parameter_values(query(since, until), schema, lambda sql: list(database.execute(sql).rows))
    within = database.execute("SELECT count(*) FROM orders WHERE placed_at BETWEEN $1 AND $2", span)
    assert within.rows == ((20,),)


def test_a_reference_that_no_row_holds_yet_takes_a_row_that_it_may_refer_to(
    shop: ModuleType, schema: Schema, database: PostgresDatabase
) -> None:
    database.run(create_statements(schema))
    database.run(split_statements(make_seed(shop.ENTITY_MODEL, schema).sql, "postgresql"))
    database.execute("TRUNCATE order_lines")
    asked = query(Parameter(name="product", type="bigint", source="order_lines.product_id"))
    (product,) = parameter_values(asked, schema, lambda sql: list(database.execute(sql).rows))
    assert database.execute("SELECT count(*) FROM products WHERE id = $1", (product,)).rows == ((1,),)


def test_without_a_source_or_a_row_the_example_is_taken(schema: Schema) -> None:
    asked = query(
        Parameter(name="limit", type="int", example=20),
        Parameter(name="email", type="text", source="customers.email", example="a@example.com"),
        Parameter(name="ghost", type="text", source="ghosts.name", example="boo"),
    )
    assert parameter_values(asked, schema, lambda sql: []) == (20, "a@example.com", "boo")
