from __future__ import annotations

import re
from itertools import combinations
from pathlib import Path

import pytest

from database_specialist.agent.app import design
from database_specialist.agent.config import Context, context_from
from database_specialist.agent.errors import ConfigError
from database_specialist.agent.indexing.budget import within_budget
from database_specialist.agent.model.workload import Index, Indexes, IndexKey, Workload
from database_specialist.agent.operations.capacity import Ground, accesses, survey
from tests.agent.migrations.ground import sample
from tests.library import write_library

MIB = 2.0**20


@pytest.fixture(scope="module")
def ground() -> Ground:
    made = sample()
    return survey(made.brief, made.relational_schema, made.indexes, accesses(made.workload, made.relational_schema))


def names(indexes: Indexes) -> set[str]:
    return {index.name for index in indexes.planned}


def supporting(workload: Workload) -> set[str]:
    queries = {query.id for query in workload.queries}
    return {index.name for index in sample().indexes.planned if not set(index.serves) <= queries}


def test_a_budget_for_all_changes_nothing_but_what_is_said(ground: Ground) -> None:
    fitted = within_budget(sample().indexes, ground, 2.0**50)
    assert (fitted.planned, fitted.rejected) == (sample().indexes.planned, sample().indexes.rejected)
    assert fitted.budget is not None
    assert fitted.budget.bytes_of_foreign_keys < fitted.budget.bytes_planned < 2.0**50


def test_what_stays_fits_and_what_goes_says_its_size(ground: Ground) -> None:
    whole = within_budget(sample().indexes, ground, 2.0**50)
    assert whole.budget is not None
    allowed = whole.budget.bytes_of_foreign_keys + 60 * MIB
    fitted = within_budget(sample().indexes, ground, allowed)
    assert fitted.budget is not None
    assert fitted.budget.bytes_planned <= allowed
    assert supporting(sample().workload) <= names(fitted) < names(whole)
    refused = fitted.rejected[len(sample().indexes.rejected) :]
    assert len(refused) == len(whole.planned) - len(fitted.planned)
    for each in refused:
        assert re.match(r"For Q\d+.*: its [\d.,]+ [KMGT]iB at the rows of the first year do not fit\. ", each.reason)
    order = [index.name for index in sample().indexes.planned if index.name in names(fitted)]
    assert [index.name for index in fitted.planned] == order


def test_indexes_of_foreign_keys_stay_even_where_they_are_too_much(ground: Ground) -> None:
    fitted = within_budget(sample().indexes, ground, 1024)
    assert names(fitted) == supporting(sample().workload)
    assert fitted.budget is not None
    assert fitted.budget.bytes_planned == fitted.budget.bytes_of_foreign_keys > fitted.budget.bytes_allowed


def weights(indexes: tuple[Index, ...], ground: Ground) -> dict[str, tuple[float, float]]:
    """Return bytes and pages saved a day by index, from the plan of each alone."""
    found = {}
    for index in indexes:
        alone = within_budget(Indexes(planned=(index,)), ground, 2.0**50).budget
        assert alone is not None
        size = ground.size_of(index.table)
        often = sum(a.query.frequency.value for a in ground.accesses if a.query.id in index.serves)
        pages = size.rows_year_1.value * size.row_bytes.value / 8192
        found[index.name] = (alone.bytes_planned, often * pages)
    return found


@pytest.mark.parametrize("share", [0.05, 0.2, 0.4, 0.6, 0.8, 0.95])
def test_the_choice_saves_nearly_as_much_as_the_best_of_all_choices(share: float, ground: Ground) -> None:
    loose = tuple(index for index in sample().indexes.planned if index.name not in supporting(sample().workload))[:12]
    weighed = weights(loose, ground)
    allowed = share * sum(size for size, _ in weighed.values())
    chosen = within_budget(Indexes(planned=loose), ground, allowed)
    saved = sum(weighed[name][1] for name in names(chosen))
    best = max(
        sum(saves for _, saves in taken)
        for number in range(len(loose) + 1)
        for taken in combinations(weighed.values(), number)
        if sum(size for size, _ in taken) <= allowed
    )
    assert saved >= 0.9 * best


def test_a_large_index_is_not_kept_out_by_small_ones_that_save_less(ground: Ground) -> None:
    """The densest first would take the small one, and then the large one would not fit."""
    small = Index(
        name="s", table="visits", method="brin", keys=(IndexKey(expression="created_at"),), serves=("Q1",), reason="-"
    )
    busy = max(ground.accesses, key=lambda access: access.query.frequency.value).query.id
    rare = min(ground.accesses, key=lambda access: access.query.frequency.value).query.id
    large = small.model_copy(update={"name": "l", "method": "btree", "serves": (busy,)})
    both = Indexes(planned=(small.model_copy(update={"serves": (rare,)}), large))
    alone = within_budget(Indexes(planned=(large,)), ground, 2.0**50).budget
    assert alone is not None
    assert names(within_budget(both, ground, alone.bytes_planned)) == {"l"}


@pytest.mark.parametrize(
    ("given", "expected"),
    [("500MB", 500e6), ("1.5 GB", 1.5e9), ("2GiB", 2.0**31), ("64kib", 2.0**16), ("1tb", 1e12), ("100B", 100.0)],
)
def test_a_size_is_read_in_thousands_or_in_1024s(given: str, expected: float) -> None:
    assert context_from({"DATABASE_SPECIALIST_INDEX_BUDGET": given}).index_budget_bytes == expected


@pytest.mark.parametrize("given", ["500", "many", "0MB", "-5MB", "5 XB", "1e9B", "0.0GB"])
def test_what_is_no_size_is_one_line_that_says_how(given: str) -> None:
    with pytest.raises(ConfigError, match=r"^--index-budget: no size above zero; give one such as 500MB"):
        context_from({}, index_budget=given)


def test_without_the_setting_there_is_no_budget() -> None:
    assert Context().index_budget_bytes is None
    assert sample().indexes.budget is None


def test_a_run_under_a_budget_is_accepted_and_says_what_it_left_out(tmp_path: Path) -> None:
    folder = write_library(tmp_path)
    outcome = design(folder, Context(depth="quick", research="off", index_budget="1kB"))
    assert outcome.status == "accepted"
    document = (folder / "database-design.md").read_text()
    assert "**Storage budget**: 1000 B (a setting of this run)" in document
    assert "These alone are more than is allowed" in document
    free = design(folder, Context(depth="quick", research="off"))
    assert "Storage budget" not in (folder / "database-design.md").read_text()
    assert names(outcome.indexes) <= names(free.indexes)
