"""The rules designer goes on with a review of the schema that another made."""

from __future__ import annotations

from database_specialist.agent.answers.review import AddedCheck, ColumnOverride, SchemaReview
from database_specialist.agent.designer.designer import RulesDesigner
from database_specialist.agent.model.brief import Research
from database_specialist.agent.model.evidence import Finding
from tests.shop import BRIEF, ENTITY_MODEL
from tests.tools.scripted import SCHEMA

CHECK = AddedCheck(name="orders_total_check", table="orders", expression="total > 0")
LONGER = AddedCheck(name="orders_total_check_2", table="orders", expression="total < 10")
COLUMN = ColumnOverride(table="orders", column="note", nullable=True, why="Seldom said.")
REVIEW = SchemaReview(checks=(CHECK, LONGER), columns=(COLUMN,))


def looked_over(previous: SchemaReview | None, *places: str) -> SchemaReview:
    findings = [
        Finding(code="X001", severity="error", place=place, message="m", help="h", owner="plan_schema")
        for place in places
    ]
    return RulesDesigner().review_schema(
        BRIEF, ENTITY_MODEL, SCHEMA, research=Research(), previous=previous, findings=findings
    )


def test_of_itself_it_changes_nothing() -> None:
    assert looked_over(None) == SchemaReview()


def test_what_nobody_objects_to_is_kept() -> None:
    assert looked_over(REVIEW) == REVIEW


def test_what_a_finding_names_is_withdrawn_and_nothing_that_is_called_alike() -> None:
    assert looked_over(REVIEW, "orders.orders_total_check").checks == (LONGER,)
    assert looked_over(REVIEW, "orders.note").columns == ()
