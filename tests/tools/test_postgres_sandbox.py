"""The sandbox against SQL that means harm, and several sandboxes at once."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from database_specialist.agent.verification.sandbox import StatementError
from database_specialist.tools.postgres_sandbox import Limits, PostgresDatabase, PostgresSandbox, open_postgres

REFUSED = {
    "COPY (SELECT 1) TO PROGRAM 'touch {canary}'": "42501",
    "COPY (SELECT 1) TO '{canary}'": "42501",
    "CREATE TEMP TABLE t (x text); COPY t FROM PROGRAM 'id'": "42501",
    "CREATE TEMP TABLE t (x text); COPY t FROM '/etc/passwd'": "42501",
    "SELECT pg_read_file('/etc/passwd')": "42501",
    "SELECT pg_read_binary_file('/etc/passwd')": "42501",
    "SELECT pg_ls_dir('/')": "42501",
    "SELECT pg_stat_file('/etc/passwd')": "42501",
    "SELECT lo_import('/etc/passwd')": "42501",
    "SELECT lo_export(lo_create(0), '{canary}')": "42501",
    "SHOW data_directory": "42501",
    "CREATE EXTENSION dblink": "42501",
    "CREATE EXTENSION file_fdw": "42501",
    "CREATE EXTENSION postgres_fdw": "42501",
    "CREATE EXTENSION pageinspect": "42501",
    "CREATE FUNCTION f() RETURNS int LANGUAGE c AS 'libc', 'system'": "42501",
    "CREATE FUNCTION f() RETURNS int LANGUAGE internal AS 'int4in'": "42501",
    "LOAD 'auto_explain'": "42501",
    "ALTER SYSTEM SET shared_preload_libraries = 'x'": "0A000",
    "SET ROLE postgres": "42501",
    "SET SESSION AUTHORIZATION postgres": "42501",
    "ALTER ROLE designer SUPERUSER": "42501",
    "ALTER ROLE designer CONNECTION LIMIT -1": "42501",
    "GRANT pg_read_server_files TO designer": "42501",
    "GRANT pg_execute_server_program TO designer": "42501",
    "CREATE ROLE other SUPERUSER": "42501",
    "CREATE DATABASE other": "42501",
    "CREATE TABLESPACE other LOCATION '/tmp'": "42501",
    "CREATE FOREIGN DATA WRAPPER other": "42501",
    "CREATE EVENT TRIGGER e ON ddl_command_start EXECUTE FUNCTION suppress_redundant_updates_trigger()": "42501",
    "CREATE SUBSCRIPTION s CONNECTION 'host=127.0.0.1' PUBLICATION p": "42501",
    "DROP DATABASE template1": "42501",
    "ALTER DATABASE template1 SET search_path = public": "42501",
    "SELECT rolpassword FROM pg_authid": "42501",
    "SET allow_system_table_mods = on": "42501",
    "SET session_replication_role = replica": "42501",
    "SET temp_file_limit = -1": "42501",
    "SELECT pg_reload_conf()": "42501",
    "SELECT pg_rotate_logfile()": "42501",
    "SELECT pg_switch_wal()": "42501",
    "SELECT pg_create_restore_point('x')": "42501",
    "SELECT pg_create_physical_replication_slot('x')": "42501",
    "CHECKPOINT": "42501",
    "BEGIN; PREPARE TRANSACTION 'x'": "55000",
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'postgres'": "42501",
    "SELECT 1; \\! touch {canary}": "42601",
}


@pytest.fixture(scope="module")
def strict() -> Iterator[PostgresSandbox]:
    """Short limits, so that what must be stopped is stopped soon."""
    limits = Limits(statement_seconds=1.0, wall_seconds=2.0, database_bytes=64 << 20)
    with open_postgres(limits=limits) as sandbox:
        yield sandbox


@pytest.fixture
def cell(strict: PostgresSandbox) -> Iterator[PostgresDatabase]:
    with strict.database() as empty:
        yield empty


@pytest.mark.parametrize("statement", REFUSED, ids=lambda statement: statement[:40])
def test_a_hostile_statement_is_refused_by_the_role(cell: PostgresDatabase, tmp_path: Path, statement: str) -> None:
    canary = tmp_path / "canary"
    with pytest.raises(StatementError) as refused:
        cell.execute(statement.replace("{canary}", str(canary)))
    assert refused.value.sqlstate == REFUSED[statement]
    assert not canary.exists()
    assert cell.execute("SELECT current_user").rows == (("designer",),) or cell.execute("ROLLBACK")


def test_the_login_sees_no_other_database(strict: PostgresSandbox) -> None:
    with strict.database(), strict.database() as second:
        found = second.execute("SELECT datname FROM pg_database WHERE has_database_privilege(datname, 'CONNECT')").rows
        assert ("postgres",) not in found
        assert ("template1",) not in found


def test_a_trusted_extension_may_be_created(cell: PostgresDatabase) -> None:
    cell.run(["CREATE EXTENSION pg_trgm", "CREATE EXTENSION btree_gist", "CREATE EXTENSION citext"])
    assert cell.catalog().extensions == ("btree_gist", "citext", "pg_trgm")


def test_a_pre_created_extension_stands_ready_and_shows_only_when_asked_for(cell: PostgresDatabase) -> None:
    assert cell.catalog().extensions == ()
    cell.execute('CREATE EXTENSION IF NOT EXISTS "vector"')
    cell.execute("CREATE TABLE items (id int, embedding vector(3))")
    assert cell.catalog().extensions == ("vector",)
    cell.execute("DROP TABLE items")
    cell.execute("DROP EXTENSION vector")
    assert cell.catalog().extensions == ()


def test_a_shim_stands_in_for_an_extension_that_is_not_shipped(cell: PostgresDatabase, strict: PostgresSandbox) -> None:
    assert strict.shimmed == ("pgcrypto", "uuid-ossp")
    cell.run(['CREATE EXTENSION "uuid-ossp"', "CREATE EXTENSION pgcrypto"])
    (row,) = cell.execute(
        "SELECT length(uuid_generate_v4()::text), encode(digest('abc', 'sha256'), 'hex'),"
        " crypt('secret', stored) = stored, crypt('other', stored) = stored, length(gen_random_bytes(20)),"
        " pgp_sym_decrypt(pgp_sym_encrypt('text', 'key'), 'key'), uuid_generate_v3(uuid_ns_dns(), 'python.org')::text"
        " FROM (SELECT crypt('secret', gen_salt('bf', 8)) AS stored) AS s"
    ).rows
    assert row == (
        36,
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
        True,
        False,
        20,
        "text",
        "6fa459ea-ee8a-3ca4-894e-db77e160355e",
    )


def test_a_long_statement_ends_at_the_servers_own_limit(cell: PostgresDatabase) -> None:
    with pytest.raises(StatementError) as stopped:
        cell.execute("SELECT pg_sleep(30)")
    assert stopped.value.sqlstate == "57014"


@pytest.mark.parametrize(
    "statement",
    [
        "SET statement_timeout = 0; SELECT pg_sleep(30)",
        "SET statement_timeout = 0; DO $$ BEGIN LOOP END LOOP; END $$",
        "SET statement_timeout = 0; DO $$ BEGIN LOOP BEGIN PERFORM pg_sleep(10);"
        " EXCEPTION WHEN query_canceled THEN NULL; END; END LOOP; END $$",
    ],
)
def test_the_watchdog_ends_what_lifts_the_servers_limit(cell: PostgresDatabase, statement: str) -> None:
    began = time.monotonic()
    with pytest.raises(StatementError, match="stopped by the watchdog: it ran longer than 2 s"):
        cell.execute(statement)
    assert time.monotonic() - began < 4.0
    assert cell.execute("SELECT 1").rows == ((1,),)


def test_the_watchdog_ends_what_fills_the_disk(cell: PostgresDatabase) -> None:
    cell.execute("SET statement_timeout = 0")
    with pytest.raises(StatementError, match="made the database larger than 64 MB"):
        cell.execute("CREATE TABLE big AS SELECT repeat('x', 1500), generate_series(1, 100000000)")
    assert cell.execute("SELECT 1").rows == ((1,),)


@pytest.mark.parametrize(
    "statement",
    [
        "SET statement_timeout = 0; SELECT length(string_agg(repeat('x', 900000000), '')) FROM generate_series(1, 8)",
        "SET statement_timeout = 0; SET work_mem = '64GB';"
        " SELECT count(*) FROM (SELECT repeat('x', 500) FROM generate_series(1, 5000000) n ORDER BY 1, n) s",
    ],
)
def test_a_memory_bomb_ends_and_the_server_lives(
    cell: PostgresDatabase, strict: PostgresSandbox, statement: str
) -> None:
    with pytest.raises(StatementError) as stopped:
        cell.execute(statement)
    assert stopped.value.sqlstate in ("53200", "54000", "57P01")
    assert strict.server.is_alive()
    assert cell.execute("SELECT 1").rows == ((1,),)


def test_a_role_setting_that_would_end_every_later_session_does_not(strict: PostgresSandbox) -> None:
    with strict.database() as first:
        first.execute("ALTER ROLE designer SET local_preload_libraries = 'nowhere'")
        first.execute("ALTER ROLE designer PASSWORD 'changed'")
        first.execute("ALTER ROLE designer SET search_path = evil")
    with strict.database() as second:
        assert second.execute("SHOW search_path").rows == (('"$user", public',),)


def test_a_statement_cannot_commit_what_was_only_tried(cell: PostgresDatabase) -> None:
    cell.execute("CREATE TABLE t (x int)")
    with pytest.raises(StatementError, match="ended the transaction"), cell.trial():
        cell.execute("COMMIT")


def test_a_trial_leaves_nothing(cell: PostgresDatabase) -> None:
    cell.execute("CREATE TABLE t (x int)")
    with cell.trial():
        cell.execute("INSERT INTO t VALUES (1)")
        with pytest.raises(StatementError):
            cell.execute("SELECT 1/0")
    assert cell.execute("SELECT count(*) FROM t").rows == ((0,),)


def test_a_clone_has_the_rows_and_changes_nothing_here(cell: PostgresDatabase) -> None:
    cell.run(["CREATE TABLE t (x int)", "INSERT INTO t VALUES (1)"])
    with cell.clone() as copy:
        copy.execute("INSERT INTO t VALUES (2)")
        assert copy.execute("SELECT count(*) FROM t").rows == ((2,),)
    assert cell.execute("SELECT count(*) FROM t").rows == ((1,),)


def test_rows_are_capped(cell: PostgresDatabase) -> None:
    small = cell.execute("SELECT generate_series(1, 5000)")
    assert (len(small.rows), small.row_count, small.truncated) == (1000, 5000, False)
    huge = cell.execute("SELECT generate_series(1, 100000000)")
    assert (len(huge.rows), huge.row_count, huge.truncated) == (1000, 100_000, True)
    assert cell.execute("SELECT 1").rows == ((1,),)


def test_an_error_carries_its_facts(cell: PostgresDatabase) -> None:
    cell.execute("CREATE TABLE t (x int NOT NULL CONSTRAINT t_x_check CHECK (x > 0))")
    with pytest.raises(StatementError) as refused:
        cell.execute("INSERT INTO t VALUES (0)")
    assert (refused.value.sqlstate, refused.value.constraint, refused.value.table) == ("23514", "t_x_check", "t")
    with pytest.raises(StatementError) as missing:
        cell.execute("INSERT INTO t VALUES (NULL)")
    assert (missing.value.sqlstate, missing.value.column) == ("23502", "x")


def test_a_query_is_prepared_with_its_declared_types(cell: PostgresDatabase) -> None:
    cell.run(["CREATE TABLE t (x bigint, y text)", "INSERT INTO t VALUES (1, 'a'), (2, 'b')"])
    assert cell.prepared("SELECT y FROM t WHERE x = $1", ["bigint"], [2]).rows == (("b",),)
    assert cell.prepared("UPDATE t SET y = $2 WHERE x = $1", ["bigint", "text"], [2, "c"]).row_count == 1
    with pytest.raises(StatementError) as wrong:
        cell.prepared("SELECT y FROM t WHERE x = $1", ["text"], ["2"])
    assert wrong.value.sqlstate == "42883"


def test_types_are_spelled_as_the_engine_does(cell: PostgresDatabase) -> None:
    assert cell.normal_types(["int8", "varchar(20)", "timestamptz", "decimal(14, 2)"]) == {
        "int8": "bigint",
        "varchar(20)": "character varying(20)",
        "timestamptz": "timestamp with time zone",
        "decimal(14, 2)": "numeric(14,2)",
    }


_RUN = """
import sys
from database_specialist.tools.postgres_sandbox import open_postgres
with open_postgres() as sandbox:
    for round in range(3):
        with sandbox.database() as database:
            database.execute("CREATE TABLE t AS SELECT generate_series(1, 1000) AS x")
            assert database.execute("SELECT sum(x) FROM t").rows == ((500500,),)
print("done")
"""


def test_three_sandboxes_in_processes_of_their_own_do_not_disturb_each_other() -> None:
    processes = [subprocess.Popen([sys.executable, "-c", _RUN], stdout=subprocess.PIPE, text=True) for _ in range(3)]
    assert [process.communicate(timeout=120)[0].strip() for process in processes] == ["done"] * 3
