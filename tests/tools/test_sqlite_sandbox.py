"""SQLite as a sandbox: no way out, no way to run on, and errors in one vocabulary."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from database_specialist.agent.verification.sandbox import StatementError
from database_specialist.tools.sqlite_sandbox import Limits, SqliteDatabase, open_sqlite


@pytest.fixture
def cell() -> Iterator[SqliteDatabase]:
    limits = Limits(statement_seconds=0.5, pages=2000, value_bytes=10 << 20)
    with open_sqlite(limits) as sandbox, sandbox.database() as database:
        yield database


@pytest.mark.parametrize(
    "statement",
    [
        "ATTACH DATABASE '{canary}' AS other",
        "VACUUM INTO '{canary}'",
        "SELECT load_extension('{canary}')",
        "SELECT writefile('{canary}', 'x')",
        "PRAGMA writable_schema = ON",
        "PRAGMA max_page_count = 1000000",
        "PRAGMA temp_store_directory = '{canary}'",
        "PRAGMA trusted_schema = ON",
        "CREATE VIRTUAL TABLE t USING csv(filename='/etc/passwd')",
        "CREATE VIRTUAL TABLE t USING fsdir('/')",
    ],
)
def test_nothing_reaches_a_file_or_the_settings(cell: SqliteDatabase, tmp_path: Path, statement: str) -> None:
    canary = tmp_path / "canary"
    with pytest.raises(StatementError):
        cell.execute(statement.replace("{canary}", str(canary)))
    assert list(tmp_path.iterdir()) == []


def test_an_endless_query_is_stopped(cell: SqliteDatabase) -> None:
    began = time.monotonic()
    with pytest.raises(StatementError, match=r"57014: stopped: it ran longer than 0\.5 s"):
        cell.execute("WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT count(*) FROM n")
    assert time.monotonic() - began < 2


def test_a_database_cannot_grow_without_end(cell: SqliteDatabase) -> None:
    cell.execute("CREATE TABLE t (x BLOB)")
    with pytest.raises(StatementError) as full:
        cell.run(["INSERT INTO t VALUES (zeroblob(1000000))"] * 20)
    assert full.value.sqlstate == "53100"


def test_a_value_cannot_be_huge(cell: SqliteDatabase) -> None:
    with pytest.raises(StatementError) as big:
        cell.execute("SELECT length(zeroblob(100000000))")
    assert big.value.sqlstate == "54000"


def test_rows_are_capped(cell: SqliteDatabase) -> None:
    result = cell.execute("WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n LIMIT 5000) SELECT x FROM n")
    assert (len(result.rows), result.row_count, result.truncated) == (1000, 5000, False)


SCRIPT = (
    "CREATE TABLE p (id INTEGER PRIMARY KEY, a TEXT, b TEXT, CONSTRAINT p_key UNIQUE (a, b))",
    "CREATE UNIQUE INDEX p_lower ON p (lower(a)) WHERE b = 'x'",
    "CREATE TABLE c (id INTEGER NOT NULL, p_id INTEGER NOT NULL, n INTEGER CONSTRAINT c_n_check CHECK (n > 0),"
    " CONSTRAINT c_fkey FOREIGN KEY (p_id) REFERENCES p (id) ON DELETE RESTRICT DEFERRABLE INITIALLY DEFERRED) STRICT",
    "CREATE TRIGGER keep BEFORE DELETE ON p WHEN OLD.a = 'kept' BEGIN SELECT RAISE(ABORT, 'keep: it must stay'); END",
    "INSERT INTO p VALUES (1, 'one', 'x'), (2, 'kept', 'y'), (3, 'free', 'z')",
    "INSERT INTO c VALUES (1, 1, 1)",
)


@pytest.mark.parametrize(
    ("statement", "state", "constraint", "column"),
    [
        ("INSERT INTO p VALUES (9, 'kept', 'y')", "23505", None, "a, b"),
        ("INSERT INTO p VALUES (9, 'ONE', 'x')", "23505", "p_lower", None),
        ("INSERT INTO p VALUES (1, 'new', 'n')", "23505", None, "id"),
        ("INSERT INTO c VALUES (1, NULL, 1)", "23502", None, "p_id"),
        ("INSERT INTO c VALUES (1, 1, 0)", "23514", "c_n_check", None),
        ("INSERT INTO c VALUES (1, 1, 'many')", "22P02", None, "n"),
        ("DELETE FROM p WHERE id = 1", "23503", None, None),
        ("DELETE FROM p WHERE id = 2", "P0001", "keep", None),
        ("SELECT nothing FROM p", "42601", None, None),
    ],
)
def test_an_error_says_what_refused_in_postgresqls_states(
    cell: SqliteDatabase, statement: str, state: str, constraint: str | None, column: str | None
) -> None:
    cell.run(SCRIPT)
    with pytest.raises(StatementError) as refused:
        cell.execute(statement)
    assert (refused.value.sqlstate, refused.value.constraint, refused.value.column) == (state, constraint, column)


def test_a_deferred_foreign_key_is_checked_when_asked_and_named(cell: SqliteDatabase) -> None:
    cell.run(SCRIPT)
    with cell.trial():
        cell.execute("INSERT INTO c VALUES (2, 77, 1)")
        with pytest.raises(StatementError) as broken:
            cell.check_deferred()
    assert (broken.value.sqlstate, broken.value.constraint) == ("23503", "c_fkey")
    assert cell.execute("SELECT count(*) FROM c").rows == ((1,),)


def test_a_clone_has_the_rows_and_the_guards(cell: SqliteDatabase, tmp_path: Path) -> None:
    cell.run(SCRIPT)
    with cell.clone() as copy:
        copy.execute("DELETE FROM c")
        assert copy.execute("SELECT count(*) FROM p").rows == ((3,),)
        with pytest.raises(StatementError):
            copy.execute(f"ATTACH DATABASE '{tmp_path / 'canary'}' AS other")
        with pytest.raises(StatementError):
            copy.execute("INSERT INTO c VALUES (2, NULL, 1)")
    assert cell.execute("SELECT count(*) FROM c").rows == ((1,),)


def test_a_statement_cannot_commit_what_was_only_tried(cell: SqliteDatabase) -> None:
    with pytest.raises(StatementError, match="ended the transaction"), cell.trial():
        cell.execute("COMMIT")
