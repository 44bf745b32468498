"""The calls after the entities, on a system whose statements do not fit one of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache

import pytest

from database_specialist.agent.answers.question import Amendment, AnswerType, Question, Usage
from database_specialist.agent.answers.workload import QueryAnswer, WorkloadAnswer
from database_specialist.agent.errors import ModelError
from database_specialist.agent.model.brief import Brief, Research
from database_specialist.agent.model.workload import Workload
from database_specialist.agent.reading.budget import Budget
from database_specialist.agent.reading.shards import about, size
from database_specialist.agent.rules.subject import Subject
from database_specialist.tools.model_designer.designer import ModelDesigner
from database_specialist.tools.model_designer.measuring import question_tokens
from database_specialist.tools.model_designer.workload import queries
from tests.shop import BRIEF, ENTITY_MODEL
from tests.tools.large_system import shown
from tests.tools.scripted import EVIDENCE, FINDING, INDEXES, OPERATIONS, QUERY, SCHEMA, WORKLOAD, Scripted


@cache
def large() -> Brief:
    texts = (
        "A clerk of counter {0} must find every order of a customer by its number {0}.",
        "An order of counter {0} must hold at least one line, and never more than {0}.",
    )
    fact = BRIEF.facts[0]
    facts = tuple(
        fact.model_copy(
            update={
                "id": f"F{number}",
                "kind": ("functional", "rule")[number % 2],
                "text": texts[number % 2].format(number),
                "section": ("Counters", f"Counter {number // 40}"),
            }
        )
        for number in range(1, 1201)
    )
    return BRIEF.model_copy(update={"facts": facts})


class Writer:
    """Writes a query for each functional statement that it is shown, and one that all parts need."""

    used: Sequence[Usage] = ()

    def __init__(self, failing: int = -1) -> None:
        self.asked: list[tuple[Question, int]] = []
        self._failing = failing

    def ask(
        self,
        question: Question,
        answer: type[AnswerType],
        *,
        objections: Callable[[AnswerType], Sequence[str]] = lambda answer: (),
        amendment: Amendment[AnswerType] | None = None,
    ) -> AnswerType:
        number = len(self.asked)
        self.asked.append((question, question_tokens(question, answer)))
        if number == self._failing:
            raise ModelError("cut off", status="llm_unavailable")
        wanted = [(fact, text) for fact, text in shown(question) if "must find" in text]
        written = [
            QueryAnswer(name="find_orders", sql=f"SELECT id FROM orders WHERE id = {fact[1:]}", facts=(fact,))
            for fact, _ in wanted
        ]
        common = QueryAnswer(name="list_customers", sql="SELECT id FROM customers LIMIT 20", facts=(wanted[0][0],))
        given = WorkloadAnswer(
            queries=(*(each.model_copy(update={"name": f"{each.name}_{each.facts[0]}"}) for each in written), common)
        )
        assert isinstance(given, answer)
        return given


def written(model: Writer) -> Workload:
    return queries(model, large(), SCHEMA, previous=None, findings=())


@pytest.mark.parametrize("failing", [-1, 0])
def test_queries_are_written_in_parts_and_every_functional_statement_has_its_own(failing: int) -> None:
    model = Writer(failing)
    made = written(model)
    assert len(model.asked) > 3
    functional = {fact.id for fact in large().facts if fact.kind == "functional"}
    assert {fact for query in made.queries for fact in query.facts} == functional
    assert [query.id for query in made.queries] == [f"Q{number}" for number in range(1, len(functional) + 2)]
    assert sum(query.name == "list_customers" for query in made.queries) == 1


def test_no_part_of_the_workload_exceeds_its_budget() -> None:
    model, budget = Writer(), Budget()
    written(model)
    for question, asked in model.asked:
        assert size(about(large(), [fact for fact, _ in shown(question)])) <= budget.part_statements
        assert asked + budget.part_answer * 3 <= budget.context


def test_the_parts_are_put_together_in_the_order_of_the_statements() -> None:
    assert written(Writer()) == written(Writer())
    first = [query.facts[0] for query in written(Writer()).queries if query.name != "list_customers"]
    assert first == sorted(first, key=lambda fact: int(fact[1:]))


RULE = ENTITY_MODEL.rules[0].model_copy(update={"facts": ("F1200",)})


def asked_of_the_large_system() -> dict[str, Question]:
    """Ask the questions that come after the entities about the large Brief."""
    model = Scripted()
    designer, brief = ModelDesigner(model, "m"), large()
    entity_model = ENTITY_MODEL.model_copy(update={"rules": (RULE,)})
    designer.review_schema(brief, entity_model, SCHEMA, research=Research(), previous=None, findings=())
    late = QUERY.model_copy(update={"facts": ("F1200",)})
    broken = [FINDING.model_copy(update={"place": "Q1"})]
    designer.write_workload(brief, entity_model, SCHEMA, previous=Workload(queries=(late,)), findings=broken)
    designer.criticise(Subject(brief, entity_model, SCHEMA, WORKLOAD, INDEXES, OPERATIONS, EVIDENCE))
    return {question.name: question for question in model.asked}


@pytest.mark.parametrize(
    ("name", "needed"), [("review_schema", "F1200"), ("mend write_workload", "F1200"), ("criticise", "F1")]
)
def test_a_call_that_cannot_show_all_statements_shows_those_it_needs_most(name: str, needed: str) -> None:
    told = [fact for fact, _ in shown(asked_of_the_large_system()[name])]
    assert needed in told
    assert 100 < len(told) < len(large().facts)
    assert size(about(large(), told)) <= Budget().statements


def test_the_critic_of_a_large_system_is_shown_rules_before_all_else() -> None:
    told = {fact for fact, _ in shown(asked_of_the_large_system()["criticise"])}
    kinds = {fact.kind for fact in large().facts if fact.id in told}
    assert kinds == {"rule"}
