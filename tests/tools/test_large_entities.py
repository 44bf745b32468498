from __future__ import annotations

import hashlib
import re
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from functools import cache

import pytest

from database_specialist.agent.answers.question import Question
from database_specialist.agent.designer.merging import cited_facts
from database_specialist.agent.errors import ModelError
from database_specialist.agent.model.brief import Brief, Research
from database_specialist.agent.model.entities import EntityModel
from database_specialist.agent.model.evidence import Finding
from database_specialist.agent.reading.budget import Budget
from database_specialist.agent.reading.shards import about, size, tokens
from database_specialist.tools.model_designer.large_entities import modelled_at_any_size
from tests.shop import BRIEF, ENTITY_MODEL
from tests.tools.large_system import HOMONYMS, NAMES, SYNONYMS, Reader, document, identifier, large_brief, shown
from tests.tools.scripted import Scripted

RESEARCH = Research()
SMALL = Budget(context=26_000, statements=6_000, part_statements=3_000, part_answer=4_000, answer=4_000, entities=6)
"""What a model with a small window takes."""


@cache
def brief() -> Brief:
    return large_brief()


def run(budget: Budget | None = None, before: Callable[[Question], None] = lambda question: None) -> Run:
    reader = Reader(before)
    model = modelled_at_any_size(reader, brief(), research=RESEARCH, previous=None, findings=(), budget=budget)
    return Run(reader, model)


class Run:
    def __init__(self, reader: Reader, model: EntityModel) -> None:
        self.reader = reader
        self.model = model


@cache
def whole() -> Run:
    return run()


@cache
def narrow() -> Run:
    return run(SMALL)


def groups(of: Run) -> list[Question]:
    return of.reader.questions("model_entities")


RUNS = pytest.mark.parametrize("done", [whole, narrow])


def test_the_document_is_as_large_as_it_must_be() -> None:
    assert len(document().text.split()) > 43_000
    assert len(NAMES) == 45
    assert size(brief()) > 60_000


@RUNS
def test_every_entity_arrives_under_its_one_name(done: Callable[[], Run]) -> None:
    names = {entity.name for entity in done().model.entities}
    assert names == {identifier(name) for name in NAMES} | {"account"}


@RUNS
def test_no_statement_is_lost(done: Callable[[], Run]) -> None:
    assert {fact.id for fact in brief().in_scope} == cited_facts(done().model)
    attributes = [attribute for entity in done().model.entities for attribute in entity.attributes]
    assert len(attributes) + len(done().model.relationships) == len(brief().in_scope)


@RUNS
def test_references_between_groups_meet(done: Callable[[], Run]) -> None:
    model = done().model
    told = {(each.source, each.target, each.role) for each in model.relationships}
    expected = {
        (identifier(name), identifier(NAMES[index * 5 % len(NAMES)]), f"role{index}")
        for index, name in enumerate(NAMES)
        if index
    }
    assert told == expected
    own = [
        set(re.findall(r"^- (\w+)", group.user.partition("under just these")[0], re.MULTILINE))
        for group in groups(done())
    ]
    across = [each for each in model.relationships if not any({each.source, each.target} <= names for names in own)]
    assert len(across) > 10


@RUNS
def test_rules_and_examples_of_all_groups_are_numbered_through(done: Callable[[], Run]) -> None:
    model = done().model
    assert [rule.id for rule in model.rules] == [f"BR{number}" for number in range(1, len(NAMES) + 1)]
    rules = {rule.id: rule.entity for rule in model.rules}
    assert [rules[example.violates or ""] for example in model.examples] == [
        example.rows[-1].entity for example in model.examples
    ]


@RUNS
def test_nothing_is_objected_to_and_nothing_noted(done: Callable[[], Run]) -> None:
    assert done().reader.objected == []
    assert done().model.unplaced == ()


@pytest.mark.parametrize(("done", "budget"), [(whole, Budget()), (narrow, SMALL)])
def test_no_prompt_exceeds_its_budget(done: Callable[[], Run], budget: Budget) -> None:
    for question, asked in done().reader.asked:
        listed = about(brief(), [fact for fact, _ in shown(question)])
        is_group = question.name == "model_entities"
        assert size(listed) <= (budget.part_statements if is_group else budget.statements)
        answer = budget.part_answer if is_group else int(budget.statements * 0.3)
        assert asked + answer <= budget.context
        assert len(question.system + question.user) / 4 <= tokens(question.system + question.user)


def test_the_calls_are_few() -> None:
    names = Counter(question.name for question, _ in whole().reader.asked)
    assert names == {"name_entities": 5, "reconcile_names": 1, "model_entities": 9}


def test_lists_that_do_not_fit_one_call_are_reconciled_in_turn() -> None:
    assert len(narrow().reader.questions("reconcile_names")) > 1


@RUNS
def test_an_entity_told_in_several_shards_is_modelled_from_all_of_them(done: Callable[[], Run]) -> None:
    told = [
        {fact for fact, text in shown(question) if "harbour order keeps" in text}
        for question in done().reader.questions("name_entities")
    ]
    assert sum(map(bool, told)) > 2
    everything = set().union(*told)
    held = done().model.entity("harbour_order")
    assert held is not None
    assert {fact for attribute in held.attributes for fact in attribute.facts} == everything


@RUNS
def test_synonyms_are_one_entity_and_homonyms_are_two(done: Callable[[], Run]) -> None:
    model = done().model
    for name in (*SYNONYMS.values(), *HOMONYMS.values()):
        assert model.entity(identifier(name)) is None
    sizes = Counter(len(entity.attributes) for entity in model.entities if entity.name != "account")
    # All but the first entity have one statement that is a reference.
    assert sizes == {46: 44, 47: 1}


def delayed(salt: str) -> Callable[[Question], None]:
    def wait(question: Question) -> None:
        digest = hashlib.sha256(f"{salt}{question.user}{question.system}".encode()).digest()
        time.sleep(digest[0] / 255 * 0.05)

    return wait


@pytest.mark.parametrize("salt", ["one", "other"])
def test_the_model_does_not_depend_on_which_call_was_ready_first(salt: str) -> None:
    assert run(before=delayed(salt)).model == whole().model


class Fails:
    """Fails the first times that a question of this name is asked."""

    def __init__(self, name: str, status: str = "llm_unavailable", times: int = 1) -> None:
        self.name, self.status, self.left = name, status, times
        self._lock = threading.Lock()

    def __call__(self, question: Question) -> None:
        with self._lock:
            if question.name != self.name or not self.left:
                return
            self.left -= 1
        raise ModelError("cut off", status=self.status)  # type: ignore[arg-type]


@pytest.mark.parametrize("name", ["name_entities", "model_entities"])
def test_a_call_that_fails_is_asked_again_in_halves_and_nothing_is_lost(name: str) -> None:
    again = run(before=Fails(name))
    assert len(again.reader.questions(name)) == len(whole().reader.questions(name)) + 2
    assert cited_facts(again.model) == cited_facts(whole().model)
    assert {entity.name for entity in again.model.entities} == {entity.name for entity in whole().model.entities}


@pytest.mark.parametrize(("status", "times"), [("refused", 1), ("budget_exhausted", 1), ("llm_unavailable", 99)])
def test_a_failure_that_is_final_ends_it(status: str, times: int) -> None:
    with pytest.raises(ModelError) as caught:
        run(before=Fails("model_entities", status, times))
    assert caught.value.status == status


def test_a_small_brief_takes_one_call_about_everything() -> None:
    model = Scripted()
    modelled_at_any_size(model, BRIEF, research=RESEARCH, previous=None, findings=())
    assert [question.name for question in model.asked] == ["model_entities"]
    assert "This call models only" not in model.asked[0].user


def test_a_whole_answer_that_was_too_long_after_all_is_asked_for_in_groups() -> None:
    roomy = Budget(context=400_000, statements=200_000, answer=200_000)
    again = run(roomy, before=Fails("model_entities"))
    assert len(shown(again.reader.asked[0][0])) == len(brief().facts)
    assert {entity.name for entity in again.model.entities} == {entity.name for entity in whole().model.entities}
    assert cited_facts(again.model) == cited_facts(whole().model)


def finding(place: str, message: str = "is wrong") -> Finding:
    return Finding(code="X", severity="error", place=place, message=message, help="Mend it.", owner="model_entities")


def test_changes_to_a_large_model_are_asked_about_the_entities_concerned() -> None:
    model = whole().model
    reader = Reader()
    changed = modelled_at_any_size(
        reader, brief(), research=RESEARCH, previous=model, findings=[finding("harbour_orders.darab0")], budget=SMALL
    )
    assert changed == model
    ((question, asked),) = reader.asked
    assert '"name":"harbour_order"' in question.user
    assert '"name":"crew_order"' not in question.user
    assert asked <= SMALL.context


def test_a_large_model_that_nothing_is_found_against_is_kept_without_a_question() -> None:
    reader = Reader()
    assert modelled_at_any_size(reader, brief(), research=RESEARCH, previous=ENTITY_MODEL, findings=()) is ENTITY_MODEL
    assert reader.asked == []


def test_a_statement_that_no_element_rests_on_is_asked_about_once() -> None:
    class Forgetful(Reader):
        def _answered(self, question: Question, answer: type) -> object:  # type: ignore[override]
            forgotten = question.system.replace("harbour invoice keeps a daruf13", "harbour invoice shows a daruf13")
            return super()._answered(replace(question, system=forgotten), answer)

    reader = Forgetful()
    modelled_at_any_size(reader, brief(), research=RESEARCH, previous=None, findings=())
    (last,) = reader.questions("mend model_entities")
    (fact,) = [fact.id for fact in brief().facts if "harbour invoice keeps a daruf13" in fact.text]
    assert f"- {fact}: No element of the model rests on these statements." in last.user
    assert '"name":"harbour_invoice"' in last.user
    assert fact in [number for number, _ in shown(last)]
