"""Section "Scalability Considerations": capacity, partitioning, replicas, caching, sharding."""

from __future__ import annotations

from database_specialist.agent.model.operations import Capacity, ShardKey, TableSize
from database_specialist.agent.report.context import Context, told
from database_specialist.agent.report.markdown import (
    bullets,
    code,
    codes,
    fence,
    heading,
    marked,
    quantity,
    sections,
    sentence,
    table,
    text,
)


def scalability(context: Context) -> str:
    """Render the section."""
    return sections(
        heading(2, "Scalability Considerations"),
        heading(3, "Capacity"),
        _capacity(context.design.operations.capacity),
        context.picture(
            "growth", "Rows and size of the largest tables, now and in years 1, 3 and 5: see the table above"
        ),
        heading(3, "Partitioning"),
        context.decided("partitioning"),
        _partitions(context),
        heading(3, "Read replicas"),
        context.decided("replica"),
        _replicas(context),
        heading(3, "Caching"),
        context.decided("cache"),
        _caches(context),
        heading(3, "Sharding"),
        context.decided("sharding"),
        _shards(context),
    )


_MOST_NAMED = 3
_SIZES = ("Size year 1", "size year 3", "size year 5")


def _capacity(capacity: Capacity) -> str:
    totals = (
        ("Size after 1 year", capacity.bytes_year_1),
        ("Size after 3 years", capacity.bytes_year_3),
        ("Size after 5 years", capacity.bytes_year_5),
        ("Log written a day", capacity.wal_bytes_per_day),
        ("Peak queries", capacity.peak_queries_per_second),
        ("Connections", capacity.connections),
        ("Memory for the hot set", capacity.cache_bytes),
    )
    return sections(
        table(("Need", "Figure", "Arithmetic"), ((name, marked(f), text(f.basis)) for name, f in totals)),
        table(
            ("Table", "Row", "Index/row", "Rows now", "Rows/day", "Rows year 1", "year 3", "year 5", *_SIZES),
            (_size(size) for size in capacity.tables),
        ),
        bullets(map(text, capacity.notes)),
    )


def _size(size: TableSize) -> tuple[str, ...]:
    return (
        code(size.table),
        quantity(size.row_bytes),
        quantity(size.index_bytes_per_row),
        quantity(size.rows_now).removesuffix(" rows") + f" ({size.rows_now.origin})",
        quantity(size.rows_per_day).removesuffix(" rows/day") + f" ({size.rows_per_day.origin})",
        *(quantity(f).removesuffix(" rows") for f in (size.rows_year_1, size.rows_year_3, size.rows_year_5)),
        *map(quantity, (size.bytes_year_1, size.bytes_year_3, size.bytes_year_5)),
    )


def _partitions(context: Context) -> str:
    parts = []
    for schedule in context.design.operations.scaling.partitions:
        parts.append(
            sections(
                f"{code(schedule.table)} by {schedule.interval}, {marked(schedule.rows_per_partition)} each "
                f"({text(schedule.rows_per_partition.basis)}). {text(schedule.why)}",
                bullets((f"Create ahead: {text(schedule.create_ahead)}", f"Retention: {text(schedule.retention)}")),
                fence("sql", "\n".join(s.rstrip(";") + ";" for s in schedule.statements)),
                _proven(context, schedule.table),
            )
        )
    return sections(*parts)


def _proven(context: Context, table_name: str) -> str:
    """Say what was run of the schedule, and what queries read of the partitions."""
    records = [record for record in context.design.evidence.records if record.kind == "partition"]
    own = [record for record in records if record.subject == table_name]
    read = [record for record in records if f"partitions of {table_name}:" in record.detail]
    told_of = [f"{sentence(record.claim)} {sentence(record.detail)} ({told((record,))})" for record in own]
    told_of += [f"{text(record.subject)}: {text(record.detail)} ({told((record,))})" for record in read]
    return bullets(told_of)


def _replicas(context: Context) -> str:
    return table(
        ("Queries", "Staleness allowed", "Why"),
        (
            (codes(replica.queries), text(replica.staleness), text(replica.why))
            for replica in context.design.operations.scaling.replicas
        ),
    )


def _caches(context: Context) -> str:
    caches = context.design.operations.scaling.caches
    return sections(
        table(
            ("Cache", "Key", "Answers", "TTL", "Memory"),
            (
                (code(c.name), code(c.key), ", ".join(map(text, c.queries)), marked(c.ttl_seconds), marked(c.memory))
                for c in caches
            ),
        ),
        bullets(
            f"{code(cache.name)}: {sentence(cache.why)} Invalidation: {sentence(cache.invalidation)} "
            f"Memory: {sentence(cache.memory.basis)}"
            for cache in caches
        ),
    )


def _shards(context: Context) -> str:
    keys = context.design.operations.scaling.shard_keys
    if not keys:
        return ""
    return sections(
        "Keys that were weighed:",
        table(
            ("Shard key", "Tables that carry it", "Queries on one shard", "Chosen", "Why"),
            (
                (
                    code(key.key),
                    codes(key.tables),
                    marked(key.single_shard_share),
                    "yes" if key.chosen else "no",
                    text(key.why),
                )
                for key in keys
            ),
        ),
        _scores(keys),
        "\n".join(
            f"- By {code(key.key)}:\n"
            + "\n".join(f"  - {sentence(each)}" for each in (*key.consequences, *_bases(key)))
            for key in keys
            if key.consequences
        ),
    )


def _scores(keys: tuple[ShardKey, ...]) -> str:
    scored = [(key, key.score) for key in keys if key.score]
    if not scored:
        return ""
    return sections(
        f"What each would cost on {scored[0][1].shards} shards, computed from the parsed queries, the foreign keys and "
        "the volumes; none of it was run on several servers:",
        table(
            (
                "Shard key",
                "Rows that carry it",
                "Fullest shard",
                "Writes across shards",
                "Unique within a shard only",
                "Foreign keys across shards",
            ),
            (
                (
                    code(key.key),
                    marked(score.rows_share),
                    marked(score.fullest_shard),
                    marked(score.crossing_writes),
                    str(len(score.local_uniques)),
                    _few(score.crossing_keys),
                )
                for key, score in scored
            ),
        ),
    )


def _few(names: tuple[str, ...]) -> str:
    shown = f": {codes(names[:_MOST_NAMED])}" if names else ""
    return f"{len(names)}{shown}{' and others' if len(names) > _MOST_NAMED else ''}"


def _bases(key: ShardKey) -> tuple[str, ...]:
    """Return the arithmetic of the scores."""
    if key.score is None:
        return ()
    score = key.score
    return tuple(figure.basis for figure in (score.rows_share, score.fullest_shard, score.crossing_writes))
