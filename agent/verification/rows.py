"""Proofs on rows: the seed goes in, and every query of the workload runs on it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from uuid import UUID

from database_specialist.agent.dialects import bind, quote, split_statements
from database_specialist.agent.model.base import Engine
from database_specialist.agent.model.relational import Schema
from database_specialist.agent.model.workload import Query
from database_specialist.agent.sampling.parameters import parameter_values
from database_specialist.agent.verification.counters import counters_behind
from database_specialist.agent.verification.records import Parts, Recorder, counted
from database_specialist.agent.verification.sandbox import Database, Result, StatementError
from database_specialist.agent.verification.structure import one_line

_CLOCK = re.compile(
    r"\b(now|current_date|current_timestamp|current_time|localtimestamp|localtime|clock_timestamp|random|"
    r"statement_timestamp|transaction_timestamp|curdate|utc_timestamp|utc_date|sysdate|julianday|gen_random_uuid|"
    r"uuidv7|rand|uuid)\b|'now'",
    re.IGNORECASE,
)
_TAKEN = {"23505": "unique constraint", "23P01": "exclusion constraint"}
_MOMENT = re.compile(r"(\d{4}-\d\d-\d\d)T(?=\d)")
_OF_CONSTRAINTS = "23"
"""The class of SQLSTATEs of a statement that ran and met a constraint."""
_NO_VALUE = ("23514", "23502")
_OF_CLOCK = re.compile(r"\d\d:\d\d:\d\d\.\d")
"""A fraction of a second: a trigger wrote the value, and a second run has another. The seed's own are whole minutes."""
_LONGEST_SHOWN = 40
_MOST_SHOWN = 3
_REFERRED = {"23503": "foreign key", "23001": "foreign key"}


def prove_seed(parts: Parts, database: Database, recorder: Recorder) -> bool:
    """Insert the seed, count its rows, and ask each counter for what it gives next; return whether all is right."""
    seed, engine = parts.operations.seed, parts.schema.engine
    claim = "The seed goes in, with the rows that it promises."
    for statement in split_statements(seed.sql, engine):
        try:
            database.execute(statement)
        except StatementError as error:
            recorder.failed("seed", "seed", claim, f"{error} in: {one_line(statement)}")
            _leave_transaction(database)
            return False
    found = {name: _count(name, database, engine) for name in seed.rows}
    wrong = tuple(
        f"{name} holds {found[name]} rows, not {rows}" for name, rows in seed.rows.items() if found[name] != rows
    )
    wrong = wrong or tuple(map(str, counters_behind(parts.schema, database)))
    if wrong:
        recorder.failed("seed", "seed", claim, "; ".join(wrong))
        return False
    total = sum(found.values())
    figure = counted(total, "rows", "rows counted in all tables after the seed")
    detail = f"{total} rows in {len(found)} tables"
    recorder.passed("seed", "seed", claim, detail, figure=figure)
    return True


def rows_of(count: int) -> str:
    """Return "1 row", "2 rows"."""
    return f"{count} row{'' if count == 1 else 's'}"


def _leave_transaction(database: Database) -> None:
    """End a transaction that the seed began and could not finish."""
    try:
        database.execute("ROLLBACK")
    except StatementError:
        return  # there was none


def _count(table: str, database: Database, engine: Engine) -> int:
    try:
        return int(str(database.execute(f"SELECT count(*) FROM {quote(table, engine)}").rows[0][0]))
    except StatementError:
        return -1


def prove_queries(parts: Parts, database: Database, recorder: Recorder) -> None:
    """Prepare and run each query on the seeded rows, in a transaction that is rolled back."""
    for query in parts.workload.queries:
        _prove_query(query, parts, database, recorder)


def _prove_query(query: Query, parts: Parts, database: Database, recorder: Recorder) -> None:
    claim = f"{query.id} ({query.name}) prepares and runs on the seeded rows."
    try:
        values = parameter_values(query, parts.schema, lambda sql: list(database.execute(sql).rows))
    except StatementError as error:
        recorder.failed("query", query.id, claim, f"no value for its parameters: {error}")
        return
    try:
        result = _run(query, values, parts.schema.engine, database)
    except StatementError as error:
        _record_refusal(query, values, error, parts, database, recorder)
        return
    word = "returned" if query.kind == "read" else "changed"
    if _CLOCK.search(query.sql):
        recorder.passed("query", query.id, claim, f"ran; the rows {word} depend on when it runs")
        return
    figure = counted(result.row_count, "rows", f"rows {word} on the seeded rows")
    came_back = f"{rows_of(result.row_count)} {word}{_with(query, values)}"
    recorder.passed("query", query.id, claim, came_back, figure=figure)


def _with(query: Query, values: Sequence[object]) -> str:
    """Name the values that the query ran with, as far as they are short."""
    drawn = zip(query.parameters, values, strict=True)
    pairs = [(parameter, value) for parameter, value in drawn if not _OF_CLOCK.search(str(value))]
    shown = [f"{parameter.name} = {_shown(value)}" for parameter, value in pairs if len(str(value)) <= _LONGEST_SHOWN]
    more = len(query.parameters) - len(shown[:_MOST_SHOWN])
    listed = ", ".join(shown[:_MOST_SHOWN]) + (f" and {more} more" if more else "")
    return f" with {listed}" if shown else ""


def _shown(value: object) -> str:
    return "NULL" if value is None else _MOMENT.sub(r"\1 ", str(value))


def _run(query: Query, values: Sequence[object], engine: Engine, database: Database) -> Result:
    sql, names = bind(query.sql, query, engine=engine)
    by_name = {parameter.name: value for parameter, value in zip(query.parameters, values, strict=True)}
    types = {parameter.name: parameter.type for parameter in query.parameters}
    with database.trial():
        result = database.prepared(sql, [types[name] for name in names], [by_name[name] for name in names])
        database.check_deferred()
    return result


def _record_refusal(
    query: Query,
    values: Sequence[object],
    error: StatementError,
    parts: Parts,
    database: Database,
    recorder: Recorder,
) -> None:
    """Tell a wrong statement from one whose drawn values meet a constraint, as such values may.

    The values come from rows that exist, so an insert repeats a key, and a delete takes what is referred to.
    """
    claim = f"{query.id} ({query.name}) prepares and runs on the seeded rows."
    state = error.sqlstate or ""
    missing = _without_rows(query, parts.schema, database)
    if missing is None and state in _NO_VALUE:
        drawn = zip(query.parameters, values, strict=True)
        missing = next((each.source for each, value in drawn if value is None and each.source), None)
    if missing:
        recorder.not_checked("query", query.id, claim, f"the seed has no {missing} to take a value from ({error})")
        return
    name = error.constraint or "a constraint"
    if query.kind == "write" and state in _TAKEN:
        fresh = _fresh(query, values, error, parts)
        try:
            result = _run(query, fresh, parts.schema.engine, database)
        except StatementError as again:
            if not (again.sqlstate or "").startswith(_OF_CONSTRAINTS):
                recorder.failed("query", query.id, claim, str(again))
                return
            detail = f"ran; its values, drawn from existing rows, meet the {_TAKEN[state]} {name}, as they must"
            recorder.passed("query", query.id, claim, detail)
            return
        figure = counted(result.row_count, "rows", "rows changed on the seeded rows")
        recorder.passed("query", query.id, claim, f"{rows_of(result.row_count)} changed", figure=figure)
    elif query.kind == "write" and state in _REFERRED and re.search(r"\bdelete\b", query.sql, re.IGNORECASE):
        detail = f"ran; the row drawn is referred to, and the {_REFERRED[state]} {name} keeps it, as it must"
        recorder.passed("query", query.id, claim, detail)
    elif query.kind == "write" and is_rule_of_trigger(error, parts):
        detail = f"ran; the values drawn meet the rule that a trigger keeps: {error.message}"
        recorder.passed("query", query.id, claim, detail)
    else:
        recorder.failed("query", query.id, claim, str(error))


def _without_rows(query: Query, schema: Schema, database: Database) -> str | None:
    """Name the table that a value was to be taken from and that holds no rows; None where each has some."""
    for parameter in query.parameters:
        table = (parameter.source or "").rpartition(".")[0]
        if schema.table(table) is not None and _count(table, database, schema.engine) == 0:
            return table
    return None


def is_rule_of_trigger(error: StatementError, parts: Parts) -> bool:
    """Say whether a refusal comes from a trigger that was written by hand, as far as the engine tells."""
    if error.sqlstate in ("P0001", "45000"):
        return True
    if any(error.constraint == each.name or f"'{error.constraint}'" in each.create for each in parts.schema.routines):
        return error.constraint is not None
    checks = {check.name for table in parts.schema.tables for check in table.checks}
    domains = any(domain.check for domain in parts.schema.domains)
    return error.sqlstate == "23514" and bool(parts.schema.routines) and error.constraint not in checks and not domains


def _fresh(query: Query, values: Sequence[object], error: StatementError, parts: Parts) -> tuple[object, ...]:
    """Return the values with those of the repeated key made new, unless they refer to other rows."""
    referring = {
        f"{table.name}.{column}"
        for table in parts.schema.tables
        for key in table.foreign_keys
        for column in key.columns
    }
    repeated = _key_of(error, parts)
    return tuple(
        _other(value) if parameter.source in repeated - referring else value
        for parameter, value in zip(query.parameters, values, strict=True)
    )


def _key_of(error: StatementError, parts: Parts) -> set[str]:
    """Return "table.column" of the columns of the constraint that refused."""
    for table in parts.schema.tables:
        keys = [(unique.name, unique.columns) for unique in table.uniques]
        keys += [(table.primary_key.name, table.primary_key.columns)] if table.primary_key else []
        for constraint, columns in keys:
            # SQLite names the columns instead of the constraint.
            if constraint == error.constraint or (table.name == error.table and ", ".join(columns) == error.column):
                return {f"{table.name}.{name}" for column in columns for name in re.findall(r"\w+", column)}
    return set()


def _other(value: object) -> object:
    if isinstance(value, UUID):
        return UUID(int=value.int ^ 1)
    if isinstance(value, int) and not isinstance(value, bool):
        return value + 1_000_000
    if isinstance(value, str) and re.search(r"\d", value):
        return re.sub(r"\d", lambda digit: str((int(digit[0]) + 5) % 10), value, count=1)
    return f"x{value}" if isinstance(value, str) else value
