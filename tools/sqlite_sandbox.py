"""SQLite for the SQL of a design: in memory, with no way to a file, and limits on time, pages and sizes."""

from __future__ import annotations

import re
import sqlite3
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from datetime import time as clock_time
from decimal import Decimal
from typing import Literal
from uuid import UUID

from database_specialist.agent.verification.catalog import Catalog
from database_specialist.agent.verification.sandbox import Result, StatementError
from database_specialist.tools.catalog_sqlite import sqlite_catalog
from database_specialist.tools.sqlite_backup import SqliteCopier, copying
from database_specialist.tools.statement_spans import statement_span


@dataclass(frozen=True)
class Limits:
    """What one statement may take."""

    statement_seconds: float = 10.0
    pages: int = 65_536
    """Of 4 KiB: 256 MB."""
    value_bytes: int = 64 << 20
    result_rows: int = 1000
    counted_rows: int = 100_000


_SCHEMA_PRAGMAS = (
    *("foreign_keys", "defer_foreign_keys", "foreign_key_check", "foreign_key_list", "table_info", "table_xinfo"),
    *("table_list", "index_list", "index_info", "index_xinfo", "user_version", "application_id", "encoding"),
    *("recursive_triggers", "integrity_check", "quick_check", "optimize"),
)
# These would write to a disk; in memory they change nothing that can be seen.
_HARMLESS_PRAGMAS = ("journal_mode", "synchronous", "busy_timeout", "cache_size", "mmap_size", "wal_autocheckpoint")
_FORBIDDEN_FUNCTIONS = ("load_extension", "readfile", "writefile", "edit", "fts3_tokenizer")
_MODULES = ("fts5", "fts4", "rtree")

_STATES = {
    "SQLITE_CONSTRAINT_UNIQUE": "23505",
    "SQLITE_CONSTRAINT_PRIMARYKEY": "23505",
    "SQLITE_CONSTRAINT_ROWID": "23505",
    "SQLITE_CONSTRAINT_NOTNULL": "23502",
    "SQLITE_CONSTRAINT_CHECK": "23514",
    "SQLITE_CONSTRAINT_FOREIGNKEY": "23503",
    "SQLITE_CONSTRAINT_TRIGGER": "P0001",
    "SQLITE_MISMATCH": "22P02",
    "SQLITE_INTERRUPT": "57014",
    "SQLITE_FULL": "53100",
    "SQLITE_NOMEM": "53200",
    "SQLITE_TOOBIG": "54000",
    "SQLITE_AUTH": "42501",
}
"""SQLite's error names as the SQLSTATEs that PostgreSQL would give; what is not here is 42601."""


@contextmanager
def open_sqlite(limits: Limits | None = None) -> Iterator[SqliteSandbox]:
    """Open a sandbox on the SQLite of the standard library."""
    yield SqliteSandbox(limits or Limits())


class SqliteSandbox:
    """A `Sandbox` on in-memory databases."""

    status: Literal["EXECUTED"] = "EXECUTED"
    note = ""
    shimmed: tuple[str, ...] = ()
    engine = f"sqlite {sqlite3.sqlite_version}"

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self._opened = time.monotonic()

    def elapsed(self) -> float:
        """Return the seconds since the sandbox was opened."""
        return time.monotonic() - self._opened

    @contextmanager
    def database(self) -> Iterator[SqliteDatabase]:
        """Make an empty database in memory."""
        database = SqliteDatabase(self.limits)
        try:
            yield database
        finally:
            database.close()

    def copier(self) -> AbstractContextManager[SqliteCopier]:
        """Make a place for copies of a database."""
        return copying(self)


class SqliteDatabase:
    """A `Database` in memory."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._deadline = 0.0
        self._connection = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
        self._connection.execute("PRAGMA foreign_keys = ON")
        self._guard()

    def _guard(self) -> None:
        connection = self._connection
        connection.execute(f"PRAGMA max_page_count = {self._limits.pages}")
        connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, self._limits.value_bytes)
        connection.setlimit(sqlite3.SQLITE_LIMIT_ATTACHED, 0)
        connection.set_progress_handler(lambda: int(time.monotonic() > self._deadline), 10_000)
        connection.set_authorizer(_authorize)

    def close(self) -> None:
        """Give up the database."""
        self._connection.close()

    def execute(self, sql: str, params: Sequence[object] = ()) -> Result:
        """Run one statement."""
        self._deadline = time.monotonic() + self._limits.statement_seconds
        with statement_span("sqlite", None, sql):
            try:
                cursor = self._connection.execute(sql, [_plain(value) for value in params])
                return self._fetch(cursor)
            except (sqlite3.Error, sqlite3.Warning, OverflowError, UnicodeEncodeError) as error:
                raise _translated(error, self._limits) from error

    def _fetch(self, cursor: sqlite3.Cursor) -> Result:
        if cursor.description is None:
            return Result((), max(cursor.rowcount, 0))
        rows: list[tuple[object, ...]] = []
        counted = 0
        for row in cursor:
            counted += 1
            if counted <= self._limits.result_rows:
                rows.append(row)
            if counted >= self._limits.counted_rows:
                cursor.close()
                return Result(tuple(rows), counted, truncated=True)
        return Result(tuple(rows), counted)

    def prepared(self, sql: str, types: Sequence[str], values: Sequence[object]) -> Result:
        """Run one statement with values; SQLite declares no types for parameters."""
        return self.execute(sql, values)

    def run(self, statements: Iterable[str]) -> None:
        """Run statements in order; the first that fails ends it."""
        for statement in statements:
            self.execute(statement)

    @contextmanager
    def trial(self) -> Iterator[None]:
        """Open a transaction that is rolled back at the end."""
        self.execute("BEGIN")
        try:
            yield
            if not self._connection.in_transaction:
                raise StatementError("a statement ended the transaction that it was tried in", sqlstate="2D000")
        finally:
            if self._connection.in_transaction:
                self.execute("ROLLBACK")

    @contextmanager
    def clone(self) -> Iterator[SqliteDatabase]:
        """Make a copy with all rows."""
        copy = SqliteDatabase(self._limits)
        copy.overwrite(self._connection)
        try:
            yield copy
        finally:
            copy.close()

    def backup(self, target: sqlite3.Connection) -> None:
        """Copy all pages to another database, while this one is open."""
        self._connection.backup(target)

    def overwrite(self, source: sqlite3.Connection) -> None:
        """Take all pages of another database in the place of one's own."""
        self._connection.set_authorizer(None)
        source.backup(self._connection)
        self._guard()

    def check_deferred(self) -> None:
        """Look for broken foreign keys: SQLite itself checks deferred ones at the commit only."""
        broken = self.execute("PRAGMA foreign_key_check").rows
        if broken:
            table, _, parent, number = broken[0]
            raise StatementError(
                f"FOREIGN KEY constraint failed: a row of {table} refers to no row of {parent}",
                sqlstate="23503",
                table=str(table),
                constraint=self._foreign_key_name(str(table), int(str(number))),
            )

    def _foreign_key_name(self, table: str, number: int) -> str | None:
        quoted = table.replace('"', '""')
        rows = [row for row in self.execute(f'PRAGMA foreign_key_list("{quoted}")').rows if row[0] == number]
        columns = tuple(str(row[3]) for row in rows)
        facts = (fact for fact in self.catalog().constraints_of(table) if fact.kind == "foreign key")
        return next((fact.name for fact in facts if fact.columns == columns and fact.name), None)

    def catalog(self) -> Catalog:
        """Read the catalog back."""
        return sqlite_catalog(lambda query: self._connection.execute(query).fetchall())

    def normal_types(self, types: Sequence[str]) -> dict[str, str]:
        """SQLite keeps the words of the declaration; they count without case."""
        return {name: name.upper() for name in types}


def _authorize(action: int, first: str | None, second: str | None, database: str | None, source: str | None) -> int:
    """Allow what a design needs; nothing that reaches a file, another database or SQLite's own settings."""
    if action in (sqlite3.SQLITE_ATTACH, sqlite3.SQLITE_DETACH):
        return sqlite3.SQLITE_DENY
    if action == sqlite3.SQLITE_PRAGMA and first is not None:
        if first.lower() in _HARMLESS_PRAGMAS:
            return sqlite3.SQLITE_OK
        return sqlite3.SQLITE_OK if first.lower() in _SCHEMA_PRAGMAS else sqlite3.SQLITE_DENY
    if action == sqlite3.SQLITE_FUNCTION and (second or "").lower() in _FORBIDDEN_FUNCTIONS:
        return sqlite3.SQLITE_DENY
    if action == sqlite3.SQLITE_CREATE_VTABLE and (second or "").lower() not in _MODULES:
        return sqlite3.SQLITE_DENY
    return sqlite3.SQLITE_OK


def _plain(value: object) -> object:
    """Return a value as SQLite keeps it."""
    if isinstance(value, datetime | date | clock_time):
        return value.isoformat()
    if isinstance(value, UUID):
        return str(value)
    return float(value) if isinstance(value, Decimal) else value


_FAILED = re.compile(r"^(?P<kind>NOT NULL|UNIQUE|CHECK|FOREIGN KEY) constraint failed(?:: (?P<what>.*))?$", re.DOTALL)
_RAISED = re.compile(r"(?P<name>\w+): ")
"""A trigger has only its message to say which rule it keeps: the designs' triggers begin it with their name."""
_INDEX = re.compile(r"index '(?P<name>.*)'")
_STORED = re.compile(r"cannot store \w+ value in \w+ column (?P<table>.+)\.(?P<column>[^.]+)$")


def _translated(error: Exception, limits: Limits) -> StatementError:
    name = getattr(error, "sqlite_errorname", "") or ""
    message = str(error)
    state = _STATES.get(name, "42601")
    if name == "SQLITE_INTERRUPT":
        return StatementError(f"stopped: it ran longer than {limits.statement_seconds:g} s", sqlstate=state)
    if name == "SQLITE_CONSTRAINT_TRIGGER" and message.startswith("FOREIGN KEY"):
        return StatementError(message, sqlstate="23503")  # SQLite keeps RESTRICT by a trigger of its own
    raised = _RAISED.match(message) if name == "SQLITE_CONSTRAINT_TRIGGER" else None
    if raised:
        return StatementError(message, sqlstate=state, constraint=raised["name"])
    stored = _STORED.search(message)
    if stored:
        return StatementError(message, sqlstate="22P02", table=stored["table"], column=stored["column"])
    failed = _FAILED.match(message)
    if failed is None or failed["what"] is None:
        return StatementError(message, sqlstate=state)
    if failed["kind"] == "CHECK":
        return StatementError(message, sqlstate=state, constraint=failed["what"])
    index = _INDEX.search(failed["what"])
    if index:
        return StatementError(message, sqlstate=state, constraint=index["name"])
    parts = [part.rpartition(".") for part in failed["what"].split(", ")]
    return StatementError(message, sqlstate=state, table=parts[0][0], column=", ".join(part[2] for part in parts))
