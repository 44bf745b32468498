"""Proofs of backup and recovery: a server of its own is backed up, damaged, and recovered to the rows of before.

DDL, part of the seed --> base backup --> more seed --> (increment) --> rest of the seed --> disaster
                              |___________________________|______ log ______|
                              --> recovery to the time before the disaster --> the same rows
dump --> empty database --> the same rows

Every record is about these rows and these commands. How long a recovery takes at production volume is no claim of it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from typing import Protocol, runtime_checkable

from database_specialist.agent.dialects import create_statements, index_statements, split_statements
from database_specialist.agent.model.evidence import Stage
from database_specialist.agent.verification.records import Parts, Recorder
from database_specialist.agent.verification.recovery_copy import Copying, prove_copy
from database_specialist.agent.verification.recovery_state import State, cause_disaster, lost, state_of, unlike
from database_specialist.agent.verification.sandbox import Database, StatementError

BACKUP = "A base backup of the running server verifies."
INCREMENT = "An increment of what was written since combines with it into a whole backup that verifies."
LOG = "The archive holds every segment of the log since the base backup."
RECOVERY = "After a disaster, recovery to the time before it gives every row and object back."
POINT = "Recovery to a named point before the disaster gives the same."
DUMP = "A dump restored into an empty database gives every row and object back."
_POINT_NAME = "before_disaster"
_MOST_NAMED = 5


class StepFailed(Exception):
    """A step of the rehearsal failed; the message is what the program said."""


class Rehearsal(Protocol):
    """A server whose log is archived, with the programs that back it up and restore it."""

    lacking: str
    """Why nothing can be rehearsed here ("pg_basebackup is missing"), or empty."""
    takes_increments: bool

    def database(self) -> AbstractContextManager[Database]:
        """Make the empty database that is backed up, and recovered."""

    def back_up(self) -> None:
        """Take a base backup of the whole server and verify it. Raises StepFailed."""

    def back_up_changes(self) -> None:
        """Take an increment on the base backup, combine the two, verify what comes out. Raises StepFailed."""

    def mark(self, name: str) -> None:
        """Set a restore point and remember the time."""

    def archive(self) -> tuple[str, ...]:
        """Have the log archived up to now; return the segments since the base backup that are missing."""

    def recovered(self, *, point: str | None = None, with_increment: bool = False) -> AbstractContextManager[Database]:
        """Recover the backup on a second server, to the time of the mark or to a named point. Raises StepFailed."""

    def restored(self) -> AbstractContextManager[Database]:
        """Dump the database and restore it into an empty one. Raises StepFailed."""


@runtime_checkable
class Rehearsing(Protocol):
    """A sandbox that can rehearse."""

    def rehearsal(self) -> AbstractContextManager[Rehearsal]:
        """Start the server that is backed up."""


def prove_recovery(parts: Parts, recorder: Recorder, *, thorough: bool = False) -> None:
    """Rehearse backup and recovery on a second server; `thorough` adds the increment and the named point."""
    sandbox = recorder.sandbox
    if not any(parts.operations.seed.rows.values()):
        skip_recovery(recorder, "the seed holds no row that could be lost")
        return
    if isinstance(sandbox, Copying):
        prove_copy(parts, sandbox, recorder)
        return
    if not isinstance(sandbox, Rehearsing):
        skip_recovery(recorder, f"no rehearsal is written for {sandbox.engine}")
        return
    with sandbox.rehearsal() as rehearsal:
        if rehearsal.lacking:
            skip_recovery(recorder, rehearsal.lacking)
            return
        try:
            with rehearsal.database() as database:
                _rehearse(parts, database, rehearsal, recorder, thorough=thorough)
        except StatementError as error:
            recorder.failed("recovery", "rehearsal", "The rehearsal runs to its end.", str(error))


def skip_recovery(recorder: Recorder, why: str) -> None:
    """Record that nothing was rehearsed."""
    _skip(recorder, why, BACKUP, LOG, RECOVERY, DUMP)


def _rehearse(parts: Parts, database: Database, rehearsal: Rehearsal, recorder: Recorder, *, thorough: bool) -> None:
    engine = parts.schema.engine
    early, middle, late = in_three(split_statements(parts.operations.seed.sql, engine))
    with_increment = thorough and rehearsal.takes_increments
    database.run((*create_statements(parts.schema), *index_statements(parts.indexes, engine), *early))
    if not _backed_up(parts, database, rehearsal, recorder):
        return
    database.run(middle)
    if with_increment:
        with_increment = _increment_taken(rehearsal, recorder)
    elif thorough:
        _skip(recorder, "PostgreSQL takes increments since 17, with pg_combinebackup", INCREMENT)
    database.run(late)
    before = state_of(parts, database)
    rehearsal.mark(_POINT_NAME)
    _prove_recovered(DUMP, f"back: {before.size}", before, parts, recorder, rehearsal.restored())
    disaster = cause_disaster(parts, database)
    if not _log_is_whole(rehearsal, recorder):
        _skip(recorder, "the log is not whole", RECOVERY, *((POINT,) if thorough else ()))
        return
    gone = lost(before, state_of(parts, database, lenient=True))
    detail = f"lost by {disaster}: {gone}; back: {before.size}"
    _prove_recovered(RECOVERY, detail, before, parts, recorder, rehearsal.recovered())
    if thorough:
        again = rehearsal.recovered(point=_POINT_NAME, with_increment=with_increment)
        source = "from the base backup and its increment" if with_increment else "from the base backup"
        _prove_recovered(POINT, f"{source}; back: {before.size}", before, parts, recorder, again)


def _skip(recorder: Recorder, why: str, *claims: str) -> None:
    for claim in claims:
        recorder.not_checked("recovery", _SUBJECTS[claim], claim, why)


_SUBJECTS = {
    BACKUP: "base backup",
    INCREMENT: "incremental backup",
    LOG: "archived log",
    RECOVERY: "recovery to a time",
    POINT: "recovery to a named point",
    DUMP: "logical backup",
}


def _backed_up(parts: Parts, database: Database, rehearsal: Rehearsal, recorder: Recorder) -> bool:
    held = state_of(parts, database).size
    with recorder.timing(f"recovery: {_SUBJECTS[BACKUP]}"):
        problem = _problem(rehearsal.back_up)
    recorder.judged("recovery", _SUBJECTS[BACKUP], BACKUP, problem, detail=f"taken while the database held {held}")
    if problem:
        _skip(recorder, "the base backup failed", LOG, RECOVERY, DUMP)
    return not problem


def _increment_taken(rehearsal: Rehearsal, recorder: Recorder) -> bool:
    with recorder.timing(f"recovery: {_SUBJECTS[INCREMENT]}"):
        problem = _problem(rehearsal.back_up_changes)
    recorder.judged("recovery", _SUBJECTS[INCREMENT], INCREMENT, problem, detail="taken, combined and verified")
    return not problem


def _log_is_whole(rehearsal: Rehearsal, recorder: Recorder) -> bool:
    try:
        missing = rehearsal.archive()
        problem = (f"missing from the archive: {', '.join(missing[:_MOST_NAMED])}",) if missing else ()
    except StepFailed as failure:
        problem = (str(failure),)
    recorder.judged("recovery", _SUBJECTS[LOG], LOG, problem, detail="no segment is missing up to the disaster")
    return not problem


def _prove_recovered(
    claim: str,
    detail: str,
    before: State,
    parts: Parts,
    recorder: Recorder,
    recovery: AbstractContextManager[Database],
) -> None:
    with recorder.timing(f"recovery: {_SUBJECTS[claim]}"):
        try:
            with recovery as copy:
                problems = tuple(unlike(before, state_of(parts, copy, lenient=True)))
        except StepFailed as failure:
            problems = (str(failure),)
    # A dump that does not restore is a fault of the schema: a check that reads by the search path, say.
    owner: Stage | None = "plan_schema" if claim == DUMP else None
    recorder.judged("recovery", _SUBJECTS[claim], claim, problems, detail=detail, owner=owner)


def _problem(step: Callable[[], None]) -> tuple[str, ...]:
    try:
        step()
    except StepFailed as failure:
        return (str(failure),)
    return ()


def in_three(statements: Sequence[str]) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
    """Cut a seed into three parts, never inside one of its transactions.

    >>> in_three(["a", "b", "c"])
    (('a',), ('b',), ('c',))
    >>> in_three(["a", "START TRANSACTION", "b", "COMMIT"])
    (('a',), (), ('START TRANSACTION', 'b', 'COMMIT'))
    """
    groups: list[list[str]] = []
    is_open = False
    for statement in statements:
        if is_open:
            groups[-1].append(statement)
        else:
            groups.append([statement])
        word = statement.lstrip().upper()
        is_open = word.startswith(("START TRANSACTION", "BEGIN")) or (is_open and not word.startswith("COMMIT"))
    # What is left over goes to the end: the log alone has to bring it back.
    third = len(groups) // 3
    parts = (groups[:third], groups[third : 2 * third], groups[2 * third :])
    if len(groups) == 2:
        parts = (groups[:1], [], groups[1:])
    early, middle, late = (tuple(each for group in part for each in group) for part in parts)
    return early, middle, late
