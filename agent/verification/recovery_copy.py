"""Proofs of backup for a database that is one file: a copy taken while it is open, a disaster, the copy put back."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import Protocol, runtime_checkable

from database_specialist.agent.dialects import create_statements, index_statements, split_statements
from database_specialist.agent.verification.records import Parts, Recorder
from database_specialist.agent.verification.recovery_state import cause_disaster, lost, state_of, unlike
from database_specialist.agent.verification.sandbox import Database, StatementError

COPY = "A copy taken while the database is open passes the integrity check."
RESTORE = "After a disaster the copy gives every row and object back."
LATER = "What was written after the copy comes back from the log."
_NO_LOG = "the log is shipped by a program that is not here"


class Copier(Protocol):
    """A database that is one file, with a place to copy it to."""

    def database(self) -> AbstractContextManager[Database]:
        """Make the empty database that is copied."""

    def copy(self) -> str:
        """Copy it while it is open; return what the integrity check objects to, or nothing."""

    def restored(self) -> AbstractContextManager[Database]:
        """Give a database on the copy."""


@runtime_checkable
class Copying(Protocol):
    """A sandbox whose databases are files."""

    def copier(self) -> AbstractContextManager[Copier]:
        """Make a place for copies."""


def prove_copy(parts: Parts, copying: Copying, recorder: Recorder) -> None:
    """Rehearse backup and restore of a database that is one file."""
    try:
        with copying.copier() as copier, copier.database() as database:
            _rehearse(parts, database, copier, recorder)
    except StatementError as error:
        recorder.failed("recovery", "rehearsal", "The rehearsal runs to its end.", str(error))


def _rehearse(parts: Parts, database: Database, copier: Copier, recorder: Recorder) -> None:
    engine = parts.schema.engine
    database.run((*create_statements(parts.schema), *index_statements(parts.indexes, engine)))
    database.run(split_statements(parts.operations.seed.sql, engine))
    before = state_of(parts, database)
    with recorder.timing("recovery: copy"):
        problem = copier.copy()
    held = f"taken while the database held {before.size}"
    recorder.judged("recovery", "copy", COPY, (problem,) if problem else (), detail=held)
    recorder.not_checked("recovery", "recovery to a time", LATER, _NO_LOG)
    if problem:
        recorder.not_checked("recovery", "restore of the copy", RESTORE, "the copy failed")
        return
    disaster = cause_disaster(parts, database)
    gone = lost(before, state_of(parts, database, lenient=True))
    with recorder.timing("recovery: restore of the copy"), copier.restored() as copy:
        problems = tuple(unlike(before, state_of(parts, copy, lenient=True)))
    detail = f"lost by {disaster}: {gone}; back: {before.size}"
    recorder.judged("recovery", "restore of the copy", RESTORE, problems, detail=detail)
