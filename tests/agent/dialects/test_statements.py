"""The statements of indexes, extensions and cycles."""

from __future__ import annotations

import sqlite3

from database_specialist.agent.dialects import create_statements, drop_statements, index_statements
from database_specialist.agent.model.base import Engine
from database_specialist.agent.model.relational import Column, ForeignKey, Policy, PrimaryKey, Schema, Table
from database_specialist.agent.model.workload import Index, Indexes, IndexKey
from database_specialist.tools.postgres_sandbox import PostgresDatabase

INDEXES = Indexes(
    planned=(
        Index(
            name="eggs_name_idx",
            table="eggs",
            method="gin",
            keys=(IndexKey(expression="name", operator_class="gin_trgm_ops"),),
            serves=("Q1",),
            reason="Found by a part of the name.",
        ),
        Index(
            name="eggs_hen_id_idx",
            table="eggs",
            keys=(IndexKey(expression="hen_id"), IndexKey(expression="id", descending=True)),
            include=("name",),
            where="name <> ''",
            serves=("Q2",),
            reason="The eggs of a hen, newest first.",
        ),
    )
)


def _table(name: str, other: str) -> Table:
    return Table(
        name=f"{name}s",
        columns=(
            Column(name="id", type="bigint"),
            Column(name=f"{other}_id", type="bigint"),
            Column(name="name", type="text", comment="What it's called."),
        ),
        primary_key=PrimaryKey(name=f"{name}s_pkey", columns=("id",)),
        foreign_keys=(
            ForeignKey(
                name=f"{name}s_{other}_id_fkey",
                columns=(f"{other}_id",),
                ref_table=f"{other}s",
                ref_columns=("id",),
                deferrable=True,
            ),
        ),
    )


def _circle(engine: Engine) -> Schema:
    return Schema(engine=engine, tables=(_table("hen", "egg"), _table("egg", "hen")))


def test_a_circle_of_required_references_can_be_filled_and_dropped(database: PostgresDatabase) -> None:
    schema = _circle("postgresql")
    database.run((*create_statements(schema), *index_statements(INDEXES, "postgresql")))
    with database.trial():
        database.run(("INSERT INTO hens VALUES (1, 2, 'a')", "INSERT INTO eggs VALUES (2, 1, 'b')"))
        database.check_deferred()
    database.run(drop_statements(schema, INDEXES))
    assert database.execute("SELECT 1 FROM pg_class WHERE relname IN ('hens', 'eggs')").rows == ()
    assert database.execute("SELECT 1 FROM pg_extension WHERE extname = 'pg_trgm'").rows == ()


def test_sqlite_drops_a_circle_that_holds_rows() -> None:
    schema = _circle("sqlite")
    schema = schema.model_copy(
        update={
            "tables": tuple(
                table.model_copy(
                    update={
                        "columns": tuple(
                            column.model_copy(update={"type": {"bigint": "INTEGER"}.get(column.type, "TEXT")})
                            for column in table.columns
                        )
                    }
                )
                for table in schema.tables
            )
        }
    )
    connection = sqlite3.connect(":memory:", isolation_level=None)
    for statement in create_statements(schema):
        connection.execute(statement)
    connection.executescript("BEGIN; INSERT INTO hens VALUES (1, 2, 'a'); INSERT INTO eggs VALUES (2, 1, 'b'); COMMIT;")
    for statement in drop_statements(schema, Indexes(planned=())):
        connection.execute(statement)
    assert connection.execute("SELECT name FROM sqlite_master").fetchall() == []
    connection.close()


def test_indexes_are_written_as_each_engine_can() -> None:
    assert index_statements(INDEXES, "postgresql") == (
        "CREATE EXTENSION IF NOT EXISTS pg_trgm",
        "CREATE INDEX eggs_name_idx ON eggs USING gin (name gin_trgm_ops)",
        "CREATE INDEX eggs_hen_id_idx ON eggs (hen_id, id DESC) INCLUDE (name) WHERE name <> ''",
    )
    assert index_statements(INDEXES, "sqlite")[-1] == (
        "CREATE INDEX eggs_hen_id_idx ON eggs (hen_id, id DESC) WHERE name <> ''"
    )
    assert index_statements(INDEXES, "mysql")[-1] == "CREATE INDEX eggs_hen_id_idx ON eggs (hen_id, id DESC)"


def test_the_way_down_of_the_policies_is_the_reverse_of_the_way_up(database: PostgresDatabase) -> None:
    whole = _circle("postgresql")
    names = ("hens_first", "hens_second", "eggs_only")
    guards = tuple(Policy(name=name, table=name.split("_")[0], using="id > 0") for name in names)
    part = whole.model_copy(update={"tables": (), "policies": guards})
    database.run((*create_statements(whole), *create_statements(part)))
    secured = "SELECT relname FROM pg_class WHERE relrowsecurity ORDER BY 1"
    assert database.execute(secured).rows == (("eggs",), ("hens",))
    down = drop_statements(part, Indexes(planned=()))
    assert [each.split()[0] for each in down] == ["DROP"] * 3 + ["ALTER"] * 2
    database.run(down)
    assert database.execute(secured).rows == ()
    assert database.execute("SELECT 1 FROM pg_policy").rows == ()
