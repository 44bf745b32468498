"""Proofs by example: what must be accepted is, and what must be refused is refused by the constraint meant."""

from __future__ import annotations

import re
from dataclasses import dataclass

from database_specialist.agent.model.entities import Example
from database_specialist.agent.model.evidence import CheckKind
from database_specialist.agent.sampling.examples import ExampleScript, example_statements
from database_specialist.agent.sampling.violations import ExampleError, Expected
from database_specialist.agent.verification.records import Parts, Recorder
from database_specialist.agent.verification.rows import is_rule_of_trigger
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
    """An example of code's own whose rows a trigger refuses that was written by hand, which code does not read."""

    example: Example
    expected: Expected | None
    refusal: StatementError


def prove_examples(parts: Parts, database: Database, recorder: Recorder) -> tuple[Masked, ...]:
    """Play every example on the empty tables, each in a transaction that is rolled back.

    Return those of which nothing can be said here: they are nobody's fault, and wait for the rows of the seed.
    """
    masked: list[Masked] = []
    for example in parts.entity_model.examples:
        kind, claim = claim_of(example)
        try:
            script = example_statements(example, parts.entity_model, parts.schema)
        except ExampleError as error:
            recorder.failed(kind, example.id, claim, str(error))
            continue
        problem, detail, refusal = _play(example, script, database)
        if problem and refusal is not None and not example.is_by_code:
            # A row that the example names may be the wrong owner of one that it does not speak of.
            again = example_statements(example, parts.entity_model, parts.schema, fresh_owners=True)
            problem, detail, refusal = _play(example, again, database)
        if problem and example.is_by_code and refusal is not None and is_rule_of_trigger(refusal, parts):
            masked.append(Masked(example, script.expected, refusal))
        elif problem:
            recorder.failed(kind, example.id, claim, problem)
        else:
            recorder.passed(kind, example.id, claim, detail)
    return tuple(masked)


def claim_of(example: Example) -> tuple[CheckKind, str]:
    """Return the kind of check that an example is, and what it claims."""
    kind: CheckKind = "example_accept" if example.expect == "accept" else "example_reject"
    return kind, f"{example.id} is {example.expect}ed: {example.text}"


def _play(example: Example, script: ExampleScript, database: Database) -> tuple[str, str, StatementError | None]:
    """Return a problem or "", what came back, and what the engine refused."""
    try:
        with database.trial():
            unfit, statement = _set_up(script, database)
            refusal = unfit or _probe(script, database)
    except StatementError as error:
        return f"the example does not stay in its transaction: {error}", "", None
    if unfit:
        return f"its set-up is refused: {unfit} in: {one_line(statement)}", "", unfit
    if example.expect == "accept":
        shown = one_line(script.probe)
        problem = f"refused: {refusal} in: {shown}" if refusal else ""
        return problem, "" if refusal else f"accepted: {one_line(_COLUMNS.sub(' VALUES', script.probe))}", refusal
    problem, detail = _judge(refusal, script.expected)
    return problem, detail, refusal


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
        return refusal.constraint == expected.name or (expected.is_primary and refusal.constraint == _MYSQL_PRIMARY)
    if refusal.column and expected.columns:
        return set(refusal.column.split(", ")) == set(expected.columns)
    return True
