"""Faults planted in a change: each is caught by a run, and named."""

from __future__ import annotations

import pytest

from database_specialist.agent.changes.loading import load, schema_statements
from database_specialist.agent.changes.wishes import fills_from, renames_from
from database_specialist.agent.errors import ConfigError, DocumentError
from database_specialist.agent.model.change import Change
from database_specialist.tools.postgres_sandbox import PostgresDatabase, PostgresSandbox
from tests.agent.changes.proving import PAIRS, existing_of, planned, proven


def _pair(name: str) -> tuple[str, str]:
    existing, design = ((PAIRS / name / f"{side}.sql").read_text("utf-8") for side in ("existing", "design"))
    return existing, design


def _tampered(change: Change, step: str, **update: object) -> Change:
    migrations = tuple(each.model_copy(update=update) if each.name == step else each for each in change.migrations)
    assert migrations != change.migrations
    return change.model_copy(update={"migrations": migrations})


def _failures(name: str, change: Change, server: PostgresSandbox) -> list[str]:
    existing, design = _pair(name)
    return [f"{r.subject}: {r.detail}" for r in proven(existing, design, change, server).records if r.passed is False]


def test_a_down_that_forgets_an_enum_value_is_caught(server: PostgresSandbox) -> None:
    change = planned(*_pair("enumerations"), server)
    (step,) = change.migrations
    assert not step.reversible
    pretending = _tampered(change, step.name, reversible=True, down="SELECT 1;")
    (failure,) = _failures("enumerations", pretending, server)
    missing, additional = failure.removeprefix("change: ").split("; ")
    assert missing == "missing enums: order_status open, lost, paid"
    assert additional == "additional enums: order_status open, lost, paid, refunded"


def test_a_drop_in_disguise_loses_values_and_is_caught(server: PostgresSandbox) -> None:
    change = planned(*_pair("dropped_column"), server)
    up = "ALTER TABLE customers DROP COLUMN shoe_size; ALTER TABLE customers ADD COLUMN shoe_size integer;"
    failures = _failures("dropped_column", _tampered(change, "relax_customers", up=up), server)
    assert failures[0] == "rows: customers.shoe_size holds other values"


def test_a_change_of_type_that_loses_digits_is_caught(server: PostgresSandbox) -> None:
    existing = "CREATE TABLE t (id bigint PRIMARY KEY, price numeric(12,4));"
    design = "CREATE TABLE t (id bigint PRIMARY KEY, price numeric(12,2));"
    change = planned(existing, design, server)
    assert [each.name for each in change.migrations] == ["convert_t_price", "fill_t_price", "switch_t_price"]
    update = "UPDATE t SET price = 1.5;"
    records = proven(existing, design, _tampered(change, "fill_t_price", up=update), server).records
    assert "rows" in [record.subject for record in records if record.passed is False]


def test_a_step_that_fails_is_named_and_what_follows_is_not_claimed(server: PostgresSandbox) -> None:
    change = planned(*_pair("new_rules"), server)
    broken = _tampered(change, "constrain_customers", up="ALTER TABLE customers ADD CHECK (nothing > 0) NOT VALID;")
    existing, design = _pair("new_rules")
    records = proven(existing, design, broken, server).records
    (failed,) = [record for record in records if record.passed is False]
    number = next(each.number for each in change.migrations if each.name == "constrain_customers")
    assert failed.subject == f"change/{number:04d}_constrain_customers"
    assert 'column "nothing" does not exist' in failed.detail
    assert failed.owner == "plan_operations"
    assert [r.passed for r in records if r.claim.startswith(("No row", "The steps down"))] == [None, None]


def test_a_rewrite_is_measured(server: PostgresSandbox) -> None:
    existing, design = _pair("narrowed_types")
    recorder = proven(existing, design, planned(existing, design, server), server)
    rewriting = {each.migration for each in recorder.footprints if each.rewrites}
    assert [name.partition("_")[2] for name in rewriting] == ["retype_products_id"]


@pytest.mark.parametrize(
    ("rows", "element"),
    [
        ("(1, 'a@x', NULL, 20, 'new'), (2, 'a@x', NULL, 20, 'new')", "unique customers.customers_email_key"),
        ("(1, NULL, NULL, 20, 'new')", "column customers.email"),
        ("(1, 'a@x', 'XX', 20, 'new')", "foreign key customers.customers_country_fkey"),
        ("(1, 'a@x', NULL, 7, 'new')", "check customers.customers_age_check"),
        ("(1, 'a@x', 'DE', 70, 'new'), (2, 'b@x', 'DE', 70, 'new')", "index customers_country_age_idx"),
    ],
)
def test_a_pre_check_counts_the_rows_that_stand_in_the_way(
    rows: str, element: str, server: PostgresSandbox, database: PostgresDatabase
) -> None:
    existing, design = _pair("new_rules")
    change = planned(existing, design, server)
    load(existing_of(existing), database)
    database.execute("INSERT INTO countries VALUES ('DE')")
    database.execute(f"INSERT INTO customers VALUES {rows}")
    found = {each.element: database.execute(each.sql).rows[0][0] for each in change.prechecks}
    assert {name: count for name, count in found.items() if count} == {element: 1}


@pytest.mark.parametrize(("name", "price", "bad"), [("x" * 50, "1.50", "name"), ("ok", "about 3", "price")])
def test_a_pre_check_counts_the_values_that_a_narrower_type_cannot_hold(
    name: str, price: str, bad: str, server: PostgresSandbox, database: PostgresDatabase
) -> None:
    existing, design = _pair("narrowed_types")
    change = planned(existing, design, server)
    load(existing_of(existing), database)
    database.execute("INSERT INTO products (name, price) VALUES ($1, $2), ('fine', '2.00')", (name, price))
    asked = [each for each in change.prechecks if "convert" in each.for_step]
    found = {each.element: database.execute(each.sql).rows[0][0] for each in asked}
    assert {element for element, count in found.items() if count} == {f"column products.{bad}"}


def test_a_required_column_without_a_value_stops_the_step_and_says_why(
    server: PostgresSandbox, database: PostgresDatabase
) -> None:
    existing = "CREATE TABLE orders (id bigint PRIMARY KEY);"
    change = planned(existing, "CREATE TABLE orders (id bigint PRIMARY KEY, currency text NOT NULL);", server)
    assert change.awaited == ("orders.currency",)
    load(existing_of(existing), database)
    database.execute("INSERT INTO orders VALUES (1)")
    database.run(schema_statements(change.migrations[0].up, "postgresql"))
    with pytest.raises(Exception, match=r"orders.currency: give the rows that are there a value before this step"):
        database.execute(change.migrations[1].up.partition(";\n\n")[2])


def test_the_same_schema_needs_no_step(server: PostgresSandbox) -> None:
    _, design = _pair("new_rules")
    change = planned(design, design, server)
    assert change.is_nothing
    assert change.items == ()


def test_a_rename_of_what_is_not_there_is_refused(server: PostgresSandbox) -> None:
    with pytest.raises(ConfigError, match="nothing is not in the existing schema"):
        planned(*_pair("renamed"), server, renamed=["nothing=orders"])


@pytest.mark.parametrize(
    ("wishes", "element"),
    [
        ({"renamed": ["purchases=nothing"]}, "rename purchases=nothing"),
        ({"renamed": ["customers.email_address=fax"]}, "rename customers.email_address=fax"),
        ({"filled": ["orders.colour='red'"]}, "fill orders.colour"),
    ],
)
def test_what_a_person_says_and_the_design_does_not_know_is_told(
    wishes: dict[str, list[str]], element: str, server: PostgresSandbox
) -> None:
    change = planned(*_pair("renamed"), server, renamed=wishes.get("renamed", ()), filled=wishes.get("filled", ()))
    assert [each.element for each in change.undone] == [element]


@pytest.mark.parametrize("wish", ["orders", "a b=c", "a=b.c", "=x"])
def test_what_is_no_rename_is_told(wish: str) -> None:
    with pytest.raises(ConfigError, match="old=new for a table"):
        renames_from([wish])


@pytest.mark.parametrize("wish", ["orders=1", "orders.currency=", "orders.currency='x'; DROP TABLE orders"])
def test_what_is_no_value_is_told(wish: str) -> None:
    with pytest.raises(ConfigError, match=r"say table\.column=expression"):
        fills_from([wish])


def test_a_column_of_a_renamed_table_is_found_under_either_name(server: PostgresSandbox) -> None:
    existing = "CREATE TABLE purchases (id bigint PRIMARY KEY, total integer NOT NULL);"
    design = "CREATE TABLE orders (id bigint PRIMARY KEY, amount integer NOT NULL);"
    for column in ("purchases.total=amount", "orders.total=amount"):
        change = planned(existing, design, server, renamed=["purchases=orders", column])
        assert (change.left, change.undone) == ((), ())
        assert [r.detail for r in proven(existing, design, change, server).records if r.passed is not True] == []


def test_a_script_that_the_sandbox_refuses_is_told_in_one_line(database: PostgresDatabase) -> None:
    with pytest.raises(
        DocumentError, match=r"existing\.sql: the sandbox refuses CREATE TABLE t \(a nonsense\) \(42704"
    ):
        load(existing_of("CREATE TABLE t (a nonsense);"), database)


def test_a_script_without_a_table_is_told(database: PostgresDatabase) -> None:
    with pytest.raises(DocumentError, match="it makes no table"):
        load(existing_of("CREATE TYPE mood AS ENUM ('good');"), database)
