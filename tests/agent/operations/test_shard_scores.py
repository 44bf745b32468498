from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import replace

import pytest

from database_specialist.agent.model.operations import ShardKey, ShardScore
from database_specialist.agent.operations.capacity import Ground
from database_specialist.agent.operations.shard_scores import score, shards_needed
from database_specialist.agent.operations.shards import shard_candidates
from tests.agent.migrations.ground import sample
from tests.agent.operations.ground import WORKLOAD, ground_of, query


def by(key: str, ground: Ground) -> tuple[ShardKey, ShardScore]:
    found = next(each for each in shard_candidates(ground) if each.key == key)
    assert found.score is not None
    return found, found.score


def test_writes_that_do_not_fix_the_key_cross_shards(ground: Ground) -> None:
    _, scored = by("customer_id", ground)
    # Q3 inserts with the customer; Q4 finds an order by its own number, Q6 a product.
    assert scored.crossing_writes.value == pytest.approx(100 * (18_000 + 50) / (20_000 + 18_000 + 50), abs=0.01)
    assert "(Q4 and Q6)" in scored.crossing_writes.basis


def test_a_write_that_names_the_key_stays_on_one_shard() -> None:
    named = query(4, "write", "UPDATE orders SET status = 'paid' WHERE id = :id AND customer_id = :c", 18_000)
    queries = tuple(named if each.id == "Q4" else each for each in WORKLOAD.queries)
    _, scored = by("customer_id", ground_of(workload=WORKLOAD.model_copy(update={"queries": queries})))
    assert scored.crossing_writes.value == pytest.approx(100 * 50 / 38_050, abs=0.01)


def test_uniques_and_foreign_keys_that_no_server_can_hold_are_named() -> None:
    schema = sample().relational_schema
    found = {key.key: key.score for key in sample().operations.scaling.shard_keys}
    scored = found["lift_id"]
    assert scored is not None
    assert scored.local_uniques == ("lifts_serial_number_key", "work_orders_order_number_key")
    keys = {key.name: (table.name, key) for table in schema.tables for key in table.foreign_keys}
    # By the key itself a row lies with its parent; every other key from or to these tables crosses.
    carrying = {"lifts", "work_orders", "readings", "contract_lifts"}
    crossing = {
        name
        for name, (table, key) in keys.items()
        if {table, key.ref_table} & carrying and not (key.ref_table == "lifts" and key.columns == ("lift_id",))
    }
    assert set(scored.crossing_keys) == crossing
    assert "readings_lift_id_fkey" not in crossing


def test_rows_of_tables_without_the_key_lie_nowhere_by_it(ground: Ground) -> None:
    key, scored = by("customer_id", ground)
    rows = {size.table: size.rows_year_1.value for size in ground.capacity.tables}
    assert scored.rows_share.value == pytest.approx(
        100 * sum(rows[name] for name in key.tables) / sum(rows.values()), abs=0.01
    )
    assert 0 < scored.rows_share.value < 100


@pytest.mark.parametrize("shards", [2, 8, 64])
def test_the_fullest_shard_is_what_hashing_gives(shards: int) -> None:
    """Hash as many values as the sample has lifts, depots and technicians, and look at the fullest shard."""
    made = sample()
    ground = ground_of(made.brief, made.relational_schema, made.workload)
    for root in ("lifts", "technicians", "customers"):
        values = round(ground.size_of(root).rows_year_1.value)
        expected = score(root, ((root, "id"),), (), ground, shards).fullest_shard.value
        count = Counter(int(hashlib.sha256(f"{root}{n}".encode()).hexdigest(), 16) % shards for n in range(values))
        assert max(count.values()) * shards / values == pytest.approx(expected, rel=0.25)


def test_few_values_leave_shards_empty(ground: Ground) -> None:
    few = ground.capacity.tables[0].model_copy(
        update={"rows_year_1": ground.capacity.tables[0].rows_year_1.model_copy(update={"value": 4.0})}
    )
    capacity = ground.capacity.model_copy(update={"tables": (few, *ground.capacity.tables[1:])})
    scored = score(few.table, ((few.table, "id"),), (), replace(ground, capacity=capacity), 16)
    assert scored.fullest_shard.value >= 4


def test_as_many_shards_are_scored_as_the_data_would_need(ground: Ground) -> None:
    size = ground.capacity.bytes_year_5.value
    assert shards_needed(ground, size * 2, 1e9) == 2
    assert shards_needed(ground, size / 4.5, 1e9) == 5
    assert shards_needed(ground, size * 2, ground.writes_at_peak / 6.5) == 7
