"""Partitions, replicas, caches and shards: the statements run, and every decision goes both ways."""

from __future__ import annotations

import re
from datetime import date

import pytest

from database_specialist.agent.dialects import create_statements
from database_specialist.agent.mapping.schema import map_schema
from database_specialist.agent.model.base import Engine, Figure
from database_specialist.agent.model.brief import Technology
from database_specialist.agent.model.entities import Attribute, Entity
from database_specialist.agent.model.relational import Schema
from database_specialist.agent.operations.backup import plan_backup
from database_specialist.agent.operations.caches import told_answers
from database_specialist.agent.operations.capacity import Ground
from database_specialist.agent.operations.partitions import next_start, schedules
from database_specialist.agent.operations.replicas import decide_replica
from database_specialist.agent.operations.scaling import plan_scaling
from database_specialist.tools.postgres_sandbox import PostgresDatabase
from tests.agent.operations.ground import (
    BRIEF,
    ENTITY_MODEL,
    WORKLOAD,
    brief_with,
    fact,
    ground_of,
    quantity,
)


def figure(value: float, unit: str) -> Figure:
    return Figure(value=value, unit=unit, origin="given", basis="of the test")


def metered_schema(per_day: float, retention: float | None = None, engine: Engine = "postgresql") -> Schema:
    """The shop with meters that are read all day long."""
    reading = Entity(
        name="reading",
        plural="readings",
        description="A value that a meter sent.",
        kind="event",
        append_only=True,
        rows_per_day=figure(per_day, "rows/day"),
        retention_days=figure(retention, "days") if retention else None,
        attributes=(
            Attribute(name="recorded_at", meaning="When.", type="timestamp", default="now", facts=("F2",)),
            Attribute(name="reading_value", meaning="What.", type="decimal", scale=3, facts=("F2",)),
        ),
        facts=("F2",),
    )
    model = ENTITY_MODEL.model_copy(update={"entities": (*ENTITY_MODEL.entities, reading)})
    return map_schema(model, engine=engine)


def decision(ground: Ground, topic: str) -> str:
    return next(found for found in plan_scaling(ground).decisions if found.topic == topic).choice


def test_each_topic_is_decided_with_this_projects_numbers(ground: Ground) -> None:
    decisions = plan_scaling(ground).decisions
    assert {found.topic for found in decisions} == {"partitioning", "replica", "cache", "sharding"}
    for found in decisions:
        assert any(character.isdigit() for character in found.why)
        assert found.alternatives


@pytest.mark.parametrize("retention", [365.0, None])
def test_the_statements_of_a_partition_schedule_run(retention: float | None, database: PostgresDatabase) -> None:
    schema = metered_schema(1_000_000, retention)
    found = ground_of(schema=schema)
    schedule = schedules(found)[0]
    database.run(create_statements(schema))
    count = "SELECT count(*) FROM pg_inherits WHERE inhparent = 'readings'::regclass"
    before = int(str(database.execute(count).rows[0][0]))
    database.run(schedule.statements)
    # One partition comes; with a retention the oldest goes.
    assert database.execute(count).rows[0][0] == before + (0 if retention else 1)
    assert ("DETACH" in " ".join(schedule.statements)) == (retention is not None)


def test_a_row_of_the_created_range_lands_in_the_created_partition(database: PostgresDatabase) -> None:
    schema = metered_schema(1_000_000)
    database.run(create_statements(schema))
    statements = schedules(ground_of(schema=schema))[0].statements
    database.run(statements)
    name = statements[-1].split()[5]
    start = statements[-1].split("FROM ('")[1][:10]
    database.execute(f"INSERT INTO readings (recorded_at, reading_value) VALUES ('{start}', 1)")
    assert database.execute(f"SELECT count(*) FROM {name}").rows[0][0] == 1


def test_on_mysql_the_partition_for_later_values_is_divided() -> None:
    schema = metered_schema(1_000_000, 365.0, "mysql")
    brief = BRIEF.model_copy(update={"stack": BRIEF.stack.model_copy(update={"engine": "mysql"})})
    created = next(each for each in create_statements(schema) if each.startswith("CREATE TABLE readings"))
    (schedule,) = schedules(ground_of(brief, schema))
    divide, drop = schedule.statements
    last = re.findall(r"LESS THAN \(TO_DAYS\('([0-9-]+)'\)\)", created)[-1]
    following = next_start(date.fromisoformat(last), schedule.interval)
    assert divide.startswith("ALTER TABLE readings REORGANIZE PARTITION readings_default INTO (PARTITION readings_")
    assert f"VALUES LESS THAN (TO_DAYS('{following}')), PARTITION readings_default" in divide
    assert drop == f"ALTER TABLE readings DROP PARTITION {re.findall(r'PARTITION (readings_[0-9_]+)', created)[0]}"


@pytest.mark.parametrize(
    ("start", "interval", "following"),
    [
        (date(2026, 12, 31), "day", date(2027, 1, 1)),
        (date(2026, 12, 28), "week", date(2027, 1, 4)),
        (date(2026, 12, 1), "month", date(2027, 1, 1)),
        (date(2026, 10, 1), "quarter", date(2027, 1, 1)),
        (date(2026, 1, 1), "year", date(2027, 1, 1)),
    ],
)
def test_ranges_follow_one_another(start: date, interval: str, following: date) -> None:
    assert next_start(start, interval) == following


def test_a_small_load_needs_no_replica_and_a_high_availability_needs_a_standby(ground: Ground) -> None:
    assert decision(ground, "replica") == "no replica"
    demanding = ground_of(brief_with(quantities=(quantity("availability", 99.99, "%"),)))
    assert decision(demanding, "replica") == "one standby, also for the stale reads"
    assert plan_scaling(demanding).replicas[0].queries == ("Q2",)


def test_a_busy_primary_gets_read_replicas_for_the_stale_reads_only() -> None:
    busy = ground_of(brief_with(quantities=(quantity("requests_per_second", 9_000, "requests/s"),)))
    # Q2 is 48 % of the executions: 4,325 queries/s, three replicas at half of 4,000 each
    assert decision(busy, "replica") == "3 read replicas"
    assert [replica.queries for replica in plan_scaling(busy).replicas] == [("Q2",)]


def test_a_cache_is_planned_only_where_it_pays() -> None:
    assert plan_scaling(ground_of()).caches == ()
    busy = ground_of(brief_with(quantities=(quantity("requests_per_second", 9_000, "requests/s"),)))
    point = plan_scaling(busy).caches[0]
    assert point.queries == ("Q2",)
    assert point.key == "query_2:{word}"
    assert "Q6" in point.invalidation
    assert point.ttl_seconds.value == 300


def test_a_named_store_justifies_a_cache_that_the_load_alone_would_not() -> None:
    redis = Technology(name="Redis", category="key_value", purpose="caching", facts=("F8",))
    workload = WORKLOAD.model_copy(
        update={"queries": tuple(q.model_copy(update={"parameters": ()}) for q in WORKLOAD.queries)}
    )
    assert plan_scaling(ground_of(brief_with(redis), workload=workload)).caches
    assert not plan_scaling(ground_of(BRIEF, workload=workload)).caches


def test_a_shard_key_is_scored_by_the_executions_that_fix_it(ground: Ground) -> None:
    best = plan_scaling(ground).shard_keys[0]
    assert best.key == "customer_id"
    # Q1, Q3 and Q5 of 208,050 executions
    assert best.single_shard_share.value == round(90_000 / 208_050 * 100, 2)
    assert any("customers_email_key" in line for line in best.consequences)
    assert not best.chosen


def test_sharding_is_chosen_when_one_server_is_outgrown() -> None:
    busy = ground_of(brief_with(quantities=(quantity("requests_per_second", 60_000, "requests/s"),)))
    assert decision(busy, "sharding").startswith("shard by customer_id")
    assert plan_scaling(busy).shard_keys[0].chosen
    assert decision(ground_of(), "sharding") == "not sharded"


def test_a_standby_and_a_cached_answer_that_the_documents_name_are_not_denied() -> None:
    facts = (
        fact(20, "PostgreSQL runs on AWS RDS, Multi-AZ.", "technology"),
        fact(21, "Redis: the order board is cached for 5 seconds", "technology"),
    )
    redis = Technology(name="Redis", category="key_value", facts=("F21",))
    found = ground_of(brief_with(redis, facts=facts, platform="AWS RDS"))
    assert decide_replica(found).choice == "no read replica beside the Multi-AZ of the documents"
    objective = next(each for each in plan_backup(found).decisions if each.id == "OP-backup-objectives")
    assert objective.choice == "backups beside the Multi-AZ of the documents"
    assert told_answers(found) == ("order board",)
