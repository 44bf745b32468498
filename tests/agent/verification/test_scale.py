"""Plans at the stated volume: faults that only show there are planted, and caught by their rules."""

from __future__ import annotations

from typing import Any

import pytest

from database_specialist.agent.model.base import Figure
from database_specialist.agent.model.entities import EntityModel
from database_specialist.agent.model.evidence import EvidenceLog, Finding
from database_specialist.agent.model.relational import (
    Column,
    ForeignKey,
    Partition,
    Partitioning,
    PrimaryKey,
    Routine,
    Schema,
    Table,
    Unique,
)
from database_specialist.agent.model.workload import Index, Indexes, IndexKey, Parameter, Query, Workload
from database_specialist.agent.operations.plan import plan_operations
from database_specialist.agent.rules.critic import review
from database_specialist.agent.rules.subject import Subject
from database_specialist.agent.verification.records import Parts, Recorder
from database_specialist.agent.verification.scale import prove_scale
from database_specialist.agent.verification.verify import verify
from database_specialist.tools.postgres_sandbox import PostgresSandbox
from database_specialist.tools.sqlite_sandbox import open_sqlite
from tests.shop import BRIEF

NOTHING = EntityModel(entities=())


def _rows(value: float, unit: str = "rows") -> Figure:
    return Figure(value=value, unit=unit, origin="given", basis="of the test")


def _column(name: str, type: str = "text", **more: Any) -> Column:
    return Column(name=name, type=type, **more)


def _table(name: str, *columns: Column, key: tuple[str, ...] = ("id",), **more: Any) -> Table:
    identity = (_column("id", "bigint", identity=True),) if key == ("id",) else ()
    primary = PrimaryKey(name=f"{name}_pkey", columns=key)
    return Table(name=name, columns=(*identity, *columns), primary_key=primary, **more)


SCHEMA = Schema(
    engine="postgresql",
    tables=(
        _table("customers", _column("email", logical_type="email"), rows=_rows(50_000)),
        _table(
            "orders",
            _column("customer_id", "bigint"),
            _column("note"),
            _column("placed_at", "timestamptz", default="now()"),
            _column("updated_at", "timestamptz", default="now()"),
            rows=_rows(4_000_000),
            foreign_keys=(
                ForeignKey(
                    name="orders_customer_id_fkey",
                    columns=("customer_id",),
                    ref_table="customers",
                    ref_columns=("id",),
                ),
            ),
        ),
        _table(
            "readings",
            _column("id", "bigint"),
            _column("taken_at", "timestamptz"),
            _column("value", "integer"),
            key=("id", "taken_at"),
            rows=_rows(9_000_000),
            partitioning=Partitioning(
                method="range",
                columns=("taken_at",),
                partitions=tuple(
                    Partition(
                        name=f"readings_{month:02}",
                        bounds=f"FOR VALUES FROM ('2026-{month:02}-01') TO ('2026-{month + 1:02}-01')",
                    )
                    for month in range(1, 5)
                ),
                why="test",
            ),
        ),
    ),
    routines=(
        Routine(
            name="orders_touch",
            table="orders",
            create="CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.updated_at := now(); "
            "RETURN NEW; END $$; CREATE TRIGGER orders_touch BEFORE UPDATE ON orders FOR EACH ROW "
            "EXECUTE FUNCTION touch();",
            drop="DROP TRIGGER orders_touch ON orders; DROP FUNCTION touch();",
            why="test",
        ),
    ),
)


def _query(number: int, sql: str, *parameters: Parameter, kind: Any = "read", per_day: float = 5_000) -> Query:
    return Query(
        id=f"Q{number}",
        name=f"query_{number}",
        purpose="Test.",
        kind=kind,
        sql=sql,
        parameters=parameters,
        frequency=_rows(per_day, "executions/day"),
    )


_CUSTOMER = Parameter(name="customer_id", type="bigint", source="orders.customer_id")
_START = Parameter(name="day_start", type="timestamptz", source="readings.taken_at")
_END = Parameter(name="day_end", type="timestamptz", source="readings.taken_at")
QUERIES = (
    _query(1, "SELECT id, placed_at FROM orders WHERE customer_id = :customer_id ORDER BY placed_at DESC", _CUSTOMER),
    _query(
        2, "SELECT value FROM readings WHERE taken_at >= :day_start AND taken_at < :day_end AND value = 3", _START, _END
    ),
    _query(
        3,
        "UPDATE orders SET note = 'x' WHERE id = :id",
        Parameter(name="id", type="bigint", source="orders.id"),
        kind="write",
    ),
)


def _index(name: str, table: str, *keys: str, serves: tuple[str, ...] = ("Q1",), **more: Any) -> Index:
    return Index(
        name=name,
        table=table,
        keys=tuple(IndexKey(expression=key) for key in keys),
        serves=serves,
        reason="Test.",
        **more,
    )


BY_CUSTOMER = _index("orders_customer_id_placed_at_idx", "orders", "customer_id", "placed_at")


def _parts(*queries: Query, schema: Schema = SCHEMA, planned: tuple[Index, ...] = (BY_CUSTOMER,)) -> Parts:
    workload, indexes = Workload(queries=queries), Indexes(planned=planned)
    return Parts(NOTHING, schema, workload, indexes, plan_operations(BRIEF, NOTHING, schema, workload, indexes))


def _log(parts: Parts, server: PostgresSandbox, depth: Any = "standard") -> tuple[EvidenceLog, Recorder]:
    recorder = Recorder(server, lambda doing: None)
    prove_scale(parts, recorder, depth)
    log = EvidenceLog(
        records=tuple(recorder.records), plans=tuple(recorder.plans), index_uses=tuple(recorder.index_uses)
    )
    return log, recorder


def _findings(parts: Parts, log: EvidenceLog) -> dict[str, Finding]:
    subject = Subject(schema=parts.schema, workload=parts.workload, indexes=parts.indexes, evidence=log)
    return {finding.code: finding for finding in review(subject) if finding.severity != "info"}


@pytest.fixture(scope="module")
def sound(server: PostgresSandbox) -> tuple[Parts, EvidenceLog]:
    parts = _parts(*QUERIES)
    return parts, _log(parts, server)[0]


def test_a_sound_workload_is_planned_at_the_stated_volume(sound: tuple[Parts, EvidenceLog]) -> None:
    parts, log = sound
    plans = {plan.query: plan for plan in log.plans}
    (read,) = plans["Q1"].reads
    assert (read.table, read.indexes) == ("orders", ("orders_customer_id_placed_at_idx",))
    assert read.rows == pytest.approx(4_000_000, rel=0.25)
    assert plans["Q1"].rows < 2_000
    assert plans["Q1"].costs_without > 20
    assert plans["Q1"].pages is not None
    assert plans["Q1"].pages_without is not None
    assert plans["Q1"].pages < plans["Q1"].pages_without
    assert plans["Q3"].pages is None
    (pruned,) = plans["Q2"].reads
    assert (pruned.partitions, pruned.of_partitions) == (1, 4)
    assert not {"IDX011", "PAR005", "QRY017", "QRY018", "QRY019"} & set(_findings(parts, log))
    assert all(record.passed for record in log.records)


def test_the_balance_sheet_weighs_an_index(sound: tuple[Parts, EvidenceLog]) -> None:
    (use,) = sound[1].index_uses
    assert use.used_by == ("Q1",)
    assert use.costs_without > 20
    assert 60e6 < use.bytes_now < 250e6
    assert use.bytes_year_3 > use.bytes_now
    assert use.keeps_from_hot == ()


def test_two_runs_record_the_same(sound: tuple[Parts, EvidenceLog], server: PostgresSandbox) -> None:
    parts, log = sound
    assert _log(parts, server)[0] == log


def test_an_index_that_nothing_uses_is_named(server: PostgresSandbox) -> None:
    parts = _parts(*QUERIES, planned=(BY_CUSTOMER, _index("orders_note_idx", "orders", "note")))
    log, _ = _log(parts, server)
    found = _findings(parts, log)["IDX011"]
    assert found.place == "orders.orders_note_idx"
    assert "no plan of a query uses it" in found.message
    (use,) = [use for use in log.index_uses if use.index == "orders_note_idx"]
    assert use.keeps_from_hot == ("Q3",)


def test_an_index_that_duplicates_another_fails_the_drop_test(server: PostgresSandbox) -> None:
    twin = _index("orders_customer_id_idx", "orders", "customer_id", "placed_at", "id")
    parts = _parts(*QUERIES, planned=(BY_CUSTOMER, twin))
    log, _ = _log(parts, server)
    assert _findings(parts, log)["IDX011"].place.startswith("orders.orders_customer_id")


def test_what_an_index_saves_that_a_sort_by_bytes_hides_is_said_and_not_held_against_it(
    server: PostgresSandbox,
) -> None:
    key = IndexKey(expression="note", operator_class="text_pattern_ops")
    planned = _index("orders_note_idx", "orders", "note").model_copy(update={"keys": (key,)})
    parts = _parts(*QUERIES, planned=(BY_CUSTOMER, planned))
    log, _ = _log(parts, server)
    assert [use.index for use in log.index_uses if use.hides_in_bytes] == ["orders_note_idx"]
    assert "IDX011" not in _findings(parts, log)


def test_an_index_for_a_foreign_key_is_not_useless(server: PostgresSandbox) -> None:
    key = _index("orders_customer_id_idx", "orders", "customer_id", serves=("orders_customer_id_fkey",))
    parts = _parts(QUERIES[1], planned=(key,))
    log, _ = _log(parts, server)
    (use,) = log.index_uses
    assert use.used_by == ()
    assert use.deletes_cost_without > 20
    assert "IDX011" not in _findings(parts, log)


def test_a_query_that_cannot_prune_is_named(server: PostgresSandbox) -> None:
    hidden = _query(
        2,
        "SELECT value FROM readings WHERE taken_at::date = :day",
        Parameter(name="day", type="date", example="2026-02-03"),
    )
    parts = _parts(hidden)
    found = _findings(parts, _log(parts, server)[0])
    assert found["PAR005"].place == "Q2"
    assert "all 4 partitions of readings" in found["PAR005"].message


def test_a_scan_of_the_large_table_is_named(server: PostgresSandbox) -> None:
    parts = _parts(QUERIES[0], planned=())
    found = _findings(parts, _log(parts, server)[0])["QRY017"]
    assert found.place == "Q1"
    assert "rows of orders, 5,000 times a day" in found.message


def test_a_sort_that_does_not_fit_into_memory_is_named(server: PostgresSandbox) -> None:
    parts = _parts(_query(1, "SELECT note, count(*) FROM orders GROUP BY note ORDER BY note"), planned=())
    assert _findings(parts, _log(parts, server)[0])["QRY019"].place == "Q1"


def test_an_estimate_that_is_far_off_is_named(server: PostgresSandbox) -> None:
    unreadable = _query(1, "SELECT id FROM orders WHERE length(note) * 0 = id * 0 AND id + 0 > 0")
    parts = _parts(unreadable, planned=())
    assert _findings(parts, _log(parts, server)[0])["QRY018"].place == "Q1"


def test_a_unique_key_without_the_partition_key_is_refused_and_named(server: PostgresSandbox) -> None:
    wrong = Unique(name="readings_value_key", columns=("value",))
    tables = tuple(
        table.model_copy(update={"uniques": (wrong,)}) if table.name == "readings" else table for table in SCHEMA.tables
    )
    parts = _parts(*QUERIES, schema=SCHEMA.model_copy(update={"tables": tables}))
    log = verify(**vars(parts), sandbox=server, depth="standard").log
    assert any("partition key" in record.detail or "partitioning columns" in record.detail for record in log.failed)
    assert "readings_value_key" in _findings(parts, log)["PAR001"].message
    (plans,) = [record for record in log.records if record.kind == "plan"]
    assert plans.passed is None
    assert "failed" in plans.detail


def test_a_clock_in_an_index_predicate_is_refused_and_named(server: PostgresSandbox) -> None:
    recent = _index("orders_recent_idx", "orders", "placed_at", where="placed_at > now() - interval '7 days'")
    parts = _parts(*QUERIES, planned=(BY_CUSTOMER, recent))
    log = verify(**vars(parts), sandbox=server, depth="standard").log
    assert [record.subject for record in log.failed] == ["orders_recent_idx"]
    assert "orders_recent_idx" in _findings(parts, log)["IDX009"].message


def test_the_log_of_an_insert_is_measured_at_full_depth(server: PostgresSandbox) -> None:
    parts = _parts(*QUERIES)
    _, recorder = _log(parts, server, "full")
    logged = {each.subject: each for each in recorder.measurements if each.unit == "bytes"}
    assert 50 < logged["write-ahead log of a row inserted into orders"].value < 2_000
    assert 20 < logged["of it for orders_customer_id_placed_at_idx"].value < 300


def test_other_engines_say_that_nothing_was_planned() -> None:
    parts = _parts(*QUERIES)
    with open_sqlite() as sandbox:
        recorder = Recorder(sandbox, lambda doing: None)
        prove_scale(parts, recorder, "standard")
    (record,) = recorder.records
    assert (record.passed, record.detail) == (None, "only PostgreSQL takes statistics of another volume")


def test_a_search_finds_the_index_that_the_plan_lacks(server: PostgresSandbox) -> None:
    parts = _parts(*QUERIES, planned=(_index("orders_note_idx", "orders", "note"),))
    _, recorder = _log(parts, server, "full")
    found = recorder.index_search
    assert found is not None
    assert found.found_saves > found.planned_saves + 0.5
    assert any("orders USING btree (customer_id" in each.statement for each in found.added)
    assert found.dropped == ("orders_note_idx",)
    assert "IDX012" in _findings(parts, EvidenceLog(records=(), index_search=found))


def test_a_search_confirms_the_plan_that_has_it(server: PostgresSandbox) -> None:
    threes = _index("readings_taken_at_idx", "readings", "taken_at", serves=("Q2",), where="value = 3")
    parts = _parts(*QUERIES, planned=(BY_CUSTOMER, threes))
    _, recorder = _log(parts, server, "full")
    found = recorder.index_search
    assert found is not None
    assert found.planned_saves >= found.found_saves - 0.05
    assert found.rejected
    assert "IDX012" not in _findings(parts, EvidenceLog(records=(), index_search=found))
