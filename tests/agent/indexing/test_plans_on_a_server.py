"""The shop's queries run on PostgreSQL and SQLite, and PostgreSQL uses each index for what it claims to serve."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing

import pytest

from database_specialist.agent.designer.workload import write_workload
from database_specialist.agent.dialects import bind, create_statements, index_statements, literal, split_statements
from database_specialist.agent.indexing.plan import plan_indexes, required_extensions
from database_specialist.agent.mapping.schema import map_schema
from database_specialist.agent.model.base import Engine
from database_specialist.agent.model.relational import Schema
from database_specialist.agent.model.workload import Indexes, Query, Workload
from database_specialist.agent.sampling.parameters import parameter_values
from database_specialist.agent.sampling.seed import make_seed
from database_specialist.tools.postgres_sandbox import PostgresDatabase
from tests.shop import BRIEF, ENTITY_MODEL, _fact

MORE = (
    "Staff list all orders.",
    "Staff list and view all products.",
    "Staff filter orders by status.",
    "Customers view the details of an order.",
    "A customer cancels an order.",
    "Staff update the status of an order.",
    "Staff change the price of a product.",
    "Staff delete products.",
    "Staff assign a tag to a product.",
    "Management sees a report of orders by status.",
    "Staff export orders.",
    "Staff search orders by note.",
    "A customer views own bookings.",
)
# The cost of a random page is that of a solid-state disk: the default of 4 is that of a spinning one.
SETTINGS = ("enable_seqscan = off", "random_page_cost = 1.1")
ROWS = (
    "INSERT INTO customers (email, full_name) "
    "SELECT 'c' || n || '@example.org', 'Name ' || n FROM generate_series(1, 2000) n",
    "INSERT INTO products (sku, name, unit_price, currency) "
    "SELECT 'sku' || n, md5(n::text), n, 'EUR' FROM generate_series(1, 5000) n",
    "INSERT INTO orders (customer_id, status, placed_at, note) "
    "SELECT 1 + n % 2000, CASE WHEN n % 100 = 0 THEN 'cancelled' ELSE 'shipped' END, "
    "timestamptz '2026-01-01 00:00Z' + n * interval '1 minute', md5(n::text) || ' ' || md5((n + 1)::text) "
    "FROM generate_series(1, 20000) n",
    "INSERT INTO order_lines (order_id, line_no, product_id, quantity, unit_price) "
    "SELECT n, l, 1 + (n * 7 + l) % 5000, 1, 1 FROM generate_series(1, 20000) n, generate_series(1, 2) l",
    "INSERT INTO rooms (name) SELECT 'Room ' || n FROM generate_series(1, 5) n",
    "INSERT INTO bookings (room_id, customer_id, starts_at, ends_at) SELECT 1 + n % 5, 1 + n % 2000, "
    "timestamptz '2026-01-01 00:00Z' + n * interval '1 hour', timestamptz '2026-01-01 01:00Z' + n * interval '1 hour' "
    "FROM generate_series(1, 5000) n",
    "INSERT INTO tags (name) SELECT 'tag' || n FROM generate_series(1, 100) n",
    "INSERT INTO product_tags (product_id, tag_id) SELECT n, 1 + n % 100 FROM generate_series(1, 5000) n",
)


def design(engine: Engine) -> tuple[Schema, Workload, Indexes]:
    facts = (*BRIEF.facts, *(_fact(100 + n, "functional", text) for n, text in enumerate(MORE)))
    schema = map_schema(ENTITY_MODEL, engine=engine)
    workload = write_workload(BRIEF.model_copy(update={"facts": facts}), ENTITY_MODEL, schema)
    indexes = plan_indexes(schema, workload)
    known = {extension.name for extension in schema.extensions}
    added = tuple(extension for extension in required_extensions(indexes) if extension.name not in known)
    return schema.model_copy(update={"extensions": (*schema.extensions, *added)}), workload, indexes


@pytest.fixture
def filled(database: PostgresDatabase) -> PostgresDatabase:
    schema, _, indexes = design("postgresql")
    database.run((*create_statements(schema), *ROWS, *index_statements(indexes, "postgresql"), "ANALYZE"))
    return database


def used(database: PostgresDatabase, query: Query) -> set[str]:
    """The names of the indexes that PostgreSQL would read for any values of the parameters."""
    plan = explain(database, query, "FORMAT JSON")[0][0]
    return set(names(json.loads(plan) if isinstance(plan, str) else plan))


def explain(database: PostgresDatabase, query: Query, option: str) -> list[tuple[object, ...]]:
    """The plan for values that are there, without sequential scans where there is another way."""
    schema, _, _ = design("postgresql")
    values = dict(
        zip((p.name for p in query.parameters), parameter_values(query, schema, fetch(database)), strict=True)
    )
    for parameter in query.parameters:
        if parameter.name.startswith("before_") and parameter.source:
            source, _, column = parameter.source.partition(".")
            values[parameter.name] = fetch(database)(f"SELECT max({column}) FROM {source}")[0][0]
    sql, order = bind(query.sql, query)
    types = {parameter.name: parameter.type for parameter in query.parameters}
    for number in range(len(order), 0, -1):
        name = order[number - 1]
        sql = sql.replace(f"${number}", f"CAST({literal(str(values[name]), 'postgresql')} AS {types[name]})")
    with database.trial():
        database.run(f"SET LOCAL {setting}" for setting in SETTINGS)
        return list(database.execute(f"EXPLAIN ({option}) {sql}").rows)


def fetch(database: PostgresDatabase) -> Callable[[str], list[tuple[object, ...]]]:
    return lambda sql: list(database.execute(sql).rows)


def names(node: object) -> Iterator[str]:
    if isinstance(node, dict):
        if isinstance(found := node.get("Index Name"), str):
            yield found
        for value in node.values():
            yield from names(value)
    elif isinstance(node, list):
        for value in node:
            yield from names(value)


def test_every_query_prepares_and_runs_on_postgresql(filled: PostgresDatabase) -> None:
    schema, workload, _ = design("postgresql")
    for query in workload.queries:
        values = parameter_values(query, schema, fetch(filled))
        given = dict(zip((parameter.name for parameter in query.parameters), values, strict=True))
        types = {parameter.name: parameter.type for parameter in query.parameters}
        sql, order = bind(query.sql, query)
        with filled.trial():
            filled.prepared(sql, [types[name] for name in order], [given[name] for name in order])


def test_postgresql_uses_each_index_for_every_query_that_it_serves(filled: PostgresDatabase) -> None:
    _, workload, indexes = design("postgresql")
    missed = []
    for index in indexes.planned:
        # PostgreSQL 18 skips over the few values of a leading column, so a longer index may do as well.
        alike = {other.name for other in indexes.planned if index.keys[0] in other.keys and other.table == index.table}
        for query_id in index.serves:
            query = workload.query(query_id)
            found = used(filled, query) if query is not None else {index.name}
            if not found & (alike if query and query.returns == "aggregate" else {index.name}):
                missed.append(f"{index.name}: {query_id} uses {sorted(found)}")
    assert missed == []


def test_no_query_reads_a_whole_large_table(filled: PostgresDatabase) -> None:
    _, workload, _ = design("postgresql")
    large = {"orders", "order_lines", "products", "customers"}
    for query in workload.queries:
        if query.returns in ("one", "page") and query.kind == "read":
            text = "\n".join(str(row[0]) for row in explain(filled, query, "FORMAT TEXT"))
            assert not [name for name in large if f"Seq Scan on {name}" in text], f"{query.id} {query.name}\n{text}"


@pytest.fixture
def lite() -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
        schema, _, indexes = design("sqlite")
        seed = make_seed(ENTITY_MODEL, schema)
        statements = (*create_statements(schema), *split_statements(seed.sql, "sqlite"))
        for statement in (*statements, *index_statements(indexes, "sqlite"), "ANALYZE"):
            connection.execute(statement)
        yield connection


def test_every_query_runs_on_sqlite(lite: sqlite3.Connection) -> None:
    schema, workload, _ = design("sqlite")
    for query in workload.queries:
        values = parameter_values(query, schema, lambda sql: lite.execute(sql).fetchall())
        given = dict(zip((parameter.name for parameter in query.parameters), values, strict=True))
        sql, order = bind(query.sql, query, engine="sqlite")
        lite.execute("SAVEPOINT attempt")
        lite.execute(sql, [given[name] for name in order]).fetchall()
        lite.execute("ROLLBACK TO attempt")


def test_sqlite_finds_a_prefix_by_its_index(lite: sqlite3.Connection) -> None:
    _, workload, indexes = design("sqlite")
    query = next(query for query in workload.queries if query.name == "search_products_by_name")
    (index,) = (index for index in indexes.planned if query.id in index.serves)
    sql, order = bind(query.sql, query, engine="sqlite")
    steps = lite.execute(f"EXPLAIN QUERY PLAN {sql}", ["a%" if name == "prefix" else 20 for name in order]).fetchall()
    assert any(index.name in step[3] for step in steps), steps
