"""Proofs of what a migration's statements lock, rewrite and scan, measured on tables that hold rows.

migrations until every table is there --> seed --> each further statement, its locks read before it commits

At the first deployment the tables are empty, and no lock on them matters to anyone. What is measured here is what the
same statements do once there are rows and readers.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from database_specialist.agent.dialects import split_statements
from database_specialist.agent.model.locks import Footprint
from database_specialist.agent.model.operations import Migration
from database_specialist.agent.verification.records import Parts, Recorder
from database_specialist.agent.verification.sandbox import Database, StatementError
from database_specialist.agent.verification.structure import one_line

LOCKS = (
    "",
    "ACCESS SHARE",
    "ROW SHARE",
    "ROW EXCLUSIVE",
    "SHARE UPDATE EXCLUSIVE",
    "SHARE",
    "SHARE ROW EXCLUSIVE",
    "EXCLUSIVE",
    "ACCESS EXCLUSIVE",
)
"""PostgreSQL's table locks, the weakest first."""

CLAIM = "What each statement locks, rewrites and scans was read while it ran on tables with rows."
_TRANSACTION = re.compile(r"(BEGIN|START TRANSACTION|COMMIT|END)\b", re.IGNORECASE)


@dataclass(frozen=True)
class Touch:
    """What one statement did to one table."""

    table: str
    lock: str
    """The strongest, of `LOCKS`."""
    rewrites: bool
    """The table got a new file: every row was written again."""
    scans: bool
    """Rows were read from one end to the other."""

    def joined(self, other: Touch | None) -> Touch:
        """Return this together with what was done to another part of the same table."""
        if other is None:
            return self
        lock = max(self.lock, other.lock, key=LOCKS.index)
        return Touch(self.table, lock, self.rewrites or other.rewrites, self.scans or other.scans)


@runtime_checkable
class Measuring(Protocol):
    """A database that can say what a statement does to its tables."""

    def footprint(self, statement: str, *, alone: bool) -> tuple[Touch, ...]:
        """Run a statement for good; `alone` is one that no transaction may hold. Raises StatementError."""


def prove_locks(parts: Parts, database: Database, recorder: Recorder) -> None:
    """Run the migrations on an empty database, put the seed in as soon as it fits, and measure what follows."""
    if not isinstance(database, Measuring):
        skip_locks(recorder, f"no measure of locks is written for {recorder.sandbox.engine}")
        return
    has_rows = False
    for migration in parts.operations.migrations:
        has_rows = has_rows or _seeded(parts, database)
        try:
            found = tuple(_footprints(migration, parts, database, measured=has_rows))
        except StatementError as error:
            recorder.failed("locks", _name(migration), CLAIM, str(error))
            return
        if has_rows:
            recorder.passed("locks", _name(migration), CLAIM, _detail(found))
            recorder.footprints += found
    if not has_rows:
        skip_locks(recorder, "no step follows the one that makes the last table")


def skip_locks(recorder: Recorder, why: str) -> None:
    """Record that nothing was measured."""
    recorder.not_checked("locks", "migrations", CLAIM, why)


def _name(migration: Migration) -> str:
    return f"{migration.number:04d}_{migration.name}"


def _seeded(parts: Parts, database: Database) -> bool:
    """Put the seed in, in one transaction; return whether it went in: until all tables are there it cannot."""
    statements = split_statements(parts.operations.seed.sql, parts.schema.engine)
    if not statements:
        return False
    database.execute("BEGIN")
    try:
        database.run(each for each in statements if not _TRANSACTION.match(each))
    except StatementError:
        database.execute("ROLLBACK")
        return False
    database.execute("COMMIT")
    return True


def _footprints(migration: Migration, parts: Parts, database: Database, *, measured: bool) -> Iterator[Footprint]:
    live = {name for name, rows in parts.operations.seed.rows.items() if rows}
    for statement in split_statements(migration.up, parts.schema.engine):
        if not measured or not isinstance(database, Measuring):
            database.execute(statement)
            continue
        for touch in database.footprint(statement, alone=not migration.transactional):
            if touch.table in live:
                yield Footprint(
                    migration=_name(migration),
                    statement=one_line(statement),
                    table=touch.table,
                    lock=touch.lock,
                    rewrites=touch.rewrites,
                    scans=touch.scans,
                )


def _detail(found: tuple[Footprint, ...]) -> str:
    """Say what the worst of the statements does."""
    if not found:
        return "no table with rows is locked"
    worst = max((each.lock for each in found), key=LOCKS.index)
    of_it = sorted({each.table for each in found if each.lock == worst})
    rewritten = sorted({each.table for each in found if each.rewrites})
    tables = f"{len(of_it)} table{'' if len(of_it) == 1 else 's'}"
    rewrite = f"; rewrites {', '.join(rewritten)}" if rewritten else "; rewrites nothing"
    return f"at most {worst}, on {tables}{rewrite}"
