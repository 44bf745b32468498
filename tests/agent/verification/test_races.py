"""Two sessions at once: what a constraint keeps apart one of them loses; what a trigger only looks at, none does."""

from __future__ import annotations

from typing import Any

import pytest

from database_specialist.agent.dialects import create_statements
from database_specialist.agent.mapping.schema import map_schema
from database_specialist.agent.model.evidence import Evidence
from database_specialist.agent.model.operations import Operations
from database_specialist.agent.model.relational import ForeignKey, Routine, Schema
from database_specialist.agent.model.workload import Indexes, Workload
from database_specialist.agent.verification.races import Raced, prove_deferred, prove_races
from database_specialist.agent.verification.records import Parts, Recorder
from database_specialist.tools.mysql_sandbox import open_mysql
from database_specialist.tools.mysql_server import find_mariadb
from database_specialist.tools.postgres_sandbox import PostgresDatabase, PostgresSandbox
from database_specialist.tools.sqlite_sandbox import open_sqlite
from tests.agent.verification.test_cascades import _table
from tests.shop import ENTITY_MODEL

SCHEMA = map_schema(ENTITY_MODEL, engine="postgresql")
(BOOKED,) = [each.name for table in SCHEMA.tables for each in table.exclusions]
LOOKS = (
    "CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {lock} "
    "IF EXISTS (SELECT 1 FROM bookings b WHERE b.room_id = NEW.room_id AND b.id <> NEW.id AND "
    "b.starts_at < NEW.ends_at AND NEW.starts_at < b.ends_at) THEN "
    "RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = '{name}', MESSAGE = 'taken'; END IF; "
    "RETURN NEW; END $$; CREATE TRIGGER {name} BEFORE INSERT OR UPDATE ON bookings FOR EACH ROW "
    "EXECUTE FUNCTION {name}();"
)


def _with_trigger(lock: str) -> Schema:
    """Return the shop's schema with a trigger where the exclusion constraint was."""
    create = LOOKS.format(name=BOOKED, lock=lock)
    drop = f"DROP TRIGGER {BOOKED} ON bookings; DROP FUNCTION {BOOKED}();"
    routine = Routine(name=BOOKED, table="bookings", create=create, drop=drop, rule="BR2", why="test")
    tables = tuple(table.model_copy(update={"exclusions": ()}) for table in SCHEMA.tables)
    return SCHEMA.model_copy(update={"tables": tables, "routines": (*SCHEMA.routines, routine)})


def _records(schema: Schema, sandbox: Any) -> dict[str, Evidence]:
    recorder = Recorder(sandbox, lambda doing: None)
    parts = Parts(ENTITY_MODEL, schema, Workload.model_construct(), Indexes(planned=()), Operations.model_construct())
    prove_races(parts, recorder)
    return {record.subject: record for record in recorder.records}


def test_of_two_bookings_at_once_exactly_one_wins(server: PostgresSandbox) -> None:
    record = _records(SCHEMA, server)[BOOKED]
    assert (record.kind, record.status, record.passed) == ("race", "EXECUTED", True)
    assert record.detail == f"one committed; the other was refused by {BOOKED} (23P01)"


def test_a_trigger_that_only_looks_lets_both_through_and_is_named(server: PostgresSandbox) -> None:
    record = _records(_with_trigger(""), server)[BOOKED]
    assert record.passed is False
    assert record.detail.startswith(f"both committed: {BOOKED} does not see what is not committed yet; lock the row")


def test_a_trigger_that_takes_a_lock_first_lets_one_through(server: PostgresSandbox) -> None:
    record = _records(_with_trigger("PERFORM 1 FROM rooms WHERE id = NEW.room_id FOR UPDATE;"), server)[BOOKED]
    assert record.detail == f"one committed; the other was refused by {BOOKED} (23514)"


def test_two_runs_record_the_same(server: PostgresSandbox) -> None:
    assert _records(SCHEMA, server) == _records(SCHEMA, server)


def test_where_one_session_writes_at_a_time_there_is_no_race() -> None:
    with open_sqlite() as sandbox:
        assert _records(map_schema(ENTITY_MODEL, engine="sqlite"), sandbox) == {}


def test_on_mariadb_a_trigger_keeps_two_bookings_apart_at_serializable() -> None:
    if find_mariadb() is None:
        pytest.skip("mariadbd is not on PATH")
    with open_mysql("mariadb") as sandbox:
        records = _records(map_schema(ENTITY_MODEL, engine="mariadb"), sandbox)
    (record,) = [each for each in records.values() if "booking" in each.subject]
    assert (record.status, record.passed) == ("EXECUTED", True)
    assert " at SERIALIZABLE " in record.claim
    assert record.detail.startswith("one committed; the other was refused by ")


def test_both_sessions_commit_what_does_not_meet(database: PostgresDatabase) -> None:
    database.execute("CREATE TABLE t (id int PRIMARY KEY)")
    assert database.race("INSERT INTO t VALUES (1)", "INSERT INTO t VALUES (2)") == Raced(None, None)
    assert database.execute("SELECT count(*) FROM t").rows == ((2,),)


def test_a_constraint_that_is_put_off_is_raced_at_the_commit(database: PostgresDatabase) -> None:
    database.execute("CREATE TABLE t (id int PRIMARY KEY DEFERRABLE INITIALLY DEFERRED)")
    raced = database.race("INSERT INTO t VALUES (1)", "INSERT INTO t VALUES (1)")
    assert raced.first is None
    assert raced.second is not None
    assert raced.second.constraint == "t_pkey"


def _circle(*, deferrable: bool) -> Schema:
    """Return two tables that each need a row of the other."""
    tables = (_table("teams", ("people", "no action")), _table("people", ("teams", "no action")))

    def change(key: ForeignKey) -> ForeignKey:
        return key.model_copy(update={"deferrable": deferrable})

    return Schema(
        engine="postgresql",
        tables=tuple(
            table.model_copy(update={"foreign_keys": tuple(change(key) for key in table.foreign_keys)})
            for table in tables
        ),
    )


@pytest.mark.parametrize(
    ("is_so", "passed", "words"),
    [
        (True, True, "taken at first; at the commit refused by teams_people_id_fkey (23503)"),
        (False, False, "the statement itself was refused: 23503"),
    ],
)
def test_a_key_that_waits_for_the_commit_refuses_there(
    database: PostgresDatabase, server: PostgresSandbox, is_so: bool, passed: bool, words: str
) -> None:
    database.run(create_statements(_circle(deferrable=is_so)))
    database.run(
        (
            "INSERT INTO teams VALUES (1, NULL)",
            "INSERT INTO people VALUES (1, 1)",
            "UPDATE teams SET people_id = 1",
        )
    )
    recorder = Recorder(server, lambda doing: None)
    parts = Parts(
        ENTITY_MODEL,
        _circle(deferrable=True),
        Workload.model_construct(),
        Indexes(planned=()),
        Operations.model_construct(),
    )
    prove_deferred(parts, database, recorder)
    records = {record.subject: record for record in recorder.records}
    assert len(records) == 2
    assert records["teams.teams_people_id_fkey"].passed is passed
    assert words in records["teams.teams_people_id_fkey"].detail
