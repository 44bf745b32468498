"""Backup and recovery of a PostgreSQL of our own, with PostgreSQL's own programs.

<run folder of the server that is backed up>/
    data/       its data directory
    backups/    archive/  base/  increment/  combined/  dump

A recovery is a second server on a copy of the backup. What is restored runs under the same limits as the sandbox:
the design's statements as the unprivileged login, a dump made and restored by that login too.
"""

from __future__ import annotations

import re
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from string import Template
from typing import TYPE_CHECKING

from database_specialist.agent.errors import SandboxError
from database_specialist.agent.operations.backup_commands import (
    BASE,
    COMBINE,
    DUMP,
    INCREMENT,
    INCREMENTS_SINCE,
    RECOVERY_SETTINGS,
    RESTORE,
    VERIFY,
    arguments,
    primary_settings,
)
from database_specialist.agent.verification.recovery import StepFailed
from database_specialist.tools.postgres import ADMIN, DESIGNER, Binaries, Server, running, start_on
from database_specialist.tools.postgres_binaries import missing_programs

if TYPE_CHECKING:  # the sandbox opens rehearsals, so it cannot be imported from here
    from database_specialist.tools.postgres_sandbox import PostgresDatabase, PostgresSandbox

ARCHIVE_SECONDS = 20.0
PROGRAMS = ("pg_basebackup", "pg_verifybackup", "pg_waldump", "pg_dump", "pg_restore")
_SEGMENT_BYTES = 1 << 20
_LONGEST_COMMAND = 120
_OF_THE_REHEARSAL = {"wal_level": "replica", "max_wal_senders": "4", "full_page_writes": "on", "wal_keep_size": "64MB"}

Opener = Callable[[Server], "PostgresSandbox"]


@contextmanager
def rehearsing(binaries: Binaries, open_sandbox: Opener) -> Iterator[PostgresRehearsal]:
    """Run a server whose log is archived, for the length of the block.

    Raises:
        SandboxError: it does not start.
    """
    with running(binaries, settings=lambda folder: _primary(binaries, folder)) as server:
        sandbox = open_sandbox(server)
        try:
            # Row-level security would hide rows from the login that dumps and counts them.
            sandbox.administer(f"ALTER ROLE {DESIGNER} BYPASSRLS")
            yield PostgresRehearsal(sandbox, open_sandbox)
        finally:
            sandbox.close()


def _primary(binaries: Binaries, folder: Path) -> Mapping[str, str]:
    archive = folder / "backups" / "archive"
    return _filled(primary_settings(binaries.major), archive=str(archive)) | _OF_THE_REHEARSAL


def _filled(settings: Mapping[str, str], **places: str) -> dict[str, str]:
    return {name: Template(value).substitute(places) for name, value in settings.items()}


class PostgresRehearsal:
    """A `Rehearsal` on two servers of ours."""

    def __init__(self, sandbox: PostgresSandbox, open_sandbox: Opener) -> None:
        self.sandbox = sandbox
        self._server = sandbox.server
        self._open_sandbox = open_sandbox
        self._time = ""
        self._database: PostgresDatabase
        self.folder = self._server.make_folder("backups")
        """Where the backups and the archived log lie."""
        self._server.make_folder("backups/archive")
        missing = missing_programs(self._server.binaries, PROGRAMS)
        self.lacking = f"{self._server.binaries.source} holds no {', no '.join(missing)}" if missing else ""
        combines = not missing_programs(self._server.binaries, ("pg_combinebackup",))
        self.takes_increments = combines and self._server.binaries.major >= INCREMENTS_SINCE

    @contextmanager
    def database(self) -> Iterator[PostgresDatabase]:
        """Make the empty database that is backed up, and recovered."""
        with self.sandbox.database() as self._database:
            yield self._database

    def back_up(self) -> None:
        """Take a base backup and verify it."""
        self._run(BASE, login=ADMIN)
        self.verify("base")

    def back_up_changes(self) -> None:
        """Take an increment, combine it with the base backup, and verify what comes out."""
        self._run(INCREMENT, login=ADMIN)
        self._run(COMBINE)
        self.verify("combined")

    def verify(self, name: str) -> None:
        """Verify a backup against its manifest and its log."""
        self._run(VERIFY, base=str(self.folder / name))

    def mark(self, name: str) -> None:
        """Set a restore point and remember the time."""
        self.sandbox.ask(f"SELECT pg_create_restore_point('{name}')")
        self._time = self.sandbox.ask("SELECT clock_timestamp()")

    def archive(self) -> tuple[str, ...]:
        """Have the log archived up to now; return the segments since the base backup that are missing."""
        last = self.sandbox.ask("SELECT pg_walfile_name(pg_current_wal_insert_lsn())")
        self.sandbox.ask("SELECT pg_switch_wal()")
        deadline = time.monotonic() + ARCHIVE_SECONDS
        while not (self.folder / "archive" / last).exists():
            if time.monotonic() > deadline:
                raise StepFailed(f"segment {last} was not archived within {ARCHIVE_SECONDS:g} s")
            time.sleep(0.01)
        return self.missing(last)

    def missing(self, last: str) -> tuple[str, ...]:
        """Return the segments from the base backup to `last` that are not in the archive."""
        needed = _segments(self._first_segment(), last)
        return tuple(name for name in needed if not (self.folder / "archive" / name).exists())

    def _first_segment(self) -> str:
        label = (self.folder / "base" / "backup_label").read_text()
        found = re.search(r"START WAL LOCATION: \S+ \(file (\w+)\)", label)
        assert found is not None  # every backup label begins with this line
        return found[1]

    @contextmanager
    def recovered(self, *, point: str | None = None, with_increment: bool = False) -> Iterator[PostgresDatabase]:
        """Recover the backup on a second server, to the time of the mark or to a named point."""
        backup = self.folder / ("combined" if with_increment else "base")
        (backup / "recovery.signal").touch()
        try:
            server = start_on(self._server, backup, settings=lambda folder: self._target(point))
        except SandboxError as error:
            raise StepFailed(f"the restored server {_reason(error)}") from error
        try:
            sandbox = self._open_sandbox(server)
            try:
                with self._database.at(sandbox, self._database.name) as copy:
                    yield copy
            finally:
                sandbox.close()
        finally:
            server.stop()

    def _target(self, point: str | None) -> dict[str, str]:
        settings = _filled(RECOVERY_SETTINGS, archive=str(self.folder / "archive"), target=self._time)
        if point is not None:
            del settings["recovery_target_time"]
            settings["recovery_target_name"] = point
        # No session before the promotion: so a server that says it is ready has recovered.
        return settings | _OF_THE_REHEARSAL | {"hot_standby": "off"}

    @contextmanager
    def restored(self) -> Iterator[PostgresDatabase]:
        """Dump the database and restore it into an empty one, as the unprivileged login."""
        name = self._database.name
        self._run(DUMP, login=DESIGNER, password=self.sandbox.admit(name), database=name)
        with self.sandbox.database() as empty:
            self._run(RESTORE, login=DESIGNER, password=self.sandbox.admit(empty.name), restored=empty.name)
            with self._database.at(self.sandbox, empty.name) as copy:
                yield copy

    def _run(self, command: str, *, login: str = "", password: str | None = None, **places: str) -> None:
        """Run a program to its end; `login` is the role of one that talks to the server."""
        ours = {name: str(self.folder / name) for name in ("base", "increment", "combined", "dump")}
        program, *words = arguments(command, **(ours | places))
        address = (f"--host={self._server.folder / 's'}", "--port=5432", f"--username={login}") if login else ()
        try:
            done = self._server.run(program, *address, *words, password=password)
        except subprocess.TimeoutExpired as error:
            raise StepFailed(f"{program} did not end within {error.timeout:g} s") from error
        if done.returncode:
            raise StepFailed(self._said(program, done.stderr))

    def _said(self, program: str, words: str) -> str:
        """Return the first line of an error and the command that met it, without the places of this run."""
        lines = [line.strip() for line in words.replace(f"{self.folder}/", "").splitlines() if line.strip()]
        if not lines:
            return f"{program} failed and said nothing"
        command = next((line for line in lines if line.startswith("Command was: ")), "")
        return f"{lines[0]} ({command[:_LONGEST_COMMAND]})" if command else lines[0]


def _reason(error: SandboxError) -> str:
    """Return why a server did not start, without the remedy, which is not to be had here.

    >>> _reason(SandboxError("PostgreSQL 18.6 (PATH) does not start: no log. Remedy: take another."))
    'does not start: no log'
    """
    _, verb, reason = str(error).partition("does not start")
    return f"{verb}{reason.partition('. Remedy')[0]}" if verb else str(error)


def _segments(first: str, last: str) -> Iterator[str]:
    """Yield the names of the log's segments from one to another, of one timeline.

    >>> list(_segments("000000010000000000000FFF", "000000010000000100000000"))
    ['000000010000000000000FFF', '000000010000000100000000']
    """
    per_file = (1 << 32) // _SEGMENT_BYTES

    def number(name: str) -> int:
        return int(name[8:16], 16) * per_file + int(name[16:], 16)

    for each in range(number(first), number(last) + 1):
        yield f"{first[:8]}{each // per_file:08X}{each % per_file:08X}"
