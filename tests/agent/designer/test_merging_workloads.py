from __future__ import annotations

import pytest

from database_specialist.agent.designer.merging_workloads import merged_workloads, workload_pieces
from database_specialist.agent.model.brief import Brief
from database_specialist.agent.model.workload import Query, Workload
from database_specialist.agent.reading.budget import Budget
from database_specialist.agent.reading.listing import listed
from database_specialist.agent.reading.shards import fitting, tokens
from tests.shop import BRIEF
from tests.tools.scripted import QUERY, figure


def query(name: str, sql: str, *facts: str, per_day: float = 10, **more: object) -> Query:
    changes = {"name": name, "sql": sql, "facts": facts, "frequency": figure(per_day, "executions/day"), **more}
    return QUERY.model_copy(update={"parameters": (), **changes})


def merged(*parts: Workload) -> Workload:
    return merged_workloads(parts, "postgresql")


def test_queries_of_all_parts_are_numbered_through() -> None:
    one = Workload(queries=(query("a", "SELECT 1", "F1"), query("b", "SELECT 2", "F2")))
    two = Workload(queries=(query("c", "SELECT 3", "F3"),))
    assert [(each.id, each.name) for each in merged(one, two).queries] == [("Q1", "a"), ("Q2", "b"), ("Q3", "c")]


def test_one_query_of_two_parts_is_one_for_the_statements_of_both() -> None:
    sql = "SELECT id FROM orders WHERE customer_id = :{} AND status = 'a:b'"
    one = query("orders", sql.format("customer_id"), "F2", latency=figure(80, "ms"), staleness="minutes")
    other = "select id  from Orders where customer_id = :customer and status = 'a:b'"
    two = query("own_orders", other, "F3", per_day=40, latency=figure(20, "ms"))
    (held,) = merged(Workload(queries=(one,)), Workload(queries=(two,))).queries
    assert (held.name, held.sql, held.facts) == ("orders", one.sql, ("F2", "F3"))
    assert (held.frequency.value, held.staleness) == (40, "fresh")
    assert held.latency == figure(20, "ms")


@pytest.mark.parametrize(
    "other",
    [
        "SELECT id FROM orders WHERE a = :x AND b = :x",
        "SELECT id FROM orders WHERE a = :x AND b = 'Y'",
        "SELECT id FROM orders WHERE a = :x",
    ],
)
def test_queries_that_differ_in_more_than_spelling_stay_two(other: str) -> None:
    parts = (Workload(queries=(query("a", "SELECT id FROM orders WHERE a = :x AND b = :y"),)),)
    both = merged(*parts, Workload(queries=(query("a", other),)))
    assert [each.name for each in both.queries] == ["a", "a_2"]


def test_what_one_part_serves_no_other_leaves_unserved() -> None:
    one = Workload(queries=(query("a", "SELECT 1", "F1"),), not_served=("F2: elsewhere.",))
    two = Workload(queries=(), not_served=("F1: not here.", "F2: elsewhere."))
    assert merged(one, two).not_served == ("F2: elsewhere.",)


def long_brief(kinds: str) -> Brief:
    of = {"f": "functional", "r": "rule"}
    facts = tuple(
        BRIEF.facts[0].model_copy(update={"id": f"F{number}", "kind": of[kind], "text": f"text {number} " * 12})
        for number, kind in enumerate(kinds, 1)
    )
    return BRIEF.model_copy(update={"facts": facts})


def test_statements_for_queries_are_split_by_what_their_answer_takes() -> None:
    budget = Budget(part_statements=1_500, part_answer=2_000)
    functional, mixed = long_brief("f" * 100), long_brief("frrr" * 25)
    pieces = workload_pieces(functional, functional.facts, budget=budget)
    assert tuple(fact for piece in pieces for fact in piece) == functional.facts
    assert all(tokens(listed(piece)) * 3.3 <= 2_000 for piece in pieces)
    assert len(pieces) > len(workload_pieces(mixed, mixed.facts, budget=budget))
    assert all(tokens(listed(piece)) <= 1_500 for piece in workload_pieces(mixed, mixed.facts, budget=budget))


def test_a_workload_of_few_statements_is_one_piece() -> None:
    assert workload_pieces(BRIEF, BRIEF.facts, budget=Budget()) == (BRIEF.facts,)


def test_statements_that_fit_are_all_taken_and_else_those_that_come_first() -> None:
    facts = long_brief("fr" * 10).facts
    assert fitting(facts, max_tokens=10_000, first=lambda fact: 0) == facts
    some = fitting(facts, max_tokens=300, first=lambda fact: fact.kind != "rule")
    assert 0 < len(some) < 10
    assert all(fact.kind == "rule" for fact in some)
    assert list(some) == sorted(some, key=lambda fact: int(fact.id[1:]))
    assert tokens(listed(some)) <= 300
