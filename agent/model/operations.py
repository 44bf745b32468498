"""The Operations part: capacity, scaling, migrations, seeding, deployment, backup, NoSQL."""

from __future__ import annotations

from typing import Any, Literal

from database_specialist.agent.model.base import Decision, FactId, Figure, Name, Part


class TableSize(Part):
    """The arithmetic of one table. Bytes are of heap and indexes, alignment and fill factor included."""

    table: Name
    row_bytes: Figure
    index_bytes_per_row: Figure
    rows_now: Figure
    rows_per_day: Figure
    rows_year_1: Figure
    rows_year_3: Figure
    rows_year_5: Figure
    bytes_year_1: Figure
    bytes_year_3: Figure
    bytes_year_5: Figure


class Capacity(Part):
    """What the design will need."""

    tables: tuple[TableSize, ...]
    bytes_year_1: Figure
    bytes_year_3: Figure
    bytes_year_5: Figure
    wal_bytes_per_day: Figure
    peak_queries_per_second: Figure
    connections: Figure
    cache_bytes: Figure
    """Memory that holds the hot set of tables and indexes in year 1."""
    notes: tuple[str, ...] = ()


class PartitionSchedule(Part):
    """How the partitions of one table come and go."""

    table: Name
    interval: str
    rows_per_partition: Figure
    create_ahead: str
    retention: str
    statements: tuple[str, ...]
    """The statements of one cycle: create the next, detach and archive the oldest."""
    why: str


class Replica(Part):
    """What may be read from a replica."""

    queries: tuple[str, ...]
    staleness: str
    why: str


class CachePoint(Part):
    """Something worth keeping in a cache."""

    name: Name
    key: str
    """"product:{product_id}"."""
    queries: tuple[str, ...]
    ttl_seconds: Figure
    memory: Figure
    invalidation: str
    why: str


class ShardScore(Part):
    """What sharding by a key would cost, computed."""

    shards: int
    """How many servers the scores are for."""
    rows_share: Figure
    """Share of the rows of year 1 in tables that carry the key, in %."""
    fullest_shard: Figure
    """Rows of the fullest shard that is to be expected, as a factor of the mean."""
    crossing_writes: Figure
    """Share of the writes that do not fix the key and so are transactions across shards, in %."""
    local_uniques: tuple[Name, ...] = ()
    """Unique constraints without the key: they hold within a shard only."""
    crossing_keys: tuple[Name, ...] = ()
    """Foreign keys between rows that may lie on two shards: no server can hold them."""


class ShardKey(Part):
    """A candidate for a shard key and what would follow from it."""

    key: str
    tables: tuple[Name, ...]
    single_shard_share: Figure
    """Share of the workload that would touch one shard, in %."""
    score: ShardScore | None = None
    consequences: tuple[str, ...]
    chosen: bool
    why: str


class Scaling(Part):
    """The scaling plan."""

    partitions: tuple[PartitionSchedule, ...] = ()
    replicas: tuple[Replica, ...] = ()
    caches: tuple[CachePoint, ...] = ()
    shard_keys: tuple[ShardKey, ...] = ()
    decisions: tuple[Decision, ...] = ()
    """For each of partitioning, replica, cache, sharding: what was decided and why, also where the answer is no."""


MigrationFormat = Literal["plain", "alembic", "dbmate", "goose", "flyway", "liquibase", "sqitch"]
"""The tool in whose layout the migrations are written."""


class Migration(Part):
    """One versioned step, up and down."""

    number: int
    name: Name
    phase: Literal["expand", "backfill", "contract"] = "expand"
    up: str
    down: str
    """Empty only when `reversible` is false."""
    transactional: bool = True
    reversible: bool = True
    note: str = ""


class Seed(Part):
    """Rows to develop and test with; every constraint holds."""

    sql: str
    rows: dict[str, int]
    """Rows a table, in insertion order."""
    note: str


class DeploymentStep(Part):
    """One step of the production procedure."""

    number: int
    phase: Literal["prepare", "expand", "backfill", "switch", "contract", "verify"]
    action: str
    commands: tuple[str, ...] = ()
    abort: str = ""
    """How to go back from here."""


class BackupJob(Part):
    """One line of the backup schedule."""

    kind: Literal["base", "incremental", "wal", "logical", "snapshot"]
    frequency: str
    retention: str
    size: Figure
    commands: tuple[str, ...]
    why: str


class Backup(Part):
    """Backup and recovery."""

    rpo: Figure
    rto: Figure
    jobs: tuple[BackupJob, ...]
    point_in_time: tuple[str, ...]
    """The commands of a point-in-time recovery, in order."""
    disaster_recovery: tuple[str, ...]
    archival: tuple[str, ...]
    restore_test: str
    decisions: tuple[Decision, ...] = ()


class MongoCollection(Part):
    """A MongoDB collection with its validator."""

    name: Name
    purpose: str
    validator: dict[str, Any]
    """The value of `$jsonSchema`."""
    indexes: tuple[str, ...] = ()
    example: dict[str, Any]
    facts: tuple[FactId, ...] = ()


class RedisKey(Part):
    """A family of Redis keys."""

    pattern: str
    """"session:{token_hash}"."""
    type: Literal["string", "hash", "list", "set", "zset", "stream", "hyperloglog"]
    fields: str
    ttl_seconds: int | None
    purpose: str
    example: str
    """One command that writes such a key."""
    bytes_per_key: Figure
    value_bytes: float = 0.0
    """Of the value, or of one member where the key holds many: `bytes_per_key` without name and overhead."""
    members: Figure | None = None
    """What one key holds; None where that is one value."""
    keys: Figure
    memory: Figure
    facts: tuple[FactId, ...] = ()


class SearchIndex(Part):
    """An Elasticsearch or OpenSearch index."""

    name: Name
    purpose: str
    source_table: Name
    settings: dict[str, Any]
    mappings: dict[str, Any]
    sync: str
    example_query: dict[str, Any]
    facts: tuple[FactId, ...] = ()


class NoSql(Part):
    """Other stores, exactly where the facts justify them."""

    mongodb: tuple[MongoCollection, ...] = ()
    redis: tuple[RedisKey, ...] = ()
    search: tuple[SearchIndex, ...] = ()
    decisions: tuple[Decision, ...] = ()
    """One each for document store, key-value store and search: yes or no, and why."""


class AccessPath(Part):
    """What a role does to a table: the ground for the Security Specialist's grants."""

    role: str
    table: Name
    operations: tuple[Literal["select", "insert", "update", "delete"], ...]
    queries: tuple[str, ...]


class Operations(Part):
    """Everything about running the database."""

    capacity: Capacity
    scaling: Scaling
    migrations: tuple[Migration, ...]
    migration_format: MigrationFormat = "plain"
    seed: Seed
    deployment: tuple[DeploymentStep, ...]
    backup: Backup
    nosql: NoSql
    access: tuple[AccessPath, ...] = ()
