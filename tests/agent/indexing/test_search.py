"""The search over made-up costs: what it takes, what it drops, and that it mends what a greedy choice gets wrong."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import combinations
from random import Random

import pytest

from database_specialist.agent.indexing.search import Option, search

MB = 1e6


class Table:
    """Costs read from a table: a query costs what its cheapest available set of indexes lets it cost."""

    def __init__(self, costs: Mapping[str, Mapping[frozenset[str], float]]) -> None:
        self.costs = costs
        self.asked = 0

    def cost(self, query: str, indexes: frozenset[str]) -> float:
        self.asked += 1
        return min(cost for needed, cost in self.costs[query].items() if needed <= indexes)


def costs(**queries: Mapping[str, float]) -> Table:
    """`costs(Q1={"": 100, "a b": 5})`: Q1 costs 100 without any index, and 5 with both a and b."""
    return Table({q: {frozenset(names.split()): cost for names, cost in each.items()} for q, each in queries.items()})


def option(name: str, size: float, *queries: str, columns: tuple[str, ...] = (), upkeep: float = 0.0) -> Option:
    return Option(name, "t", columns or (name,), size * MB, upkeep, frozenset(queries))


def test_the_most_saving_for_each_megabyte_is_taken_first() -> None:
    asked = costs(Q1={"": 100.0, "small": 50.0, "large": 40.0})
    found = search([option("small", 1, "Q1"), option("large", 90, "Q1")], {"Q1": 1.0}, asked, budget=50 * MB)
    assert (found.chosen, found.saves) == (("small",), 0.5)
    assert found.rejected[0].name == "large"
    assert found.rejected[0].saves == pytest.approx(0.1)


def test_frequency_weighs() -> None:
    asked = costs(Q1={"": 100.0, "a": 1.0}, Q2={"": 10.0, "b": 1.0})
    options = [option("a", 10, "Q1"), option("b", 10, "Q2")]
    assert search(options, {"Q1": 1.0, "Q2": 1000.0}, asked, budget=10 * MB).chosen == ("b",)


def test_what_costs_more_to_keep_than_it_saves_is_not_taken() -> None:
    asked = costs(Q1={"": 100.0, "a": 40.0})
    assert search([option("a", 1, "Q1", upkeep=70.0)], {"Q1": 1.0}, asked, budget=10 * MB).chosen == ()


def test_a_prefix_gives_way_to_the_longer_index() -> None:
    asked = costs(Q1={"": 100.0, "ab": 10.0, "a": 10.0}, Q2={"": 100.0, "ab": 5.0})
    options = [option("a", 1, "Q1", columns=("a",)), option("ab", 3, "Q1", "Q2", columns=("a", "b"))]
    assert search(options, {"Q1": 1.0, "Q2": 1.0}, asked, budget=10 * MB).chosen == ("ab",)


def test_a_swap_mends_a_greedy_choice() -> None:
    # By gain per megabyte x comes first, and then neither y nor z fits; both of them together save more.
    asked = costs(Q1={"": 100.0, "x": 50.0, "y": 45.0}, Q2={"": 100.0, "x": 60.0, "z": 40.0})
    options = [option("x", 6, "Q1", "Q2"), option("y", 5, "Q1"), option("z", 5, "Q2")]
    assert search(options, {"Q1": 1.0, "Q2": 1.0}, asked, budget=10 * MB).chosen == ("y", "z")


def test_every_index_chosen_would_be_missed() -> None:
    asked = costs(Q1={"": 100.0, "a": 1.0}, Q2={"": 100.0, "b": 99.6})
    found = search([option("a", 1, "Q1"), option("b", 1, "Q2")], {"Q1": 1.0, "Q2": 1.0}, asked, budget=10 * MB)
    assert found.chosen == ("a",)
    assert found.worth["a"] == pytest.approx(0.495)


@pytest.mark.parametrize("seed", range(20))
def test_it_comes_close_to_the_best_of_all_sets(seed: int) -> None:
    random = Random(seed)
    names = [f"i{number}" for number in range(9)]
    sizes = {name: random.uniform(1, 10) for name in names}
    queries: dict[str, dict[str, float]] = {}
    for number in range(6):
        first, second = random.sample(names, 2)
        queries[f"Q{number}"] = {"": 100.0, first: 60.0, second: random.uniform(20, 90), f"{first} {second}": 15.0}
    asked = costs(**queries)
    options = [option(name, sizes[name], *queries) for name in names]
    found = search(options, dict.fromkeys(queries, 1.0), asked, budget=18 * MB)
    sets = (frozenset(each) for size in range(10) for each in combinations(names, size))
    fitting = (each for each in sets if sum(sizes[name] for name in each) <= 18)
    best = 1 - min(sum(asked.cost(query, each) for query in queries) for each in fitting) / 600
    assert found.size <= 18 * MB
    assert found.saves >= best - 0.05


def test_the_same_costs_give_the_same_choice_in_any_order() -> None:
    asked = costs(Q1={"": 100.0, "a": 40.0, "b": 40.0})
    options = [option("a", 1, "Q1"), option("b", 1, "Q1")]
    both = {search(each, {"Q1": 1.0}, asked, budget=5 * MB).chosen for each in (options, options[::-1])}
    assert both == {("a",)}
