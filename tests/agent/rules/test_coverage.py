from __future__ import annotations

from database_specialist.agent.mapping.schema import map_schema
from database_specialist.agent.rules.coverage import coverage, uncovered
from database_specialist.agent.rules.critic import judge, review
from database_specialist.agent.rules.subject import Subject
from tests.agent.rules.page import subject_of
from tests.shop import BRIEF, ENTITY_MODEL


def of(text: str) -> Subject:
    return subject_of((("yaml", text),))


def codes(subject: Subject, family: str) -> list[tuple[str, str]]:
    return [(f.code, f.severity) for f in review(subject) if f.code.startswith(family)]


def test_each_fact_of_the_shop_has_its_home_in_the_facts_order() -> None:
    subject = Subject(brief=BRIEF, entity_model=ENTITY_MODEL, schema=map_schema(ENTITY_MODEL, engine="postgresql"))
    found = {entry.fact: entry.elements for entry in coverage(subject)}
    assert list(found) == ["F1", "F2", "F3", "F4", "F5", "F6", "F7", "F8"]
    assert "table orders" in found["F2"]
    assert "column customers.email" in found["F1"]
    assert "rule BR2" in found["F5"]
    assert "quantity N1" in found["F7"]
    assert judge(subject, round=1).uncovered == ()


def test_a_fact_that_only_a_role_or_a_term_mentions_has_no_home() -> None:
    subject = of(
        "brief: {facts: [{id: F1, kind: functional}], roles: [{name: clerk, facts: [F1]}],"
        " glossary: [{term: order, facts: [F1]}]}"
    )
    assert [fact.id for fact in uncovered(subject)] == ["F1"]
    assert [entry.elements for entry in coverage(subject)] == [("role clerk", "term order")]


def test_facts_for_later_out_of_scope_and_wont_need_no_home() -> None:
    subject = of(
        "brief: {facts: [{id: F1, kind: functional, scope: later}, {id: F2, kind: rule, scope: out},"
        " {id: F3, kind: data, priority: wont}, {id: F4, kind: context}]}"
    )
    assert uncovered(subject) == ()


BARE = "brief: {facts: [{id: F1, kind: functional}]}\nschema: {tables: [{name: orders, columns: [{name: id}]}]}\n"


def test_what_is_not_served_and_not_said_is_an_error() -> None:
    subject = of(BARE + "entity_model: {}\nworkload: {}")
    assert codes(subject, "COV001") == [("COV001", "error")]
    assert codes(subject, "COV008") == [("COV008", "warning")]


def test_what_the_designer_says_it_could_not_place_is_a_warning() -> None:
    subject = of(BARE + "entity_model: {unplaced: [{text: x, reason: No entity is meant, facts: [F1]}]}\nworkload: {}")
    assert codes(subject, "COV001") == [("COV001", "warning")]
    assert codes(subject, "COV008") == []
    assert "No entity is meant" in next(f.message for f in review(subject) if f.code == "COV001")


def test_what_the_workload_says_it_does_not_serve_is_a_warning() -> None:
    subject = of(BARE + "entity_model: {}\nworkload: {not_served: ['F1: shown by the client alone']}")
    assert codes(subject, "COV001") == [("COV001", "warning")]
    assert codes(subject, "COV008") == []
    assert "shown by the client alone" in next(f.message for f in review(subject) if f.code == "COV001")


def test_a_design_that_is_not_finished_is_not_asked_for_coverage() -> None:
    assert codes(of(BARE), "COV001") == []


def test_a_table_that_rests_on_facts_for_later_alone_is_objected_to() -> None:
    subject = of(
        "brief: {facts: [{id: F1, kind: data, scope: later}, {id: F2, kind: data}]}\n"
        "schema: {tables: [{name: coupons, facts: [F1]}, {name: orders, facts: [F1, F2]}]}"
    )
    assert [(f.place, f.severity) for f in review(subject) if f.code == "COV005"] == [("table coupons", "warning")]


def test_a_rule_that_a_decision_hands_to_the_application_is_a_warning() -> None:
    subject = of(
        "entity_model: {rules: [{id: BR1, kind: cross_row, name: quota}]}\n"
        "schema: {tables: [{name: orders}], decisions: [{id: D1, subject: BR1, why: the engine has no such trigger}]}"
    )
    assert codes(subject, "COV006") == [("COV006", "warning")]
