"""The capacity plan: bytes, write-ahead log, peak load, connections and memory, each with its arithmetic."""

from __future__ import annotations

import math
from dataclasses import dataclass

from database_specialist.agent.model.base import Engine, Figure
from database_specialist.agent.model.brief import Brief, Quantity
from database_specialist.agent.model.operations import Capacity, TableSize
from database_specialist.agent.model.relational import Schema, Table
from database_specialist.agent.model.workload import Indexes
from database_specialist.agent.operations import index_width, other_engines, row_width
from database_specialist.agent.operations.figures import (
    DAY_SECONDS,
    MIB,
    assumed,
    counted,
    derived,
    listed,
    number,
    size,
)
from database_specialist.agent.operations.growth import Rows, busiest, rows_of
from database_specialist.agent.operations.load import Access, accesses

PEAK_FACTOR = 5
"""Peak over mean: most of a day's load falls into a few hours. Assumed."""
LOG_RECORD = 60
"""Bytes of a write-ahead log record beside its data: 24 header, block reference, alignment."""
PAGE_IMAGES = 2
"""Full-page images after each checkpoint about double the log. Assumed."""
QUERY_MS = 10
"""Time a connection is held by a query, network included, where no latency is given. Assumed."""
POOL_USE = 0.7
RESERVED_CONNECTIONS = 10
"""Superuser, backup, replication, monitoring, migrations."""
HOT_DAYS = 30


@dataclass(frozen=True)
class Ground:
    """What the other plans are computed from."""

    brief: Brief
    schema: Schema
    indexes: Indexes
    accesses: tuple[Access, ...]
    rows: dict[str, Rows]
    capacity: Capacity
    boost: float = 1.0
    """How much a given peak rate exceeds what the query frequencies come to."""
    loaded: float = 0.0
    """Rows a day that the documents count and no query inserts."""

    def at_peak(self, access: Access) -> float:
        """Return a query's executions a second at peak, its share of a given peak rate included."""
        return access.per_second * PEAK_FACTOR * self.boost

    @property
    def writes_at_peak(self) -> float:
        """Statements that write, a second at peak."""
        queried = sum(self.at_peak(access) for access in self.accesses if access.query.kind == "write")
        return queried + self.loaded / DAY_SECONDS * PEAK_FACTOR

    def size_of(self, table: str) -> TableSize:
        """Return the figures of a table."""
        return next(found for found in self.capacity.tables if found.table == table)

    @property
    def engine(self) -> Engine:
        """The engine the schema is written for."""
        return self.schema.engine

    @property
    def largest(self) -> TableSize:
        """The table that takes most bytes in year 5."""
        return max(self.capacity.tables, key=lambda found: found.bytes_year_5.value)


def survey(brief: Brief, schema: Schema, indexes: Indexes, found: tuple[Access, ...]) -> Ground:
    """Compute the capacity and keep what it was computed from."""
    rows = rows_of(brief, schema, found)
    sizes = tuple(_table_size(table, schema, indexes, rows[table.name]) for table in schema.tables)
    peak, boost = _peak(brief, found, rows)
    capacity = Capacity(
        tables=sizes,
        bytes_year_1=_total(sizes, 1),
        bytes_year_3=_total(sizes, 3),
        bytes_year_5=_total(sizes, 5),
        wal_bytes_per_day=_log_bytes(schema, indexes, sizes, found),
        peak_queries_per_second=peak,
        connections=_connections(brief, peak, schema.engine),
        cache_bytes=_hot_set(schema, sizes, found),
        notes=_notes(brief, schema, rows),
    )
    return Ground(brief, schema, indexes, found, rows, capacity, boost, sum(_loaded(found, rows).values()))


def plan_capacity(brief: Brief, schema: Schema, indexes: Indexes, found: tuple[Access, ...]) -> Capacity:
    """Return the capacity plan alone."""
    return survey(brief, schema, indexes, found).capacity


def _table_size(table: Table, schema: Schema, indexes: Indexes, rows: Rows) -> TableSize:
    if schema.engine == "postgresql":
        row = row_width.row_bytes(table, schema)
        index = index_width.index_bytes(table, schema, indexes)
    else:
        row, index = other_engines.row_bytes(table, schema), other_engines.index_bytes(table, schema, indexes)

    def total(count: Figure) -> Figure:
        value = count.value * (row.value + index.value)
        basis = f"{counted(count.value, 'row')} x ({number(row.value)} + {number(index.value)}) B = {size(value)}"
        return derived(value, "bytes", basis, count.facts)

    return TableSize(
        table=table.name,
        row_bytes=derived(row.value, "bytes", row.basis),
        index_bytes_per_row=derived(index.value, "bytes", index.basis),
        rows_now=rows.now,
        rows_per_day=rows.per_day,
        rows_year_1=rows.year_1,
        rows_year_3=rows.year_3,
        rows_year_5=rows.year_5,
        bytes_year_1=total(rows.year_1),
        bytes_year_3=total(rows.year_3),
        bytes_year_5=total(rows.year_5),
    )


def _total(sizes: tuple[TableSize, ...], year: int) -> Figure:
    found = [(part.table, getattr(part, f"bytes_year_{year}").value) for part in sizes]
    total = sum(value for _, value in found)
    largest = sorted(found, key=lambda item: (-item[1], item[0]))[:3]
    rest = total - sum(value for _, value in largest)
    terms = [f"{name} {size(value)}" for name, value in largest]
    if len(found) > len(largest):
        terms.append(f"{len(found) - len(largest)} other tables {size(rest)}")
    facts = [fact for part in sizes for fact in part.bytes_year_1.facts]
    return derived(total, "bytes", f"{' + '.join(terms)} = {size(total)}", facts)


def _log_bytes(schema: Schema, indexes: Indexes, sizes: tuple[TableSize, ...], found: tuple[Access, ...]) -> Figure:
    """Inserts log the row and each index entry; updates log a new row, deletes a header."""
    terms: list[tuple[str, float]] = []
    for part in sizes:
        table = schema.table(part.table)
        count = len(index_width.entries(table, indexes)) if table is not None else 0
        row = part.row_bytes.value + LOG_RECORD
        insert = row + part.index_bytes_per_row.value + count * LOG_RECORD
        updates = sum(a.query.frequency.value for a in found if (part.table, "update") in a.operations)
        deletes = sum(a.query.frequency.value for a in found if (part.table, "delete") in a.operations)
        terms.append((part.table, part.rows_per_day.value * insert + updates * row + deletes * LOG_RECORD))
    written = sum(value for _, value in terms)
    factor = PAGE_IMAGES if schema.engine == "postgresql" else 1
    top = sorted(terms, key=lambda item: (-item[1], item[0]))[:3]
    basis = f"rows inserted, updated and deleted a day x (row + index entries + {LOG_RECORD} B a record): "
    basis += listed(f"{name} {size(value)}" for name, value in top if value) + f", all tables {size(written)}"
    if factor > 1:
        basis += f"; x {factor} for full-page images (assumed) = {size(written * factor)}"
    return derived(written * factor, "bytes/day", basis)


def _loaded(found: tuple[Access, ...], rows: dict[str, Rows]) -> dict[str, float]:
    """Return the rows a day that the documents count beyond what the queries insert, by table."""
    loaded: dict[str, float] = {}
    for name, row_counts in rows.items():
        inserted = sum(a.query.frequency.value for a in found if (name, "insert") in a.operations)
        if row_counts.per_day.origin == "given" and row_counts.per_day.value > inserted:
            loaded[name] = row_counts.per_day.value - inserted
    return loaded


def _peak(brief: Brief, found: tuple[Access, ...], rows: dict[str, Rows]) -> tuple[Figure, float]:
    """Return the peak rate, and by how much a given one exceeds it: rows that no query inserts count as statements."""
    executed, loaded = sum(access.query.frequency.value for access in found), _loaded(found, rows)
    value = (executed + sum(loaded.values())) / DAY_SECONDS * PEAK_FACTOR
    arriving = "".join(f" + {counted(count, 'row')} a day loaded into {name}" for name, count in loaded.items())
    basis = (
        f"({counted(executed, 'execution')} a day of {len(found)} queries{arriving}) / {DAY_SECONDS:,} s x "
        f"{PEAK_FACTOR} (peak over mean, assumed) = {number(value)}"
    )
    given = _given_rate(brief)
    if given is not None and given.figure.value > value:
        words = f'"{given.figure.basis}" (for {given.subject}); the frequencies alone come to {number(value)}'
        boost = given.figure.value / value if value else 1.0
        return derived(given.figure.value, "queries/s", f"given: {words}", given.figure.facts), boost
    return derived(value, "queries/s", basis), 1.0


def _given_rate(brief: Brief) -> Quantity | None:
    rates = [quantity for quantity in brief.quantities if quantity.metric == "requests_per_second"]
    return max(rates, key=lambda quantity: quantity.figure.value, default=None)


def _connections(brief: Brief, peak: Figure, engine: Engine) -> Figure:
    if engine == "sqlite":
        basis = "SQLite: one writer at a time in the application's process; readers open the file beside it"
        return assumed(1, "connection", basis)
    busy = peak.value * QUERY_MS / 1000
    pool = max(5, math.ceil(busy / POOL_USE))
    basis = (
        f"Little's law: {number(peak.value)} queries/s x {QUERY_MS} ms held (assumed) = {number(busy)} busy; "
        f"/ {POOL_USE:.0%} use = a pool of {pool}" + (" (the least taken)" if pool == 5 else "")
    )
    users = next((q for q in brief.quantities if q.metric == "concurrent_users"), None)
    if users is not None:
        basis += f"; the {number(users.figure.value)} concurrent users share it through the pool"
    basis += f"; + {RESERVED_CONNECTIONS} for backup, replication, monitoring and migrations"
    facts = users.figure.facts if users is not None else ()
    return derived(pool + RESERVED_CONNECTIONS, "connections", basis, facts)


def _hot_set(schema: Schema, sizes: tuple[TableSize, ...], found: tuple[Access, ...]) -> Figure:
    """Tables that grow by the day are hot for their last days; the others as a whole when a query reads them."""
    read = {table for access in found for table in access.tables}
    terms: list[tuple[str, float]] = []
    for part in sizes:
        if part.table not in read:
            continue
        recent = part.rows_per_day.value * HOT_DAYS
        grows = part.rows_per_day.value * 365 > part.rows_now.value
        rows = min(recent, part.rows_year_1.value) if grows else part.rows_year_1.value
        words = f"{part.table} {counted(rows, 'row')}" + (f" of {HOT_DAYS} days" if grows else "")
        terms.append((words, rows * (part.row_bytes.value + part.index_bytes_per_row.value)))
    total = sum(value for _, value in terms)
    top = sorted(terms, key=lambda item: (-item[1], item[0]))[:4]
    basis = f"hot set in year 1: {listed(f'{words} = {size(value)}' for words, value in top)}"
    basis += f"; with {len(terms) - len(top)} smaller tables {size(total)}" if len(terms) > len(top) else ""
    return derived(total, "bytes", basis + f"; together {size(total)}, of {len(schema.tables)} tables")


def _notes(brief: Brief, schema: Schema, rows: dict[str, Rows]) -> tuple[str, ...]:
    assumed_tables = [name for name, found in rows.items() if found.now.origin != "given"]
    given_tables = [name for name, found in rows.items() if "given" in (found.now.origin, found.per_day.origin)]
    notes = [f"Most rows come into {busiest(rows)}."] if busiest(rows) != "none" else []
    if given_tables:
        notes.append(f"The documents count {listed(given_tables)}.")
    if assumed_tables:
        notes.append(f"Rows at launch are derived or assumed for {listed(assumed_tables)}: replace them when known.")
    storage = next((q for q in brief.quantities if q.metric == "storage"), None)
    if storage is not None:
        notes.append(
            f'The documents state {size(storage.figure.value)} for "{storage.subject}" ({storage.figure.basis}).'
        )
    return tuple(notes)


def settings_memory(cache: Figure) -> str:
    """Return the buffers to set: the hot set and a quarter, from 128 MiB to 8 GiB; the page cache has the rest."""
    return f"{min(8192, max(128, math.ceil(cache.value * 1.25 / MIB / 64) * 64))}MB"


__all__ = ["Ground", "accesses", "plan_capacity", "settings_memory", "survey"]
