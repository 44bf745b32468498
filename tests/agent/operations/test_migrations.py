from __future__ import annotations

import importlib.util
import sqlite3
from contextlib import closing
from pathlib import Path
from types import ModuleType

import pytest

from database_specialist.agent.dialects import create_statements, index_statements, split_statements
from database_specialist.agent.mapping.schema import map_schema
from database_specialist.agent.model.base import Engine
from database_specialist.agent.model.operations import Migration
from database_specialist.agent.model.relational import Column, EnumType, ForeignKey, PrimaryKey, Schema, Table
from database_specialist.agent.model.workload import Index, Indexes, IndexKey
from database_specialist.agent.operations.migrations import plan_migrations
from database_specialist.agent.verification.catalog import Catalog
from database_specialist.tools.postgres_sandbox import PostgresDatabase

SHOP = Path(__file__).parents[2] / "shop.py"
INDEXES = Indexes(
    planned=(
        Index(
            name="orders_customer_id_placed_at_idx",
            table="orders",
            keys=(IndexKey(expression="customer_id"), IndexKey(expression="placed_at", descending=True)),
            serves=("Q1",),
            reason="test",
        ),
    )
)


@pytest.fixture(scope="module")
def shop() -> ModuleType:
    spec = importlib.util.spec_from_file_location("shop_of_migrations", SHOP)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def up(database: PostgresDatabase, migrations: tuple[Migration, ...]) -> list[Catalog]:
    catalogs = []
    for migration in migrations:
        database.run(split_statements(migration.up, "postgresql"))
        catalogs.append(database.catalog())
    return catalogs


def test_up_down_up_gives_the_same_catalog_at_each_step(shop: ModuleType, database: PostgresDatabase) -> None:
    schema = map_schema(shop.ENTITY_MODEL, engine="postgresql")
    migrations = plan_migrations(schema, INDEXES)
    empty = database.catalog()
    first = up(database, migrations)
    for number in range(len(migrations) - 1, -1, -1):
        database.run(split_statements(migrations[number].down, "postgresql"))
        assert database.catalog() == (first[number - 1] if number else empty)
    assert up(database, migrations) == first


def test_the_migrations_make_what_the_whole_ddl_makes(shop: ModuleType, database: PostgresDatabase) -> None:
    schema = map_schema(shop.ENTITY_MODEL, engine="postgresql")
    migrations = plan_migrations(schema, INDEXES)
    migrated = up(database, migrations)[-1]
    for migration in reversed(migrations):
        database.run(split_statements(migration.down, "postgresql"))
    database.run((*create_statements(schema), *index_statements(INDEXES, "postgresql")))
    assert database.catalog() == migrated


def test_sqlite_goes_up_down_and_up_again(shop: ModuleType) -> None:
    schema = map_schema(shop.ENTITY_MODEL, engine="sqlite")
    migrations = plan_migrations(schema, INDEXES)
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:

        def run(script: str) -> list[tuple[str]]:
            for statement in split_statements(script, "sqlite"):
                connection.execute(statement)
            return connection.execute("SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY 1").fetchall()

        first = [run(migration.up) for migration in migrations]
        downs = [run(migration.down) for migration in reversed(migrations)]
        assert downs == [*reversed(first[:-1]), []]
        assert [run(migration.up) for migration in migrations] == first


@pytest.mark.parametrize("engine", ["postgresql", "sqlite", "mysql", "mariadb"])
def test_every_statement_is_in_exactly_one_step(shop: ModuleType, engine: Engine) -> None:
    schema = map_schema(shop.ENTITY_MODEL, engine=engine)
    steps = [each for step in plan_migrations(schema, INDEXES) for each in split_statements(step.up, engine)]
    whole = (*create_statements(schema), *index_statements(INDEXES, engine))
    ours = [each for each in steps if not each.startswith(("SET lock_timeout", "PRAGMA"))]
    theirs = [text.strip() for each in whole for text in split_statements(each + ";", engine)]
    assert sorted(ours) == sorted(each for each in theirs if not each.startswith("PRAGMA"))


def test_steps_are_numbered_named_and_reversible(shop: ModuleType) -> None:
    migrations = plan_migrations(map_schema(shop.ENTITY_MODEL, engine="postgresql"), INDEXES)
    assert [migration.number for migration in migrations] == list(range(1, len(migrations) + 1))
    assert migrations[-1].name == "indexes"
    assert "CONCURRENTLY" in migrations[-1].note
    assert all(migration.reversible and migration.down for migration in migrations)
    assert all(migration.up.startswith("SET lock_timeout") for migration in migrations)
    assert len({migration.name for migration in migrations}) == len(migrations)


def test_mysql_says_that_it_cannot_roll_back_ddl(shop: ModuleType) -> None:
    migrations = plan_migrations(map_schema(shop.ENTITY_MODEL, engine="mysql"), INDEXES)
    assert not any(migration.transactional for migration in migrations)
    assert all("commits by itself" in migration.note for migration in migrations)


def _table(name: str, *references: str) -> Table:
    keys = tuple(
        ForeignKey(name=f"{name}_{each}_fkey", columns=(f"{each}_id",), ref_table=each, ref_columns=("id",))
        for each in references
    )
    columns = tuple(Column(name=f"{each}_id", type="bigint", nullable=True) for each in references)
    return Table(
        name=name,
        columns=(Column(name="id", type="bigint", identity=True), *columns),
        primary_key=PrimaryKey(name=f"{name}_pkey", columns=("id",)),
        foreign_keys=keys,
    )


def test_a_cycle_stands_in_one_step_after_what_it_needs(database: PostgresDatabase) -> None:
    tables = (_table("a"), _table("b", "c", "a"), _table("c", "b"), _table("d", "c", "d"))
    schema = Schema(engine="postgresql", tables=tables, enums=(EnumType(name="mood", values=("good", "bad")),))
    migrations = plan_migrations(schema, Indexes(planned=()))
    assert [migration.name for migration in migrations] == ["types", "a", "b_c", "d"]
    empty = database.catalog()
    up(database, migrations)
    for migration in reversed(migrations):
        database.run(split_statements(migration.down, "postgresql"))
    assert database.catalog() == empty


def test_a_wide_layer_is_cut(database: PostgresDatabase) -> None:
    schema = Schema(engine="postgresql", tables=tuple(_table(f"t{number:02}") for number in range(20)))
    migrations = plan_migrations(schema, Indexes(planned=()))
    assert [migration.name for migration in migrations] == [
        "t00_t01_and_6_more",
        "t08_t09_and_6_more",
        "t16_t17_and_2_more",
    ]
    assert len(up(database, migrations)) == 3


def test_mysqls_way_down_brings_back_the_index_that_a_foreign_key_needs(shop: ModuleType) -> None:
    schema = map_schema(shop.ENTITY_MODEL, engine="mariadb")
    (index,) = INDEXES.planned
    second = index.model_copy(update={"name": "orders_customer_id_idx", "keys": index.keys[:1]})

    down = plan_migrations(schema, Indexes(planned=(index, second)))[-1].down

    # The first can serve the key while the second is dropped, so the key's own index comes back with the first.
    assert split_statements(down, "mariadb") == (
        "ALTER TABLE orders DROP INDEX orders_customer_id_idx",
        "ALTER TABLE orders DROP INDEX orders_customer_id_placed_at_idx,"
        " ADD INDEX orders_customer_id_fkey (customer_id)",
    )
