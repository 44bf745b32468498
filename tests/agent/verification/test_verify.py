"""A right design is proven; each fault that is planted is caught, by the right record, and given to the right node."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from database_specialist.agent.dialects import create_statements, index_statements
from database_specialist.agent.indexing.plan import plan_indexes, required_extensions
from database_specialist.agent.mapping.schema import map_schema
from database_specialist.agent.model.base import Engine, Figure
from database_specialist.agent.model.entities import Example, ExampleRow
from database_specialist.agent.model.evidence import Evidence
from database_specialist.agent.model.relational import Check, Extension, ForeignKey, Routine, Schema, Table
from database_specialist.agent.model.workload import Index, IndexKey, Parameter, Query, Workload
from database_specialist.agent.operations.migrations import plan_migrations
from database_specialist.agent.operations.plan import plan_operations
from database_specialist.agent.sampling.seed import make_seed
from database_specialist.agent.verification.cascades import prove_cascades
from database_specialist.agent.verification.records import Parts, Recorder
from database_specialist.agent.verification.rows import prove_queries, prove_seed
from database_specialist.agent.verification.structure import prove_catalog, prove_ddl, prove_objects
from database_specialist.agent.verification.verify import Verification, verify
from database_specialist.tools.mysql_sandbox import open_mysql
from database_specialist.tools.mysql_server import find_mariadb
from database_specialist.tools.postgres_sandbox import PostgresDatabase, PostgresSandbox
from database_specialist.tools.sqlite_sandbox import open_sqlite
from tests.shop import BRIEF, ENTITY_MODEL


def _query(number: int, sql: str, *parameters: Parameter, kind: str = "read") -> Query:
    frequency = Figure(value=1.0, unit="executions/day", origin="assumed", basis="of the test")
    values: dict[str, Any] = {"kind": kind, "returns": "list" if kind == "read" else "nothing"}
    return Query(
        id=f"Q{number}",
        name=f"query_{number}",
        purpose="Test.",
        sql=sql,
        parameters=parameters,
        frequency=frequency,
        **values,
    )


_EMAIL = Parameter(name="email", type="text", source="customers.email")
_CUSTOMER = Parameter(name="customer_id", type="bigint", source="orders.customer_id")
QUERIES = (
    _query(1, "SELECT id, placed_at FROM orders WHERE customer_id = :customer_id ORDER BY placed_at DESC", _CUSTOMER),
    _query(
        2,
        "INSERT INTO customers (email, full_name) VALUES (:email, :name)",
        _EMAIL,
        Parameter(name="name", type="text", example="Ada"),
        kind="write",
    ),
    _query(3, "DELETE FROM customers WHERE id = :customer_id", _CUSTOMER, kind="write"),
)


def _parts(engine: Engine) -> Parts:
    schema = map_schema(ENTITY_MODEL, engine=engine)
    workload = Workload(queries=QUERIES)
    indexes = plan_indexes(schema, workload)
    extensions = dict.fromkeys((*schema.extensions, *required_extensions(indexes)))
    schema = schema.model_copy(update={"extensions": tuple(extensions) if engine == "postgresql" else ()})
    operations = plan_operations(BRIEF, ENTITY_MODEL, schema, workload, indexes)
    return Parts(ENTITY_MODEL, schema, workload, indexes, operations)


@pytest.fixture(scope="module")
def parts() -> Parts:
    return _parts("postgresql")


def _verify(parts: Parts, sandbox: Any, **changed: Any) -> Verification:
    return verify(**{**vars(parts), **changed}, sandbox=sandbox)


def _one(verification: Verification, subject: str, kind: str | None = None) -> Evidence:
    (record,) = [each for each in verification.log.records if each.subject == subject and kind in (None, each.kind)]
    return record


def _with_table(schema: Schema, name: str, change: Callable[[Table], dict[str, Any]]) -> Schema:
    tables = (table.model_copy(update=change(table)) if table.name == name else table for table in schema.tables)
    return schema.model_copy(update={"tables": tuple(tables)})


def _with_action(schema: Schema, name: str, action: str) -> Schema:
    def changed(key: ForeignKey) -> ForeignKey:
        return key.model_copy(update={"on_delete": action}) if key.name == name else key

    def change(table: Table) -> dict[str, Any]:
        return {"foreign_keys": tuple(changed(key) for key in table.foreign_keys)}

    for table in schema.tables:
        schema = _with_table(schema, table.name, change)
    return schema


# A right design.


def test_a_right_design_is_proven_in_every_kind(parts: Parts, server: PostgresSandbox) -> None:
    said: list[str] = []
    verification = verify(**vars(parts), sandbox=server, progress=said.append)
    assert verification.log.failed == ()
    kinds = {record.kind for record in verification.log.records}
    assert kinds == {
        *("ddl", "catalog", "object", "seed", "query", "example_accept", "example_reject", "cascade", "migration")
    }
    assert {record.status for record in verification.log.records} == {"EXECUTED"}
    assert [record.id for record in verification.log.records][:2] == ["V1", "V2"]
    assert {record.engine for record in verification.log.records} == {server.engine}
    assert len(said) == len(verification.measurements)


def test_two_runs_give_the_same_records(parts: Parts, server: PostgresSandbox) -> None:
    assert _verify(parts, server).log == _verify(parts, server).log


def test_the_same_design_is_proven_on_sqlite() -> None:
    with open_sqlite() as sandbox:
        verification = _verify(_parts("sqlite"), sandbox)
    assert verification.log.failed == ()
    assert {record.status for record in verification.log.records} == {"EXECUTED"}


def test_the_same_design_is_proven_on_a_private_mariadb() -> None:
    if find_mariadb() is None:
        pytest.skip("mariadbd is not on PATH")
    with open_mysql("mariadb") as sandbox:
        log = _verify(_parts("mariadb"), sandbox).log

    assert {record.status for record in log.records} == {"EXECUTED"}
    assert not log.failed
    assert [record.detail.split(";")[0] for record in log.records if record.kind == "migration"] == [
        "5 migrations up",
        "5 migrations down",
        "5 migrations up again",
    ]


def test_without_a_server_mysql_is_parsed_and_says_so() -> None:
    with open_mysql("mysql", search_path="") as sandbox:
        verification = _verify(_parts("mysql"), sandbox)
    assert verification.log.failed == ()
    assert _one(verification, "schema", "ddl").status == "STATIC"
    example = _one(verification, "EX2")
    assert (example.status, example.passed) == ("NOT_CHECKED", None)
    assert "no MySQL server" in example.detail


def test_what_mysql_cannot_parse_is_a_failed_record() -> None:
    parts = _parts("mysql")
    broken = parts.workload.model_copy(update={"queries": (_query(1, "SELECT FROM WHERE ("),)})
    with open_mysql("mysql", search_path="") as sandbox:
        assert _one(_verify(parts, sandbox, workload=broken), "Q1").passed is False


# (a) The DDL.


def test_a_statement_that_does_not_run_is_named_with_the_engines_words(parts: Parts, server: PostgresSandbox) -> None:
    bad = Check(name="orders_bad_check", expression="nowhere > 0")
    schema = _with_table(parts.schema, "orders", lambda table: {"checks": (*table.checks, bad)})
    verification = _verify(parts, server, schema=schema)
    record = _one(verification, "orders", "ddl")
    assert record.passed is False
    assert 'column "nowhere" does not exist' in record.detail
    assert record.owner == "plan_schema"
    assert _one(verification, "Q1").detail == "the DDL did not run"


def test_an_index_that_cannot_be_built_belongs_to_the_index_plan(parts: Parts, server: PostgresSandbox) -> None:
    bad = Index(name="bad_idx", table="orders", keys=(IndexKey(expression="nowhere"),), serves=("Q1",), reason="Test.")
    indexes = parts.indexes.model_copy(update={"planned": (*parts.indexes.planned, bad)})
    record = _one(_verify(parts, server, indexes=indexes), "bad_idx")
    assert (record.kind, record.passed, record.owner) == ("ddl", False, "plan_indexes")


# (b), (c) The catalog and the objects.


@pytest.fixture
def built(parts: Parts, database: PostgresDatabase) -> PostgresDatabase:
    """The shop's tables, as the model says."""
    database.run(create_statements(parts.schema))
    database.run(index_statements(parts.indexes, "postgresql"))
    return database


@pytest.mark.parametrize(
    ("statement", "table", "words"),
    [
        ("ALTER TABLE orders ALTER note SET NOT NULL", "orders", "column note is NOT NULL, the model says nullable"),
        ("ALTER TABLE orders ALTER note TYPE varchar(9)", "orders", "column note is character varying(9)"),
        ("ALTER TABLE orders DROP note", "orders", "column note does not exist"),
        ("ALTER TABLE orders ADD extra int", "orders", "column extra is not in the model"),
        ("ALTER TABLE orders ALTER status DROP DEFAULT", "orders", "column status has no default"),
        ("ALTER TABLE orders ALTER id DROP IDENTITY", "orders", "column id is no identity"),
        ("ALTER TABLE order_lines DROP CONSTRAINT order_lines_pkey", "order_lines", "the primary key is ()"),
        ("ALTER TABLE products DROP CONSTRAINT products_sku_key", "products", "unique products_sku_key (sku) does not"),
        (
            "ALTER TABLE orders DROP CONSTRAINT orders_status_check",
            "orders",
            "check orders_status_check does not exist",
        ),
        ("ALTER TABLE orders ADD CONSTRAINT more CHECK (id > 0)", "orders", "check more is not in the model"),
        (
            "ALTER TABLE orders DROP CONSTRAINT orders_customer_id_fkey, ADD CONSTRAINT orders_customer_id_fkey"
            " FOREIGN KEY (customer_id) REFERENCES customers ON DELETE CASCADE",
            "orders",
            "on delete cascade on update no action, the model says",
        ),
        ("DROP TABLE tags CASCADE", "tags", "table tags does not exist"),
        ("CREATE TABLE more (x int)", "schema", "table more is not in the model"),
    ],
)
def test_a_catalog_that_differs_from_the_model_is_caught(
    parts: Parts, built: PostgresDatabase, server: PostgresSandbox, statement: str, table: str, words: str
) -> None:
    built.execute(statement)
    recorder = Recorder(server, lambda doing: None)
    prove_catalog(parts, built, recorder)
    (failed,) = [record for record in recorder.records if record.passed is False and record.subject == table]
    assert words in failed.detail
    assert (failed.kind, failed.owner) == ("catalog", "plan_schema")


def test_a_missing_index_or_trigger_is_caught(parts: Parts, built: PostgresDatabase, server: PostgresSandbox) -> None:
    index = parts.indexes.planned[0].name
    trigger = built.catalog().triggers[0]
    built.run([f"DROP INDEX {index}", f"DROP TRIGGER {trigger.name} ON {trigger.table}"])
    recorder = Recorder(server, lambda doing: None)
    prove_objects(parts, built.catalog(), recorder)
    failed = {record.subject: record.owner for record in recorder.records if record.passed is False}
    assert failed == {index: "plan_indexes", trigger.name: "plan_schema"}


# (d) The seed.


def test_a_seed_that_promises_other_rows_is_caught(parts: Parts, server: PostgresSandbox) -> None:
    seed = parts.operations.seed
    wrong = seed.model_copy(update={"rows": {**seed.rows, "orders": 1}})
    verification = _verify(parts, server, operations=parts.operations.model_copy(update={"seed": wrong}))
    record = _one(verification, "seed")
    assert record.passed is False
    assert f"orders holds {seed.rows['orders']} rows, not 1" in record.detail
    assert record.owner == "plan_operations"


def test_a_seed_that_breaks_a_constraint_is_caught_and_nothing_runs_on_it(
    parts: Parts, server: PostgresSandbox
) -> None:
    seed = parts.operations.seed
    wrong = seed.model_copy(update={"sql": "BEGIN; INSERT INTO orders (customer_id) VALUES (1)"})
    verification = _verify(parts, server, operations=parts.operations.model_copy(update={"seed": wrong}))
    assert "23503" in _one(verification, "seed").detail
    assert _one(verification, "Q1").detail == "the seed did not go in"


# (e) The queries.


@pytest.mark.parametrize(
    ("query", "words"),
    [
        (_query(1, "SELECT nothing FROM orders"), 'column "nothing" does not exist'),
        (_query(1, "SELECT id FROM orders WHERE customer_id = :customer_id", Parameter(name="customer_id", type="text",
         source="orders.customer_id")), "operator does not exist: bigint = text"),
        (_query(1, "INSERT INTO customers (email) VALUES (:email)", _EMAIL, kind="write"), "23502"),
        (_query(1, "SELECT 1/0"), "division by zero"),
    ],
    ids=["column", "type", "required column", "run time"],
)  # fmt: skip
def test_a_query_that_does_not_run_is_caught(parts: Parts, server: PostgresSandbox, query: Query, words: str) -> None:
    record = _one(_verify(parts, server, workload=Workload(queries=(query,))), "Q1")
    assert record.passed is False
    assert words in record.detail
    assert record.owner == "plan_indexes"


def test_an_insert_whose_drawn_values_repeat_a_key_runs_with_fresh_ones(parts: Parts, server: PostgresSandbox) -> None:
    verification = _verify(parts, server)
    record = _one(verification, "Q2")
    assert record.detail == "1 row changed"
    refused = _one(verification, "Q3")
    assert refused.passed
    assert "keeps it, as it must" in refused.detail


def test_queries_leave_the_rows_as_they_were(parts: Parts, built: PostgresDatabase, server: PostgresSandbox) -> None:
    recorder = Recorder(server, lambda doing: None)
    prove_seed(parts, built, recorder)
    before = built.execute("SELECT count(*) FROM customers").rows
    prove_queries(parts, built, recorder)
    prove_cascades(parts, built, recorder)
    assert built.execute("SELECT count(*) FROM customers").rows == before


def test_a_row_count_that_depends_on_the_clock_is_not_quoted(parts: Parts, server: PostgresSandbox) -> None:
    query = _query(1, "SELECT id FROM orders WHERE placed_at > now() - interval '30 days'")
    record = _one(_verify(parts, server, workload=Workload(queries=(query,))), "Q1")
    assert (record.passed, record.figure) == (True, None)


# (f) The examples.


def test_an_example_to_accept_that_is_refused_is_caught(parts: Parts, server: PostgresSandbox) -> None:
    schema = _with_table(
        parts.schema,
        "order_lines",
        lambda table: {"checks": (*table.checks, Check(name="order_lines_never", expression="quantity > 1000"))},
    )
    verification = _verify(parts, server, schema=schema)
    record = _one(verification, "EX1")
    assert (record.kind, record.passed, record.owner) == ("example_accept", False, "model_entities")
    assert "order_lines_never" in record.detail


def test_an_example_to_reject_that_is_accepted_is_caught(parts: Parts, server: PostgresSandbox) -> None:
    schema = _with_table(
        parts.schema,
        "order_lines",
        lambda table: {
            "checks": tuple(
                check.model_copy(update={"expression": "quantity >= 0"}) if "quantity" in check.name else check
                for check in table.checks
            )
        },
    )
    record = _one(_verify(parts, server, schema=schema), "EX2")
    assert record.passed is False
    assert record.detail == "accepted, though order_lines_quantity_check was to refuse it"


def test_an_example_refused_by_another_constraint_than_the_one_meant_is_caught(
    parts: Parts, server: PostgresSandbox
) -> None:
    first = Check(name="a_first_check", expression="quantity <> 0")  # PostgreSQL checks in the order of names
    schema = _with_table(parts.schema, "order_lines", lambda table: {"checks": (first, *table.checks)})
    record = _one(_verify(parts, server, schema=schema), "EX2")
    assert record.passed is False
    assert "refused by a_first_check" in record.detail


def test_a_rule_that_nothing_enforces_is_caught(parts: Parts, server: PostgresSandbox) -> None:
    schema = parts.schema.model_copy(update={"routines": ()})
    record = _one(_verify(parts, server, schema=schema), "EX4")
    assert record.passed is False
    assert "nothing in the schema enforces it" in record.detail


FEW = "(SELECT count(*) FROM customers) < 5"
"""True of the tables that an example is played on, and not of the seed."""


def no_orders(condition: str) -> Routine:
    return Routine(
        name="no_orders",
        table="orders",
        create=f"""
            CREATE FUNCTION no_orders() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
              IF {condition} THEN
                RAISE EXCEPTION 'no orders' USING ERRCODE = 'check_violation', CONSTRAINT = 'no_orders';
              END IF;
              RETURN NEW;
            END $$;
            CREATE TRIGGER no_orders BEFORE INSERT ON orders FOR EACH ROW EXECUTE FUNCTION no_orders();
        """,
        drop="DROP TRIGGER no_orders ON orders; DROP FUNCTION no_orders();",
        why="The shop is closed.",
    )


def _after_a_trigger(parts: Parts, server: PostgresSandbox, example: str, number: str, condition: str) -> Evidence:
    """Prove one example where a trigger of the designer's own keeps its owners out."""
    only = next(each for each in ENTITY_MODEL.examples if each.id == example)
    model = ENTITY_MODEL.model_copy(update={"examples": (only.model_copy(update={"id": number}),)})
    schema = parts.schema.model_copy(update={"routines": (*parts.schema.routines, no_orders(condition))})
    return _one(_verify(parts, server, entity_model=model, schema=schema), number)


def test_the_earlier_rows_of_a_designers_example_stand_as_given(parts: Parts, server: PostgresSandbox) -> None:
    record = _after_a_trigger(parts, server, "EX2", "EX2", FEW)
    assert (record.passed, record.status) == (True, "EXECUTED")
    assert record.detail == (
        "refused by order_lines_quantity_check (23514); its rows before stand as given, with no_orders at rest for them"
    )


def test_the_last_row_of_an_example_is_judged_with_every_trigger_at_work(parts: Parts, server: PostgresSandbox) -> None:
    example = next(each for each in ENTITY_MODEL.examples if each.id == "EX4")
    model = ENTITY_MODEL.model_copy(
        update={"examples": (example.model_copy(update={"update": None, "violates": None}),)}
    )
    schema = parts.schema.model_copy(update={"routines": (*parts.schema.routines, no_orders("true"))})
    accepted = model.examples[0].model_copy(update={"expect": "accept"})
    record = _one(
        _verify(parts, server, entity_model=model.model_copy(update={"examples": (accepted,)}), schema=schema), "EX4"
    )
    assert record.passed is False
    assert "23514: no orders" in record.detail


def test_a_row_that_an_example_names_need_not_own_what_it_does_not_speak_of(
    parts: Parts, server: PostgresSandbox
) -> None:
    rows = (ExampleRow(entity="customer", label="c", values={}), ExampleRow(entity="order_line", label="l", values={}))
    named = Example(id="EX9", text="A line.", rows=rows, expect="accept")
    model = ENTITY_MODEL.model_copy(update={"examples": (named,)})
    routines = (*parts.schema.routines, no_orders("NEW.customer_id = 9001"))  # the customer that the example names
    schema = parts.schema.model_copy(update={"routines": routines})
    record = _one(_verify(parts, server, entity_model=model, schema=schema), "EX9")
    assert (record.passed, record.status) == (True, "EXECUTED")


@pytest.mark.parametrize(
    ("example", "constraint"),
    [("EX2", "order_lines_quantity_check (23514)"), ("EX5", "order_lines_product_id_fkey (23001)")],
)
def test_an_example_of_codes_own_that_a_trigger_keeps_out_is_tried_on_a_row_of_the_seed(
    parts: Parts, server: PostgresSandbox, example: str, constraint: str
) -> None:
    record = _after_a_trigger(parts, server, example, "EC1", FEW)
    assert (record.passed, record.status) == (True, "EXECUTED")
    assert record.detail == f"refused by {constraint} on a row of the seed"


def test_where_the_seed_does_not_go_in_either_nothing_is_claimed(parts: Parts, server: PostgresSandbox) -> None:
    record = _after_a_trigger(parts, server, "EX2", "EC1", "true")
    assert (record.passed, record.status) == (None, "NOT_CHECKED")
    assert record.detail == "its rows are refused before the constraint is asked (23514: no orders)"


# (g) The delete actions.


@pytest.mark.parametrize(
    ("key", "claimed", "words"),
    [
        ("order_lines_order_id_fkey", "set null", "3 rows referred to it; 0 still do, 4 were deleted"),
        ("order_lines_order_id_fkey", "restrict", "the row was deleted"),
        ("orders_customer_id_fkey", "cascade", "refused by orders_customer_id_fkey itself"),
    ],
)
def test_a_delete_action_that_does_something_else_is_caught(
    parts: Parts, built: PostgresDatabase, server: PostgresSandbox, key: str, claimed: str, words: str
) -> None:
    recorder = Recorder(server, lambda doing: None)
    prove_seed(parts, built, recorder)
    claims = Parts(**{**vars(parts), "schema": _with_action(parts.schema, key, claimed)})
    prove_cascades(claims, built, recorder)
    (failed,) = [record for record in recorder.records if record.passed is False]
    assert failed.subject.endswith(key)
    assert words.split(";")[0].split()[-1] in failed.detail
    assert (failed.kind, failed.owner) == ("cascade", "plan_schema")


def test_a_cascade_behind_another_reference_is_proven_once_that_is_out_of_the_way(
    parts: Parts, server: PostgresSandbox
) -> None:
    record = _one(_verify(parts, server), "product_tags.product_tags_product_id_fkey")
    assert record.passed
    assert "with order_lines_product_id_fkey dropped for the trial" in record.detail


def test_a_delete_action_without_rows_is_not_claimed(
    parts: Parts, built: PostgresDatabase, server: PostgresSandbox
) -> None:
    recorder = Recorder(server, lambda doing: None)
    prove_cascades(parts, built, recorder)
    assert {(record.status, record.passed) for record in recorder.records} == {("NOT_CHECKED", None)}


# (h) The migrations.


def _migrated(parts: Parts, server: PostgresSandbox, number: int, **update: Any) -> list[Evidence]:
    migrations = tuple(
        each.model_copy(update=update) if each.number == number else each for each in parts.operations.migrations
    )
    operations = parts.operations.model_copy(update={"migrations": migrations})
    return [
        record for record in _verify(parts, server, operations=operations).log.records if record.kind == "migration"
    ]


def test_a_migration_that_forgets_something_is_caught(parts: Parts, server: PostgresSandbox) -> None:
    last = parts.operations.migrations[-1]
    up, down, again = _migrated(parts, server, last.number, up="SELECT 1")
    assert up.passed is False
    assert "missing indexes: " in up.detail
    assert up.owner == "plan_operations"
    assert (down.passed, again.passed) == (None, None)


def test_a_way_down_that_leaves_something_is_caught(parts: Parts, server: PostgresSandbox) -> None:
    first = parts.operations.migrations[0]
    up, down, again = _migrated(parts, server, first.number, down="SELECT 1")
    assert (up.passed, down.passed, again.passed) == (True, False, None)
    assert "additional " in down.detail


def test_a_migration_that_does_not_run_is_named(parts: Parts, server: PostgresSandbox) -> None:
    up, *_ = _migrated(parts, server, 2, up="CREATE TABLE broken (x nothing)")
    assert up.subject.startswith("0002_")
    assert 'up: 42704: type "nothing" does not exist' in up.detail


def test_a_step_without_a_way_back_is_said_and_not_failed(parts: Parts, server: PostgresSandbox) -> None:
    last = parts.operations.migrations[-1]
    up, down, _ = _migrated(parts, server, last.number, down="", reversible=False)
    assert up.passed
    assert down.status == "NOT_CHECKED"
    assert "not reversible" in down.detail


def test_the_helpers_used_here_are_the_designs_own(parts: Parts) -> None:
    assert parts.operations.migrations == plan_migrations(parts.schema, parts.indexes)
    assert parts.operations.seed == make_seed(parts.entity_model, parts.schema)


def test_the_ddl_record_marks_a_shim(parts: Parts, database: PostgresDatabase, server: PostgresSandbox) -> None:
    extension = Extension(name="pgcrypto", why="of the test")
    schema = parts.schema.model_copy(update={"extensions": (*parts.schema.extensions, extension)})
    recorder = Recorder(server, lambda doing: None)
    assert prove_ddl(Parts(**{**vars(parts), "schema": schema}), database, recorder)
    assert "shimmed: a stand-in replaced the extension pgcrypto" in recorder.records[0].detail
