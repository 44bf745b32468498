"""What a shard key would cost: computed from the parsed workload, the foreign keys and the stated volumes."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable

from database_specialist.agent.model.base import Figure
from database_specialist.agent.model.operations import ShardScore
from database_specialist.agent.model.relational import Table
from database_specialist.agent.operations.capacity import Ground
from database_specialist.agent.operations.figures import counted, derived, listed, number
from database_specialist.agent.operations.load import Access, ColumnName

FEWEST_SHARDS = 2


def score(
    root: str, columns: Collection[ColumnName], single: Collection[Access], ground: Ground, shards: int
) -> ShardScore:
    """Score a key: `columns` say in each table which `root` a row belongs to, `single` are the queries that fix it."""
    carrying = {table for table, _ in columns}
    return ShardScore(
        shards=shards,
        rows_share=_rows_share(carrying, ground),
        fullest_shard=_fullest(root, carrying, ground, shards),
        crossing_writes=_crossing_writes(single, ground),
        local_uniques=tuple(name for table in ground.schema.tables for name in _local(table, columns, carrying)),
        crossing_keys=tuple(_crossing(columns, carrying, ground)),
    )


def shards_needed(ground: Ground, server_bytes: float, server_writes: float) -> int:
    """Return how many servers hold the data and the writes of five years: the number that the scores are for."""
    by_size = ground.capacity.bytes_year_5.value / server_bytes
    return max(FEWEST_SHARDS, math.ceil(by_size), math.ceil(ground.writes_at_peak / server_writes))


def _rows_share(carrying: Collection[str], ground: Ground) -> Figure:
    rows = {size.table: size.rows_year_1.value for size in ground.capacity.tables}
    placed, total = sum(value for table, value in rows.items() if table in carrying), sum(rows.values())
    share = placed / total * 100 if total else 0.0
    basis = f"{number(round(placed))} of {counted(round(total), 'row')} of year 1 are in tables that carry the key"
    return derived(share, "%", basis)


def _fullest(root: str, carrying: Collection[str], ground: Ground, shards: int) -> Figure:
    """Expect the fullest shard, with the key's values hashed and of one weight: the documents state means only.

    m/n + sqrt(2 m/n ln n) of m values on n shards (Raab and Steger 1998, "Balls into Bins"), as a factor of the mean.
    """
    values = ground.size_of(root).rows_year_1.value
    rows = sum(size.rows_year_1.value for size in ground.capacity.tables if size.table in carrying)
    if values < 1:
        return derived(
            float(shards), "times the mean", f"{root} has no rows in year 1: all lie on one of {shards} shards"
        )
    mean = values / shards
    factor = min(float(shards), max(1.0 + math.sqrt(2 * math.log(shards) / mean), 1.0 / mean))
    basis = (
        f"{counted(round(values), 'value')} of the key in year 1 with {number(round(rows / values, 1))} rows each on "
        f"the average, of one weight each (assumed), hashed to {shards} shards"
    )
    return derived(round(factor, 3), "times the mean", basis)


def _crossing_writes(single: Collection[Access], ground: Ground) -> Figure:
    writes = [access for access in ground.accesses if access.written]
    total = sum(access.query.frequency.value for access in writes)
    across = [access for access in writes if access not in single]
    often = sum(access.query.frequency.value for access in across)
    named = f" ({listed(access.query.id for access in across)})" if across else ""
    basis = f"{number(often)} of {counted(total, 'write')} a day do not fix the key{named}"
    return derived(often / total * 100 if total else 0.0, "%", basis)


def _local(table: Table, columns: Collection[ColumnName], carrying: Collection[str]) -> Iterable[str]:
    """Yield the unique constraints that a shard can no longer hold for all rows."""
    if table.name not in carrying:
        return
    own = {column for name, column in columns if name == table.name}
    yield from (unique.name for unique in table.uniques if not own & set(unique.columns))


def _crossing(columns: Collection[ColumnName], carrying: Collection[str], ground: Ground) -> Iterable[str]:
    """Yield the foreign keys between rows that may lie on two shards: all but those by the key itself."""
    for table in ground.schema.tables:
        for key in table.foreign_keys:
            touched = {table.name, key.ref_table} & set(carrying)
            by_key = len(key.columns) == 1 and (table.name, key.columns[0]) in columns and key.ref_table in carrying
            if touched and not by_key:
                yield key.name
