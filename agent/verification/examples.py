"""Proofs by example: what must be accepted is, and what must be refused is refused by the constraint meant."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from database_specialist.agent.model.entities import Example
from database_specialist.agent.model.evidence import CheckKind
from database_specialist.agent.sampling.examples import FIRST, ExampleScript, example_statements, expectation
from database_specialist.agent.sampling.violations import ExampleError, Expected, NoRowError
from database_specialist.agent.verification.records import Parts, Recorder
from database_specialist.agent.verification.sandbox import Database, StatementError
from database_specialist.agent.verification.structure import one_line

_STATES: dict[str, tuple[str, ...]] = {
    "23503": ("23503", "23001"),  # PostgreSQL 18 tells RESTRICT apart
    "23001": ("23503", "23001"),
}
_MYSQL_PRIMARY = "PRIMARY"
"""What MySQL calls every primary key, whatever name a design gives it."""
_RAISED = ("23514", "P0001", "45000", "23000")
"""What a trigger may raise on one engine or another."""


_COLUMNS = re.compile(r"\s*\([^()]*\)(?:\s+OVERRIDING SYSTEM VALUE)?\s+VALUES")
"""The columns of an INSERT, which say less of a row than its values."""


@dataclass(frozen=True)
class Masked:
    """An example of code's own of which nothing can be said on empty tables: that is nobody's fault."""

    example: Example
    expected: Expected | None
    why: str


_UNFIT = "its set-up is refused"
_MOST_AT_REST = 8
"""Triggers that are put to rest, one after the other, before an example is given up."""
_TRIGGER = re.compile(r"CREATE\s+(?:CONSTRAINT\s+)?TRIGGER\s+(\w+)\s.*?\sON\s+(\w+)", re.IGNORECASE | re.DOTALL)


def prove_examples(parts: Parts, database: Database, recorder: Recorder) -> tuple[Masked, ...]:
    """Play every example on the empty tables, each in a transaction that is rolled back.

    Return those that wait for the rows of the seed: code does not read the triggers that a designer wrote.
    """
    masked: list[Masked] = []
    for example in parts.entity_model.examples:
        kind, claim = claim_of(example)
        expected = None
        try:
            expected = expectation(example, parts.entity_model, parts.schema)
            script = example_statements(example, parts.entity_model, parts.schema)
        except ExampleError as error:
            if example.is_by_code and isinstance(error, NoRowError):
                masked.append(Masked(example, expected, "no valid row for it was found"))
            else:
                recorder.failed(kind, example.id, claim, str(error))
            continue
        problem, detail, refusal = _play(example, script, database)
        if problem and refusal is not None:
            problem, detail, refusal = _play_again(example, script, parts, database) or (problem, detail, refusal)
        if problem and example.is_by_code and (why := _excuse(refusal, expected, parts)):
            masked.append(Masked(example, expected, why))
        elif problem:
            recorder.failed(kind, example.id, claim, problem)
        else:
            recorder.passed(kind, example.id, claim, detail)
    return tuple(masked)


def _excuse(refusal: StatementError | None, expected: Expected | None, parts: Parts) -> str:
    """Say why an example of code's own shows nothing; "" where it shows that the design is wrong."""
    if refusal is not None:
        return f"its rows are refused before the constraint is asked ({refusal})"
    if expected is None or expected.kind != "not_null":
        return ""
    given = re.compile(rf"\bNEW\.{re.escape(expected.name)}\s*:?=(?!=)", re.IGNORECASE)
    filler = next((each for each in parts.schema.routines if given.search(each.create)), None)
    return f"the trigger {filler.name} gives the value" if filler else ""


def claim_of(example: Example) -> tuple[CheckKind, str]:
    """Return the kind of check that an example is, and what it claims."""
    kind: CheckKind = "example_accept" if example.expect == "accept" else "example_reject"
    return kind, f"{example.id} is {example.expect}ed: {example.text}"


def _play(
    example: Example, script: ExampleScript, database: Database, *, at_rest: Sequence[tuple[str, str]] = ()
) -> tuple[str, str, StatementError | None]:
    """Return a problem or "", what came back, and what the engine refused.

    While the rows before the last are put in, the triggers `at_rest` do not work, each given by its table and name.
    """
    try:
        with database.trial():
            for table, trigger in at_rest:
                database.execute(f"ALTER TABLE {table} DISABLE TRIGGER {trigger}")
            unfit, statement = _set_up(script, database)
            if at_rest and not unfit:
                database.check_deferred()  # no table is altered over what still waits
                for table, trigger in at_rest:
                    database.execute(f"ALTER TABLE {table} ENABLE TRIGGER {trigger}")
                database.execute("SET CONSTRAINTS ALL DEFERRED")
            refusal = unfit or _probe(script, database)
    except StatementError as error:
        return f"the example does not stay in its transaction: {error}", "", None
    if unfit:
        return f"{_UNFIT}: {unfit} in: {one_line(statement)}", "", unfit
    if example.expect == "accept":
        shown = one_line(script.probe)
        problem = f"refused: {refusal} in: {shown}" if refusal else ""
        return problem, "" if refusal else f"accepted: {one_line(_COLUMNS.sub(' VALUES', script.probe))}", refusal
    problem, detail = _judge(refusal, script.expected)
    return problem, detail, refusal


def _play_again(
    example: Example, script: ExampleScript, parts: Parts, database: Database
) -> tuple[str, str, StatementError | None] | None:
    """Play an example with other rows where it leaves them open: its own owners, or numbers that begin at 1.

    A row that it names may be the wrong owner of what it does not speak of, and a trigger may ask for the next number.
    At last its rows stand as they are given, whatever steps would have led there: only the last one is judged.
    """
    closest = None
    # Code's own are many, and the seed has rows for those that stay open.
    for fresh, first in ((False, 0),) if example.is_by_code else ((True, FIRST), (False, 0), (True, 0)):
        try:
            script = example_statements(example, parts.entity_model, parts.schema, fresh_owners=fresh, first=first)
        except ExampleError:
            continue
        outcome = _play(example, script, database)
        if not outcome[0]:
            return outcome
        if not outcome[0].startswith(_UNFIT):
            closest = outcome
    return _play_as_given(example, script, parts, database) or closest


def _play_as_given(
    example: Example, script: ExampleScript, parts: Parts, database: Database
) -> tuple[str, str, StatementError | None] | None:
    """Play an example while the triggers that refuse its earlier rows are at rest; they work again for the last one."""
    at_rest: list[tuple[str, str]] = []
    is_possible = parts.schema.engine == "postgresql" and script.setup and not example.is_by_code
    for _ in range(_MOST_AT_REST if is_possible else 0):
        problem, detail, refusal = _play(example, script, database, at_rest=at_rest)
        if not problem.startswith(_UNFIT):
            names = ", ".join(dict.fromkeys(name for _, name in at_rest))
            said = f"; its rows before stand as given, with {names} at rest for them" if names else ""
            return f"{problem}{said}" if problem else "", f"{detail}{said}" if detail else "", refusal
        refusing = next((each for each in parts.schema.routines if refusal and each.name == refusal.constraint), None)
        more = [(table, name) for name, table in _TRIGGER.findall(refusing.create)] if refusing else []
        if not set(more) - set(at_rest):
            return None
        at_rest += [each for each in more if each not in at_rest]
    return None


def _set_up(script: ExampleScript, database: Database) -> tuple[StatementError | None, str]:
    """Return what was refused of the rows before the last, and the statement."""
    for statement in script.setup:
        try:
            database.execute(statement)
        except StatementError as error:
            return error, statement
    return None, ""


def _probe(script: ExampleScript, database: Database) -> StatementError | None:
    try:
        database.execute(script.probe)
        database.check_deferred()
    except StatementError as error:
        return error
    return None


def _judge(refusal: StatementError | None, expected: Expected | None) -> tuple[str, str]:
    if refusal is None:
        return f"accepted, though {expected or 'a constraint'} was to refuse it", ""
    by = refusal.constraint or refusal.column or refusal.message
    if expected is None:
        if (refusal.sqlstate or "").startswith(("23", "P0001", "45000", "22")):
            return "", f"refused by {by}"
        return f"refused by an error that is no constraint: {refusal}", ""
    if not is_meant(refusal, expected):
        return f"refused by {by} ({refusal}), not by {expected.name}", ""
    named = refusal.constraint == expected.name or refusal.column == expected.name
    state = f" ({refusal.sqlstate})" if refusal.sqlstate else ""
    if named and expected.kind == "not_null":
        return "", f"refused by {expected.name} NOT NULL{state}"
    how = f"refused by {expected.name}{state}" if named else f"refused by {expected.name}, seen by its kind: {refusal}"
    return "", how


def is_meant(refusal: StatementError, expected: Expected) -> bool:
    """Return whether a refusal is the one that an example means, as far as the engine says by what it refused."""
    state = refusal.sqlstate or ""
    if expected.kind == "trigger":
        return state in _RAISED and refusal.constraint in (None, "", expected.name)
    if not state.startswith(_STATES.get(expected.sqlstate, (expected.sqlstate,))):
        return False
    if expected.kind in ("not_null", "type"):
        return refusal.column in (None, "", expected.name)
    if refusal.constraint:
        named = (expected.name, *_in_partitions(expected), *((_MYSQL_PRIMARY,) if expected.is_primary else ()))
        return refusal.constraint in named
    if refusal.column and expected.columns:
        return set(refusal.column.split(", ")) == set(expected.columns)
    return True


def _in_partitions(expected: Expected) -> tuple[str, ...]:
    """Return the names that the constraint has on the partitions of its table."""
    return tuple(part + expected.name.removeprefix(expected.table) for part in expected.partitions)
