"""Proofs on the seed's rows for examples of code's own whose rows a trigger keeps out that was written by hand.

The rows of the seed were taken by the database, triggers and all. One of them is changed, or deleted, in the one point
that the example is about; only a refusal by the constraint meant counts, all else leaves the claim not checked.
"""

from __future__ import annotations

from collections.abc import Sequence

from database_specialist.agent.dialects import quote
from database_specialist.agent.model.base import Engine
from database_specialist.agent.model.relational import Schema, Table
from database_specialist.agent.sampling.examples import given_values
from database_specialist.agent.sampling.literals import literal
from database_specialist.agent.sampling.violations import ExampleError, Expected
from database_specialist.agent.verification.examples import Masked, claim_of, is_meant
from database_specialist.agent.verification.records import Parts, Recorder
from database_specialist.agent.verification.sandbox import Database, StatementError

_BY_VALUE = ("check", "type", "not_null")


def prove_on_seed(masked: Sequence[Masked], parts: Parts, database: Database, recorder: Recorder) -> None:
    """Try on a row of the seed what each example is about."""
    for each in masked:
        kind, claim = claim_of(each.example)
        statement = _statement(each, parts)
        refusal = _refusal(statement, database) if statement else None
        if each.expected is not None and refusal is not None and is_meant(refusal, each.expected):
            state = f" ({refusal.sqlstate})" if refusal.sqlstate else ""
            recorder.passed(kind, each.example.id, claim, f"refused by {each.expected}{state} on a row of the seed")
        else:
            leave(each, recorder)


def leave(masked: Masked, recorder: Recorder) -> None:
    """Say that nothing is known of an example, and why."""
    kind, claim = claim_of(masked.example)
    recorder.not_checked(kind, masked.example.id, claim, masked.why)


def _refusal(statement: str, database: Database) -> StatementError | None:
    with database.trial():
        try:
            database.execute(statement)
            database.check_deferred()
        except StatementError as error:
            return error
    return None


def _statement(masked: Masked, parts: Parts) -> str | None:
    """Return the statement that only the constraint meant should refuse; None where code knows none."""
    expected, engine = masked.expected, parts.schema.engine
    table = parts.schema.table(expected.table) if expected else None
    if expected is None or table is None or table.primary_key is None or engine in ("mysql", "mariadb"):
        return None  # MySQL reads no table in a statement that changes it
    if expected.kind == "restrict":
        return _deletion(table, expected, parts.schema)
    key = table.primary_key.columns
    if expected.kind == "unique":
        same = {name: _of_row(table, key, (name,), 0, engine) for name in expected.columns}
        return _change(table, key, same, 1, engine)
    if expected.kind in _BY_VALUE:
        values = _values(masked, table, parts)
        return _change(table, key, values, 0, engine) if values else None
    return None


def _values(masked: Masked, table: Table, parts: Parts) -> dict[str, str]:
    """Return the literals that the example gives in its last row."""
    try:
        given = given_values(masked.example, parts.entity_model, parts.schema)
    except ExampleError:
        return {}
    types = {column.name: column.type for column in table.columns}
    return {name: literal(value, types[name], parts.schema.engine) for name, value in given.items() if name in types}


def _of_row(table: Table, key: Sequence[str], columns: Sequence[str], place: int, engine: Engine) -> str:
    """Return values of a row, counted from 0 in the order of the key."""
    names, by = _listed(columns, engine), _listed(key, engine)
    return f"(SELECT {names} FROM {quote(table.name, engine)} ORDER BY {by} LIMIT 1 OFFSET {place})"


def _change(table: Table, key: Sequence[str], values: dict[str, str], place: int, engine: Engine) -> str:
    settings = ", ".join(f"{quote(name, engine)} = {value}" for name, value in values.items())
    row = f"({_listed(key, engine)}) = {_of_row(table, key, key, place, engine)}"
    return f"UPDATE {quote(table.name, engine)} SET {settings} WHERE {row}"


def _listed(names: Sequence[str], engine: Engine) -> str:
    return ", ".join(quote(name, engine) for name in names)


def _deletion(table: Table, expected: Expected, schema: Schema) -> str | None:
    """Delete what a row of the table refers to."""
    key = next((each for each in table.foreign_keys if each.name == expected.name), None)
    if key is None or len(key.columns) != 1:
        return None
    column, engine = quote(key.columns[0], schema.engine), schema.engine
    referred = f"SELECT {column} FROM {quote(table.name, engine)} WHERE {column} IS NOT NULL ORDER BY {column} LIMIT 1"
    return f"DELETE FROM {quote(key.ref_table, engine)} WHERE {quote(key.ref_columns[0], engine)} = ({referred})"
