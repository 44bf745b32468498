"""What a person changed in the index plan stands when it is computed anew, until an error objects to it."""

from __future__ import annotations

import pytest

from database_specialist.agent.indexing.edits import REASON, IndexEdits, edited_indexes, standing_edits
from database_specialist.agent.model.evidence import Finding
from database_specialist.agent.model.workload import Indexes, IndexKey, RejectedIndex
from tests.tools.scripted import INDEX

OTHER = INDEX.model_copy(update={"name": "orders_other_idx", "keys": (IndexKey(expression="placed_at"),)})
ADDED = INDEX.model_copy(update={"name": "orders_added_idx"})
PLAN = Indexes(planned=(INDEX, OTHER))


def objection(place: str) -> Finding:
    return Finding(code="X001", severity="error", place=place, message="m", help="h", owner="plan_indexes")


def test_an_index_that_was_taken_out_is_listed_as_rejected() -> None:
    made = edited_indexes(PLAN, IndexEdits(gone=(OTHER.name,)))
    assert made.planned == (INDEX,)
    assert made.rejected == (RejectedIndex(table=OTHER.table, keys=("placed_at",), reason=REASON),)


def test_an_index_that_was_changed_takes_the_place_of_the_planned_one() -> None:
    changed = OTHER.model_copy(update={"where": "placed_at IS NOT NULL"})
    made = edited_indexes(PLAN, IndexEdits(put=(changed, ADDED)))
    assert made == Indexes(planned=(INDEX, changed, ADDED))


def test_an_index_that_is_planned_no_more_leaves_nothing_behind() -> None:
    assert edited_indexes(Indexes(planned=(INDEX,)), IndexEdits(gone=(OTHER.name,))) == Indexes(planned=(INDEX,))


@pytest.mark.parametrize("place", [OTHER.name, OTHER.table, f"{OTHER.table}.placed_at"])
def test_an_edit_that_an_error_names_is_given_up(place: str) -> None:
    edits = IndexEdits(gone=(OTHER.name,))
    assert standing_edits(edits, PLAN, [objection(place)]) == IndexEdits()
    assert standing_edits(edits, PLAN, [objection("Q3")]) == edits


def test_an_index_that_was_put_in_and_is_objected_to_is_given_up() -> None:
    edits = IndexEdits(gone=(OTHER.name,), put=(ADDED,))
    assert standing_edits(edits, PLAN, [objection(ADDED.name)]) == IndexEdits(gone=(OTHER.name,))


def test_of_two_edits_of_an_index_the_later_holds() -> None:
    first = IndexEdits(gone=("a", "b"), put=(ADDED,))
    later = IndexEdits(gone=(ADDED.name,), put=(INDEX.model_copy(update={"name": "a"}),))
    both = first.followed_by(later)
    assert both.gone == ("b", ADDED.name)
    assert [index.name for index in both.put] == ["a"]
