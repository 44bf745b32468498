"""Partition schedules: how the partitions of a table come and go, with statements that run."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from datetime import date, timedelta

from database_specialist.agent.dialects.identifiers import quote
from database_specialist.agent.mapping.partitions import THRESHOLD
from database_specialist.agent.model.base import Decision, Engine, Figure, Option
from database_specialist.agent.model.operations import PartitionSchedule
from database_specialist.agent.model.relational import Column, Partition, Partitioning, Table
from database_specialist.agent.operations.capacity import Ground
from database_specialist.agent.operations.figures import YEAR_DAYS, counted, derived, listed, number, size
from database_specialist.agent.operations.growth import retention
from database_specialist.agent.operations.naming import age_column, referencing

_DAYS = {"day": 1, "week": 7, "month": 365 / 12, "quarter": 365 / 4, "year": 365}
_AHEAD = {"day": 14, "week": 8, "month": 3, "quarter": 2, "year": 1}
# How a partition's name spells the start of its range.
_SPELLINGS: tuple[Callable[[date], str], ...] = (
    lambda day: f"{day:%Y_%m_%d}",
    lambda day: f"{day:%Y%m%d}",
    lambda day: f"y{day:%Y}m{day:%m}",
    lambda day: f"{day:%Y_%m}",
    lambda day: f"{day:%Y%m}",
    lambda day: f"{day:%Y}_w{day:%V}",
    lambda day: f"{day:%Y}w{day:%V}",
    lambda day: f"{day:%Y}_q{(day.month + 2) // 3}",
    lambda day: f"{day:%Y}q{(day.month + 2) // 3}",
    lambda day: f"{day:%Y}",
)


def schedules(ground: Ground) -> tuple[PartitionSchedule, ...]:
    """Return a schedule for each table partitioned by range of time."""
    found = (_schedule(table, ground) for table in ground.schema.tables if table.partitioning is not None)
    return tuple(schedule for schedule in found if schedule is not None)


def next_start(start: date, interval: str) -> date:
    """Return the start of the following range.

    >>> next_start(date(2026, 12, 1), "month"), next_start(date(2026, 10, 1), "quarter")
    (datetime.date(2027, 1, 1), datetime.date(2027, 1, 1))
    """
    if interval in ("day", "week"):
        return start + timedelta(days=1 if interval == "day" else 7)
    months = start.year * 12 + start.month - 1 + {"month": 1, "quarter": 3, "year": 12}[interval]
    return date(months // 12, months % 12 + 1, 1)


def _schedule(table: Table, ground: Ground) -> PartitionSchedule | None:
    partitioning = table.partitioning
    assert partitioning is not None
    ranged = _ranged(partitioning)
    if partitioning.method != "range" or partitioning.interval is None or not ranged:
        return None
    interval, flow = partitioning.interval, ground.rows[table.name].per_day
    rows = flow.value * _DAYS[interval]
    basis = f"{counted(flow.value, 'row')} a day x {counted(_DAYS[interval], 'day')} = {number(rows)}"
    bytes_each = ground.size_of(table.name)
    heap = rows * (bytes_each.row_bytes.value + bytes_each.index_bytes_per_row.value)
    return PartitionSchedule(
        table=table.name,
        interval=interval,
        rows_per_partition=derived(round(rows), "rows", basis, flow.facts),
        create_ahead=f"{_AHEAD[interval]} partitions of {table.name} stand ready; a daily job creates the next",
        retention=_kept(table, retention(table, ground.brief), interval),
        statements=(*_create(table, ranged, ground), *_leave(table, ranged, ground)),
        why=f"A partition of {table.name} is {size(heap)} with its indexes. {partitioning.why}",
    )


def _ranged(partitioning: Partitioning) -> list[tuple[Partition, tuple[date, date]]]:
    """Return the partitions with the first day of each and the day after its last.

    MySQL states the upper bound only: a partition starts where the one before it ends.
    """
    found: list[tuple[Partition, tuple[date, date]]] = []
    for partition in partitioning.partitions:
        dates = [date.fromisoformat(text) for text in re.findall(r"'(\d{4}-\d{2}-\d{2})", partition.bounds)]
        if len(dates) == 1 and partitioning.interval is not None:
            dates.insert(0, found[-1][1][1] if found else _start_before(dates[0], partitioning.interval))
        if len(dates) == 2:
            found.append((partition, (dates[0], dates[1])))
    return found


def _start_before(end: date, interval: str) -> date:
    start = end
    while next_start(start, interval) > end or start == end:
        start -= timedelta(days=1)
        if interval not in ("day", "week"):
            start = start.replace(day=1)
    return start


def _kept(table: Table, period: Figure | None, interval: str) -> str:
    if period is None:
        return f"no document limits how long {table.name} are kept: no partition is detached until a period is set"
    days = period.value
    return (
        f"{counted(days, 'day')} ({period.origin}): a {interval} is detached when its end is older, "
        f"so at most {counted(math.ceil(days / _DAYS[interval]) + 1, 'partition')} of {table.name} are attached"
    )


def _create(table: Table, ranged: list[tuple[Partition, tuple[date, date]]], ground: Ground) -> tuple[str, ...]:
    last, (start, end) = max(ranged, key=lambda item: item[1][1])
    assert table.partitioning is not None
    interval = table.partitioning.interval
    assert interval is not None
    following = next_start(end, interval)
    spans = (end, following) if ground.engine == "postgresql" else (following,)
    bounds = re.sub(r"'\d{4}-\d{2}-\d{2}", "'{}", last.bounds).format(*spans)
    name = _next_name(last.name, start, end)
    engine = ground.engine
    if engine != "postgresql":
        return (_split_off(table, f"PARTITION {quote(name, engine)} {bounds}", engine),)
    return (
        "SET lock_timeout = '2s'",
        f"CREATE TABLE IF NOT EXISTS {quote(name, engine)} PARTITION OF {quote(table.name, engine)} {bounds}",
    )


def _split_off(table: Table, new: str, engine: Engine) -> str:
    """Add a partition; where one holds all later values, it is divided, for nothing can be added after it."""
    assert table.partitioning is not None
    rest = next((part for part in table.partitioning.partitions if "MAXVALUE" in part.bounds.upper()), None)
    alter = f"ALTER TABLE {quote(table.name, engine)}"
    if rest is None:
        return f"{alter} ADD PARTITION ({new})"
    name = quote(rest.name, engine)
    return f"{alter} REORGANIZE PARTITION {name} INTO ({new}, PARTITION {name} {rest.bounds})"


def _next_name(name: str, start: date, following: date) -> str:
    for spell in _SPELLINGS:
        if spell(start) in name:
            return name.replace(spell(start), spell(following))
    return f"{name}_next"


def _leave(table: Table, ranged: list[tuple[Partition, tuple[date, date]]], ground: Ground) -> tuple[str, ...]:
    """Detach the oldest, keep it as a table until it is dumped, then drop it."""
    if retention(table, ground.brief) is None:
        return ()
    oldest = min(ranged, key=lambda item: item[1][0])[0]
    engine, name = ground.engine, quote(oldest.name, ground.engine)
    if engine != "postgresql":
        return (f"ALTER TABLE {quote(table.name, engine)} DROP PARTITION {name}",)
    assert table.partitioning is not None
    # PostgreSQL refuses DETACH ... CONCURRENTLY beside a default partition.
    has_default = any(part.bounds.upper().startswith("DEFAULT") for part in table.partitioning.partitions)
    detach = f"ALTER TABLE {quote(table.name, engine)} DETACH PARTITION {name}"
    return (detach if has_default else f"{detach} CONCURRENTLY", f"DROP TABLE {name}")


def decide_partitioning(ground: Ground) -> tuple[Decision, ...]:
    """Decide for the tables that the schema's own decisions leave open: the partitioned, and the largest other."""
    decided = {decision.subject for decision in ground.schema.decisions if decision.topic == "partitioning"}
    partitioned = [table for table in ground.schema.tables if table.partitioning is not None]
    decisions = [_yes(table, ground) for table in partitioned if table.name not in decided]
    names = decided | {table.name for table in partitioned}
    rest = [table for table in ground.schema.tables if table.name not in names]
    if rest:
        largest = max(rest, key=lambda table: (ground.rows[table.name].year_3.value, table.name))
        decisions.append(_no(largest, ground))
    return tuple(decisions or [_yes(table, ground) for table in partitioned[:1]])


def _yes(table: Table, ground: Ground) -> Decision:
    partitioning, found = table.partitioning, ground.size_of(table.name)
    assert partitioning is not None
    key = ", ".join(partitioning.columns)
    reached = f"{counted(found.rows_year_5.value, 'row')} and {size(found.bytes_year_5.value)} in year 5"
    return Decision(
        id=f"OP-partitioning-{table.name}",
        topic="partitioning",
        subject=table.name,
        choice=f"{partitioning.method} partitions on {key}"
        + (f" by {partitioning.interval}" * bool(partitioning.interval)),
        why=f"{table.name} takes {counted(found.rows_per_day.value, 'row')} a day: {reached}. {partitioning.why}",
        alternatives=(
            Option(
                choice=f"one table {table.name}",
                rejected_because=f"removing {number(found.rows_per_day.value)} old rows a day one by one leaves as "
                f"many dead rows to vacuum in a heap of {counted(found.rows_year_5.value, 'row')}",
            ),
        ),
        facts=found.rows_per_day.facts,
    )


def _no(table: Table, ground: Ground) -> Decision:
    found = ground.size_of(table.name)
    rows, total = found.rows_year_3.value, found.bytes_year_3.value
    others = len(ground.schema.tables) - 1
    reached = f"{table.name}, the largest of the other tables, holds {counted(rows, 'row')} and {size(total)} in year 3"
    key, users = age_column(table), referencing(table.name, ground.schema)
    if rows > THRESHOLD:
        choice = f"{table.name} is one table for now"
        why = f"{reached}, above {counted(THRESHOLD, 'row')}: {_obstacle(table, users, key)}."
    else:
        choice = f"no partitions for {table.name}" + (" and the smaller tables" if others else "")
        until = _until(found.rows_per_day.value, rows)
        why = f"{reached}, below the {number(THRESHOLD)} from which partitions pay (assumed); {until}."
    cost = f"{table.name} has no date to split by"
    if key is not None:
        cost = f"every unique key of {table.name} would have to contain {key.name}"
    return Decision(
        id=f"OP-partitioning-{table.name}",
        topic="partitioning",
        subject=table.name,
        choice=choice,
        why=why,
        alternatives=(Option(choice=f"range partitions of {table.name} by time", rejected_because=cost),),
        facts=found.rows_per_day.facts,
    )


def _obstacle(table: Table, users: tuple[str, ...], key: Column | None) -> str:
    if users:
        return f"{listed(users)} refer to it, and their foreign keys would have to carry the partition key as well"
    if key is None:
        return "it has no required date or timestamp to split by"
    return f"range partitions by {key.name} should take its place before that volume arrives, while it is small"


def _until(per_day: float, rows: float) -> str:
    if per_day <= 0:
        return "it does not grow by the day"
    years = (THRESHOLD - rows) / (per_day * YEAR_DAYS)
    if years > 100:
        return f"at {counted(per_day, 'row')} a day it does not get there within a century"
    return f"at {counted(per_day, 'row')} a day it gets there about {number(math.ceil(3 + years))} years after launch"
