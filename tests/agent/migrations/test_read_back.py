"""The files of tools that cannot be had here: read back by the tools' rules, and what is read is run."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from database_specialist.agent.migrations.layouts import RENDERERS, down_file, layouts, render_migrations, up_file
from database_specialist.agent.model.base import Engine
from database_specialist.agent.model.operations import Migration, MigrationFormat
from database_specialist.tools.postgres_sandbox import PostgresDatabase
from tests.agent.migrations.ground import TRAP, made_by_hand, migrations, write
from tests.agent.migrations.readers import Run, read_flyway, read_goose, read_liquibase

READERS: dict[MigrationFormat, Callable[[Path], tuple[list[Run], list[Run]]]] = {
    "goose": read_goose,
    "flyway": read_flyway,
    "liquibase": read_liquibase,
}


def apply(database: PostgresDatabase, runs: list[Run]) -> None:
    for run in runs:
        begin, commit = (("BEGIN",), ("COMMIT",)) if run.transactional else ((), ())
        database.run((*begin, *run.statements, *commit))


@pytest.mark.parametrize("kind", sorted(READERS))
def test_what_a_tool_would_read_runs_up_down_and_up_again(
    kind: MigrationFormat, database: PostgresDatabase, tmp_path: Path
) -> None:
    ups, downs = READERS[kind](write(tmp_path, kind))
    assert len(ups) == len(downs) == len(migrations())
    assert [run.transactional for run in ups].count(False) == 1
    empty = database.catalog()
    expected = made_by_hand(database)
    apply(database, ups)
    assert database.catalog() == expected
    apply(database, downs)
    assert database.catalog() == empty
    apply(database, ups)
    assert database.catalog() == expected


@pytest.mark.parametrize("kind", sorted(RENDERERS))
def test_every_layout_keeps_every_statement(kind: MigrationFormat) -> None:
    files = render_migrations(migrations(), kind, "postgresql", "Lift well")
    text = "".join(files.values()).replace("--rollback ", "")
    for table in ("customers", "work_orders", "visit_parts"):
        assert f"CREATE TABLE {table} (" in text
        assert f"DROP TABLE {table}" in text


@pytest.mark.parametrize("kind", sorted(RENDERERS))
def test_the_files_that_the_document_names_are_written(kind: MigrationFormat) -> None:
    files = render_migrations(migrations(), kind, "postgresql", "Lift well")
    for migration in migrations():
        assert up_file(migration, kind, "postgresql") in files
        assert down_file(migration, kind, "postgresql") in files
    assert render_migrations(migrations(), kind, "postgresql", "Lift well") == files


@pytest.mark.parametrize("kind", sorted(set(RENDERERS) - {"plain"}))
@pytest.mark.parametrize("engine", ["postgresql", "sqlite", "mysql", "mariadb"])
def test_each_tool_has_its_commands_for_each_engine(kind: MigrationFormat, engine: Engine) -> None:
    tool = layouts()[kind]
    for command in (tool.up(migrations(), engine, "shop"), tool.down(migrations(), engine, "shop")):
        assert "shop" in command
        assert "{" not in command


def test_a_step_that_cannot_be_undone_is_refused_or_has_no_file() -> None:
    step = Migration(number=3, name="one way", up="DROP TABLE t;", down="", reversible=False)
    for kind in RENDERERS:
        files = render_migrations((step,), kind, "postgresql", "p")
        text = "".join(files.values())
        assert (
            "this_step_cannot_be_undone" in text
            or "NotImplementedError" in text
            or (kind == "flyway" and "U0003__one_way.sql" not in files)
            or (kind == "plain" and "0003_one_way.down.sql" not in files)
            or (kind == "liquibase" and "--rollback" not in text)
        ), kind


def test_mysqls_bodies_stand_between_delimiters_where_a_client_cuts() -> None:
    body = "CREATE TRIGGER t BEFORE INSERT ON a FOR EACH ROW BEGIN SET NEW.b = 1; SET NEW.c = 2; END"
    step = Migration(number=1, name="t", up=f"{body};", down="DROP TRIGGER t;", transactional=False)
    for kind, path in (("sqitch", "deploy/0001_t.sql"), ("flyway", "V0001__t.sql")):
        text = render_migrations((step,), kind, "mysql", "p")[path]
        assert f"DELIMITER //\n{body}\n//\nDELIMITER ;\n" in text


def test_liquibases_delimiter_is_one_that_no_statement_holds() -> None:
    divided = TRAP.replace("    RETURN said", "    amount := amount\n    / 2;\n    RETURN said").replace(" / ~", "")
    step = Migration(number=1, name="t", up=f"{divided};", down="DROP FUNCTION trap(integer);")
    text = render_migrations((step,), "liquibase", "postgresql", "p")["0001_t.sql"]
    assert "endDelimiter:~" in text
    everything = divided.replace("one;", "one; ~ ^ @")
    unsplit = step.model_copy(update={"up": f"{everything};"})
    assert "splitStatements:false" in render_migrations((unsplit,), "liquibase", "postgresql", "p")["0001_t.sql"]


def test_sqitch_verifies_each_kind_of_object() -> None:
    text = render_migrations(migrations(), "sqitch", "postgresql", "p")
    assert "SELECT FROM customers WHERE false;" in text["verify/0001_customers_parts_and_3_more.sql"]
    assert "SELECT 'customers_created_live'::regclass;" in text["verify/0010_live_indexes.sql"]
    assert (
        "FROM pg_trigger WHERE tgname = 'lifts_immutable' AND tgrelid = 'lifts'::regclass"
        in text["verify/0007_routines.sql"]
    )
