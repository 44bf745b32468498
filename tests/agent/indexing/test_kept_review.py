"""What of an earlier look at the indexes holds in a later round."""

from __future__ import annotations

from database_specialist.agent.answers.plans import DroppedIndex, IndexNote, IndexReview
from database_specialist.agent.indexing.review import kept_review
from database_specialist.agent.model.evidence import Finding
from database_specialist.agent.model.relational import Schema
from database_specialist.agent.model.workload import Index, Indexes, IndexKey, Workload
from tests.tools.scripted import INDEX, SCHEMA, WORKLOAD

ADDED = INDEX.model_copy(update={"name": "orders_placed_at_idx", "keys": (IndexKey(expression="placed_at"),)})
OTHER = INDEX.model_copy(update={"name": "orders_other_idx", "serves": ("Q1",)})
REVIEW = IndexReview(
    drop=(DroppedIndex(name=OTHER.name, why="Nothing reads by it."),),
    add=(ADDED,),
    notes=(IndexNote(name=INDEX.name, text="Newest first."),),
)
BEFORE = {INDEX.name, ADDED.name}


def now(*planned: Index) -> tuple[Schema, Workload, Indexes]:
    return SCHEMA, WORKLOAD, Indexes(planned=planned)


def objection(place: str) -> Finding:
    return Finding(code="X001", severity="error", place=place, message="m", help="h", owner="plan_indexes")


def test_a_plan_without_news_needs_no_new_look() -> None:
    assert kept_review(REVIEW, (), before=BEFORE, now=now(INDEX, OTHER)) == REVIEW


def test_an_index_that_was_not_seen_is_looked_over() -> None:
    new = INDEX.model_copy(update={"name": "orders_new_idx"})
    assert kept_review(REVIEW, (), before=BEFORE, now=now(INDEX, OTHER, new)) is None


def test_what_speaks_of_a_gone_index_goes_with_it() -> None:
    kept = kept_review(REVIEW, (), before=BEFORE, now=now())
    assert kept == IndexReview(add=(ADDED,))


def test_an_added_index_that_was_objected_to_is_left_out() -> None:
    kept = kept_review(REVIEW, (objection(ADDED.name),), before=BEFORE, now=now(INDEX, OTHER))
    assert kept is not None
    assert kept.add == ()


def test_an_added_index_that_points_at_nothing_any_more_is_looked_over() -> None:
    without_table = SCHEMA.model_copy(update={"tables": SCHEMA.tables[:1]})
    assert kept_review(REVIEW, (), before=BEFORE, now=(without_table, WORKLOAD, Indexes(planned=(INDEX,)))) is None
