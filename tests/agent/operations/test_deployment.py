"""The production procedure: its statements run on the project's own tables."""

from __future__ import annotations

import re
import sqlite3

import pytest

from database_specialist.agent.dialects import create_statements
from database_specialist.agent.model.base import Engine
from database_specialist.agent.model.operations import DeploymentStep
from database_specialist.agent.operations.backup import plan_backup
from database_specialist.agent.operations.capacity import Ground
from database_specialist.agent.operations.deployment import plan_deployment
from database_specialist.agent.operations.migrations import plan_migrations
from database_specialist.tools.postgres_sandbox import PostgresDatabase
from tests.agent.operations.ground import INDEXES, brief_with, ground_of


def steps_of(ground: Ground) -> tuple[DeploymentStep, ...]:
    return plan_deployment(ground, plan_migrations(ground.schema, INDEXES), plan_backup(ground))


def statements(step: DeploymentStep, client: str) -> list[str]:
    found = (re.match(rf'{client} .*?(?:--command |\.db )"(.*)"$', line) for line in step.commands)
    return [match.group(1) for match in found if match]


def test_the_procedure_expands_before_it_switches_and_contracts_last(ground: Ground) -> None:
    phases = [step.phase for step in steps_of(ground)]
    assert phases == ["prepare", "expand", "expand", "backfill", "verify", "switch", "contract"]
    assert [step.number for step in steps_of(ground)] == list(range(1, len(phases) + 1))


@pytest.mark.parametrize("engine", ["postgresql", "mysql", "mariadb", "sqlite"])
def test_every_step_says_how_to_go_back(engine: Engine) -> None:
    for step in steps_of(ground_of(brief_with(engine=engine))):
        assert step.abort
        assert step.commands


def test_indexes_of_live_tables_are_built_concurrently(ground: Ground) -> None:
    live = steps_of(ground)[2]
    assert "orders (7,300,000 rows in year 1)" in live.action
    assert "CREATE INDEX CONCURRENTLY" in live.commands[0]


def test_every_migration_is_run_once_with_a_lock_time_out(ground: Ground) -> None:
    expand = steps_of(ground)[1]
    files = [f"{migration.number:04d}_{migration.name}.up.sql" for migration in plan_migrations(ground.schema, INDEXES)]
    assert len(expand.commands) == len(files)
    for file, command in zip(files, expand.commands, strict=True):
        assert file in command
        assert "lock_timeout" in command


def test_the_commands_of_live_tables_run_on_postgresql(ground: Ground, database: PostgresDatabase) -> None:
    database.run(create_statements(ground.schema))
    run = [sql for step in steps_of(ground)[2:] for sql in statements(step, "psql")]
    assert len(run) >= 12
    for sql in run:
        database.execute(sql)


def test_the_verification_counts_this_projects_tables(ground: Ground, database: PostgresDatabase) -> None:
    database.run(create_statements(ground.schema))
    verify = next(step for step in steps_of(ground) if step.phase == "verify")
    assert database.execute(statements(verify, "psql")[0]).rows[0][0] is True


def test_the_commands_of_sqlite_run_on_sqlite() -> None:
    ground = ground_of(brief_with(engine="sqlite"))
    connection = sqlite3.connect(":memory:")
    try:
        for statement in create_statements(ground.schema):
            connection.execute(statement)
        run = [sql for step in steps_of(ground)[2:] for sql in statements(step, "sqlite3")]
        assert run
        for sql in run:
            connection.execute(sql).fetchall()
    finally:
        connection.close()
