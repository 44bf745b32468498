"""The sample's migrations, run by the tools themselves: up, down, up again, and what comes of it compared."""

from __future__ import annotations

import re
import shutil
import socket
import socketserver
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from functools import partial
from pathlib import Path

import pytest
from alembic.config import main as alembic_main

from database_specialist.agent.dialects import split_statements
from database_specialist.agent.mapping.schema import map_schema
from database_specialist.agent.migrations.layouts import layouts, render_migrations
from database_specialist.agent.model.operations import Migration, MigrationFormat
from database_specialist.agent.model.workload import Indexes
from database_specialist.agent.operations.migrations import plan_migrations
from database_specialist.tools.postgres_sandbox import PostgresDatabase, PostgresSandbox
from tests.agent.migrations.ground import login, made_by_hand, migrations, without, write
from tests.shop import ENTITY_MODEL

DBMATE = Path(sys.executable).with_name("dbmate")


def go_up_down_up(
    database: PostgresDatabase, up: Callable[[], object], down: Callable[[], object], *books: str
) -> None:
    """Hold that both ways up give what `schema.sql` gives, and the way down gives the empty database."""
    empty = database.catalog()
    expected = made_by_hand(database)
    assert database.catalog() == empty
    up()
    assert without(database.catalog(), *books) == without(expected, *books)
    down()
    assert without(database.catalog(), *books) == without(empty, *books)
    up()
    assert without(database.catalog(), *books) == without(expected, *books)


@pytest.fixture
def alembic(
    server: PostgresSandbox,
    database: PostgresDatabase,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Callable[..., str]:
    """Alembic's own command line, in this process, on the empty database."""

    def run(folder: Path, *words: str) -> str:
        # A session of ours has set a new password meanwhile.
        for name, value in {"DATABASE_URL": "postgresql+psycopg://", **login(server, database).environment}.items():
            monkeypatch.setenv(name, value)
        capsys.readouterr()
        alembic_main(argv=["--config", str(folder / "alembic.ini"), *words])
        return capsys.readouterr().out

    return run


def test_alembic_runs_the_sample_up_down_and_up_again(
    alembic: Callable[..., str], database: PostgresDatabase, tmp_path: Path
) -> None:
    folder = write(tmp_path, "alembic")

    up, down = partial(alembic, folder, "upgrade", "head"), partial(alembic, folder, "downgrade", "base")
    go_up_down_up(database, up, down, "alembic_version")
    assert database.execute("SELECT version_num FROM alembic_version").rows == (("0010",),)


def test_what_alembic_prints_offline_makes_the_same(
    alembic: Callable[..., str], database: PostgresDatabase, tmp_path: Path
) -> None:
    script = alembic(write(tmp_path, "alembic"), "upgrade", "head", "--sql")
    expected = made_by_hand(database)
    database.run(split_statements(script, "postgresql"))
    assert without(database.catalog(), "alembic_version") == without(expected, "alembic_version")


def test_alembic_without_an_address_says_what_to_set(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = write(tmp_path, "alembic")
    monkeypatch.delenv("DATABASE_URL", raising=False)
    with pytest.raises(SystemExit, match="DATABASE_URL: not set"):
        alembic_main(argv=["--config", str(folder / "alembic.ini"), "upgrade", "head"])


def test_alembic_refuses_to_undo_a_step_that_has_no_way_back(alembic: Callable[..., str], tmp_path: Path) -> None:
    step = Migration(number=1, name="one_way", up="CREATE TABLE t ();", down="", reversible=False)
    folder = write(tmp_path, "alembic", (step,))
    alembic(folder, "upgrade", "head")
    with pytest.raises(NotImplementedError, match="0001_one_way cannot be undone"):
        alembic(folder, "downgrade", "base")


def test_dbmate_runs_the_sample_up_down_and_up_again(
    server: PostgresSandbox, database: PostgresDatabase, tmp_path: Path
) -> None:
    folder = write(tmp_path, "dbmate")
    files = len(list(folder.glob("*.sql")))
    assert files == len(migrations()) + 1  # the step outside a transaction has two statements

    def dbmate(*words: str) -> str:
        reached = login(server, database)
        url = f"postgres://{reached.environment['PGUSER']}:{reached.password}@/{database.name}?socket={reached.folder}"
        options = ("--url", url, "--migrations-dir", str(folder), "--no-dump-schema")
        return reached.run(DBMATE, *options, *words, cwd=tmp_path)

    def down() -> None:
        for _ in range(files):
            dbmate("rollback")

    go_up_down_up(database, lambda: dbmate("migrate"), down, "schema_migrations")


def test_dbmate_refuses_to_undo_a_step_that_has_no_way_back(
    server: PostgresSandbox, database: PostgresDatabase, tmp_path: Path
) -> None:
    step = Migration(number=1, name="one_way", up="CREATE TABLE t ();", down="", reversible=False)
    folder = write(tmp_path, "dbmate", (step,))

    def dbmate(word: str) -> str:
        reached = login(server, database)
        url = f"postgres://{reached.environment['PGUSER']}:{reached.password}@/{database.name}?socket={reached.folder}"
        return reached.run(DBMATE, "--url", url, "--migrations-dir", folder, "--no-dump-schema", word, cwd=tmp_path)

    dbmate("migrate")
    with pytest.raises(AssertionError, match="this_step_cannot_be_undone"):
        dbmate("rollback")


@pytest.mark.skipif(shutil.which("sqitch") is None, reason="no Sqitch here (Debian: apt-get install sqitch)")
def test_sqitch_runs_the_sample_with_its_checks(
    server: PostgresSandbox, database: PostgresDatabase, tmp_path: Path
) -> None:
    folder = write(tmp_path, "sqitch")
    psql = server.server.binaries.bin / "psql"

    def sqitch(*words: str) -> str:
        reached = login(server, database)
        identity = {"SQITCH_FULLNAME": "Test", "SQITCH_EMAIL": "test@localhost", "SQITCH_PASSWORD": reached.password}
        return reached.run(
            "sqitch", "--chdir", folder, *words, "--client", psql, f"db:pg:{database.name}", cwd=tmp_path, **identity
        )

    go_up_down_up(database, lambda: sqitch("deploy", "--verify"), lambda: sqitch("revert", "-y"), "sqitch")
    assert "Verify successful" in sqitch("verify")


def objects(file: Path) -> list[str]:
    """Return what a SQLite file holds, the books of tools apart."""
    with closing(sqlite3.connect(file)) as connection:
        rows = connection.execute("SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY 1").fetchall()
    return [sql for (sql,) in rows if not re.search(r"alembic_version|schema_migrations", sql)]


@pytest.mark.parametrize("kind", ["alembic", "dbmate"])
def test_sqlite_is_migrated_by_the_tools_too(
    kind: MigrationFormat, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    schema = map_schema(ENTITY_MODEL, engine="sqlite")
    steps = plan_migrations(schema, Indexes(planned=()))
    file, folder = tmp_path / "shop.db", tmp_path / "migrations"
    for path, text in render_migrations(steps, kind, "sqlite", "shop").items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text)
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{file}")

    def dbmate(word: str) -> None:
        command = (DBMATE, "--url", f"sqlite:{file}", "--migrations-dir", folder, "--no-dump-schema", word)
        subprocess.run(list(map(str, command)), check=True, capture_output=True, timeout=60)

    def go(*words: str) -> None:
        if kind == "alembic":
            alembic_main(argv=["--config", str(folder / "alembic.ini"), *words])
        else:
            for _ in steps if words[0] == "downgrade" else steps[:1]:
                dbmate("rollback" if words[0] == "downgrade" else "migrate")

    go("upgrade", "head")
    made = objects(file)
    assert len(made) > len(schema.tables)
    go("downgrade", "base")
    assert objects(file) == []
    go("upgrade", "head")
    assert objects(file) == made


@pytest.fixture
def port(server: PostgresSandbox) -> Iterator[int]:
    """A port of this machine that leads to the server's socket: Java knows no other way in."""
    path = server.server.folder / "s" / ".s.PGSQL.5432"

    class Forward(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            with socket.socket(socket.AF_UNIX) as inner:
                inner.connect(str(path))
                back = threading.Thread(target=pump, args=(inner, self.request))
                back.start()
                pump(self.request, inner)
                back.join()

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Forward) as forward:
        thread = threading.Thread(target=forward.serve_forever, args=(0.05,))
        thread.start()
        yield forward.server_address[1]
        forward.shutdown()
        thread.join()


def pump(source: socket.socket, target: socket.socket) -> None:
    with suppress(OSError):
        while data := source.recv(65536):
            target.sendall(data)
    with suppress(OSError):
        target.shutdown(socket.SHUT_WR)


@pytest.mark.skipif(shutil.which("liquibase") is None, reason="no Liquibase here")
def test_liquibase_runs_the_sample_up_down_and_up_again(
    server: PostgresSandbox, database: PostgresDatabase, tmp_path: Path, port: int
) -> None:
    folder = write(tmp_path, "liquibase")

    def liquibase(*words: str) -> str:
        reached = login(server, database)
        return reached.run(
            "liquibase",
            f"--defaults-file={folder / 'liquibase.properties'}",
            f"--url=jdbc:postgresql://127.0.0.1:{port}/{database.name}",
            "--username=designer",
            f"--password={reached.password}",
            *words,
            cwd=tmp_path,
        )

    count = f"--count={len(migrations())}"
    go_up_down_up(
        database, lambda: liquibase("update"), lambda: liquibase("rollback-count", count), "databasechangelog"
    )


def test_what_the_document_says_was_run_with_a_tool_is_what_these_tests_run() -> None:
    itself = {name for name, tool in layouts().items() if "itself runs" in tool.ran}
    assert itself == {"alembic", "dbmate", "sqitch", "liquibase"}
    assert {name for name, tool in layouts().items() if "is not run" in tool.ran} == {"goose", "flyway"}
