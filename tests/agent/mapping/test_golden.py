"""Pairs of files: an entity model, and the SQL that it becomes on each engine. UPDATE_GOLDEN=1 writes the SQL anew."""

from __future__ import annotations

import json
import os
import sqlite3
from pathlib import Path

import pytest
import sqlglot

from database_specialist.agent.dialects import create_statements, drop_statements, script, split_statements
from database_specialist.agent.mapping.schema import map_schema
from database_specialist.agent.model.base import Engine
from database_specialist.agent.model.entities import EntityModel
from database_specialist.agent.model.workload import Indexes
from database_specialist.tools.postgres_sandbox import PostgresDatabase

DATA = Path(__file__).parents[2] / "data" / "mapping"
MODELS = sorted(DATA.glob("*.json"))
ENGINES: tuple[Engine, ...] = ("postgresql", "sqlite", "mysql", "mariadb")
EVERYTHING = """SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace
UNION ALL SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace
UNION ALL SELECT typname FROM pg_type WHERE typnamespace = 'public'::regnamespace
UNION ALL SELECT extname FROM pg_extension ORDER BY 1"""
NO_INDEXES = Indexes(planned=())


def load(path: Path) -> EntityModel:
    return EntityModel.load(json.loads(path.read_text("utf-8")))


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("path", MODELS, ids=lambda path: path.stem)
def test_a_model_becomes_the_sql_beside_it(path: Path, engine: Engine) -> None:
    sql = script(create_statements(map_schema(load(path), engine=engine)))
    golden = path.with_suffix(f".{engine}.sql")
    if os.environ.get("UPDATE_GOLDEN"):
        golden.write_text(sql, "utf-8")
    assert sql == golden.read_text("utf-8")


@pytest.mark.parametrize("path", MODELS, ids=lambda path: path.stem)
def test_the_sql_for_postgresql_runs_and_drops_back_to_empty(path: Path, database: PostgresDatabase) -> None:
    schema = map_schema(load(path), engine="postgresql")
    before = database.execute(EVERYTHING).rows
    database.run((*create_statements(schema), *drop_statements(schema, NO_INDEXES)))
    assert database.execute(EVERYTHING).rows == before


@pytest.mark.parametrize("path", MODELS, ids=lambda path: path.stem)
def test_the_sql_for_sqlite_runs_and_drops_back_to_empty(path: Path) -> None:
    schema = map_schema(load(path), engine="sqlite")
    connection = sqlite3.connect(":memory:", isolation_level=None)
    for statement in (*create_statements(schema), *drop_statements(schema, NO_INDEXES)):
        connection.execute(statement)
    assert connection.execute("SELECT name FROM sqlite_master").fetchall() == []
    connection.close()


@pytest.mark.parametrize("engine", ["mysql", "mariadb"])
@pytest.mark.parametrize("path", MODELS, ids=lambda path: path.stem)
def test_the_tables_for_mysql_parse(path: Path, engine: Engine) -> None:
    statements = create_statements(map_schema(load(path), engine=engine))
    tables = [each for each in statements if each.startswith("CREATE TABLE")]
    assert tables
    assert all(sqlglot.parse_one(each, read="mysql").find(sqlglot.exp.Schema) for each in tables)


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("path", MODELS, ids=lambda path: path.stem)
def test_two_mappings_of_a_model_are_equal(path: Path, engine: Engine) -> None:
    assert map_schema(load(path), engine=engine) == map_schema(load(path), engine=engine)


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("path", MODELS, ids=lambda path: path.stem)
def test_a_script_splits_into_its_statements(path: Path, engine: Engine) -> None:
    statements = create_statements(map_schema(load(path), engine=engine))
    assert split_statements(script(statements), engine) == statements
