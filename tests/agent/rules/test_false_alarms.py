"""Designs that a rule could misread: each stays in peace, or is objected to no more than it deserves."""

from __future__ import annotations

import pytest

from database_specialist.agent.rules.critic import review
from tests.agent.rules.page import subject_of

CUSTOMERS = "create table customers (id bigint primary key, email text not null unique);\n"
ORDERS = "create table orders (id bigint primary key, customer_id bigint not null, placed_at timestamptz not null);\n"


def severities(code: str, sql: str, yaml: str = "") -> list[str]:
    blocks = (("sql", sql), *((("yaml", yaml),) if yaml else ()))
    return [finding.severity for finding in review(subject_of(blocks)) if finding.code == code]


@pytest.mark.parametrize(
    ("code", "sql"),
    [
        pytest.param("DES003", "create table a (id bigint primary key, tag_ids bigint[] not null);", id="an array"),
        pytest.param("DES001", "create table a (id bigint primary key, line1 text, line2 text);", id="address lines"),
        pytest.param("DES001", "create table a (id bigint primary key, md5 text, sha1 text);", id="digests"),
        pytest.param(
            "DES008",
            "create table a (id bigint primary key, state text not null, city text not null);",
            id="a state of a country",
        ),
        pytest.param(
            "DES004",
            "create table settings (key text primary key, value text not null);",
            id="a table of settings",
        ),
        pytest.param("TYP006", "create table a (id bigint primary key, latitude double precision);", id="a place"),
        pytest.param("TYP009", "create table a (id bigint primary key, content_hash bytea);", id="a digest"),
        pytest.param("SEC001", "create table a (id bigint primary key, password_changed_at timestamptz);", id="a time"),
        pytest.param("SEC001", "create table a (id bigint primary key, reset_token_hash text);", id="a token's hash"),
        pytest.param("KEY002", CUSTOMERS + "create table a (id bigint primary key, b text unique);", id="one nullable"),
        pytest.param(
            "KEY003",
            "create table rooms (id bigint primary key);\n"
            + CUSTOMERS
            + "create table bookings (id bigint primary key, room_id bigint not null references rooms (id),\n"
            "  customer_id bigint not null references customers (id), starts_at timestamptz not null);",
            id="bookings are no join table",
        ),
        pytest.param(
            "FK005",
            CUSTOMERS + "create table payments (id bigint primary key, stripe_customer_id text, tax_id text);",
            id="ids of other systems",
        ),
        pytest.param(
            "FK005",
            CUSTOMERS + "create table audit_log (id bigint primary key, customer_id bigint not null);",
            id="a log outlives what it is about",
        ),
        pytest.param(
            "FK006",
            "create table audit_log (id bigint primary key, entity_type text not null, entity_id bigint not null);",
            id="a log points anywhere",
        ),
        pytest.param(
            "FK003",
            "create table people (id bigint primary key, manager_id bigint not null references people (id));",
            id="a reference to itself",
        ),
        pytest.param(
            "FK001",
            CUSTOMERS + "create table a (customer_id bigint not null references customers (id), day date not null,\n"
            "  primary key (customer_id, day));",
            id="the primary key leads with it",
        ),
        pytest.param("QRY008", ORDERS + "insert into orders default values returning id;", id="a row of defaults"),
        pytest.param("QRY008", ORDERS + "select count(*) from orders where id = :id;", id="count(*)"),
        pytest.param(
            "QRY010",
            "create table u (id bigint primary key, email text not null);\n"
            "create unique index u_email_key on u (lower(email));\nselect id from u where lower(email) = :email;",
            id="an expression with its index",
        ),
        pytest.param(
            "QRY009",
            ORDERS + "insert into orders (id, customer_id, placed_at) values (:id, :customer, now())\n"
            "on conflict (id) do update set placed_at = excluded.placed_at;",
            id="an upsert",
        ),
        pytest.param("QRY013", ORDERS + "update orders set placed_at = null where id = :id;", id="SET to NULL"),
        pytest.param(
            "QRY001",
            ORDERS + "with recent as (select id from orders) select r.id from recent r;",
            id="a common table expression",
        ),
        pytest.param("QRY001", ORDERS + "select n from generate_series(1, :days) as n;", id="a function"),
        pytest.param("QRY001", ORDERS + "select o.id from orders as o for update of o;", id="a lock by its alias"),
        pytest.param("QRY002", ORDERS + "select placed_at::date from orders where id = :id;", id="a cast"),
        pytest.param("QRY015", ORDERS + "select 1 from orders cross join orders as o;", id="a cross join as meant"),
        pytest.param(
            "IDX002",
            ORDERS + "create index a on orders (customer_id) where placed_at is null;\n"
            "create index b on orders (customer_id, placed_at);",
            id="a partial index is no prefix",
        ),
        pytest.param("NAM003", "create table staff (id bigint primary key);", id="a word without a plural"),
        pytest.param("CHK001", "create table a (id bigint primary key, knows text check (knows <> ''));", id="now"),
        pytest.param(
            "CHK002",
            "create table a (id bigint primary key, code text check (code ~ '^[A-Z]+$' and length(code) < 9));",
            id="functions and strings",
        ),
    ],
)
def test_a_look_alike_is_left_in_peace(code: str, sql: str) -> None:
    assert severities(code, sql) == []


def test_a_narrow_key_that_will_end_is_an_error_and_one_of_a_small_table_is_nothing() -> None:
    sql = "create table a (id integer generated always as identity primary key);"
    assert severities("KEY004", sql, "schema: {tables: [{name: a, rows_per_day: 2000000}]}") == ["error"]
    assert severities("KEY004", sql) == ["info"]
    assert severities("KEY004", sql, "schema: {tables: [{name: a, rows: 200}]}") == []


def test_integer_to_bigint_is_a_warning_and_uuid_to_bigint_an_error() -> None:
    sql = CUSTOMERS + "create table a (id bigint primary key, customer_id {} references customers (id));"
    assert severities("FK002", sql.format("integer")) == ["warning"]
    assert severities("FK002", sql.format("uuid")) == ["error"]


def test_an_amount_as_float_may_be_no_money() -> None:
    sql = "create table a (id bigint primary key, {} double precision);"
    assert severities("TYP006", sql.format("amount")) == ["warning"]
    assert severities("TYP006", sql.format("unit_price")) == ["error"]


def test_money_as_real_is_a_warning_where_the_engine_has_no_decimals() -> None:
    sql = "create table a (id integer primary key, price real);"
    assert severities("TYP006", sql, "schema: {engine: sqlite}") == ["warning"]


def test_a_currency_of_the_table_referred_to_counts() -> None:
    sql = (
        "create table orders (id bigint primary key, currency text not null);\n"
        "create table lines (id bigint primary key, order_id bigint references orders (id), price numeric not null);"
    )
    assert severities("TYP014", sql) == []


def test_two_circles_of_required_references_are_two_errors() -> None:
    sql = "\n".join(
        f"create table {a} (id bigint primary key, {b}_id bigint not null references {b} (id));"
        for a, b in (("a", "b"), ("b", "a"), ("c", "d"), ("d", "e"), ("e", "c"), ("f", "a"))
    )
    assert severities("FK003", sql) == ["error", "error"]
    assert (
        severities("FK003", sql.replace("a_id bigint not null", "a_id bigint").replace("e (id))", "e (id) deferrable)"))
        == []
    )


def test_an_index_said_to_serve_an_unknown_query_is_an_error_and_one_that_serves_nothing_a_warning() -> None:
    sql = ORDERS + "create index a on orders (customer_id);\nselect id from orders where placed_at > :since;"
    assert severities("IDX004", sql, "indexes: {planned: [{name: a, serves: [Q7]}]}") == ["error"]
    assert severities("IDX004", sql) == ["warning"]
    assert severities("IDX004", sql.replace("placed_at >", "customer_id =")) == []


def test_a_query_that_cannot_be_read_in_bounds_is_left_to_the_engine() -> None:
    deep = "(" * 500 + "1" + ")" * 500
    assert severities("QRY001", ORDERS, f"workload: {{queries: [{{id: Q1, sql: 'select {deep} from nowhere'}}]}}") == []
    for sql in ("selec ,, from", "select ` { : }"):
        assert severities("QRY001", ORDERS, f"workload: {{queries: [{{id: Q1, sql: '{sql}'}}]}}") == []


@pytest.mark.parametrize(
    ("frequency", "objected"),
    [
        ("every 5 minutes", False),
        ("continuous", False),
        ("every 15 minutes", True),
        ("weekly, Sunday 02:00", True),
        ("when somebody thinks of it", False),
    ],
)
def test_the_rhythm_of_the_backups_is_held_against_the_rpo(frequency: str, objected: bool) -> None:
    yaml = f"operations: {{backup: {{rpo: 300, jobs: [{{kind: base, frequency: '{frequency}'}}]}}}}"
    assert bool(severities("OPS001", "", yaml)) is objected


def test_an_rpo_of_zero_asks_for_a_synchronous_standby_and_is_met_by_one() -> None:
    yaml = "operations: {{backup: {{rpo: 0, jobs: [{{kind: wal, frequency: every 10 s}}], disaster_recovery: [{}]}}}}"
    assert severities("OPS001", "", yaml.format("promote the asynchronous standby")) == ["warning"]
    assert severities("OPS001", "", yaml.format("promote the synchronous standby")) == []


def test_an_insert_without_columns_is_objected_to() -> None:
    assert severities("QRY008", ORDERS + "insert into orders values (:id, :customer, :placed_at);") == ["warning"]
