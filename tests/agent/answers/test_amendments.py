from __future__ import annotations

from database_specialist.agent.answers.review import (
    CheckAnswer,
    ReviewAnswer,
    ReviewAnswerPatch,
    RoutineAnswer,
    UniqueAnswer,
    amended_review,
)
from database_specialist.agent.answers.workload import QueryAnswer, WorkloadAnswer, WorkloadPatch, amended_workload


def query(name: str, sql: str = "SELECT 1") -> QueryAnswer:
    return QueryAnswer(name=name, sql=sql)


def test_changes_to_queries_go_by_their_names() -> None:
    answer = WorkloadAnswer(queries=(query("a"), query("b"), query("c")), not_served=("F1: nothing.",))
    patch = WorkloadPatch(queries=(query("b", "SELECT 2"), query("d")), withdraw=("c",), not_served=("F2: nothing.",))
    changed, lost = amended_workload(answer, patch)
    assert [(each.name, each.sql) for each in changed.queries] == [
        ("a", "SELECT 1"),
        ("b", "SELECT 2"),
        ("d", "SELECT 1"),
    ]
    assert changed.not_served == ("F1: nothing.", "F2: nothing.")
    assert lost == []
    assert amended_workload(answer, WorkloadPatch(withdraw=("z",)))[1] == ["withdraw: there is no z"]


def test_changes_to_a_review_go_by_name_and_keys_by_their_columns() -> None:
    answer = ReviewAnswer(
        checks=(CheckAnswer(table="t", name="c1", expression="a > 0"),),
        uniques=(UniqueAnswer(table="t", columns=("a", "b")),),
        routines=(RoutineAnswer(name="r", create="CREATE;"),),
    )
    patch = ReviewAnswerPatch(
        routines=(RoutineAnswer(name="r", create="CREATE OTHER;"),), withdraw=("t (a, b)", "c1", "c2")
    )
    changed, lost = amended_review(answer, patch)
    assert changed == ReviewAnswer(routines=patch.routines)
    assert lost == ["withdraw: there is no c2"]
