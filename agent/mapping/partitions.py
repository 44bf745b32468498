"""Append-only tables of high volume are cut by time, so that old rows leave by dropping a partition."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping, Sequence
from typing import Literal

from database_specialist.agent.mapping.draft import TableDraft
from database_specialist.agent.mapping.ground import Ground
from database_specialist.agent.mapping.naming import shorten
from database_specialist.agent.mapping.types import family
from database_specialist.agent.model.relational import Partition, Partitioning, Schema
from database_specialist.agent.operations import row_width
from database_specialist.agent.operations.figures import GIB, size

THRESHOLD = 50_000_000
"""Rows in three years. Below it one table with its indexes vacuums and restores in minutes, and partitions only add
planning time and keys that must carry the time."""

FIRST_MONTH = datetime.date(2026, 1, 1)
"""Where the first partition starts unless a caller says otherwise; older rows go to the default partition."""

Interval = Literal["day", "week", "month", "quarter", "year"]
_DAYS: dict[Interval, int] = {"year": 365, "quarter": 91, "month": 30, "week": 7, "day": 1}
_COUNT: dict[Interval, int] = {"year": 4, "quarter": 8, "month": 12, "week": 13, "day": 31}
_MOST_ROWS = 60_000_000
_MOST_BYTES = 10 * GIB
"""What one partition with its indexes may reach: within it, VACUUM, an index build and a dump take minutes."""
_INDEX_BYTES = 32
"""An entry of a B-tree on one or two columns, its share of the page included."""
_LOGS = ("event", "audit", "history", "outbox")


def partition_tables(
    ground: Ground,
    drafts: Mapping[str, TableDraft],
    joins: Sequence[TableDraft] = (),
    *,
    first: datetime.date = FIRST_MONTH,
) -> None:
    """Partition the tables that need it, and record the decision where the volume raises the question."""
    referred = {key.ref_table for draft in (*drafts.values(), *joins) for key in draft.foreign_keys}
    for draft in drafts.values():
        rows = _rows_in_three_years(draft)
        if rows <= THRESHOLD:
            continue
        column = time_column(draft)
        obstacle = _obstacle(ground, draft, column, draft.name in referred)
        if obstacle or column is None:
            _record_no(ground, draft, rows, obstacle or "it has no time column")
        else:
            _partition(ground, draft, column, rows, first)


def time_column(draft: TableDraft) -> str | None:
    """Return the column that says when a row came: required, a timestamp or date, preferably set by default."""
    times = [each for each in draft.columns if each.logical_type in ("timestamp", "date") and not each.nullable]
    times.sort(key=lambda each: (each.default is None, each.logical_type == "date"))
    return times[0].name if times else None


def _rows_in_three_years(draft: TableDraft) -> float:
    entity = draft.entity
    if entity is None:
        return 0
    start = entity.rows.value if entity.rows else 0
    return start + 3 * 365 * (entity.rows_per_day.value if entity.rows_per_day else 0)


def _obstacle(ground: Ground, draft: TableDraft, column: str | None, is_referred_to: bool) -> str | None:
    entity = draft.entity
    assert entity is not None
    if ground.engine == "sqlite":
        return "SQLite has no partitions; old rows are deleted in batches instead"
    if family(ground.engine) == "mysql" and draft.foreign_keys:
        referred = ", ".join(dict.fromkeys(key.ref_table for key in draft.foreign_keys))
        return (
            f"{ground.engine} allows no foreign keys on a partitioned table, and its references to {referred} weigh "
            "more than a quick way to drop old rows, which a job deletes in batches instead"
        )
    if family(ground.engine) == "mysql" and any(each.type == "geometry" for each in draft.columns):
        return f"{ground.engine} allows no spatial column in a partitioned table"
    if not entity.append_only and entity.kind not in _LOGS:
        return "its rows change after they are written, and are read by key rather than by time"
    if is_referred_to:
        return "other tables refer to it, and each of their keys would have to carry the time as well"
    lasting = [each.name for each in draft.uniques if column not in each.columns]
    lasting += [each.name for each in draft.exclusions]
    if lasting:
        return (
            f"{', '.join(lasting)} must hold over all time, and in a partitioned table would hold within one partition"
        )
    return None


def _partition(ground: Ground, draft: TableDraft, column: str, rows: float, first: datetime.date) -> None:
    entity = draft.entity
    assert entity is not None
    a_day = entity.rows_per_day.value if entity.rows_per_day else rows / (3 * 365)
    row = _row_bytes(draft, ground)
    interval = _interval(a_day, entity.retention_days.value if entity.retention_days else None, row)
    leave = (
        "DETACH and DROP, which writes next to no WAL"
        if ground.engine == "postgresql"
        else "DROP PARTITION, which writes next to nothing to the log"
    )
    why = (
        f"About {rows:,.0f} rows of {draft.name} in three years; a {interval} holds about "
        f"{a_day * _DAYS[interval]:,.0f}{_limits(a_day * _DAYS[interval], row)}. "
        f"Old rows leave by {leave}."
    )
    partitions = tuple(_partitions(ground, draft.name, interval, first))
    draft.partitioning = Partitioning(
        method="range", columns=(column,), interval=interval, partitions=partitions, why=why
    )
    if column not in draft.key:
        draft.key = (*draft.key, column)
    dead = "dead rows to vacuum" if ground.engine == "postgresql" else "deleted rows to purge"
    ground.ledger.record(
        "partitioning",
        draft.name,
        f"range by {column}, one partition a {interval}",
        why + f" {column} joins the primary key, which {ground.engine} requires of a partitioned table.",
        alternatives=(
            ("one table", f"deleting a {interval} of {draft.name} row by row would leave as many {dead}"),
            ("hash partitions by id", "spreads the writes, but no partition ever becomes old enough to drop"),
        ),
        facts=(*(entity.rows_per_day.facts if entity.rows_per_day else ()), *entity.facts),
    )


def _partitions(ground: Ground, table: str, interval: Interval, first: datetime.date) -> Iterator[Partition]:
    """Yield the first partitions and one for all other rows; on MySQL the first takes whatever is older."""
    is_postgresql = ground.engine == "postgresql"
    for label, start, end in _spans(interval, first):
        bounds = f"FOR VALUES FROM ('{start}') TO ('{end}')"
        less = f"VALUES LESS THAN (TO_DAYS('{end}'))"
        yield Partition(name=shorten(f"{table}_{label}"), bounds=bounds if is_postgresql else less)
    rest = "DEFAULT" if is_postgresql else "VALUES LESS THAN (MAXVALUE)"
    yield Partition(name=shorten(f"{table}_default"), bounds=rest)


def _row_bytes(draft: TableDraft, ground: Ground) -> float:
    """Return about what a row takes: the planned indexes are not known yet, those of its keys are."""
    found = row_width.row_bytes(draft.freeze(), Schema(engine=ground.engine, tables=())).value
    return found + _INDEX_BYTES * (1 + len(draft.uniques) + len(draft.foreign_keys))


def _limits(rows: float, row_bytes: float) -> str:
    """Say what made the interval: the day is the finest, even where it exceeds the limits."""
    is_within = rows <= min(_MOST_ROWS, _MOST_BYTES / row_bytes)
    return f", within the {_MOST_ROWS:,} rows and {size(_MOST_BYTES)} of a partition" if is_within else ""


def _interval(rows_a_day: float, retention_days: float | None, row_bytes: float) -> Interval:
    """Return the coarsest interval whose partition stays within the limits of rows and bytes."""
    most = min(_MOST_ROWS, _MOST_BYTES / row_bytes)
    fitting: list[Interval] = [each for each, days in _DAYS.items() if rows_a_day * days <= most] or ["day"]
    if retention_days is not None:
        # At least four partitions within the retention period, or dropping one would overshoot by too much.
        fitting = [each for each in fitting if _DAYS[each] * 4 <= retention_days] or fitting[-1:]
    coarse: list[Interval] = [each for each in fitting if each != "year"] or fitting
    return coarse[0]


def _spans(interval: Interval, first: datetime.date) -> Iterator[tuple[str, datetime.date, datetime.date]]:
    start = first
    for _ in range(_COUNT[interval]):
        end = _next(interval, start)
        yield _label(interval, start), start, end
        start = end


def _next(interval: Interval, start: datetime.date) -> datetime.date:
    if interval in ("day", "week"):
        return start + datetime.timedelta(days=_DAYS[interval])
    months = start.year * 12 + start.month - 1 + {"month": 1, "quarter": 3, "year": 12}[interval]
    return datetime.date(months // 12, months % 12 + 1, 1)


def _label(interval: Interval, start: datetime.date) -> str:
    if interval == "year":
        return str(start.year)
    if interval == "quarter":
        return f"{start.year}_q{(start.month + 2) // 3}"
    return f"{start:%Y_%m}" if interval == "month" else f"{start:%Y_%m_%d}"


def _record_no(ground: Ground, draft: TableDraft, rows: float, obstacle: str) -> None:
    entity = draft.entity
    assert entity is not None
    ground.ledger.record(
        "partitioning",
        draft.name,
        "one table, not partitioned",
        f"{draft.name} reaches about {rows:,.0f} rows in three years, but {obstacle}.",
        alternatives=(("range partitions by time", obstacle),),
        facts=(*(entity.rows_per_day.facts if entity.rows_per_day else ()), *entity.facts),
    )
