"""The workload's mix runs under load; what cannot be part of it is named, and what fails in it is found."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from database_specialist.agent.indexing.plan import plan_indexes, required_extensions
from database_specialist.agent.mapping.schema import map_schema
from database_specialist.agent.model.base import Engine, Figure
from database_specialist.agent.model.workload import Parameter, Query, Workload
from database_specialist.agent.operations.plan import plan_operations
from database_specialist.agent.report.files import render_measurements
from database_specialist.agent.verification.load import LoadFailed, Script, prove_load
from database_specialist.agent.verification.records import Parts, Recorder
from database_specialist.agent.verification.sandbox import Sandbox
from database_specialist.agent.verification.verify import verify
from database_specialist.tools.postgres_sandbox import PostgresSandbox
from database_specialist.tools.sqlite_sandbox import open_sqlite
from tests.shop import BRIEF, ENTITY_MODEL

_CUSTOMER = Parameter(name="customer_id", type="bigint", source="orders.customer_id")
_EMAIL = Parameter(name="email", type="text", source="customers.email")
READ = "SELECT id, placed_at FROM orders WHERE customer_id = :customer_id ORDER BY placed_at DESC"
WRITE = "UPDATE customers SET full_name = 'Ada' WHERE id = :customer_id"


def _query(number: int, sql: str, *parameters: Parameter, often: float = 1.0) -> Query:
    is_read = sql.startswith("SELECT")
    values: dict[str, Any] = {"kind": "read", "returns": "list"} if is_read else {"kind": "write", "returns": "nothing"}
    frequency = Figure(value=often, unit="executions/day", origin="assumed", basis="of the test")
    return Query(
        id=f"Q{number}",
        name=f"query_{number}",
        purpose="Test.",
        sql=sql,
        parameters=parameters,
        frequency=frequency,
        **values,
    )


def _parts(*queries: Query, engine: Engine = "postgresql") -> Parts:
    schema = map_schema(ENTITY_MODEL, engine=engine)
    workload = Workload(queries=queries)
    indexes = plan_indexes(schema, workload)
    extensions = dict.fromkeys((*schema.extensions, *required_extensions(indexes)))
    schema = schema.model_copy(update={"extensions": tuple(extensions) if engine == "postgresql" else ()})
    operations = plan_operations(BRIEF, ENTITY_MODEL, schema, workload, indexes)
    return Parts(ENTITY_MODEL, schema, workload, indexes, operations)


def _loaded(parts: Parts, sandbox: Sandbox) -> Recorder:
    recorder = Recorder(sandbox, lambda doing: None)
    prove_load(parts, recorder, seconds=1.0)
    return recorder


def test_a_mix_of_reads_and_writes_runs_without_the_indexes_and_with_them(server: PostgresSandbox) -> None:
    recorder = _loaded(_parts(_query(1, READ, _CUSTOMER, often=9.0), _query(2, WRITE, _CUSTOMER)), server)
    (record,) = recorder.records
    assert (record.kind, record.status, record.passed) == ("load", "EXECUTED", True)
    assert record.detail == "3 sessions for 1 s each time; 2 of 2 queries"
    measured = {each.subject: each.value for each in recorder.measurements}
    for state in ("without indexes", "with indexes"):
        assert measured[f"load {state}: transactions a second"] > 10
        assert measured[f"load {state}: Q1 count"] > measured[f"load {state}: Q2 count"] > 0
        assert 0 < measured[f"load {state}: Q1 p50"] <= measured[f"load {state}: Q1 p95"]


def test_the_measurements_are_a_table_and_the_record_holds_no_figure_of_the_run(server: PostgresSandbox) -> None:
    recorder = _loaded(_parts(_query(1, READ, _CUSTOMER)), server)
    text = render_measurements(recorder.measurements)
    assert re.search(
        r"\| Q1 \| [\d,]+ \| \d+\.\d\d ms \| \d+\.\d\d ms \| [\d,]+ \| \d+\.\d\d ms \| \d+\.\d\d ms \|", text
    )
    assert "| transactions a second |" in text
    assert recorder.records[0].figure is None


def test_what_is_written_is_rolled_back(server: PostgresSandbox) -> None:
    with server.database() as database:
        database.execute("CREATE TABLE t (id int)")
        database.load([Script("Q1", "BEGIN;\nINSERT INTO t VALUES (1)\n;\nROLLBACK;\n", 1)], seconds=1, clients=2)
        assert database.execute("SELECT count(*) FROM t").rows == ((0,),)


# What cannot be part of the mix.


def test_an_insert_that_meets_a_unique_constraint_is_left_out_by_name(server: PostgresSandbox) -> None:
    insert = _query(2, "INSERT INTO customers (email, full_name) VALUES (:email, 'Ada')", _EMAIL)
    (record,) = _loaded(_parts(_query(1, READ, _CUSTOMER), insert), server).records
    assert record.passed is True
    assert "1 of 2 queries; left out: Q2 (its values, drawn from existing rows, meet customers_email" in record.detail


def test_a_query_with_a_backslash_is_left_out_by_name(server: PostgresSandbox) -> None:
    odd = _query(2, "SELECT id FROM customers WHERE email ~ '\\d'")
    (record,) = _loaded(_parts(_query(1, READ, _CUSTOMER), odd), server).records
    assert "left out: Q2 (it holds a backslash)" in record.detail


def test_a_script_with_a_command_of_pgbench_is_not_run(server: PostgresSandbox, tmp_path: Path) -> None:
    canary = tmp_path / "canary"
    tmp_path.chmod(0o777)
    script = Script("Q1", f"SELECT 1;\n\\shell touch {canary}\n", 1)
    with server.database() as database, pytest.raises(LoadFailed, match="backslash"):
        database.load([script], seconds=1, clients=1)
    assert not canary.exists()


# What fails in it.


def test_a_read_that_writes_after_all_is_found(server: PostgresSandbox) -> None:
    """It commits, and the next one meets what it wrote: once is not enough to find that."""
    sql = "SELECT note_once()"
    parts = _parts(_query(1, READ, _CUSTOMER), _query(2, sql))
    note = (
        "CREATE FUNCTION note_once() RETURNS void LANGUAGE sql AS "
        "'INSERT INTO customers (id, email, full_name) OVERRIDING SYSTEM VALUE VALUES (-1, ''a@b.example'', ''A'')'"
    )
    seed = parts.operations.seed.model_copy(update={"sql": f"{parts.operations.seed.sql}\n{note};\n"})
    parts = replace(parts, operations=parts.operations.model_copy(update={"seed": seed}))
    (record,) = _loaded(parts, server).records
    assert record.passed is False
    assert record.detail == 'Q2: duplicate key value violates unique constraint "customers_pkey"'


def test_without_pgbench_nothing_is_checked(
    server: PostgresSandbox, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    elsewhere = replace(server.server.binaries, source="--pg-bin", bin=tmp_path)
    monkeypatch.setattr(server.server, "binaries", elsewhere)
    (record,) = _loaded(_parts(_query(1, READ, _CUSTOMER)), server).records
    assert (record.status, record.detail) == ("NOT_CHECKED", "--pg-bin holds no pgbench")


def test_another_engine_says_that_there_was_no_load() -> None:
    with open_sqlite() as sandbox:
        (record,) = _loaded(_parts(_query(1, READ, _CUSTOMER), engine="sqlite"), sandbox).records
    assert record.status == "NOT_CHECKED"
    assert "sqlite" in record.detail


# Depth.


@pytest.mark.parametrize(
    ("depth", "kinds"),
    [("quick", set()), ("standard", {"locks", "recovery"}), ("full", {"locks", "recovery", "load"})],
)
def test_the_depth_says_what_is_rehearsed(depth: Any, kinds: set[str], server: PostgresSandbox) -> None:
    parts = _parts(_query(1, READ, _CUSTOMER))
    verification = verify(**vars(parts), sandbox=server, depth=depth)
    found = {record.kind for record in verification.log.records}
    assert found & {"locks", "recovery", "load"} == kinds
    assert verification.log.failed == ()
