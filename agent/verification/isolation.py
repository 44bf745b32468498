"""Proofs of the row-level policies: a session that is set to one tenant meets that tenant's rows and no others.

The login of the proof owns the tables, and PostgreSQL spares owners: FORCE ROW LEVEL SECURITY, inside a trial that
is rolled back, binds it like every login of the application (it is no superuser, and may not bypass policies).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

from database_specialist.agent.dialects import quote
from database_specialist.agent.model.relational import Column, Policy, Schema
from database_specialist.agent.verification.records import Parts, Recorder
from database_specialist.agent.verification.sandbox import Database, StatementError

_SETTING = re.compile(r"current_setting\(\s*'([^']+)'", re.IGNORECASE)
_OWNER = re.compile(
    r"\b(?P<left>\w+)\"?\s*=\s*[(\s]*(?:select\b)?[(\s]*(?:nullif\s*\()?[(\s]*current_setting\s*\(|"
    r"current_setting\s*\([^=]*=\s*\"?(?P<right>\w+)",
    re.IGNORECASE,
)
_IS_ENABLED = "SELECT relrowsecurity FROM pg_catalog.pg_class WHERE oid = pg_catalog.to_regclass($1)"
_STANDS_ALONE = (
    "SELECT polpermissive AND polcmd IN ('*', 'r') FROM pg_catalog.pg_policy"
    " WHERE polrelid = pg_catalog.to_regclass($1) AND polname = $2"
)
_REFUSED = "42501"
_UNKNOWN_SETTING = "42704"


@dataclass(frozen=True)
class _Case:
    """A policy that compares a column with a setting of the session."""

    policy: Policy
    others: tuple[Policy, ...]
    """The other policies of the table, which would let their own rows through."""
    setting: str
    column: Column

    @property
    def table(self) -> str:
        return quote(self.policy.table, "postgresql")

    @property
    def key(self) -> str:
        return quote(self.column.name, "postgresql")


def prove_policies(parts: Parts, database: Database, recorder: Recorder) -> None:
    """Read and write the seeded rows under each policy, as two tenants and as none."""
    for policy in parts.schema.policies:
        case = _case(policy, parts.schema) or _beside_others(policy, parts.schema)
        if case is None:
            claim = f"Sessions see only the rows of {policy.table} that the policy lets through."
            why = "the policy does not compare one column with one setting, so nothing says whose rows are whose"
            recorder.not_checked("object", policy.name, claim, why)
        else:
            _prove(case, database, recorder)


def _case(policy: Policy, schema: Schema) -> _Case | None:
    table = schema.table(policy.table)
    settings = set(_SETTING.findall(policy.using))
    compared = {found["left"] or found["right"] for found in _OWNER.finditer(policy.using)}
    words = set(re.findall(r"\w+", re.sub(r"'[^']*'", "", policy.using)))
    columns = [column for column in table.columns if column.name in (compared or words)] if table else []
    if len(settings) != 1 or len(columns) != 1:
        return None
    others = tuple(each for each in schema.policies if each.table == policy.table and each.name != policy.name)
    return _Case(policy, others, settings.pop(), columns[0])


def _beside_others(policy: Policy, schema: Schema) -> _Case | None:
    """Judge a policy that says nothing of owners with all of its table: what one of them lets through is seen."""
    for other in schema.policies:
        case = _case(other, schema) if other.table == policy.table else None
        if case is not None:
            return _Case(policy, (), case.setting, case.column)
    return None


def _prove(case: _Case, database: Database, recorder: Recorder) -> None:
    name, table = case.policy.name, case.policy.table
    claim = f"A session with {case.setting} set sees the rows of {table} of that {case.column.name} and no others."
    try:
        if not database.execute(_IS_ENABLED, (case.table,)).rows[0][0]:
            recorder.failed("object", name, claim, f"row security is not enabled on {table}: {name} binds nobody")
            return
        if not _stands_alone(case, database):
            case = replace(case, others=())
        owned = _owned(case, database)
        if len(owned) < 2:
            recorder.not_checked("object", name, claim, f"the seeded rows of {table} belong to fewer than two owners")
            return
        problems, detail = _read(case, owned, database)
        problem, refusal = _give_away(case, [owner for owner, _ in owned[:2]], database)
    except StatementError as error:
        recorder.failed("object", name, claim, str(error))
        return
    found = (*problems, problem) if problem else tuple(problems)
    recorder.judged("object", name, claim, found, detail=f"{detail}; {refusal} (owner bound by FORCE, in a trial)")


def _stands_alone(case: _Case, database: Database) -> bool:
    """Say whether a policy shows rows by itself: one that only restricts others, or is for writes, shows none."""
    found = database.execute(_STANDS_ALONE, (case.table, case.policy.name)).rows
    return bool(found and found[0][0])


def _owned(case: _Case, database: Database) -> list[tuple[str, int]]:
    """Return whose rows the table holds, and how many of each, before any policy binds us."""
    query = (
        f"SELECT {case.key}::text, count(*) FROM {case.table} WHERE {case.key} IS NOT NULL"
        f" GROUP BY {case.key} ORDER BY {case.key}"
    )
    return [(str(owner), int(str(rows))) for owner, rows in database.execute(query).rows]


@contextmanager
def _bound(case: _Case, database: Database) -> Iterator[None]:
    with database.trial():
        for other in case.others:
            database.execute(f"DROP POLICY {quote(other.name, 'postgresql')} ON {case.table}")
        database.execute(f"ALTER TABLE {case.table} DISABLE TRIGGER USER")
        database.execute(f"ALTER TABLE {case.table} FORCE ROW LEVEL SECURITY")
        yield


def _read(case: _Case, owned: list[tuple[str, int]], database: Database) -> tuple[list[str], str]:
    problems: list[str] = []
    with _bound(case, database):
        for owner, rows in owned[:2]:
            _become(owner, case, database)
            seen = dict(_owned(case, database))
            if seen != {owner: rows}:
                problems.append(f"with {case.setting} = {owner}, {seen.get(owner, 0)} of its {rows} rows are seen")
                problems[-1] += f" and {sum(seen.values()) - seen.get(owner, 0)} of others"
        _become("", case, database)
        left = _left_without(case, database)
    if left:
        problems.append(f"without {case.setting}, {left} rows are seen")
    (first, some), (second, others) = owned[:2]
    total = sum(rows for _, rows in owned)
    detail = (
        f"of {total} rows {some} are seen with {case.setting} = {first}, {others} with {second}, all their own; "
        f"none without it"
    )
    return problems, detail


def _become(owner: str, case: _Case, database: Database) -> None:
    database.execute("SELECT set_config($1, $2, true)", (case.setting, owner))


def _left_without(case: _Case, database: Database) -> int:
    try:
        return int(str(database.execute(f"SELECT count(*) FROM {case.table}").rows[0][0]))
    except StatementError as error:
        # An empty text is no number: then the policy refuses the statement, and no row is seen either.
        if (error.sqlstate or "").startswith("22") or error.sqlstate == _UNKNOWN_SETTING:
            return 0
        raise


def _give_away(case: _Case, owners: list[str], database: Database) -> tuple[str, str]:
    """Return a problem or "", and what came back when one tenant's rows are to become another's."""
    if case.column.identity or case.column.generated:
        return "", f"{case.column.name} cannot be written"
    first, second = owners
    # Without WHERE: to find rows, PostgreSQL would hold the new ones against USING too, and hide a weak WITH CHECK.
    change = f"UPDATE {case.table} SET {case.key} = $1::text::{case.column.type}"
    try:
        with _bound(case, database):
            _become(first, case, database)
            changed = database.execute(change, (second,)).row_count
    except StatementError as error:
        if error.sqlstate == _REFUSED:
            return "", f"giving rows to another {case.column.name} is refused ({_REFUSED})"
        return f"giving rows to another {case.column.name} is stopped by something else: {error}", ""
    return (f"rows can be given to another {case.column.name}", "") if changed else ("", "no row can be changed")
