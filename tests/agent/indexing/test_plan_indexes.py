"""The index plan, one behaviour each, on hand-written queries."""

from __future__ import annotations

from typing import Any

import pytest

from database_specialist.agent.indexing.plan import plan_indexes, required_extensions
from database_specialist.agent.model.base import Engine, Figure
from database_specialist.agent.model.evidence import Finding
from database_specialist.agent.model.relational import (
    Column,
    Exclusion,
    ExclusionElement,
    ForeignKey,
    Partition,
    Partitioning,
    PrimaryKey,
    Schema,
    Table,
    Unique,
)
from database_specialist.agent.model.workload import Index, Indexes, Query, Workload


def column(name: str, type_: str = "bigint", **more: Any) -> Column:
    return Column(name=name, type=type_, **more)


def rows(value: float) -> Figure:
    return Figure(value=value, unit="rows", origin="assumed", basis="of the test")


def table(name: str, *columns: Column, number_of_rows: float = 1_000_000, **more: Any) -> Table:
    key = PrimaryKey(name=f"{name}_pkey", columns=("id",))
    fields: dict[str, Any] = {"primary_key": key, "rows": rows(number_of_rows), **more}
    return Table(name=name, columns=(column("id"), *columns), **fields)


def foreign_key(source: str, name: str, target: str) -> ForeignKey:
    return ForeignKey(name=f"{source}_{name}_fkey", columns=(name,), ref_table=target, ref_columns=("id",))


ORDERS = table(
    "orders",
    column("customer_id"),
    column("status", "text", logical_type="enum", values=("new", "paid", "shipped")),
    column("placed_at", "timestamptz", logical_type="timestamp"),
    column("deleted_at", "timestamptz", nullable=True),
    column("note", "text", logical_type="long_text"),
    column("total", "numeric(14,2)"),
    foreign_keys=(foreign_key("orders", "customer_id", "customers"),),
)
CUSTOMERS = table("customers", column("email", "text"), column("name", "text"))
TINY = table("rooms", column("name", "text"), column("house_id"), number_of_rows=5)
BY_CUSTOMER = (
    "SELECT orders.id FROM orders WHERE orders.customer_id = :c "
    "AND (orders.placed_at, orders.id) < (:t, :i) ORDER BY orders.placed_at DESC, orders.id DESC LIMIT 50"
)


def plan(
    *statements: str,
    tables: tuple[Table, ...] = (CUSTOMERS, ORDERS, TINY),
    engine: Engine = "postgresql",
    per_day: float = 1000,
    findings: tuple[Finding, ...] = (),
) -> Indexes:
    frequency = Figure(value=per_day, unit="executions/day", origin="assumed", basis="of the test")
    queries = tuple(
        Query(id=f"Q{number}", name=f"query_{number}", purpose="", kind="read", sql=sql, frequency=frequency)
        for number, sql in enumerate(statements, start=1)
    )
    return plan_indexes(Schema(engine=engine, tables=tables), Workload(queries=queries), findings=findings)


def shape(index: Index) -> tuple[str, ...]:
    return tuple(key.expression for key in index.keys)


def on(indexes: Indexes, name: str) -> list[tuple[str, ...]]:
    return [shape(index) for index in indexes.planned if index.table == name]


def test_equality_comes_first_then_the_sort_order() -> None:
    assert on(plan(BY_CUSTOMER), "orders") == [("customer_id", "placed_at", "id")]


def test_equality_comes_before_a_range() -> None:
    sql = "SELECT id FROM orders WHERE placed_at >= :a AND placed_at < :b AND customer_id = :c"
    assert on(plan(sql), "orders") == [("customer_id", "placed_at")]


def test_a_range_on_another_column_comes_last_and_does_not_break_the_page_order() -> None:
    sql = "SELECT id FROM orders WHERE customer_id = :c AND total > :t ORDER BY placed_at LIMIT 10"
    assert on(plan(sql), "orders") == [("customer_id", "placed_at", "total")]


def test_one_index_stands_for_a_foreign_key_and_the_queries_that_begin_like_it() -> None:
    (index,) = plan(BY_CUSTOMER, "SELECT id FROM orders WHERE customer_id = :c").planned
    assert set(index.serves) == {"Q1", "Q2", "orders_customer_id_fkey"}


def test_a_foreign_key_gets_an_index_even_on_a_tiny_table() -> None:
    tiny = TINY.model_copy(update={"foreign_keys": (foreign_key("rooms", "house_id", "houses"),)})
    assert on(plan(tables=(table("houses"), tiny)), "rooms") == [("house_id",)]


def test_a_foreign_key_that_begins_the_primary_key_gets_none() -> None:
    lines = Table(
        name="lines",
        columns=(column("order_id"), column("line_no")),
        primary_key=PrimaryKey(name="lines_pkey", columns=("order_id", "line_no")),
        foreign_keys=(foreign_key("lines", "order_id", "orders"),),
    )
    indexes = plan(tables=(ORDERS.model_copy(update={"foreign_keys": ()}), lines))
    assert on(indexes, "lines") == []
    (entry,) = indexes.rejected
    assert entry.covered_by == "lines_pkey"
    assert "lines_order_id_fkey" in entry.reason


def test_a_lookup_by_a_unique_key_gets_none_and_names_the_key() -> None:
    customers = CUSTOMERS.model_copy(
        update={"uniques": (Unique(name="customers_email_key", columns=("(lower(email))",)),)}
    )
    indexes = plan("SELECT id FROM customers WHERE lower(email) = lower(:e)", tables=(customers,))
    assert indexes.planned == ()
    assert indexes.rejected[0].covered_by == "customers_email_key"


def test_an_expression_that_no_key_covers_gets_an_expression_index() -> None:
    assert on(plan("SELECT id FROM customers WHERE lower(email) = lower(:e)"), "customers") == [("(lower(email))",)]


def test_a_fixed_condition_makes_a_partial_index() -> None:
    (index,) = (
        index
        for index in plan(
            "SELECT id FROM orders WHERE status = 'new' AND deleted_at IS NULL ORDER BY placed_at LIMIT 9"
        ).planned
        if index.where
    )
    assert index.where == "status = 'new' AND deleted_at IS NULL"
    assert shape(index) == ("placed_at",)


def test_mysql_has_no_partial_index_and_takes_the_column_instead() -> None:
    short = tuple(c.model_copy(update={"type": "varchar(20)"}) if c.name == "status" else c for c in ORDERS.columns)
    orders = ORDERS.model_copy(update={"columns": short})
    sql = "SELECT id FROM orders WHERE status = 'new' ORDER BY placed_at LIMIT 9"
    indexes = plan(sql, engine="mysql", tables=(CUSTOMERS, orders))
    assert ("status", "placed_at") in on(indexes, "orders")


def test_an_index_for_all_rows_stands_for_the_partial_one_that_a_foreign_key_would_double() -> None:
    sql = "SELECT id FROM orders WHERE customer_id = :c AND deleted_at IS NULL ORDER BY placed_at DESC LIMIT 9"
    (index,) = (index for index in plan(sql).planned if index.table == "orders")
    assert index.where is None
    assert shape(index) == ("customer_id", "placed_at")
    assert set(index.serves) == {"Q1", "orders_customer_id_fkey"}


def test_a_part_of_a_text_is_found_by_trigrams_and_the_extension_is_asked_for() -> None:
    indexes = plan("SELECT id FROM customers WHERE name ILIKE '%' || :term || '%' ORDER BY name LIMIT 20")
    (index,) = (index for index in indexes.planned if index.method == "gin")
    assert index.keys[0].operator_class == "gin_trgm_ops"
    assert [extension.name for extension in required_extensions(indexes)] == ["pg_trgm"]


def test_the_beginning_of_a_text_is_the_reason_for_its_index() -> None:
    indexes = plan("SELECT id FROM customers WHERE name LIKE :term || '%'")
    (index,) = (index for index in indexes.planned if index.hides_in_bytes)
    assert "looks for the beginning of name" in index.reason


def test_a_query_that_reads_a_table_twice_is_one_reason() -> None:
    sql = """SELECT a.id FROM customers AS a JOIN orders AS o ON o.customer_id = a.id
             UNION SELECT b.id FROM customers AS b JOIN orders AS p ON p.customer_id = b.id"""
    for index in plan(sql).planned:
        assert index.reason.count("joins orders by customer_id") <= 1
    assert any("joins orders by customer_id" in index.reason for index in plan(sql).planned)


def test_words_are_found_by_a_gin_index_on_the_same_expression() -> None:
    sql = "SELECT id FROM orders WHERE to_tsvector('english', orders.note) @@ websearch_to_tsquery('english', :w)"
    (index,) = (index for index in plan(sql).planned if index.method == "gin")
    assert shape(index) == ("(to_tsvector('english', note))",)


def test_json_containment_is_served_by_gin_and_overlap_of_ranges_by_gist() -> None:
    things = table("things", column("data", "jsonb"), column("during", "tstzrange"))
    indexes = plan(
        "SELECT id FROM things WHERE data @> :d", "SELECT id FROM things WHERE during && :r", tables=(things,)
    )
    assert {index.method: shape(index) for index in indexes.planned} == {"gin": ("data",), "gist": ("during",)}


def test_an_exclusion_constraint_serves_the_overlap_it_forbids() -> None:
    elements = (
        ExclusionElement(expression="room_id", operator="="),
        ExclusionElement(expression="during", operator="&&"),
    )
    bookings = table(
        "bookings",
        column("room_id"),
        column("during", "tstzrange"),
        exclusions=(Exclusion(name="bookings_excl", elements=elements),),
    )
    indexes = plan("SELECT id FROM bookings WHERE room_id = :r AND during && :d", tables=(bookings,))
    assert "bookings_excl" in {entry.covered_by for entry in indexes.rejected}
    assert not [index for index in indexes.planned if index.method == "gist"]


def test_a_tiny_table_gets_no_index_for_a_query_and_the_plan_says_why() -> None:
    indexes = plan("SELECT id FROM rooms WHERE name = :n")
    assert on(indexes, "rooms") == []
    assert "about 5 rows" in indexes.rejected[0].reason


def test_a_column_of_few_values_alone_gets_no_index() -> None:
    indexes = plan("SELECT id FROM orders WHERE status = :s")
    assert ("status",) not in on(indexes, "orders")
    assert any("3 values" in entry.reason for entry in indexes.rejected)


def test_a_huge_append_only_table_gets_a_block_range_index_for_spans_of_time() -> None:
    readings = table(
        "readings",
        column("taken_at", "timestamptz", logical_type="timestamp"),
        append_only=True,
        number_of_rows=500_000_000,
    )
    (index,) = plan("SELECT count(*) FROM readings WHERE taken_at >= :a AND taken_at < :b", tables=(readings,)).planned
    assert index.method == "brin"


def test_a_span_of_the_partition_column_is_left_to_pruning() -> None:
    parts = Partitioning(
        method="range", columns=("taken_at",), partitions=(Partition(name="p", bounds="DEFAULT"),), why=""
    )
    readings = table("readings", column("taken_at", "timestamptz", logical_type="timestamp"), partitioning=parts)
    indexes = plan("SELECT count(*) FROM readings WHERE taken_at >= :a AND taken_at < :b", tables=(readings,))
    assert indexes.planned == ()
    assert "partitioned by taken_at" in indexes.rejected[0].reason


def test_a_very_frequent_narrow_read_is_covered() -> None:
    sql = "SELECT name FROM customers WHERE email = :e"
    assert plan(sql, per_day=2_000_000).planned[0].include == ("name",)
    assert plan(sql, per_day=1_000).planned[0].include == ()


def test_the_columns_of_a_correlated_subquery_are_indexed_in_the_table_they_belong_to() -> None:
    bookings = table("bookings", column("room_id"), column("starts_at", "timestamptz"))
    big_rooms = table("halls", column("name", "text"))
    sql = (
        "SELECT halls.id FROM halls WHERE NOT EXISTS (SELECT 1 FROM bookings "
        "WHERE bookings.room_id = halls.id AND bookings.starts_at < :t)"
    )
    assert on(plan(sql, tables=(big_rooms, bookings)), "bookings") == [("room_id", "starts_at")]


def test_updates_and_deletes_find_their_rows_too() -> None:
    assert on(plan("DELETE FROM customers WHERE email = :e"), "customers") == [("email",)]
    assert on(plan("UPDATE customers SET name = :n WHERE email = :e"), "customers") == [("email",)]


def test_innodb_builds_the_index_of_a_foreign_key_itself() -> None:
    indexes = plan(engine="mysql")
    assert indexes.planned == ()
    assert "InnoDB" in indexes.rejected[0].reason


def test_mysql_indexes_no_whole_text_column() -> None:
    indexes = plan("SELECT id FROM customers WHERE name = :n", engine="mysql")
    assert on(indexes, "customers") == []
    assert any("prefix length" in entry.reason for entry in indexes.rejected)


def test_names_are_unique_and_fit_into_63_bytes() -> None:
    long = table("a" * 40, column("b" * 30), column("c" * 30), column("d" * 30))
    indexes = plan(
        f"SELECT id FROM {long.name} WHERE {'b' * 30} = :x AND {'c' * 30} = :y",
        f"SELECT id FROM {long.name} WHERE {'b' * 30} = :x AND {'d' * 30} = :y",
        tables=(long,),
    )
    names = [index.name for index in indexes.planned]
    assert len(set(names)) == len(names) == 2
    assert all(len(name.encode()) <= 63 for name in names)


def test_every_planned_index_serves_something_and_says_what() -> None:
    for index in plan(BY_CUSTOMER, "SELECT id FROM customers WHERE name = :n").planned:
        assert index.serves
        assert index.table in index.reason
        assert all(served in index.reason for served in index.serves if served.startswith("Q"))


def test_a_finding_takes_the_index_it_names_out_of_the_plan() -> None:
    name = "customers_email_idx"
    objection = Finding(
        code="IDX004",
        severity="warning",
        place=f"customers.{name}",
        message="Nothing uses it.",
        help="Drop it.",
        owner="plan_indexes",
    )
    sql = "SELECT id FROM customers WHERE email = :e"
    assert name in [index.name for index in plan(sql).planned]
    mended = plan(sql, findings=(objection,))
    assert name not in [index.name for index in mended.planned]
    assert any("Nothing uses it." in entry.reason for entry in mended.rejected)


@pytest.mark.parametrize(
    "sql", ["SELECT FROM WHERE", "SELECT 1 " + "x" * 30_000, "SELECT id FROM nowhere WHERE a = 1", ""]
)
def test_a_statement_that_cannot_be_read_gives_no_index(sql: str) -> None:
    assert plan(sql, tables=(CUSTOMERS,)).planned == ()
