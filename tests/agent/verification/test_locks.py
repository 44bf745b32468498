"""What a migration's statements do to tables with rows is measured, and a step that stops a live table is named."""

from __future__ import annotations

import pytest

from database_specialist.agent.indexing.plan import plan_indexes, required_extensions
from database_specialist.agent.mapping.schema import map_schema
from database_specialist.agent.model.base import Engine, Figure
from database_specialist.agent.model.evidence import EvidenceLog, Finding
from database_specialist.agent.model.locks import Footprint
from database_specialist.agent.model.operations import Capacity, Migration, Operations
from database_specialist.agent.model.workload import Workload
from database_specialist.agent.operations.plan import plan_operations
from database_specialist.agent.rules.critic import review
from database_specialist.agent.rules.subject import Subject
from database_specialist.agent.verification.locks import prove_locks
from database_specialist.agent.verification.records import Parts, Recorder
from database_specialist.agent.verification.sandbox import Sandbox
from database_specialist.tools.postgres_sandbox import PostgresSandbox
from database_specialist.tools.sqlite_sandbox import open_sqlite
from tests.shop import BRIEF, ENTITY_MODEL


def _parts(engine: Engine = "postgresql") -> Parts:
    schema = map_schema(ENTITY_MODEL, engine=engine)
    workload = Workload(queries=())
    indexes = plan_indexes(schema, workload)
    extensions = dict.fromkeys((*schema.extensions, *required_extensions(indexes)))
    schema = schema.model_copy(update={"extensions": tuple(extensions) if engine == "postgresql" else ()})
    operations = plan_operations(BRIEF, ENTITY_MODEL, schema, workload, indexes)
    return Parts(ENTITY_MODEL, schema, workload, indexes, operations)


@pytest.fixture(scope="module")
def parts() -> Parts:
    return _parts()


def _with(parts: Parts, *statements: str, transactional: bool = True) -> Parts:
    """Return the design with one more step."""
    script = "".join(f"{statement};\n" for statement in statements)
    number = len(parts.operations.migrations) + 1
    step = Migration(number=number, name="planted", up=script, down="SELECT 1;", transactional=transactional)
    operations = parts.operations.model_copy(update={"migrations": (*parts.operations.migrations, step)})
    return Parts(**{**vars(parts), "operations": operations})


def _measured(parts: Parts, sandbox: Sandbox) -> Recorder:
    recorder = Recorder(sandbox, lambda doing: None)
    with sandbox.database() as database:
        prove_locks(parts, database, recorder)
    return recorder


def _planted(recorder: Recorder) -> list[Footprint]:
    return [each for each in recorder.footprints if each.migration.endswith("_planted")]


# One statement after the other, as the manual describes its lock, and as its file and its reads show the rest.


@pytest.mark.parametrize(
    ("statement", "lock", "rewrites", "scans"),
    [
        ("ALTER TABLE orders ADD COLUMN extra int", "ACCESS EXCLUSIVE", False, False),
        ("ALTER TABLE orders ADD COLUMN extra int DEFAULT 3", "ACCESS EXCLUSIVE", False, False),
        ("ALTER TABLE orders ADD COLUMN extra float DEFAULT random()", "ACCESS EXCLUSIVE", True, True),
        ("ALTER TABLE orders ALTER COLUMN placed_at TYPE timestamp(0)", "ACCESS EXCLUSIVE", True, True),
        ("ALTER TABLE orders ADD CONSTRAINT c CHECK (id > 0)", "ACCESS EXCLUSIVE", False, True),
        ("ALTER TABLE orders ADD CONSTRAINT c CHECK (id > 0) NOT VALID", "ACCESS EXCLUSIVE", False, False),
        ("CREATE INDEX i ON orders (customer_id)", "SHARE", False, True),
        ("CREATE UNIQUE INDEX i ON orders (id, customer_id)", "SHARE", False, True),
        ("ALTER TABLE orders ADD UNIQUE (id, customer_id)", "ACCESS EXCLUSIVE", False, True),
        ("UPDATE orders SET customer_id = customer_id", "ROW EXCLUSIVE", False, True),
        ("CLUSTER orders USING orders_pkey", "ACCESS EXCLUSIVE", True, True),
        ("COMMENT ON TABLE orders IS 'x'", "SHARE UPDATE EXCLUSIVE", False, False),
    ],
)
def test_a_statement_is_measured(
    statement: str, lock: str, rewrites: bool, scans: bool, parts: Parts, server: PostgresSandbox
) -> None:
    recorder = _measured(_with(parts, statement), server)
    found = next(each for each in _planted(recorder) if each.table == "orders")
    assert (found.lock, found.rewrites, found.scans) == (lock, rewrites, scans)


@pytest.mark.parametrize(
    ("statements", "lock"),
    [
        (("CREATE INDEX CONCURRENTLY i ON orders (customer_id)",), "SHARE UPDATE EXCLUSIVE"),
        (("CREATE INDEX CONCURRENTLY i ON orders (id)", "DROP INDEX CONCURRENTLY i"), "SHARE UPDATE EXCLUSIVE"),
        (("REINDEX TABLE CONCURRENTLY orders",), "SHARE UPDATE EXCLUSIVE"),
        (("VACUUM FULL orders",), "ACCESS EXCLUSIVE"),
    ],
)
def test_a_statement_that_no_transaction_may_hold_is_measured_while_it_waits_for_a_writer(
    statements: tuple[str, ...], lock: str, parts: Parts, server: PostgresSandbox
) -> None:
    recorder = _measured(_with(parts, *statements, transactional=False), server)
    assert recorder.records[-1].passed is True
    assert {each.lock for each in _planted(recorder)} == {lock}


def test_a_foreign_key_locks_both_tables(parts: Parts, server: PostgresSandbox) -> None:
    statement = "ALTER TABLE orders ADD CONSTRAINT again FOREIGN KEY (customer_id) REFERENCES customers (id)"
    found = {each.table: each.lock for each in _planted(_measured(_with(parts, statement), server))}
    assert found == {"customers": "SHARE ROW EXCLUSIVE", "orders": "SHARE ROW EXCLUSIVE"}


# The first deployment, and faults.


def test_the_steps_that_make_the_tables_are_not_measured_and_those_after_are(
    parts: Parts, server: PostgresSandbox
) -> None:
    recorder = _measured(parts, server)
    created = [each for each in recorder.footprints if each.statement.startswith("CREATE TABLE")]
    assert created == []
    assert recorder.footprints
    assert all(record.passed for record in recorder.records)


def test_two_measures_are_equal(parts: Parts, server: PostgresSandbox) -> None:
    planted = _with(parts, "CREATE INDEX CONCURRENTLY i ON orders (customer_id)", transactional=False)
    first, second = _measured(planted, server), _measured(planted, server)
    assert (first.records, first.footprints) == (second.records, second.footprints)


def test_the_first_deployment_of_a_design_stops_nothing(parts: Parts, server: PostgresSandbox) -> None:
    assert _findings(parts, server) == []


def test_a_step_that_rewrites_a_live_table_is_found(parts: Parts, server: PostgresSandbox) -> None:
    planted = _with(parts, "ALTER TABLE orders ADD COLUMN extra float DEFAULT random()")
    (finding,) = _findings(planted, server)
    assert finding.place.endswith(" planted")
    assert "writes every row again of orders under ACCESS EXCLUSIVE" in finding.message


def test_it_is_an_error_where_the_table_has_a_million_rows(parts: Parts, server: PostgresSandbox) -> None:
    planted = _with(parts, "ALTER TABLE orders ADD CONSTRAINT c CHECK (id > 0)")
    assert [finding.severity for finding in _findings(_sized(planted, 999_999), server)] == ["warning"]
    assert [finding.severity for finding in _findings(_sized(planted, 1_000_000), server)] == ["error"]


def _findings(parts: Parts, server: PostgresSandbox) -> list[Finding]:
    recorder = _measured(parts, server)
    evidence = EvidenceLog(records=tuple(recorder.records), footprints=tuple(recorder.footprints))
    found = review(Subject(operations=parts.operations, evidence=evidence))
    return [finding for finding in found if finding.code == "MIG006"]


def _sized(parts: Parts, rows: int) -> Parts:
    figure = Figure(value=float(rows), unit="rows", origin="assumed", basis="of the test")
    capacity: Capacity = parts.operations.capacity
    sizes = tuple(each.model_copy(update={"rows_year_1": figure}) for each in capacity.tables)
    resized: Operations = parts.operations.model_copy(
        update={"capacity": capacity.model_copy(update={"tables": sizes})}
    )
    return Parts(**{**vars(parts), "operations": resized})


def test_a_step_that_fails_on_rows_is_named(parts: Parts, server: PostgresSandbox) -> None:
    recorder = _measured(_with(parts, "ALTER TABLE orders ADD COLUMN extra int NOT NULL"), server)
    assert recorder.records[-1].passed is False
    assert recorder.records[-1].subject.endswith("_planted")
    assert "contains null values" in recorder.records[-1].detail


def test_another_engine_says_that_nothing_was_measured() -> None:
    with open_sqlite() as sandbox:
        recorder = _measured(_parts("sqlite"), sandbox)
    assert [record.status for record in recorder.records] == ["NOT_CHECKED"]
    assert "sqlite" in recorder.records[0].detail
