from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from database_specialist.agent.answers.requirements import (
    FactCorrection,
    GapAnswer,
    NamedAnswer,
    QuantityAnswer,
    RequirementsAnswer,
)
from database_specialist.agent.model.brief import Contradiction, Metric, Term
from database_specialist.agent.reading.budget import Budget, least_tokens, model_tokens
from database_specialist.agent.reading.correcting import already_read, corrected, extent_of, objections
from database_specialist.agent.reading.fact_lists import listed, read_list
from database_specialist.agent.reading.shards import about, halves, size, terms_of
from tests.shop import BRIEF

TERMS = BRIEF.model_copy(update={"glossary": (Term(term="Room", meaning="A place to meet.", facts=("F6",)),)})


def test_the_schema_of_the_answer_is_short() -> None:
    schema = json.dumps(RequirementsAnswer.model_json_schema(), separators=(",", ":"))
    assert len(schema) / 4 < 900


def test_statements_with_the_same_mistake_are_corrected_together() -> None:
    answer = RequirementsAnswer(corrections=(FactCorrection(facts=("F1", "F2"), kind="data"),))
    assert [fact.kind for fact in corrected(BRIEF, answer).facts[:3]] == ["data", "data", "functional"]


def test_a_role_that_was_read_is_described_and_keeps_its_statements() -> None:
    answer = RequirementsAnswer(
        roles=(
            NamedAnswer(name="Shop_Staff", meaning="Sells.", facts=("F2",)),
            NamedAnswer(name="courier", meaning="Brings.", facts=("F2",)),
        ),
        wrong=("customer",),
    )
    told = [(role.name, role.description, role.facts) for role in corrected(BRIEF, answer).roles]
    assert told == [("shop staff", "Sells.", ("F8", "F2")), ("courier", "Brings.", ("F2",))]


def test_terms_are_kept_corrected_and_added() -> None:
    answer = RequirementsAnswer(
        glossary=(
            NamedAnswer(name="room", meaning="Seats ten.", facts=("F5",)),
            NamedAnswer(name="SKU", meaning="Article number.", facts=("F2",)),
        )
    )
    told = [(term.term, term.meaning) for term in corrected(TERMS, answer).glossary]
    assert told == [("Room", "Seats ten."), ("SKU", "Article number.")]
    assert corrected(TERMS, RequirementsAnswer()).glossary == TERMS.glossary


@pytest.mark.parametrize(
    ("metric", "unit"), [("rpo", "s"), ("latency", "ms"), ("rows_per_period", "rows/day"), ("retention", "days")]
)
def test_the_unit_of_a_figure_is_that_of_its_metric(metric: Metric, unit: str) -> None:
    answer = QuantityAnswer(metric=metric, subject="order", value=5, basis="x", fact="F7")
    assert corrected(BRIEF, RequirementsAnswer(quantities=(answer,))).quantities[-1].figure.unit == unit


def test_what_is_wrong_must_have_been_read() -> None:
    assert objections(RequirementsAnswer(wrong=("N1", "customer", "Room")), TERMS) == []
    assert objections(RequirementsAnswer(wrong=("clerk",)), TERMS) == [
        "wrong: nothing of what was read is called clerk"
    ]


def test_a_reader_is_shown_in_short_what_was_read() -> None:
    gap = GapAnswer(question="Which currency?", why_it_matters="x", assumption="y", reason="z")
    clash = Contradiction(text="x", facts=("F4", "F5"), resolution="y")
    shown = already_read(corrected(TERMS, RequirementsAnswer(gaps=(gap,), contradictions=(clash,)))).splitlines()
    assert "functional: F1-F3 F6 F8" in shown
    assert "terms: Room" in shown
    assert "gap: Which currency?" in shown
    assert "contradiction: F4 F5" in shown


def test_a_reader_of_a_part_is_told_what_the_other_parts_are_about() -> None:
    facts = tuple(
        fact.model_copy(update={"section": ("Requirements", "Rooms" if index > 3 else "Orders", "Details")})
        for index, fact in enumerate(BRIEF.facts)
    )
    whole = BRIEF.model_copy(update={"facts": facts})
    first, second = halves(whole)
    assert "4 of 8" in extent_of(first, whole)
    assert "Requirements > Rooms" in extent_of(first, whole)
    assert "Orders" not in extent_of(first, whole)
    assert extent_of(whole, whole) == "all that the project has"
    assert (*first.facts, *second.facts) == facts


def test_a_piece_keeps_the_terms_that_its_statements_use() -> None:
    assert "Room: A place to meet." in terms_of(about(TERMS, ["F6"]))
    assert terms_of(about(TERMS, ["F1"])) == "none"


@given(st.sets(st.integers(1, 99), min_size=1))
def test_a_list_of_statements_is_read_as_it_was_written(numbers: set[int]) -> None:
    facts = tuple(f"F{number}" for number in sorted(numbers))
    assert read_list(listed(facts)) == facts


@pytest.mark.parametrize("text", ["F3 and F4", "F9-F3", "N3", "F1-F9999999"])
def test_what_is_no_list_of_statements_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="statement"):
        read_list(text)


def test_a_call_is_bounded_by_its_statements_its_answer_and_its_context() -> None:
    shown, answer = size(BRIEF), model_tokens(BRIEF)
    exact = Budget(context=500 + shown + answer * 3, statements=shown, answer=answer)
    assert exact.fits_whole(BRIEF, fixed=500)
    assert not exact.fits_whole(BRIEF, fixed=501)
    assert not Budget(statements=shown - 1).fits_whole(BRIEF, fixed=0)
    assert not Budget(answer=answer - 1).fits_whole(BRIEF, fixed=0)
    assert Budget(context=10_000).room(fixed=2_000, answer=1_000) == 5_000


@given(st.lists(st.text(alphabet="ab .\n", max_size=40), min_size=1, max_size=20), st.sampled_from(["data", "context"]))
def test_what_statements_take_at_least_is_never_more_than_what_they_take(texts: list[str], kind: str) -> None:
    fact = BRIEF.facts[0].model_copy(update={"kind": kind, "section": ()})
    facts = tuple(fact.model_copy(update={"id": f"F{n}", "text": text}) for n, text in enumerate(texts, 1))
    brief = BRIEF.model_copy(update={"facts": facts})
    shown, told = (sum(each) for each in zip(*(least_tokens(each) for each in facts), strict=True))
    assert shown <= size(brief)
    assert told <= model_tokens(brief) + 1
