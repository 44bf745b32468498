"""Backup: the platform that the documents name, objectives met by a mechanism, commands that fit the engine."""

from __future__ import annotations

import pytest

from database_specialist.agent.dialects import create_statements
from database_specialist.agent.mapping.schema import map_schema
from database_specialist.agent.model.base import Engine
from database_specialist.agent.model.brief import Technology
from database_specialist.agent.operations.archival import plan_archival
from database_specialist.agent.operations.backup import choose_platform, needs_standby, plan_backup
from database_specialist.agent.operations.naming import age_column, batched_delete, check_query
from database_specialist.tools.postgres_sandbox import PostgresDatabase
from tests.agent.operations.ground import BRIEF, ENTITY_MODEL, brief_with, ground_of, quantity


@pytest.mark.parametrize(
    ("engine", "platform", "expected"),
    [
        ("postgresql", None, "pgbackrest"),
        ("postgresql", "AWS RDS", "rds"),
        ("postgresql", "Amazon Aurora", "aurora"),
        ("postgresql", "Google Cloud SQL", "cloud_sql"),
        ("postgresql", "Azure Database for PostgreSQL", "azure"),
        ("postgresql", "Supabase", "supabase"),
        ("postgresql", "Neon", "neon"),
        ("mysql", None, "mysql"),
        ("mysql", "Supabase", "mysql"),
        ("mariadb", None, "mariadb"),
        ("sqlite", "AWS", "litestream"),
    ],
)
def test_the_platform_of_the_documents_writes_the_commands(engine: Engine, platform: str | None, expected: str) -> None:
    brief = brief_with(engine=engine, platform=platform)
    assert choose_platform(brief)[0]["id"] == expected
    plan = plan_backup(ground_of(brief))
    commands = [line for job in plan.jobs for line in job.commands] + list(plan.point_in_time)
    assert any("corner" in line for line in commands)
    assert plan.point_in_time
    assert plan.disaster_recovery


def test_a_platform_named_among_the_technologies_counts() -> None:
    cloud = Technology(name="Amazon RDS", category="platform", facts=("F2",))
    assert choose_platform(brief_with(cloud))[0]["id"] == "rds"


def test_objectives_of_the_documents_are_kept_and_others_are_marked_assumed() -> None:
    given = plan_backup(ground_of(brief_with(quantities=(quantity("rpo", 60, "s"),))))
    assert (given.rpo.value, given.rpo.origin) == (60, "given")
    assert given.rto.origin == "assumed"


def test_the_objective_of_another_store_is_not_the_databases() -> None:
    redis = Technology(name="Redis", category="key_value", facts=("F2",))
    brief = brief_with(redis, quantities=(quantity("rto", 60, "s", "redis"), quantity("rto", 7200, "s")))
    assert plan_backup(ground_of(brief)).rto.value == 7200


def test_the_archive_time_out_lies_inside_the_rpo() -> None:
    plan = plan_backup(ground_of(brief_with(quantities=(quantity("rpo", 60, "s"),))))
    wal = next(job for job in plan.jobs if job.kind == "wal")
    assert wal.frequency == "each 16 MiB segment, at least every 30 s"
    assert any("archive_timeout = '30s'" in command for command in wal.commands)


def test_objectives_that_a_restore_cannot_meet_ask_for_a_standby() -> None:
    assert not needs_standby(ground_of())
    strict = ground_of(brief_with(quantities=(quantity("rto", 60, "s"),)))
    assert needs_standby(strict)
    decision = next(found for found in plan_backup(strict).decisions if found.id == "OP-backup-objectives")
    assert decision.choice == "backups and a standby"


def test_the_size_of_the_base_backups_is_copies_of_the_first_year() -> None:
    ground = ground_of()
    base = next(job for job in plan_backup(ground).jobs if job.kind == "base")
    assert base.retention == "30 days"
    assert base.size.value == pytest.approx(ground.capacity.bytes_year_1.value * 5 / 3, rel=0.001)


def test_daily_copies_are_sized_as_daily_and_snapshots_as_what_changed() -> None:
    lite = ground_of(brief_with(engine="sqlite"))
    copy = next(job for job in plan_backup(lite).jobs if job.kind == "base")
    assert copy.size.value == pytest.approx(lite.capacity.bytes_year_1.value * 30 / 3, rel=0.001)
    assert "x 30 daily copies / 3 packed" in copy.size.basis
    cloud = ground_of(brief_with(platform="AWS RDS"))
    snapshot = next(job for job in plan_backup(cloud).jobs if job.kind == "snapshot")
    year, changed = cloud.capacity.bytes_year_1.value, cloud.capacity.wal_bytes_per_day.value
    assert snapshot.size.value == pytest.approx(year + 29 * changed, rel=0.001)
    assert "29 earlier days" in snapshot.size.basis


def test_a_period_said_of_two_things_is_kept_for_both() -> None:
    brief = brief_with(quantities=(quantity("retention", 90, "days", "order and customer"),))
    lines = plan_archival(ground_of(brief))
    assert [line.split(" (")[0] for line in lines if "(given)" in line] == ["customers: 90 days", "orders: 90 days"]


def test_a_single_day_is_written_in_the_singular() -> None:
    plan = plan_backup(ground_of(brief_with(quantities=(quantity("backup_retention", 1, "days"),))))
    wal = next(job for job in plan.jobs if job.kind == "wal")
    assert wal.retention == "1 day"
    assert " x 1 day / 3" in wal.size.basis


def test_rows_past_their_retention_leave_in_batches_that_run(database: PostgresDatabase) -> None:
    brief = brief_with(quantities=(quantity("retention", 90, "days", "order"),))
    schema = map_schema(ENTITY_MODEL, engine="postgresql")
    lines = plan_archival(ground_of(brief, schema))
    assert lines[0].startswith("orders: 90 days (given).")
    orders = schema.table("orders")
    assert orders is not None
    column = age_column(orders)
    assert column is not None
    assert column.name == "placed_at"
    delete = batched_delete(orders, column, 90, "postgresql")
    assert delete is not None
    database.run(create_statements(schema))
    database.execute("INSERT INTO customers (email, full_name) VALUES ('a@example.com', 'A')")
    database.execute(
        "INSERT INTO orders (customer_id, placed_at) "
        "SELECT c.id, now() - n * interval '60 days' FROM customers c, generate_series(1, 4) n"
    )
    database.execute(delete)
    assert database.execute(check_query(orders, "postgresql")).rows[0][0] == 1
    assert delete in lines[0]


def test_tables_without_a_retention_are_named_with_their_size() -> None:
    assert plan_archival(ground_of(BRIEF))[-1].startswith("No document limits how long orders (")
