"""Backups that restore are proven; each that does not is caught, by the right record, with what is wrong with it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from pathlib import Path
from typing import Any

import pytest

from database_specialist.agent.indexing.plan import plan_indexes, required_extensions
from database_specialist.agent.mapping.schema import map_schema
from database_specialist.agent.model.base import Engine
from database_specialist.agent.model.evidence import Evidence
from database_specialist.agent.model.relational import Check, Routine
from database_specialist.agent.model.workload import Workload
from database_specialist.agent.operations.plan import plan_operations
from database_specialist.agent.verification.records import Parts, Recorder
from database_specialist.agent.verification.recovery import StepFailed, prove_recovery
from database_specialist.agent.verification.verify import verify
from database_specialist.tools.mysql_sandbox import open_mysql
from database_specialist.tools.postgres_backup import PostgresRehearsal
from database_specialist.tools.postgres_sandbox import PostgresDatabase, PostgresSandbox
from database_specialist.tools.sqlite_backup import SqliteCopier
from database_specialist.tools.sqlite_sandbox import Limits, SqliteSandbox, open_sqlite
from tests.shop import BRIEF, ENTITY_MODEL


def _parts(engine: Engine = "postgresql") -> Parts:
    schema = map_schema(ENTITY_MODEL, engine=engine)
    workload = Workload(queries=())
    indexes = plan_indexes(schema, workload)
    extensions = dict.fromkeys((*schema.extensions, *required_extensions(indexes)))
    schema = schema.model_copy(update={"extensions": tuple(extensions) if engine == "postgresql" else ()})
    return Parts(
        ENTITY_MODEL, schema, workload, indexes, plan_operations(BRIEF, ENTITY_MODEL, schema, workload, indexes)
    )


@pytest.fixture(scope="module")
def parts() -> Parts:
    return _parts()


def _proven(parts: Parts, sandbox: Any, *, thorough: bool = False) -> dict[str, Evidence]:
    recorder = Recorder(sandbox, lambda doing: None)
    prove_recovery(parts, recorder, thorough=thorough)
    return {record.subject: record for record in recorder.records}


class Saboteur:
    """A sandbox whose rehearsals have a fault: `rehearse` is given the real one."""

    status = "EXECUTED"
    note = ""

    def __init__(self, server: PostgresSandbox, rehearse: Any) -> None:
        self.engine = server.engine
        self.elapsed = server.elapsed
        self._server = server
        self._rehearse = rehearse

    @contextmanager
    def rehearsal(self) -> Iterator[Any]:
        with self._server.rehearsal() as real:
            yield self._rehearse(real)


class Around:
    """A rehearsal that does what the real one does."""

    def __init__(self, real: PostgresRehearsal) -> None:
        self.real = real
        self.lacking = real.lacking
        self.takes_increments = real.takes_increments

    def database(self) -> AbstractContextManager[PostgresDatabase]:
        return self.real.database()

    def back_up(self) -> None:
        self.real.back_up()

    def back_up_changes(self) -> None:
        self.real.back_up_changes()

    def mark(self, name: str) -> None:
        self.real.mark(name)

    def archive(self) -> tuple[str, ...]:
        return self.real.archive()

    def recovered(
        self, *, point: str | None = None, with_increment: bool = False
    ) -> AbstractContextManager[PostgresDatabase]:
        return self.real.recovered(point=point, with_increment=with_increment)

    def restored(self) -> AbstractContextManager[PostgresDatabase]:
        return self.real.restored()


def _largest(folder: Path) -> Path:
    return max((path for path in folder.rglob("base/*/*") if path.is_file()), key=lambda path: path.stat().st_size)


# A right design.


def test_a_database_is_backed_up_and_recovered_in_every_way(parts: Parts, server: PostgresSandbox) -> None:
    records = _proven(parts, server, thorough=True)
    assert list(records) == [
        *("base backup", "incremental backup", "logical backup", "archived log"),
        *("recovery to a time", "recovery to a named point"),
    ]
    assert {record.status for record in records.values()} == {"EXECUTED"}
    assert [record for record in records.values() if not record.passed] == []
    total = sum(parts.operations.seed.rows.values())
    assert f"back: {total} rows in {len(parts.schema.tables)} tables" in records["recovery to a time"].detail
    assert "DROP TABLE" in records["recovery to a time"].detail


def test_two_rehearsals_say_the_same(parts: Parts, server: PostgresSandbox) -> None:
    assert _proven(parts, server) == _proven(parts, server)


def test_part_of_the_rows_is_written_after_the_base_backup(parts: Parts, server: PostgresSandbox) -> None:
    records = _proven(parts, server)
    total = sum(parts.operations.seed.rows.values())
    held = int(records["base backup"].detail.split("held ")[1].split()[0])
    assert 0 < held < total


def test_a_run_of_standard_depth_rehearses_and_a_quick_one_does_not(parts: Parts, server: PostgresSandbox) -> None:
    kinds = {record.kind for record in verify(**vars(parts), sandbox=server, depth="standard").log.records}
    assert "recovery" in kinds
    assert "recovery" not in {record.kind for record in verify(**vars(parts), sandbox=server).log.records}


# Backups that are broken.


def test_a_backup_with_a_broken_file_is_named(parts: Parts, server: PostgresSandbox) -> None:
    class Corrupting(Around):
        def back_up(self) -> None:
            super().back_up()
            with _largest(self.real.folder / "base").open("r+b") as file:
                file.seek(100)
                file.write(b"broken")
            self.real.verify("base")

    records = _proven(parts, Saboteur(server, Corrupting))
    assert records["base backup"].passed is False
    assert 'checksum mismatch for file "base/' in records["base backup"].detail
    assert records["recovery to a time"].status == "NOT_CHECKED"
    assert records["recovery to a time"].detail == "the base backup failed"


def test_a_backup_that_lacks_a_file_is_named(parts: Parts, server: PostgresSandbox) -> None:
    class Losing(Around):
        def back_up(self) -> None:
            super().back_up()
            (self.real.folder / "base" / "global" / "pg_control").unlink()
            self.real.verify("base")

    records = _proven(parts, Saboteur(server, Losing))
    assert records["base backup"].passed is False
    assert "pg_control" in records["base backup"].detail


def test_a_segment_that_is_missing_from_the_archive_is_named(parts: Parts, server: PostgresSandbox) -> None:
    class Forgetting(Around):
        def archive(self) -> tuple[str, ...]:
            self.real.archive()
            segments = sorted(path for path in (self.real.folder / "archive").iterdir() if len(path.name) == 24)
            self.lost = segments[-2].name
            segments[-2].unlink()
            return self.real.missing(segments[-1].name)

    rehearsals: list[Forgetting] = []

    def forget(real: PostgresRehearsal) -> Forgetting:
        rehearsals.append(Forgetting(real))
        return rehearsals[0]

    records = _proven(parts, Saboteur(server, forget))
    assert records["archived log"].passed is False
    assert records["archived log"].detail == f"missing from the archive: {rehearsals[0].lost}"
    assert records["recovery to a time"].status == "NOT_CHECKED"


def test_a_recovery_that_ends_too_early_fails_by_the_servers_own_word(parts: Parts, server: PostgresSandbox) -> None:
    class Overlooking(Around):
        """Does not notice that the log has a hole."""

        def archive(self) -> tuple[str, ...]:
            assert self.real.archive() == ()
            for path in (self.real.folder / "archive").iterdir():
                path.unlink()
            return ()

    records = _proven(parts, Saboteur(server, Overlooking))
    assert records["recovery to a time"].passed is False
    assert "recovery ended before configured recovery target was reached" in records["recovery to a time"].detail


def test_a_recovery_to_after_the_disaster_does_not_pass(parts: Parts, server: PostgresSandbox) -> None:
    class Late(Around):
        def archive(self) -> tuple[str, ...]:
            self.real.mark("too_late")
            with self.real.sandbox.database() as other:  # recovery to a time ends at the first commit after it
                other.execute("CREATE TABLE later (id int)")
            return self.real.archive()

    records = _proven(parts, Saboteur(server, Late))
    assert records["recovery to a time"].passed is False
    assert " is gone" in records["recovery to a time"].detail


def test_an_increment_that_does_not_combine_fails(parts: Parts, server: PostgresSandbox) -> None:
    class Cutting(Around):
        def back_up_changes(self) -> None:
            super().back_up_changes()
            with _largest(self.real.folder / "combined").open("r+b") as file:
                file.truncate(8192)
            self.real.verify("combined")

    records = _proven(parts, Saboteur(server, Cutting), thorough=True)
    assert records["incremental backup"].passed is False
    assert "has size" in records["incremental backup"].detail
    assert records["recovery to a named point"].passed is True
    assert records["recovery to a named point"].detail.startswith("from the base backup;")


def test_a_program_that_is_missing_is_the_reason_why_nothing_was_checked(parts: Parts, server: PostgresSandbox) -> None:
    class Without(Around):
        def __init__(self, real: PostgresRehearsal) -> None:
            super().__init__(real)
            self.lacking = "PATH holds no pg_basebackup"

    records = _proven(parts, Saboteur(server, Without))
    assert {record.status for record in records.values()} == {"NOT_CHECKED"}
    assert {record.detail for record in records.values()} == {"PATH holds no pg_basebackup"}


# Designs that do not come back.

_COUNTING = """
CREATE FUNCTION has_customers() RETURNS boolean LANGUAGE plpgsql STABLE AS $$
BEGIN RETURN (SELECT count(*) FROM customers) > 0; END $$;
"""


def test_a_dump_that_does_not_restore_is_named_with_the_reason(parts: Parts, server: PostgresSandbox) -> None:
    """A check that reads another table, and finds it by the search path that a restore does not have."""
    routine = Routine(name="has_customers", create=_COUNTING, drop="DROP FUNCTION has_customers();", why="Test.")
    schema = parts.schema.model_copy(update={"routines": (*parts.schema.routines, routine)})
    broken = Parts(**{**vars(parts), "schema": schema})
    with_check = "ALTER TABLE orders ADD CONSTRAINT customers_first CHECK (has_customers())"
    seed = broken.operations.seed.model_copy(update={"sql": f"{broken.operations.seed.sql}\n{with_check};\n"})
    broken = Parts(**{**vars(broken), "operations": broken.operations.model_copy(update={"seed": seed})})
    records = _proven(broken, server)
    assert records["logical backup"].passed is False
    assert 'relation "customers" does not exist' in records["logical backup"].detail
    assert 'COPY failed for table "orders"' in records["logical backup"].detail
    assert records["logical backup"].owner == "plan_schema"
    assert records["recovery to a time"].passed is True


def test_a_design_whose_statements_fail_ends_the_rehearsal_with_the_engines_words(
    parts: Parts, server: PostgresSandbox
) -> None:
    tables = tuple(
        table.model_copy(update={"checks": (*table.checks, Check(name="never", expression="no_such_column > 0"))})
        for table in parts.schema.tables
    )
    broken = Parts(**{**vars(parts), "schema": parts.schema.model_copy(update={"tables": tables})})
    records = _proven(broken, server)
    assert list(records) == ["rehearsal"]
    assert records["rehearsal"].passed is False
    assert "no_such_column" in records["rehearsal"].detail


def test_an_engine_that_nothing_runs_on_says_that_nothing_was_rehearsed(parts: Parts) -> None:
    with open_mysql("mysql", search_path="") as sandbox:
        verification = verify(**vars(_parts("mysql")), sandbox=sandbox, depth="standard")
    records = [record for record in verification.log.records if record.kind == "recovery"]
    assert records
    assert {(record.status, record.detail) for record in records} == {("NOT_CHECKED", sandbox.note)}


# A database that is one file.


def test_a_file_is_copied_while_it_is_open_and_put_back() -> None:
    with open_sqlite() as sandbox:
        records = _proven(_parts("sqlite"), sandbox)
    assert list(records) == ["copy", "recovery to a time", "restore of the copy"]
    assert (records["copy"].passed, records["restore of the copy"].passed) == (True, True)
    assert "DROP TABLE" in records["restore of the copy"].detail
    assert records["recovery to a time"].status == "NOT_CHECKED"


def test_a_copy_with_a_broken_page_is_named() -> None:
    class Breaking(SqliteSandbox):
        @contextmanager
        def copier(self) -> Iterator[SqliteCopier]:
            with super().copier() as real:
                yield Scribbling(self, real.file)

    class Scribbling(SqliteCopier):
        def copy(self) -> str:
            assert super().copy() == ""
            with self.file.open("r+b") as file:
                file.seek(3 * 4096)
                file.write(b"broken" * 100)
            return self.check()

    records = _proven(_parts("sqlite"), Breaking(Limits()))
    assert records["copy"].passed is False
    assert records["copy"].detail
    assert records["restore of the copy"].status == "NOT_CHECKED"


def test_a_copy_that_was_taken_too_early_does_not_pass() -> None:
    class Early(SqliteSandbox):
        @contextmanager
        def copier(self) -> Iterator[SqliteCopier]:
            with super().copier() as real:
                yield Hasty(self, real.file)

    class Hasty(SqliteCopier):
        def copy(self) -> str:
            with self._sandbox.database() as other:
                other.execute("CREATE TABLE unrelated (id INTEGER)")
                with closing(sqlite3.connect(self.file)) as target:
                    other.backup(target)
            return self.check()

    records = _proven(_parts("sqlite"), Early(Limits()))
    assert records["copy"].passed is True
    assert records["restore of the copy"].passed is False
    assert "table customers is gone" in records["restore of the copy"].detail


def test_nothing_of_a_rehearsal_is_left(parts: Parts, server: PostgresSandbox) -> None:
    folders: list[Path] = []

    class Telling(Around):
        def __init__(self, real: PostgresRehearsal) -> None:
            super().__init__(real)
            folders.append(real.folder)

    _proven(parts, Saboteur(server, Telling))
    assert len(folders) == 1
    assert not folders[0].parent.exists()


def test_a_step_that_fails_says_so_without_the_place_of_the_run(server: PostgresSandbox) -> None:
    with server.rehearsal() as rehearsal, pytest.raises(StepFailed) as failure:
        rehearsal.verify("base")
    assert str(rehearsal.folder) not in str(failure.value)
