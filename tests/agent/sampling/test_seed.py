from __future__ import annotations

import sqlite3
from types import ModuleType

import pytest

from database_specialist.agent.dialects import create_statements, split_statements
from database_specialist.agent.mapping.schema import map_schema
from database_specialist.agent.model.base import Engine
from database_specialist.agent.sampling.seed import make_seed
from database_specialist.tools.postgres_sandbox import PostgresDatabase


def test_the_shop_goes_into_postgresql(shop: ModuleType, database: PostgresDatabase) -> None:
    schema = map_schema(shop.ENTITY_MODEL, engine="postgresql")
    seed = make_seed(shop.ENTITY_MODEL, schema)
    database.run(create_statements(schema))
    database.run(split_statements(seed.sql, "postgresql"))
    counted = {name: database.execute(f"SELECT count(*) FROM {name}").rows[0][0] for name in seed.rows}
    assert counted == seed.rows
    assert seed.rows["customers"] == 20
    assert seed.rows["order_lines"] == 60
    assert seed.rows["rooms"] == 5


def test_rows_that_follow_the_seed_get_new_keys(shop: ModuleType, database: PostgresDatabase) -> None:
    schema = map_schema(shop.ENTITY_MODEL, engine="postgresql")
    database.run(create_statements(schema))
    database.run(split_statements(make_seed(shop.ENTITY_MODEL, schema).sql, "postgresql"))
    made = database.execute("INSERT INTO rooms (name) VALUES ('Attic') RETURNING id")
    assert made.rows == ((6,),)


def test_the_shop_goes_into_sqlite(shop: ModuleType, sqlite: sqlite3.Connection) -> None:
    schema = map_schema(shop.ENTITY_MODEL, engine="sqlite")
    seed = make_seed(shop.ENTITY_MODEL, schema)
    for statement in (*create_statements(schema), *split_statements(seed.sql, "sqlite")):
        sqlite.execute(statement)
    counted = {name: sqlite.execute(f"SELECT count(*) FROM {name}").fetchone()[0] for name in seed.rows}
    assert counted == seed.rows
    assert sqlite.execute("PRAGMA foreign_key_check").fetchall() == []


@pytest.mark.parametrize("engine", ["postgresql", "sqlite", "mysql", "mariadb"])
def test_the_same_design_gets_the_same_bytes(shop: ModuleType, engine: Engine) -> None:
    schema = map_schema(shop.ENTITY_MODEL, engine=engine)
    assert make_seed(shop.ENTITY_MODEL, schema) == make_seed(shop.ENTITY_MODEL, schema)


def test_mysql_gets_its_own_dialect(shop: ModuleType) -> None:
    seed = make_seed(shop.ENTITY_MODEL, map_schema(shop.ENTITY_MODEL, engine="mysql"))
    assert "OVERRIDING" not in seed.sql
    assert "setval" not in seed.sql
    assert "'2026-01-05 12:00:00'" in seed.sql


def test_lines_are_counted_within_their_order(shop: ModuleType, sqlite: sqlite3.Connection) -> None:
    schema = map_schema(shop.ENTITY_MODEL, engine="sqlite")
    for statement in create_statements(schema):
        sqlite.execute(statement)
    for statement in split_statements(make_seed(shop.ENTITY_MODEL, schema).sql, "sqlite"):
        sqlite.execute(statement)
    lines = sqlite.execute("SELECT line_no FROM order_lines WHERE order_id = 1 ORDER BY 1").fetchall()
    assert lines == [(1,), (2,), (3,)]
