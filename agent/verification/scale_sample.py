"""A filled database, in the proportions of the stated volume, for the proofs that need rows."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Protocol, runtime_checkable

from database_specialist.agent.dialects import create_statements, index_statements, literal, quote, split_statements
from database_specialist.agent.model.workload import Index, Query
from database_specialist.agent.sampling.filling import Filled, fill, sample_sizes
from database_specialist.agent.verification.records import Parts, Recorder, counted
from database_specialist.agent.verification.sandbox import Database, StatementError
from database_specialist.agent.verification.scale_plans import Plan, Relations
from database_specialist.agent.verification.scale_statistics import (
    RELATIONS,
    Relation,
)
from database_specialist.agent.verification.scale_values import inlined

SAMPLE_ROWS = {"standard": 20_000, "full": 200_000}
"""Rows of the sample, by the depth of the verification."""
_FIRST_VERSION = 18
"""The first PostgreSQL that takes statistics of another volume."""
_PAGE_OF_ROWS = 900
_ANALYSED = 300
"""Rows that the server looks at for each step of the statistics target."""
_SETTINGS = ("SET max_parallel_workers_per_gather = 0", "SET jit = off", "SET TimeZone = 'UTC'")


@runtime_checkable
class Inflatable(Protocol):
    """A database whose files can be made as long as those of production."""

    def inflate(self, pages: Mapping[str, int]) -> None:
        """Make relations, by their files' paths, look this many pages long. Nothing may read them meanwhile."""

    def deflate(self, pages: Mapping[str, int]) -> None:
        """Cut the files back to the pages that they had."""


@dataclass
class Sample:
    """A filled database, and what is known of it."""

    parts: Parts
    database: Database
    filled: Filled
    factors: dict[str, float]
    """How many times a table is larger in production."""
    relations: tuple[Relation, ...] = ()
    statements: tuple[tuple[Query, str], ...] = ()
    """The queries of the workload, with literals in the place of their parameters."""
    lookups: dict[str, str] = field(default_factory=dict)
    """What the server asks when a parent is deleted, by the foreign key's name."""
    unread: dict[str, str] = field(default_factory=dict)
    """Queries that could not be run like this, each with the server's words."""

    def names(self) -> Relations:
        """Return what plans need to be read."""
        leaves = [each for each in self.relations if each.kind == "r"]
        return Relations(
            table_of={each.name: each.table for each in leaves},
            index_of={each.name: each.family for each in self.relations if each.kind == "i"},
            rows={each.name: max(each.rows, 0) * self.factors.get(each.table, 1.0) for each in leaves},
            partitions={
                each.name: sum(leaf.table == each.name for leaf in leaves)
                for each in self.relations
                if each.kind == "p"
            },
        )

    def explain(self, sql: str, options: str = "") -> Plan:
        """Return the plan of a statement."""
        rows = self.database.execute(f"EXPLAIN (FORMAT JSON{options}) {sql}").rows
        return Plan(json.loads(str(rows[0][0]))[0]["Plan"])


@contextmanager
def filled_sample(parts: Parts, recorder: Recorder, budget: int) -> Iterator[Sample | None]:
    """Make, seed and fill a database, with all indexes; None, with a record, when that fails."""
    sizes = parts.operations.capacity.tables
    wanted = sample_sizes({size.table: size.rows_year_1.value for size in sizes}, budget)
    days = {
        size.table: size.rows_year_1.value / size.rows_per_day.value for size in sizes if size.rows_per_day.value > 0
    }
    with recorder.sandbox.database() as copy:
        try:
            copy.run(create_statements(parts.schema))
            copy.run(split_statements(parts.operations.seed.sql, "postgresql"))
            filled = fill(parts.schema, wanted, copy, days=days)
            copy.run(index_statements(parts.indexes, "postgresql"))
            _analyse(filled, parts, copy)
        except StatementError as error:
            recorder.not_checked("fill", "sample", _FILL_CLAIM, f"the sample did not go in: {error}")
            yield None
            return
        if not _record_fill(filled, recorder):
            yield None
            return
        volumes = {size.table: size.rows_year_1.value for size in sizes}
        factors = {name: max(1.0, volumes.get(name, 0.0) / rows) for name, rows in filled.rows.items() if rows}
        sample = Sample(parts, copy, filled, factors, relations_of(copy))
        _write_out(sample)
        yield sample


def _write_out(sample: Sample) -> None:
    """Draw values for the parameters while the tables can still be read."""
    statements = []
    for query in sample.parts.workload.queries:
        try:
            sql = inlined(query, sample.parts.schema, lambda text: sample.database.execute(text).rows)
            sample.explain(sql)
        except StatementError as error:
            sample.unread[query.id] = str(error)
        else:
            statements.append((query, sql))
    sample.statements = tuple(statements)
    for table in sample.parts.schema.tables:
        for key in table.foreign_keys:
            names = [quote(column, "postgresql") for column in key.columns]
            known = " AND ".join(f"{name} IS NOT NULL" for name in names)
            source = quote(table.name, "postgresql")
            lot = f"ORDER BY {', '.join(f'hashtextextended({name}::text, 13)' for name in names)} LIMIT 1"
            texts = ", ".join(f"{name}::text" for name in names)
            for row in sample.database.execute(f"SELECT {texts} FROM {source} WHERE {known} {lot}").rows:
                pairs = zip(names, row, strict=True)
                same = " AND ".join(f"{name} = {literal(str(value), 'postgresql')}" for name, value in pairs)
                sample.lookups[key.name] = f"SELECT 1 FROM {source} WHERE {same}"


_FILL_CLAIM = "A sample in the proportions of the stated volume goes in, and every foreign key holds on all its rows."


def _record_fill(filled: Filled, recorder: Recorder) -> bool:
    if filled.violated:
        # The rows are ours: what they break says nothing about the design.
        detail = "; ".join(f"{name}: {error}" for name, error in filled.violated.items())
        recorder.not_checked("fill", "sample", _FILL_CLAIM, f"the rows made do not fit: {detail}")
        return False
    total = sum(filled.rows.values())
    left = "; ".join(f"{name} stays at {filled.rows[name]}: {why}" for name, why in filled.left.items())
    detail = f"{total} rows in {len(filled.rows)} tables, {filled.keys} foreign keys checked" + (
        f"; {left}" if left else ""
    )
    recorder.passed("fill", "sample", _FILL_CLAIM, detail, figure=counted(total, "rows", "rows of the sample"))
    return True


def drop_indexes(indexes: Sequence[Index], database: Database) -> None:
    """Take the planned indexes away."""
    for index in indexes:
        database.execute(f"DROP INDEX {quote(index.name, 'postgresql')}")


def _analyse(filled: Filled, parts: Parts, database: Database) -> None:
    """Have the server look at every row, so that two runs see the same."""
    most = max(filled.rows.values(), default=0)
    for statement in _SETTINGS:
        database.execute(statement)
    database.execute(f"SET default_statistics_target = {min(10_000, max(100, -(-most // _ANALYSED)))}")
    names = ", ".join(quote(table.name, "postgresql") for table in parts.schema.tables)
    database.execute(f"VACUUM (ANALYZE) {names}")


def relations_of(database: Database) -> tuple[Relation, ...]:
    """Read the sizes of tables, partitions and indexes."""
    return tuple(
        Relation(
            name=str(row[0]),
            kind=str(row[1]),
            on=str(row[2]),
            table=str(row[3]),
            family=str(row[4]),
            pages=int(str(row[5])),
            rows=float(str(row[6])),
            visible_pages=int(str(row[7])),
            path=str(row[8]),
        )
        for row in _all_rows(RELATIONS, database)
    )


def _all_rows(query: str, database: Database) -> Iterator[tuple[object, ...]]:
    """Read page by page: a sandbox keeps only so many rows of a result."""
    start = 0
    while rows := database.execute(f"{query} OFFSET {start} LIMIT {_PAGE_OF_ROWS}").rows:
        yield from rows
        start += len(rows)
