"""Proofs of the delete actions: a parent row is deleted, and its children are looked at."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from database_specialist.agent.dialects import quote
from database_specialist.agent.model.base import Engine
from database_specialist.agent.model.relational import ForeignKey, Schema, Table
from database_specialist.agent.verification.records import Parts, Recorder
from database_specialist.agent.verification.sandbox import Database, StatementError

_MOST_ATTEMPTS = 12
_MOST_REMOVALS = 80
"""A table that more others refer to (tenants, users) would make the proof of n keys take n times n deletions."""
_MANY_HOLDERS = 12
_MOST_NAMED = 5
_REFUSED = ("23503", "23001", "23000")
_CLAIMS = {
    "cascade": "Deleting a row of {parent} deletes its rows of {child}.",
    "restrict": "A row of {parent} cannot be deleted while rows of {child} refer to it.",
    "no action": "A row of {parent} cannot be deleted while rows of {child} refer to it.",
    "set null": "Deleting a row of {parent} keeps its rows of {child} and empties the reference.",
    "set default": "Deleting a row of {parent} keeps its rows of {child} and sets the reference to its default.",
}


@dataclass(frozen=True)
class _Change:
    """A reference that is set for the trial."""

    statement: str
    values: tuple[object, ...]


@dataclass(frozen=True)
class _Case:
    """One foreign key, and the values by which the chosen children refer to their parent."""

    table: Table
    key: ForeignKey
    engine: Engine
    values: tuple[object, ...] = ()
    planted: _Change | None = None
    """Sets a reference first, where no seeded row has one."""

    @property
    def subject(self) -> str:
        return f"{self.table.name}.{self.key.name}"

    @property
    def claim(self) -> str:
        return _CLAIMS[self.key.on_delete].format(parent=self.key.ref_table, child=self.table.name)

    def where(self, columns: Sequence[str]) -> str:
        return " AND ".join(self.equal(columns))

    def equal(self, columns: Sequence[str], first: int = 1) -> list[str]:
        numbered = self.engine == "postgresql"
        marks = [f"${place}" if numbered else "?" for place in range(first, first + len(columns))]
        return [f"{quote(name, self.engine)} = {mark}" for name, mark in zip(columns, marks, strict=True)]


@dataclass(frozen=True)
class _Removal:
    """Rows, or a foreign key, to take away before the deletion."""

    table: str
    statement: str
    values: tuple[object, ...] = ()
    key: str = ""


@dataclass(frozen=True)
class _Outcome:
    """What the deletion did; `refusal` or the counts of children."""

    refusal: StatementError | None
    before: int = 0
    still_refer: int = 0
    lost: int = 0
    cleared: int = 0
    """Removals that succeeded before the refusal: what blocks the next one has to go before it."""


def prove_cascades(parts: Parts, database: Database, recorder: Recorder) -> None:
    """Delete one parent for each foreign key, in a transaction that is rolled back."""
    keys = [(table, key) for table in parts.schema.tables for key in table.foreign_keys]
    cases = [_with_values(_Case(table, key, parts.schema.engine), database) for table, key in keys]
    refused = _refusals_of_hubs([case for case in cases if case is not None], database)
    for (table, key), case in zip(keys, cases, strict=True):
        if case is not None and case.subject in refused:
            before = refused[case.subject]
            beside = f" (with {before} other foreign keys dropped for the trial)" if before else ""
            recorder.passed("cascade", case.subject, case.claim, f"refused by {key.name}{beside}")
        elif case is None:
            empty = f"no seeded row of {table.name} refers to {key.ref_table}"
            recorder.not_checked("cascade", f"{table.name}.{key.name}", _Case(table, key, "postgresql").claim, empty)
        else:
            _prove(case, parts.schema, database, recorder)


def _refusals_of_hubs(cases: Sequence[_Case], database: Database) -> dict[str, int]:
    """Return the keys that were seen to refuse, with how many others were out of the way by then.

    Only for rows that very many keys hold on to, where a trial of its own for each would be quadratic.
    """
    hubs: dict[tuple[object, ...], list[_Case]] = {}
    for case in cases:
        if case.engine == "postgresql" and _holds(case.key) and case.planted is None:
            hubs.setdefault((case.key.ref_table, case.key.ref_columns, case.values), []).append(case)
    refused: dict[str, int] = {}
    for hub in hubs.values():
        if len(hub) >= _MANY_HOLDERS:
            refused.update(_peel(hub, database))
    return refused


def _peel(hub: Sequence[_Case], database: Database) -> dict[str, int]:
    """Delete one row again and again, each time without the key that refused the time before."""
    first = hub[0]
    deletion = f"DELETE FROM {quote(first.key.ref_table, first.engine)} WHERE {first.where(first.key.ref_columns)}"
    left = {(case.table.name, case.key.name): case for case in hub}
    refused: dict[str, int] = {}
    with database.trial():
        while left:
            database.execute("SAVEPOINT peel")
            try:
                database.execute(deletion, first.values)
                database.check_deferred()
                break
            except StatementError as error:
                database.execute("ROLLBACK TO SAVEPOINT peel")
                case = left.pop((error.table or "", error.constraint or ""), None)
            if case is None:
                break
            refused[case.subject] = len(refused)
            database.execute(_aside(case.table, case.key).statement)
    return refused


def _with_values(case: _Case, database: Database) -> _Case | None:
    names = [quote(name, case.engine) for name in case.key.columns]
    present = " AND ".join(f"{name} IS NOT NULL" for name in names)
    order = ", ".join(str(place) for place in range(1, len(names) + 1))
    query = (
        f"SELECT {', '.join(names)} FROM {quote(case.table.name, case.engine)} WHERE {present} ORDER BY {order} LIMIT 1"
    )
    try:
        rows = database.execute(query).rows
    except StatementError:
        return None
    return replace(case, values=rows[0]) if rows else _planted(case, database)


def _planted(case: _Case, database: Database) -> _Case | None:
    """Let a row refer to another one, for the trial; None when no two rows fit or the tables refuse it."""
    found = _pair(case, database)
    loose = [name for name in case.key.columns if _is_nullable(case.table, name)]
    key = case.table.primary_key
    if found is None or not loose or key is None:
        return None
    values, own = found[: len(case.key.columns)], found[len(case.key.columns) :]
    new = tuple(value for name, value in zip(case.key.columns, values, strict=True) if name in loose)
    where = " AND ".join(case.equal(key.columns, len(loose) + 1))
    statement = f"UPDATE {quote(case.table.name, case.engine)} SET {', '.join(case.equal(loose))} WHERE {where}"
    planted = _Change(statement, (*new, *own))
    try:
        with database.trial():
            database.execute(planted.statement, planted.values)
            database.check_deferred()
    except StatementError:
        return None
    return replace(case, values=values, planted=planted)


def _pair(case: _Case, database: Database) -> tuple[object, ...] | None:
    """Return the key of a parent and that of a row which could refer to it: what the row holds already agrees."""
    key, engine = case.table.primary_key, case.engine
    if key is None:
        return None
    pairs = list(zip(case.key.columns, case.key.ref_columns, strict=True))
    fixed = [(own, theirs) for own, theirs in pairs if not _is_nullable(case.table, own)]
    conditions = [f"c.{quote(own, engine)} = p.{quote(theirs, engine)}" for own, theirs in fixed]
    if case.table.name == case.key.ref_table:
        conditions.append(f"c.{quote(key.columns[-1], engine)} <> p.{quote(key.columns[-1], engine)}")
    parts = [f"p.{quote(name, engine)}" for name in case.key.ref_columns]
    parts += [f"c.{quote(name, engine)}" for name in key.columns]
    tables = f"{quote(case.table.name, engine)} c CROSS JOIN {quote(case.key.ref_table, engine)} p"
    where = f" WHERE {' AND '.join(conditions)}" if conditions else ""
    order = ", ".join(str(place) for place in range(1, len(parts) + 1))
    try:
        rows = database.execute(f"SELECT {', '.join(parts)} FROM {tables}{where} ORDER BY {order} LIMIT 1").rows
    except StatementError:
        return None
    return rows[0] if rows else None


def _is_nullable(table: Table, name: str) -> bool:
    column = table.column(name)
    return column is not None and column.nullable


def _prove(case: _Case, schema: Schema, database: Database, recorder: Recorder) -> None:
    outcome = first = _delete(case, (), database)
    cleared: list[_Removal] = []
    refusers: dict[str, None] = {}
    for _ in range(_MOST_ATTEMPTS):
        # What else holds on to the parent is taken away first, so that this key's own action is seen.
        removals = [each for each in _other_blockers(outcome.refusal, case, schema) if each not in cleared]
        if not removals or len(removals) > _MOST_REMOVALS:
            break
        if outcome.refusal is not None and outcome.refusal.constraint:
            refusers[outcome.refusal.constraint] = None
        cleared[outcome.cleared : outcome.cleared] = removals
        outcome = _delete(case, cleared, database)
    beside = _beside(cleared, tuple(refusers)) + (" (the reference was set for the trial)" if case.planted else "")
    _record(case, first, outcome, beside, recorder)


def _delete(case: _Case, cleared: Sequence[_Removal], database: Database) -> _Outcome:
    child, parent = quote(case.table.name, case.engine), quote(case.key.ref_table, case.engine)
    counts = f"SELECT count(CASE WHEN {case.where(case.key.columns)} THEN 1 END), count(*) FROM {child}"
    before = total = done = 0
    try:
        with database.trial():
            if case.planted:
                database.execute(case.planted.statement, case.planted.values)
            for removal in cleared:
                database.execute(removal.statement, removal.values)
                done += 1
            before, total = _numbers(database, counts, case.values)
            database.execute(f"DELETE FROM {parent} WHERE {case.where(case.key.ref_columns)}", case.values)
            database.check_deferred()
            still, left = _numbers(database, counts, case.values)
    except StatementError as error:
        return _Outcome(error, before, cleared=done)
    return _Outcome(None, before, still, total - left)


def _numbers(database: Database, query: str, values: Sequence[object]) -> tuple[int, int]:
    first, second = database.execute(query, values).rows[0]
    return int(str(first)), int(str(second))


def _other_blockers(refusal: StatementError | None, case: _Case, schema: Schema) -> list[_Removal]:
    """Return what to take away because of the key that refused; empty when it was this key, or no key at all."""
    if refusal is None or refusal.sqlstate not in _REFUSED or refusal.constraint == case.key.name:
        return []
    apart = (case.table.name, case.key.ref_table)
    if refusal.constraint is None:  # SQLite does not say which key refused: all that could
        return [_whole(name, case) for name in _possible_blockers(case.key.ref_table, case, schema, apart)]
    others = [(table, key) for table in schema.tables for key in table.foreign_keys if key.name != case.key.name]
    named = [(table, key) for table, key in others if key.name == refusal.constraint]
    if case.engine == "postgresql":
        return list(dict.fromkeys([_aside(table, key) for table, key in named] + _direct_keys(case, others)))
    direct = [(table, key) for table, key in others if key.ref_table == case.key.ref_table and table.name not in apart]
    if any(key.name == refusal.constraint for _, key in direct):
        return [_referring(table, key, case) for table, key in direct if _holds(key)]
    return [_rest(table.name, case) if table.name in apart else _whole(table.name, case) for table, _ in named]


def _direct_keys(case: _Case, others: Sequence[tuple[Table, ForeignKey]]) -> list[_Removal]:
    found = [_aside(table, key) for table, key in others if key.ref_table == case.key.ref_table and _holds(key)]
    return found if len(found) < _MOST_REMOVALS else []


def _holds(key: ForeignKey) -> bool:
    return key.on_delete in ("restrict", "no action")


def _aside(table: Table, key: ForeignKey) -> _Removal:
    """Return the removal of a foreign key: PostgreSQL takes it back with the trial, and no row has to go."""
    statement = f"ALTER TABLE {quote(table.name, 'postgresql')} DROP CONSTRAINT {quote(key.name, 'postgresql')}"
    return _Removal(table.name, statement, key=key.name)


def _whole(table: str, case: _Case) -> _Removal:
    return _Removal(table, f"DELETE FROM {quote(table, case.engine)}")


def _rest(table: str, case: _Case) -> _Removal:
    """Return the removal of all rows of the child's or the parent's table but those that the proof is about.

    In a cycle, or where a child refers twice to the same table, other rows of the two tables stand in the way.
    """
    kept = []
    if table == case.table.name:
        kept.append(case.where(case.key.columns))
    if table == case.key.ref_table:
        kept.append(case.where(case.key.ref_columns))
    condition = " OR ".join(f"({each})" for each in kept)
    values = case.values if case.engine == "postgresql" else case.values * len(kept)
    return _Removal(table, f"DELETE FROM {quote(table, case.engine)} WHERE ({condition}) IS NOT TRUE", values)


def _referring(table: Table, key: ForeignKey, case: _Case) -> _Removal:
    """Return the removal of the rows that refer to the same parent by another key."""
    if key.ref_columns != case.key.ref_columns:
        return _whole(table.name, case)
    statement = f"DELETE FROM {quote(table.name, case.engine)} WHERE {case.where(key.columns)}"
    return _Removal(table.name, statement, case.values)


def _possible_blockers(name: str, case: _Case, schema: Schema, seen: tuple[str, ...]) -> list[str]:
    """Return the tables that refer to a table, and those that refer to them, the farthest first."""
    found: list[str] = []
    for table in schema.tables:
        if table.name in seen or table.name in found:
            continue
        if any(key.ref_table == name for key in table.foreign_keys):
            found += _possible_blockers(table.name, case, schema, (*seen, *found, table.name))
            found.append(table.name)
    return found


def _record(case: _Case, first: _Outcome, outcome: _Outcome, beside: str, recorder: Recorder) -> None:
    if outcome.refusal is not None:
        _record_refusal(case, outcome.refusal, beside, recorder)
    elif outcome.before == 0:
        # What stood in the way owned the children too: only the first try says anything.
        assert first.refusal is not None
        _record_refusal(case, first.refusal, "", recorder)
    elif case.key.on_delete in ("restrict", "no action"):
        recorder.failed("cascade", case.subject, case.claim, f"the row was deleted{beside}")
    else:
        _record_deletion(case, outcome, beside, recorder)


def _beside(cleared: Sequence[_Removal], refusers: tuple[str, ...]) -> str:
    """Name what blocked the deletion, and what had to go before this key's own action was seen."""
    if not cleared:
        return ""
    listed = _some(sorted({removal.key or removal.table for removal in cleared}))
    if not cleared[0].key:
        return f" (after rows of {listed} were taken away)"
    blocked = f"blocked by {_some(list(refusers))}; " if refusers else ""
    return f" ({blocked}with {listed} dropped for the trial)"


def _some(names: Sequence[str]) -> str:
    more = f" and {len(names) - _MOST_NAMED} more" if len(names) > _MOST_NAMED else ""
    return ", ".join(names[:_MOST_NAMED]) + more


def _record_refusal(case: _Case, refusal: StatementError, beside: str, recorder: Recorder) -> None:
    by = refusal.constraint or refusal.message
    # SQLite does not name the foreign key that refuses.
    is_this = refusal.sqlstate in _REFUSED and refusal.constraint in (None, case.key.name)
    if case.key.on_delete in ("restrict", "no action"):
        if is_this:
            recorder.passed(
                "cascade", case.subject, case.claim, f"refused by {refusal.constraint or 'a foreign key'}{beside}"
            )
        else:
            recorder.passed("cascade", case.subject, case.claim, f"refused, though first by {by}{beside}")
    elif is_this and refusal.constraint:
        recorder.failed("cascade", case.subject, case.claim, f"refused by {by} itself{beside}")
    elif refusal.sqlstate in ("23502",):
        recorder.failed("cascade", case.subject, case.claim, f"refused: {refusal}{beside}")
    else:
        detail = f"not reached: the deletion is blocked by {by}{beside}"
        recorder.not_checked("cascade", case.subject, case.claim, detail)


def _record_deletion(case: _Case, outcome: _Outcome, beside: str, recorder: Recorder) -> None:
    is_self = case.table.name == case.key.ref_table
    gone = outcome.before if case.key.on_delete == "cascade" else 0
    least = gone + is_self
    kept_right = outcome.lost >= least if case.key.on_delete == "cascade" else outcome.lost == least
    were = "row" if outcome.before == 1 else "rows"
    came_back = (
        f"{outcome.before} {were} referred to it; {outcome.still_refer} still refer, {outcome.lost} deleted{beside}"
    )
    if outcome.still_refer == 0 and kept_right:
        recorder.passed("cascade", case.subject, case.claim, came_back)
    else:
        recorder.failed("cascade", case.subject, case.claim, came_back)
