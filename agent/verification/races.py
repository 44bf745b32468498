"""Proofs of what holds between sessions: two statements, each right alone, tried at once.

An example that must be refused is the second half of such a pair: what it stumbles over is one of the rows before it.
That row and the refused statement are given to two sessions, and neither has committed when the other looks.

    session 1   BEGIN   first row     deferred checks              COMMIT
    session 2   BEGIN   second row (waits, or goes on) ............ refused, or COMMIT

A constraint makes the second wait, and refuses it. A trigger that only looks finds nothing, and both commit.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from database_specialist.agent.dialects import create_statements, index_statements, quote
from database_specialist.agent.model.relational import ForeignKey, Table
from database_specialist.agent.sampling.examples import ExampleScript, example_statements
from database_specialist.agent.sampling.violations import ExampleError
from database_specialist.agent.verification.records import Parts, Recorder
from database_specialist.agent.verification.sandbox import Database, StatementError

_KINDS = ("exclusion", "trigger")
"""What keeps rows apart by looking at others. A unique key is the engine's own, and needs no trial."""
_MOST_RACES = 25
_ABSENT = {"bigint": "-1", "integer": "-1", "uuid": "'00000000-0000-0000-0000-000000000000'"}
"""Values that no row has as its key, by type."""


@dataclass(frozen=True)
class Raced:
    """What became of two sessions: a refusal each, or None for the one that committed."""

    first: StatementError | None
    second: StatementError | None


@runtime_checkable
class Racing(Protocol):
    """A database on which two sessions can write at once."""

    isolation: str
    """The isolation level that the sessions ask for; empty for the engine's own."""

    def race(self, first: str, second: str) -> Raced:
        """Run a statement in each of two sessions, and commit both when both have looked."""


@dataclass(frozen=True)
class _Pair:
    """Rows that are committed, and two statements that are each right on them."""

    before: tuple[str, ...]
    first: str
    second: str


def prove_races(parts: Parts, recorder: Recorder) -> None:
    """Let two sessions try to break each rule that an example breaks, where two rows are needed for it."""
    scripts = _scripts(parts)
    if not scripts:
        return
    with recorder.sandbox.database() as database:
        if not isinstance(database, Racing):
            return  # one writer at a time, or nothing is run here: there is no race
        try:
            database.run(_statements(parts))
        except StatementError:
            return  # the record of the DDL says so
        for name, script in scripts.items():
            pair = _pair(script, database)
            if pair is not None:
                with _another(parts, database, recorder) as copy:
                    _prove(name, pair, copy, recorder)


@contextmanager
def _another(parts: Parts, database: Database, recorder: Recorder) -> Iterator[Database]:
    """Give a database of the same kind for one race: what is committed in it stays."""
    if parts.schema.engine == "postgresql":
        with database.clone() as copy:
            yield copy
        return
    with recorder.sandbox.database() as fresh:  # the copies of other engines leave triggers out
        fresh.run(_statements(parts))
        yield fresh


def _statements(parts: Parts) -> tuple[str, ...]:
    return (*create_statements(parts.schema), *index_statements(parts.indexes, parts.schema.engine))


def _scripts(parts: Parts) -> dict[str, ExampleScript]:
    """Return the examples to refuse, by the constraint or trigger that is to refuse them: the first of each."""
    found: dict[str, ExampleScript] = {}
    for example in parts.entity_model.examples:
        if example.expect != "reject":
            continue
        try:
            script = example_statements(example, parts.entity_model, parts.schema)
        except ExampleError:
            continue  # the record of the example says so
        expected = script.expected
        if expected is not None and expected.kind in _KINDS and len(found) < _MOST_RACES:
            found.setdefault(expected.name, script)
    return found


def _pair(script: ExampleScript, database: Database) -> _Pair | None:
    """Find the row before the refused statement without which it would be taken; the latest such row."""
    for place in reversed(range(len(script.setup))):
        before = (*script.setup[:place], *script.setup[place + 1 :])
        if all(_are_taken((*before, last), database) for last in (script.setup[place], script.probe)):
            return _Pair(before, script.setup[place], script.probe)
    return None


def _are_taken(statements: Sequence[str], database: Database) -> bool:
    """Say whether all are taken, and the last of them changes a row."""
    changed = 0
    try:
        with database.trial():
            for statement in statements:
                changed = database.execute(statement).row_count
            database.check_deferred()
    except StatementError:
        return False
    return changed > 0


def _prove(name: str, pair: _Pair, database: Database, recorder: Recorder) -> None:
    assert isinstance(database, Racing), "a copy can do what its original can"
    level = f" at {database.isolation}" if database.isolation else ""
    claim = f"Of two sessions{level} that would break {name} together, each right alone, one commits and one does not."
    try:
        database.run(("BEGIN", *pair.before, "COMMIT"))
        raced = database.race(pair.first, pair.second)
    except StatementError as error:
        recorder.not_checked("race", name, claim, f"the two could not be run against each other: {error}")
        return
    refusals = [each for each in (raced.first, raced.second) if each is not None]
    if len(refusals) == 1:
        recorder.passed("race", name, claim, f"one committed; the other was refused by {_by(refusals[0])}")
    elif refusals:
        recorder.failed("race", name, claim, f"neither committed: {_by(refusals[0])}, and {_by(refusals[1])}")
    else:
        remedy = "lock the row that both refer to before looking, or use an exclusion or unique constraint"
        recorder.failed("race", name, claim, f"both committed: {name} does not see what is not committed yet; {remedy}")


def _by(refusal: StatementError) -> str:
    return f"{refusal.constraint} ({refusal.sqlstate})" if refusal.constraint else str(refusal)


def prove_deferred(parts: Parts, database: Database, recorder: Recorder) -> None:
    """Let each deferrable foreign key wait for the commit, and refuse there (PostgreSQL, on the seeded rows)."""
    if parts.schema.engine != "postgresql":
        return
    for table in parts.schema.tables:
        for key in table.foreign_keys:
            if key.deferrable:
                _prove_deferred(table, key, database, recorder)


def _prove_deferred(table: Table, key: ForeignKey, database: Database, recorder: Recorder) -> None:
    subject = f"{table.name}.{key.name}"
    claim = f"A row of {table.name} may come before its row of {key.ref_table}, and cannot be committed without it."
    column = table.column(key.columns[-1])
    absent = _ABSENT.get(column.type) if column else None
    if absent is None or column is None:
        recorder.not_checked("race", subject, claim, f"no value of {key.columns[-1]} is known to be absent")
        return
    name, own = quote(table.name, "postgresql"), quote(column.name, "postgresql")
    first = f"(SELECT ctid FROM {name} LIMIT 1)"
    try:
        with database.trial():
            database.execute(f"ALTER TABLE {name} DISABLE TRIGGER USER")
            changed = database.execute(f"UPDATE {name} SET {own} = {absent} WHERE ctid = {first}").row_count
            refusal = _refusal_at_commit(database)
    except StatementError as error:
        recorder.failed("race", subject, claim, f"the statement itself was refused: {error}")
        return
    if not changed:
        recorder.not_checked("race", subject, claim, f"{table.name} has no seeded row")
    elif refusal is None:
        recorder.failed("race", subject, claim, "a row without its target was taken at the commit")
    else:
        recorder.passed("race", subject, claim, f"taken at first; at the commit refused by {_by(refusal)}")


def _refusal_at_commit(database: Database) -> StatementError | None:
    try:
        database.check_deferred()
    except StatementError as error:
        return error
    return None
