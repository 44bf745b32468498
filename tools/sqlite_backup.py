"""Backup of a SQLite database by SQLite's own backup API, to a file of the run."""

from __future__ import annotations

import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # the sandbox makes copiers, so it cannot be imported from here
    from database_specialist.tools.sqlite_sandbox import SqliteDatabase, SqliteSandbox


@contextmanager
def copying(sandbox: SqliteSandbox) -> Iterator[SqliteCopier]:
    """Make a place for copies, removed at the end."""
    with tempfile.TemporaryDirectory(prefix="dbspec-copy-") as folder:
        yield SqliteCopier(sandbox, Path(folder) / "copy.db")


class SqliteCopier:
    """A `Copier` on the backup API."""

    def __init__(self, sandbox: SqliteSandbox, file: Path) -> None:
        self._sandbox = sandbox
        self._database: SqliteDatabase
        self.file = file
        """Where the copy lies."""

    @contextmanager
    def database(self) -> Iterator[SqliteDatabase]:
        """Make the empty database that is copied."""
        with self._sandbox.database() as self._database:
            yield self._database

    def copy(self) -> str:
        """Copy it while it is open; return what the integrity check objects to, or nothing."""
        with closing(sqlite3.connect(self.file)) as target:
            self._database.backup(target)
        return self.check()

    def check(self) -> str:
        """Return what SQLite objects to in the copy, or nothing."""
        try:
            with closing(sqlite3.connect(self.file)) as copy:
                found = [str(row[0]) for row in copy.execute("PRAGMA integrity_check")]
        except sqlite3.DatabaseError as error:
            return str(error)
        return "" if found == ["ok"] else "; ".join(" ".join(line.split()) for line in found[:3])

    @contextmanager
    def restored(self) -> Iterator[SqliteDatabase]:
        """Give a database on the copy."""
        with self._sandbox.database() as database, closing(sqlite3.connect(self.file)) as source:
            database.overwrite(source)
            yield database
