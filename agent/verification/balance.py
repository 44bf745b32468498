"""The balance sheet of each planned index: which plans use it, what they cost without it, and what it costs itself."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache

from sqlglot import exp
from sqlglot.errors import SqlglotError

from database_specialist.agent.dialects import split_statements
from database_specialist.agent.dialects.parsing import parsed
from database_specialist.agent.model.evidence import Measurement
from database_specialist.agent.model.relational import Schema
from database_specialist.agent.model.scale import IndexUse
from database_specialist.agent.model.workload import Index, Workload
from database_specialist.agent.sampling.sharing import Same
from database_specialist.agent.verification.records import Recorder, counted
from database_specialist.agent.verification.sandbox import StatementError
from database_specialist.agent.verification.scale_plans import Planned, rounded
from database_specialist.agent.verification.scale_sample import Sample, drop_indexes
from database_specialist.agent.verification.scale_statistics import PAGE
from database_specialist.agent.verification.scale_words import BYTES, times

_INSERTED = 200
"""Rows whose write-ahead log is measured."""
_POSITION = "SELECT pg_current_wal_insert_lsn() - '0/0'::pg_lsn"
_TRIGGER = re.compile(r"\bUPDATE\b.*\bON\s+(?P<table>[\w.\"]+).*\bFUNCTION\s+(?P<function>[\w.\"]+)", re.DOTALL | re.I)
_ASSIGNED = re.compile(r"\bNEW\.(\w+)\s*:?=", re.IGNORECASE)
_FUNCTION = re.compile(r"\s*CREATE\s+(?:OR\s+REPLACE\s+)?FUNCTION\s+(?P<name>[\w.\"]+)", re.IGNORECASE)


def weigh(sample: Sample, planned: Sequence[Planned], recorder: Recorder) -> None:
    """Record for each planned index which plans use it; the queries are planned again without it."""
    names = sample.names()
    using: dict[str, list[Planned]] = {}
    for each in planned:
        for name in dict.fromkeys(name for read in each.after.reads(names) for name in read.indexes):
            using.setdefault(name, []).append(each)
    for index in sample.parts.indexes.planned:
        found = _use(index, sample, using.get(index.name, ()))
        recorder.index_uses.append(found)
        claim = f"{index.name} is looked for in the plans at the stated volume."
        figure = counted(len(found.used_by), "queries", "plans at the stated volume that use the index")
        recorder.passed("index_use", index.name, claim, _said(found), figure=figure)


def _use(index: Index, sample: Sample, using: Sequence[Planned]) -> IndexUse:
    schema = sample.parts.schema
    keys = {key.name for table in schema.tables for key in table.foreign_keys}
    size = next((each for each in sample.parts.operations.capacity.tables if each.table == index.table), None)
    per_row = _bytes(index, sample) / max(sample.filled.rows.get(index.table, 0), 1)
    supports = tuple(name for name in index.serves if name in keys)
    return IndexUse(
        index=index.name,
        table=index.table,
        used_by=tuple(each.query.id for each in using),
        costs_without=_without(index, [(each.sql, each.query.frequency.value) for each in using], sample),
        hides_in_bytes=index.hides_in_bytes,
        supports=supports,
        deletes_cost_without=_without(
            index, [(sample.lookups[name], 1.0) for name in supports if name in sample.lookups], sample
        ),
        bytes_now=rounded(per_row * size.rows_now.value) if size else 0.0,
        bytes_year_3=rounded(per_row * size.rows_year_3.value) if size else 0.0,
        keeps_from_hot=updates_of(index, sample.parts.workload, schema),
    )


def _said(use: IndexUse) -> str:
    parts = []
    if use.used_by and use.hides_in_bytes:
        parts.append(f"used by {', '.join(use.used_by)}; {BYTES}")
    elif use.used_by:
        parts.append(f"used by {', '.join(use.used_by)}, at {times(use.costs_without)} the cost without it")
    if use.supports:
        cost = times(use.deletes_cost_without)
        parts.append(f"a delete looks by it along {', '.join(use.supports)}, at {cost} the cost without it")
    return "; ".join(parts if use.used_by else ["no plan of a query uses it", *parts])


def _without(index: Index, weighed: Sequence[tuple[str, float]], sample: Sample) -> float:
    """Return how many times the statements cost when the index is missing, each weighed by its frequency."""
    after = sum(weight * sample.explain(sql).cost for sql, weight in weighed)
    if not after:
        return 1.0
    with sample.database.trial():
        drop_indexes([index], sample.database)
        return rounded(sum(weight * sample.explain(sql).cost for sql, weight in weighed) / after)


def _bytes(index: Index, sample: Sample) -> float:
    """Return the size on the sample, without the page that every index begins with."""
    own = [each for each in sample.relations if each.family == index.name and each.kind == "i"]
    return float(sum(max(each.pages - 1, 0) * PAGE for each in own))


def updates_of(index: Index, workload: Workload, schema: Schema) -> tuple[str, ...]:
    """Return the updates that change a column of the index.

    https://www.postgresql.org/docs/current/storage-hot.html
    """
    if index.method.lower() == "brin":
        return ()  # since PostgreSQL 16 a block-range index does not stand in the way
    parts = [key.expression for key in index.keys] + [*index.include, index.where or ""]
    table = schema.table(index.table)
    held = {word for part in parts for word in re.findall(r"\w+", part)} & (
        {column.name for column in table.columns} if table else set()
    )
    touched = _set_by_triggers(Same(schema)).get(index.table, frozenset())
    return tuple(
        query
        for query, name, changed in _changes(Same(workload), Same(schema))
        if name == index.table and held & (changed | touched)
    )


@lru_cache(maxsize=4)
def _changes(workload: Same[Workload], schema: Same[Schema]) -> tuple[tuple[str, str, frozenset[str]], ...]:
    """Return the updates: query, table, columns that they set."""
    return tuple(_updates(workload.part, schema.part))


def _updates(workload: Workload, schema: Schema) -> Iterator[tuple[str, str, frozenset[str]]]:
    for query in workload.queries:
        if query.kind != "write":
            continue
        try:
            statement = parsed(query.sql, schema.engine)
        except (SqlglotError, RecursionError, ValueError):
            continue
        for update in statement.find_all(exp.Update):
            columns = (each.this.name for each in update.expressions if isinstance(each, exp.EQ))
            yield query.id, update.this.name, frozenset(columns)


@lru_cache(maxsize=4)
def _set_by_triggers(shared: Same[Schema]) -> Mapping[str, frozenset[str]]:
    """Return the columns that triggers set whenever a row of a table is updated."""
    schema = shared.part
    statements = [each for routine in schema.routines for each in split_statements(routine.create, schema.engine)]
    assigned = {
        found["name"].strip('"'): frozenset(_ASSIGNED.findall(each))
        for each in statements
        if (found := _FUNCTION.match(each))
    }
    touched: dict[str, frozenset[str]] = {}
    for each in statements:
        found = None if _FUNCTION.match(each) else _TRIGGER.search(each)
        if found is not None:
            table = found["table"].strip('"')
            touched[table] = touched.get(table, frozenset()) | assigned.get(found["function"].strip('"'), frozenset())
    return touched


def measure_log(sample: Sample, recorder: Recorder) -> None:
    """Measure the write-ahead log of an insert with all indexes, and without each one in turn.

    Measurements, not evidence: what else the server writes at that moment is in them.
    """
    for table in sample.parts.schema.tables:
        indexes = [index for index in sample.parts.indexes.planned if index.table == table.name]
        if not indexes or table.name not in sample.filled.more:
            continue
        whole = _logged(table.name, sample, ())
        if whole is None:
            continue
        subject = f"write-ahead log of a row inserted into {table.name}"
        recorder.measurements.append(Measurement(subject=subject, value=round(whole), unit="bytes"))
        for index in indexes:
            without = _logged(table.name, sample, (index,))
            if without is not None:
                subject = f"of it for {index.name}"
                recorder.measurements.append(Measurement(subject=subject, value=round(whole - without), unit="bytes"))


def _logged(table: str, sample: Sample, dropped: Sequence[Index]) -> float | None:
    database = sample.database
    try:
        with database.trial():
            drop_indexes(dropped, database)
            database.execute(f'ALTER TABLE "{table}" DISABLE TRIGGER USER')
            with sample.filled.more[table].statement(_INSERTED, database) as insert:
                before = int(str(database.execute(_POSITION).rows[0][0]))
                inserted = database.execute(insert).row_count
                after = int(str(database.execute(_POSITION).rows[0][0]))
    except StatementError:
        return None
    return (after - before) / inserted if inserted else None
