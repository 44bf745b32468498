"""PostgreSQL for the SQL of a design: a server of our own, an unprivileged login, a watchdog outside the session.

Two kinds of session reach the server. The administrator's makes and drops databases, sets the login's limits
and ends its sessions; it never names an object of a design, because a superuser who touches a table with a
trigger, or plans a query over a view, runs what its author wrote. Everything else runs as `designer`: its own
login, never SET ROLE, which any statement can undo.
"""

from __future__ import annotations

import re
import secrets
import threading
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path
from typing import Literal

import psycopg
from psycopg import sql as compose
from psycopg.pq import TransactionStatus
from psycopg.types.string import TextLoader

from database_specialist.agent.errors import SandboxError
from database_specialist.agent.verification.catalog import Catalog
from database_specialist.agent.verification.load import Loaded, Script
from database_specialist.agent.verification.locks import Touch
from database_specialist.agent.verification.races import Raced
from database_specialist.agent.verification.sandbox import Result, StatementError
from database_specialist.tools.catalog import postgres_catalog
from database_specialist.tools.postgres import (
    BLANK,
    DESIGNER,
    PRE_CREATED,
    Server,
    find_binaries,
    running,
)
from database_specialist.tools.postgres_backup import PostgresRehearsal, rehearsing
from database_specialist.tools.postgres_load import run_pgbench
from database_specialist.tools.postgres_locks import footprint
from database_specialist.tools.postgres_scaling import deflate, inflate
from database_specialist.tools.postgres_watchdog import Limits, Watch, Watchdog
from database_specialist.tools.postgres_what_if import ToggledCosts
from database_specialist.tools.races import race
from database_specialist.tools.statement_spans import statement_span

__all__ = ["Limits", "PostgresDatabase", "PostgresSandbox", "Session", "open_postgres"]

Session = psycopg.Connection[tuple[object, ...]]


@contextmanager
def open_postgres(
    pg_bin: str | None = None, *, cache: Path | None = None, limits: Limits | None = None
) -> Iterator[PostgresSandbox]:
    """Run a PostgreSQL sandbox for the length of the block.

    Raises:
        SandboxError: there are no binaries, or the server does not start.
    """
    limits = limits or Limits()
    with running(find_binaries(pg_bin), cache=cache, memory_bytes=limits.memory_bytes) as server:
        sandbox = PostgresSandbox(server, limits)
        try:
            yield sandbox
        finally:
            sandbox.close()


class PostgresSandbox:
    """A `Sandbox` on a server of our own."""

    status: Literal["EXECUTED"] = "EXECUTED"
    note = ""

    def __init__(self, server: Server, limits: Limits) -> None:
        self.server = server
        self.limits = limits
        self.engine = f"postgresql {server.binaries.version}"
        self.shimmed = server.shimmed
        self._admin_lock = threading.Lock()
        self._admin = server.connect()
        self._watchdog = Watchdog(server, limits)
        self._made = 0
        self._opened = time.monotonic()

    def elapsed(self) -> float:
        """Return the seconds since the sandbox was opened."""
        return time.monotonic() - self._opened

    def close(self) -> None:
        """End the administrator's session and the watchdog."""
        self._watchdog.stop()
        self._admin.close()

    @contextmanager
    def database(self) -> Iterator[PostgresDatabase]:
        """Make an empty database of its own, owned by the administrator, dropped at the end."""
        with self._copy_of(BLANK) as name:
            database = PostgresDatabase(self, name)
            try:
                yield database
            finally:
                database.close()

    @contextmanager
    def rehearsal(self) -> Iterator[PostgresRehearsal]:
        """Start a second server, whose log is archived, to rehearse backup and recovery on."""
        with rehearsing(self.server.binaries, lambda server: PostgresSandbox(server, self.limits)) as rehearsal:
            yield rehearsal

    @contextmanager
    def _copy_of(self, template: str) -> Iterator[str]:
        with self._admin_lock:
            self._made += 1
            name = f"design_{self._made}"
        strategy = " STRATEGY file_copy" if self.server.binaries.major >= 15 else ""
        self.administer(f"CREATE DATABASE {name} TEMPLATE {template}{strategy}")
        self.administer(f"REVOKE ALL ON DATABASE {name} FROM PUBLIC")
        self.administer(f"GRANT CONNECT, CREATE, TEMP ON DATABASE {name} TO {DESIGNER}")
        try:
            yield name
        finally:
            with suppress(psycopg.OperationalError):  # a server that died has dropped it already
                self.administer(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")

    def administer(self, statement: str) -> None:
        """Run a statement of ours as the superuser."""
        with self._admin_lock:
            self._admin.execute(statement.encode())

    def admit(self, database: str) -> str:
        """Make the unprivileged login's settings anew; return its new password.

        A design's statement may change its own role: its password, its limits, a preload library that would
        end every later session.
        """
        password = secrets.token_hex(16)
        self.administer("; ".join(_role_settings(self.server, self.limits, database, password)))
        return password

    def ask(self, query: str) -> str:
        """Return the one value that a query of ours gives the superuser."""
        with self._admin_lock:
            row = self._admin.execute(query.encode()).fetchone()
        return "" if row is None or row[0] is None else str(row[0])

    def log_in(self, database: str) -> Session:
        """Open a session as the unprivileged login."""
        password = self.admit(database)
        try:
            session = self.server.connect(user=DESIGNER, password=password, dbname=database)
        except psycopg.OperationalError as error:
            raise SandboxError(f"The PostgreSQL sandbox refuses a session: {str(error).strip()}") from error
        # As text: a document that was read can then be a parameter again, and an array is no document.
        for name in ("json", "jsonb"):
            session.adapters.register_loader(name, TextLoader)
        return session

    def mark_inflated(self, database: str) -> None:
        """Let the watchdog look no more at the size of a database whose files only look long."""
        self._watchdog.inflated.add(database)

    @contextmanager
    def watched(self, session: Session, database: str) -> Iterator[Watch]:
        """Let the watchdog end this session when it takes too long, or its database grows too big."""
        watch = Watch(session.info.backend_pid, database, time.monotonic() + self.limits.wall_seconds)
        self._watchdog.add(watch)
        try:
            yield watch
        finally:
            self._watchdog.remove(watch)


def _role_settings(server: Server, limits: Limits, database: str, password: str) -> tuple[str, ...]:
    settings = {
        "statement_timeout": f"{limits.statement_seconds * 1000:.0f}ms",
        "lock_timeout": f"{limits.statement_seconds * 500:.0f}ms",
        "idle_in_transaction_session_timeout": "60s",
        "work_mem": "16MB",
        "client_min_messages": "error",
    }
    if server.binaries.major >= 17:
        settings["transaction_timeout"] = "120s"
    return (
        f"ALTER ROLE {DESIGNER} PASSWORD '{password}' CONNECTION LIMIT 4",
        f"ALTER ROLE {DESIGNER} RESET ALL",
        f"ALTER ROLE {DESIGNER} IN DATABASE {database} RESET ALL",
        *(f"ALTER ROLE {DESIGNER} SET {name} = '{value}'" for name, value in settings.items()),
    )


class PostgresDatabase:
    """A `Database` as the unprivileged login."""

    isolation = ""

    def __init__(self, sandbox: PostgresSandbox, name: str, active: frozenset[str] = frozenset()) -> None:
        self._sandbox = sandbox
        self.name = name
        self._session: Session | None = None
        self._active = set(active)
        """Which of the pre-created extensions the design has asked for."""

    @contextmanager
    def at(self, sandbox: PostgresSandbox, name: str) -> Iterator[PostgresDatabase]:
        """Give the same design's database on another server, or under another name."""
        other = PostgresDatabase(sandbox, name, frozenset(self._active))
        try:
            yield other
        finally:
            other.close()

    def close(self) -> None:
        """End the session."""
        if self._session is not None:
            self._session.close()
            self._session = None

    def execute(self, sql: str, params: Sequence[object] = ()) -> Result:
        """Run one statement as the unprivileged login, under the watchdog."""
        if self._is_pre_created(sql):
            return Result()
        return self._run(sql, params, streams=_returns_rows(sql))

    def prepared(self, sql: str, types: Sequence[str], values: Sequence[object]) -> Result:
        """Prepare with declared types, and run it: a type the statement cannot take is refused here."""
        declared = f"({', '.join(types)})" if types else ""
        self._run("DEALLOCATE ALL")  # a prepared statement outlives the transaction that it failed in
        self._run(f"PREPARE checked{declared} AS {sql}")
        arguments = compose.SQL(", ").join(compose.Literal(value) for value in values)
        call = compose.SQL("EXECUTE checked({})").format(arguments) if values else compose.SQL("EXECUTE checked")
        return self._run(call.as_string(self._open()), streams=_returns_rows(sql))

    def run(self, statements: Iterable[str]) -> None:
        """Run statements in order; the first that fails ends it."""
        for statement in statements:
            self.execute(statement)

    @contextmanager
    def trial(self) -> Iterator[None]:
        """Open a transaction that is rolled back at the end."""
        self._run("BEGIN")
        try:
            yield
            if self._session is not None and self._session.info.transaction_status == TransactionStatus.IDLE:
                raise StatementError("a statement ended the transaction that it was tried in", sqlstate="2D000")
        finally:
            session = self._session
            if session is not None and session.info.transaction_status != TransactionStatus.IDLE:
                self._run("ROLLBACK")

    def beside(self) -> AbstractContextManager[PostgresDatabase]:
        """Give a second session on the same database."""
        return self.at(self._sandbox, self.name)

    def footprint(self, statement: str, *, alone: bool) -> tuple[Touch, ...]:
        """Run a statement for good; return what it locks, rewrites and scans."""
        return () if self._is_pre_created(statement) else footprint(self, statement, alone=alone)

    def race(self, first: str, second: str) -> Raced:
        """Run a statement in each of two sessions, and commit both when both have looked."""
        with self.beside() as one, self.beside() as two:
            waiting = f"{_WAITS} WHERE pid = {two._open().info.backend_pid}"
            return race(one, two, first, second, is_waiting=lambda: self._sandbox.ask(waiting) == "Lock")

    def load(self, scripts: Sequence[Script], *, seconds: float, clients: int) -> Loaded:
        """Run scripts by their weights for some seconds, from several sessions at once."""
        return run_pgbench(self._sandbox, self.name, scripts, seconds=seconds, clients=clients)

    @contextmanager
    def clone(self) -> Iterator[PostgresDatabase]:
        """Make a copy with all rows. Our own session is closed for it: a template may have none."""
        self.close()
        with self._sandbox._copy_of(self.name) as name, self.at(self._sandbox, name) as copy:
            yield copy

    def check_deferred(self) -> None:
        """Check all deferred constraints now."""
        self._run("SET CONSTRAINTS ALL IMMEDIATE")

    def inflate(self, pages: Mapping[str, int]) -> None:
        """Make relations, by their files' paths, look this many pages long. Nothing may read them meanwhile."""
        self._sandbox.mark_inflated(self.name)
        inflate(self._sandbox.server.folder / "data", pages)

    def deflate(self, pages: Mapping[str, int]) -> None:
        """Cut the files back to the pages that they had.

        A session remembers how many files a table goes on in. Dropping a database makes every session close what it
        has open, and look again.
        """
        deflate(self._sandbox.server.folder / "data", pages)
        with self._sandbox._copy_of(BLANK):
            pass

    @contextmanager
    def what_if(self, statements: Mapping[str, str], options: frozenset[str]) -> Iterator[ToggledCosts]:
        """Give the costs of statements, by name, with any of the options: indexes that are all built here."""
        administrator = self._sandbox.server.connect(dbname=self.name)
        try:
            costs = ToggledCosts(self.execute, administrator, statements, options)
            yield costs
            costs.show(options)
        finally:
            administrator.close()

    def catalog(self) -> Catalog:
        """Read the catalog back, as the unprivileged login, whatever a statement did to its search path."""
        with self.trial():
            self._run("SET LOCAL search_path = public")
            return postgres_catalog(
                lambda query: self._run(query, streams=True, capped=False).rows,
                hidden=frozenset(PRE_CREATED) - self._active,
            )

    def normal_types(self, types: Sequence[str]) -> dict[str, str]:
        """Ask the server by way of a temporary table with one column of each type."""
        wanted = tuple(dict.fromkeys(types))
        if not wanted:
            return {}
        columns = ", ".join(f"c{number} {name}" for number, name in enumerate(wanted))
        with self.trial():
            self._run(f"CREATE TEMPORARY TABLE wanted ({columns})")
            found = self._run(_TEMPORARY_TYPES, streams=True).rows
        return {name: str(row[0]) for name, row in zip(wanted, found, strict=True)}

    def _is_pre_created(self, sql: str) -> bool:
        """Take CREATE and DROP EXTENSION of a pre-created extension as done: the login may do neither."""
        found = _EXTENSION.fullmatch(sql.strip())
        if found is None or found["name"] not in PRE_CREATED:
            return False
        (self._active.add if found["verb"].upper() == "CREATE" else self._active.discard)(found["name"])
        return True

    def _open(self) -> Session:
        if self._session is None or self._session.closed:
            self._session = self._sandbox.log_in(self.name)
        return self._session

    def _run(self, sql: str, params: Sequence[object] = (), *, streams: bool = False, capped: bool = True) -> Result:
        session = self._open()
        with statement_span("postgresql", self.name, sql), self._sandbox.watched(session, self.name) as watch:
            try:
                cursor = psycopg.RawCursor(session)
                if streams:
                    return self._stream(cursor, sql, params, capped=capped)
                cursor.execute(sql.encode(), params or None, prepare=False)
                return self._fetch(cursor)
            except (psycopg.Error, UnicodeEncodeError) as error:
                raise self._translated(error, watch) from error

    def _stream(
        self, cursor: psycopg.RawCursor[tuple[object, ...]], sql: str, params: Sequence[object], *, capped: bool
    ) -> Result:
        """Read row by row: a statement may return more than fits into our memory."""
        limits = self._sandbox.limits
        kept = limits.result_rows if capped else limits.counted_rows
        rows: list[tuple[object, ...]] = []
        counted = 0
        reader = cursor.stream(sql.encode(), params or None)
        for row in reader:
            counted += 1
            if counted <= kept:
                rows.append(row)
            if counted >= limits.counted_rows:
                break
        reader.close()  # type: ignore[attr-defined]  # a generator: closing it cancels what is left
        return Result(tuple(rows), counted, truncated=counted >= limits.counted_rows)

    def _fetch(self, cursor: psycopg.RawCursor[tuple[object, ...]]) -> Result:
        rows = cursor.fetchmany(self._sandbox.limits.result_rows) if cursor.description else []
        return Result(tuple(rows), max(cursor.rowcount, 0))

    def _translated(self, error: Exception, watch: Watch) -> StatementError:
        if watch.stopped:
            self.close()
            return StatementError(f"stopped by the watchdog: it {watch.stopped}", sqlstate="57P01")
        if not isinstance(error, psycopg.Error):
            return StatementError(f"not valid UTF-8: {error}", sqlstate="22021")
        if self._session is not None and self._session.closed and not self._sandbox.server.is_alive():
            raise SandboxError("The PostgreSQL sandbox died while a statement ran. Remedy: run again.") from error
        diagnostic = error.diag
        return StatementError(
            diagnostic.message_primary or str(error).strip().splitlines()[0],
            sqlstate=error.sqlstate,
            constraint=diagnostic.constraint_name,
            table=diagnostic.table_name,
            column=diagnostic.column_name,
            position=int(diagnostic.statement_position) if diagnostic.statement_position else None,
        )


_EXTENSION = re.compile(
    r'(?P<verb>CREATE|DROP)\s+EXTENSION\s+(?:IF\s+(?:NOT\s+)?EXISTS\s+)?"?(?P<name>\w+)"?'
    r'(?:\s+(?:WITH\s+)?SCHEMA\s+"?public"?)?(?:\s+(?:CASCADE|RESTRICT))?\s*;?',
    re.IGNORECASE,
)
_READS = re.compile(
    r"(?:\s|--[^\n]*\n|/\*.*?\*/|\()*(SELECT|VALUES|TABLE|SHOW|EXPLAIN|WITH)\b", re.IGNORECASE | re.DOTALL
)
_CHANGES = re.compile(r"\b(INSERT|UPDATE|DELETE|MERGE|INTO)\b", re.IGNORECASE)

_WAITS = "SELECT wait_event_type FROM pg_catalog.pg_stat_activity"
_TEMPORARY_TYPES = """
SELECT pg_catalog.format_type(atttypid, atttypmod)
FROM pg_catalog.pg_attribute
WHERE attrelid = 'pg_temp.wanted'::pg_catalog.regclass AND attnum > 0
ORDER BY attnum
"""


def _returns_rows(sql: str) -> bool:
    """Return whether the statement surely returns rows: then it is read row by row."""
    found = _READS.match(sql)
    if found is None:
        return False
    return found[1].upper() in ("VALUES", "TABLE", "SHOW", "EXPLAIN") or not _CHANGES.search(sql)
