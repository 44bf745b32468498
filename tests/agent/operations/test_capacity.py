"""Rows over time, peak load, connections: every figure by hand."""

from __future__ import annotations

import pytest

from database_specialist.agent.mapping.schema import map_schema
from database_specialist.agent.model.base import Engine
from database_specialist.agent.model.relational import Schema
from database_specialist.agent.operations.capacity import Ground, settings_memory
from database_specialist.agent.operations.figures import assumed
from database_specialist.agent.operations.load import accesses
from tests.agent.operations.ground import BRIEF, ENTITY_MODEL, WORKLOAD, brief_with, ground_of, quantity, query


def shop_schema() -> Schema:
    return map_schema(ENTITY_MODEL, engine="postgresql")


def test_a_given_flow_fills_the_table_year_by_year(ground: Ground) -> None:
    orders = ground.size_of("orders")
    assert orders.rows_year_1.value == 20_000 * 365
    assert orders.rows_year_5.value == 20_000 * 365 * 5
    assert orders.bytes_year_1.value == pytest.approx(
        orders.rows_year_1.value * (orders.row_bytes.value + orders.index_bytes_per_row.value), rel=0.001
    )


def test_growth_of_the_documents_raises_the_flow_each_year() -> None:
    grown = ground_of(brief_with(quantities=(quantity("growth", 50, "%"),)))
    # 7.3 million x (1 + 1.5 + 2.25)
    assert grown.size_of("orders").rows_year_3.value == round(7_300_000 * 4.75)
    assert "growth 50% a year" in grown.size_of("orders").rows_year_3.basis


def test_growth_of_one_thing_does_not_grow_the_others() -> None:
    grown = ground_of(brief_with(quantities=(quantity("growth", 50, "%", "booking"),)))
    assert grown.size_of("orders").rows_year_3.value == 3 * 7_300_000


def test_a_counted_stock_grows_by_its_rate() -> None:
    stock = (
        quantity("rows", 14_000, "rows", "room"),
        quantity("growth", 8, "%", "room").model_copy(update={"id": "N10"}),
    )
    rooms = ground_of(brief_with(quantities=stock)).size_of("rooms")
    assert rooms.rows_now.value == 14_000
    # 14,000 x 8 % / 365; after three years 14,000 x 1.08 ^ 3
    assert rooms.rows_per_day.value == 3.07
    assert rooms.rows_year_3.value == pytest.approx(14_000 * 1.08**3, rel=0.001)


def test_retention_caps_the_rows() -> None:
    kept = ground_of(brief_with(quantities=(quantity("retention", 90, "days", "order"),)))
    assert kept.size_of("orders").rows_year_5.value == 90 * 20_000
    assert "without the retention 36,500,000" in kept.size_of("orders").rows_year_5.basis


def test_a_join_table_follows_the_table_it_hangs_on(ground: Ground) -> None:
    assert ground.size_of("product_tags").rows_now.value == 2_000 * 3
    assert "2,000 products x 3" in ground.size_of("product_tags").rows_now.basis


def test_the_peak_is_five_times_the_mean_of_all_executions(ground: Ground) -> None:
    executions = 40_000 + 100_000 + 20_000 + 18_000 + 30_000 + 50
    assert ground.capacity.peak_queries_per_second.value == round(executions / 86_400 * 5, 2)


def test_a_given_peak_goes_before_the_frequencies_and_scales_each_query() -> None:
    given = ground_of(brief_with(quantities=(quantity("requests_per_second", 2_000, "requests/s"),)))
    assert given.capacity.peak_queries_per_second.value == 2_000
    assert sum(given.at_peak(access) for access in given.accesses) == pytest.approx(2_000)


def test_connections_follow_littles_law() -> None:
    given = ground_of(brief_with(quantities=(quantity("requests_per_second", 2_000, "requests/s"),)))
    # 2,000/s x 10 ms = 20 busy, / 0.7 = 29, + 10 reserved
    assert given.capacity.connections.value == 39


def test_rows_that_no_query_inserts_count_as_load() -> None:
    schema = shop_schema()
    reads = WORKLOAD.model_copy(update={"queries": WORKLOAD.queries[:1]})
    found = ground_of(BRIEF, schema, reads)
    assert found.loaded == 20_000
    assert "20,000 rows a day loaded into orders" in found.capacity.peak_queries_per_second.basis


def test_every_figure_says_where_it_comes_from(ground: Ground) -> None:
    for size in ground.capacity.tables:
        for field in type(size).model_fields:
            if field != "table":
                assert getattr(size, field).basis, f"{size.table}.{field}"


@pytest.mark.parametrize("engine", ["mysql", "mariadb", "sqlite"])
def test_other_engines_have_a_model_of_their_own(engine: Engine) -> None:
    brief = BRIEF.model_copy(update={"stack": BRIEF.stack.model_copy(update={"engine": engine})})
    found = ground_of(brief).size_of("order_lines")
    words = "record header" if engine == "sqlite" else "roll pointer"
    assert words in found.row_bytes.basis
    assert 40 < found.row_bytes.value < 150


def test_buffers_hold_the_hot_set_within_bounds() -> None:
    assert settings_memory(assumed(0, "bytes", "of the test")) == "128MB"
    assert settings_memory(assumed(2**40, "bytes", "of the test")) == "8192MB"


def test_equality_with_a_parameter_is_followed_through_joins_but_not_through_or() -> None:
    workload = WORKLOAD.model_copy(
        update={
            "queries": (
                query(
                    1,
                    "read",
                    "SELECT l.line_no FROM order_lines l JOIN orders o ON o.id = l.order_id WHERE o.id = :id",
                    1,
                ),
                query(2, "read", "SELECT id FROM orders WHERE id = :id OR customer_id = :c", 1),
                query(3, "write", "UPDATE orders SET status = 'paid' WHERE id = :id", 1),
            )
        }
    )
    joined, either, update = accesses(workload, shop_schema())
    assert ("order_lines", "order_id") in joined.fixed
    assert either.fixed == ()
    assert update.fixed == (("orders", "id"),)
    assert update.does("update") == ("orders",)
