"""Partitions left out by constants and parameters, and a cycle of the schedule: planted faults are caught and named."""

from __future__ import annotations

from typing import Any

import pytest

from database_specialist.agent.model.base import Figure
from database_specialist.agent.model.entities import EntityModel
from database_specialist.agent.model.evidence import Evidence
from database_specialist.agent.model.operations import Operations, PartitionSchedule
from database_specialist.agent.model.relational import Column, Partition, Partitioning, PrimaryKey, Schema, Table
from database_specialist.agent.model.workload import Indexes, Parameter, Query, Workload
from database_specialist.agent.operations.plan import plan_operations
from database_specialist.agent.verification.partitions import prove_partitions, skip_partitions
from database_specialist.agent.verification.records import Parts, Recorder
from database_specialist.tools.postgres_sandbox import PostgresSandbox
from database_specialist.tools.sqlite_sandbox import open_sqlite
from tests.shop import BRIEF

NOTHING = EntityModel(entities=())
SINCE = Parameter(name="since", type="timestamptz", example="2026-03-10", source="readings.taken_at")


def figure(value: float, unit: str = "rows") -> Figure:
    return Figure(value=value, unit=unit, origin="given", basis="of the test")


def schema(*more: Partition) -> Schema:
    months = tuple(
        Partition(name=f"readings_{n:02}", bounds=f"FOR VALUES FROM ('2026-{n:02}-01') TO ('2026-{n + 1:02}-01')")
        for n in range(1, 5)
    )
    table = Table(
        name="readings",
        columns=(
            Column(name="id", type="bigint"),
            Column(name="taken_at", type="timestamptz", logical_type="timestamp"),
            Column(name="value", type="integer"),
        ),
        primary_key=PrimaryKey(name="readings_pkey", columns=("id", "taken_at")),
        rows=figure(9_000_000),
        rows_per_day=figure(75_000, "rows/day"),
        partitioning=Partitioning(
            method="range", columns=("taken_at",), partitions=(*months, *more), interval="month", why="test"
        ),
        retention_days=figure(90, "days"),
    )
    return Schema(engine="postgresql", tables=(table,))


def query(number: int, sql: str) -> Query:
    return Query(
        id=f"Q{number}",
        name=f"query_{number}",
        purpose="Test.",
        kind="read",
        sql=sql,
        parameters=(SINCE,),
        frequency=figure(5_000, "executions/day"),
    )


GOOD = query(1, "SELECT count(*) FROM readings WHERE taken_at >= :since")
OPTIONAL = query(2, "SELECT count(*) FROM readings WHERE (:since::timestamptz IS NULL OR taken_at >= :since)")
HIDDEN = query(3, "SELECT count(*) FROM readings WHERE taken_at::date >= :since::date")


@pytest.fixture
def proven(server: PostgresSandbox) -> Any:
    def prove(*queries: Query, statements: tuple[str, ...] | None = None, of: Schema | None = None) -> list[Evidence]:
        made = of or schema()
        workload = Workload(queries=queries)
        operations = plan_operations(BRIEF, NOTHING, made, workload, Indexes(planned=()))
        if statements is not None:
            operations = with_statements(operations, statements)
        recorder = Recorder(server, lambda doing: None)
        prove_partitions(Parts(NOTHING, made, workload, Indexes(planned=()), operations), recorder)
        return recorder.records

    return prove


def with_statements(operations: Operations, statements: tuple[str, ...]) -> Operations:
    (schedule,) = operations.scaling.partitions
    changed = PartitionSchedule.model_validate(schedule.model_copy(update={"statements": statements}))
    scaling = operations.scaling.model_copy(update={"partitions": (changed,)})
    return operations.model_copy(update={"scaling": scaling})


def test_the_planned_cycle_adds_the_next_and_takes_the_oldest_with_its_rows(proven: Any) -> None:
    (record,) = proven()
    assert record.passed, record.detail
    assert record.subject == "readings"
    assert record.detail.startswith("readings_04_next was added; ")
    assert "readings_01 left with its " in record.detail
    assert "left with its 0 rows" not in record.detail


def test_a_query_prunes_by_parameters_as_by_constants(proven: Any) -> None:
    record, _ = proven(GOOD)
    assert record.passed
    assert record.detail in {f"of 4 partitions of readings: {n} by constants, {n} by parameters" for n in (1, 2, 3)}


def test_an_optional_condition_that_only_constants_prune_is_caught(proven: Any) -> None:
    record, _ = proven(OPTIONAL)
    assert record.passed is False
    assert record.subject == "Q2"
    assert record.owner == "plan_indexes"
    assert "of 4 partitions by constants, but all by parameters" in record.detail


def test_a_key_hidden_in_a_cast_is_said_to_read_all(proven: Any) -> None:
    record, _ = proven(HIDDEN)
    assert record.detail == "of 4 partitions of readings: all of them"


@pytest.mark.parametrize(
    ("statements", "said"),
    [
        (("ALTER TABLE readings DETACH PARTITION readings_09",), "readings_09"),
        (("DELETE FROM readings WHERE taken_at < '2026-03-01'",), "the rows of the others are"),
        (("ALTER TABLE readings DETACH PARTITION readings_01", "DROP TABLE readings_02"), "the rows of the others are"),
        (
            ("CREATE TABLE r PARTITION OF readings FOR VALUES FROM ('2026-04-15') TO ('2026-06-01')",),
            "would overlap partition",
        ),
    ],
)
def test_a_cycle_that_fails_or_takes_more_than_the_oldest_is_caught(
    proven: Any, statements: tuple[str, ...], said: str
) -> None:
    (record,) = proven(statements=statements)
    assert record.passed is False
    assert said in record.detail


def test_detaching_without_blocking_beside_a_default_partition_is_caught(proven: Any) -> None:
    made = schema(Partition(name="readings_rest", bounds="DEFAULT"))
    statements = ("ALTER TABLE readings DETACH PARTITION readings_01 CONCURRENTLY", "DROP TABLE readings_01")
    (record,) = proven(statements=statements, of=made)
    assert record.passed is False
    assert "default" in record.detail
    (planned,) = proven(of=made)
    assert planned.passed, planned.detail


def test_where_nothing_is_run_it_is_said(server: PostgresSandbox) -> None:
    made = schema()
    operations = plan_operations(BRIEF, NOTHING, made, Workload(queries=()), Indexes(planned=()))
    parts = Parts(NOTHING, made, Workload(queries=()), Indexes(planned=()), operations)
    with open_sqlite() as sandbox:
        recorder = Recorder(sandbox, lambda doing: None)
        prove_partitions(parts, recorder)
        skip_partitions(parts, recorder, "claims before this one failed")
    assert [record.status for record in recorder.records] == ["NOT_CHECKED", "NOT_CHECKED"]
    assert recorder.records[1].detail == "claims before this one failed"
