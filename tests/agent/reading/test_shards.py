from __future__ import annotations

import itertools
import threading

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
from database_specialist.agent.errors import ModelError
from database_specialist.agent.model.brief import Brief, Contradiction
from database_specialist.agent.reading.listing import statements
from database_specialist.agent.reading.shards import MAX_GAPS, merged, shards, tokens
from database_specialist.tools.model_designer.parallel import MAX_WORKERS
from database_specialist.tools.model_designer.shard_reading import read_in_shards
from tests.shop import BRIEF


def brief_of(sections: list[tuple[str, ...]], *, words: int = 12) -> Brief:
    """Make a Brief with one statement a section path, in their order."""
    facts = tuple(
        BRIEF.facts[0].model_copy(update={"id": f"F{number}", "section": path, "text": "word " * words + str(number)})
        for number, path in enumerate(sections, 1)
    )
    return BRIEF.model_copy(update={"facts": facts})


LARGE = brief_of([("Shop", f"Chapter {number // 10}", f"Part {number // 5}") for number in range(60)])


def test_a_brief_that_fits_is_left_alone() -> None:
    assert shards(BRIEF, max_tokens=10_000) == (BRIEF,)


def test_nothing_is_lost_at_a_seam_and_nothing_doubled() -> None:
    pieces = shards(LARGE, max_tokens=400)
    assert len(pieces) > 3
    assert tuple(fact for piece in pieces for fact in piece.facts) == LARGE.facts


def test_pieces_end_where_sections_end() -> None:
    # A part of five statements fits, a chapter of ten does not.
    pieces = shards(LARGE, max_tokens=300)
    for piece, following in itertools.pairwise(pieces):
        assert piece.facts[-1].section != following.facts[0].section


def test_a_piece_lists_the_headings_its_statements_stand_under() -> None:
    for piece in shards(LARGE, max_tokens=300):
        headings = [line.lstrip("# ") for line in statements(piece).splitlines() if line.startswith("#")]
        assert tuple(headings[: len(piece.facts[0].section)]) == piece.facts[0].section


def test_a_section_that_is_too_long_by_itself_is_cut_between_its_statements() -> None:
    pieces = shards(brief_of([("One",)] * 50), max_tokens=300)
    assert len(pieces) > 3
    assert all(tokens(statements(piece)) <= 300 for piece in pieces)


def test_a_statement_that_is_too_long_by_itself_stands_alone() -> None:
    pieces = shards(brief_of([("A",), ("A",), ("A",)], words=400), max_tokens=300)
    assert [len(piece.facts) for piece in pieces] == [1, 1, 1]


def test_documents_with_the_same_heading_are_not_one_section() -> None:
    two = brief_of([("Rules",)] * 8)
    other = tuple(
        fact.model_copy(update={"span": fact.span.model_copy(update={"file": "b.md"})}) for fact in two.facts[4:]
    )
    half = tokens(statements(two)) // 2 + 20
    pieces = shards(two.model_copy(update={"facts": (*two.facts[:4], *other)}), max_tokens=half)
    assert [{fact.span.file for fact in piece.facts} for piece in pieces] == [{"requirements.md"}, {"b.md"}]


def test_a_figure_goes_with_its_statement_and_an_assumed_one_everywhere() -> None:
    assumed = BRIEF.quantities[0].model_copy(
        update={"id": "N2", "figure": BRIEF.quantities[0].figure.model_copy(update={"facts": (), "origin": "assumed"})}
    )
    brief = BRIEF.model_copy(update={"quantities": (*BRIEF.quantities, assumed)})
    pieces = shards(brief, max_tokens=60)
    assert len(pieces) > 1
    for piece in pieces:
        held = "F7" in {fact.id for fact in piece.facts}
        assert [each.id for each in piece.quantities] == (["N1", "N2"] if held else ["N2"])


sections = st.lists(st.lists(st.sampled_from("ABC"), max_size=3).map(tuple), min_size=1, max_size=30)


@given(sections, st.integers(1, 30), st.integers(10, 600))
def test_every_statement_stands_in_exactly_one_piece(paths: list[tuple[str, ...]], words: int, limit: int) -> None:
    brief = brief_of(paths, words=words)
    pieces = shards(brief, max_tokens=limit)
    assert tuple(fact for piece in pieces for fact in piece.facts) == brief.facts
    assert all(tokens(statements(piece)) <= limit or len(piece.facts) == 1 for piece in pieces)
    assert pieces == shards(brief, max_tokens=limit)


def gap(question: str) -> GapAnswer:
    return GapAnswer(question=question, why_it_matters="x", assumption="y", reason="z")


def test_what_two_readers_found_is_found_once() -> None:
    first = RequirementsAnswer(
        corrections=(FactCorrection(facts=("F1",), kind="rule"),),
        roles=(NamedAnswer(name="Shop staff", meaning="Sells.", facts=("F1",)),),
        glossary=(NamedAnswer(name="SKU", meaning="Article number.", facts=("F2",)),),
        wrong=("N1", "Courier", "Guest"),
        contradictions=(Contradiction(text="a", facts=("F1", "F2"), resolution="F1"),),
    )
    second = RequirementsAnswer(
        corrections=(FactCorrection(facts=("F9",), kind="data"),),
        roles=(
            NamedAnswer(name="shop_staff", meaning="x", facts=("F9",)),
            NamedAnswer(name="Courier", meaning="x", facts=("F8",)),
        ),
        glossary=(NamedAnswer(name="sku", meaning="Other words.", facts=("F9",)),),
        wrong=("N1", "N2", "Guest"),
        contradictions=(Contradiction(text="b", facts=("F2", "F1"), resolution="F2"),),
    )
    both = merged([first, second])
    assert [each.facts for each in both.corrections] == [("F1",), ("F9",)]
    assert [(role.name, role.facts) for role in both.roles] == [("Shop staff", ("F1", "F9")), ("Courier", ("F8",))]
    assert [(term.meaning, term.facts) for term in both.glossary] == [("Article number.", ("F2", "F9"))]
    # A reader who sees no statement about the courier cannot take it from those who do.
    assert both.wrong == ("N1", "Guest", "N2")
    assert [each.text for each in both.contradictions] == ["a"]


def test_the_same_figure_of_two_readers_counts_once() -> None:
    figure = QuantityAnswer(metric="rows", subject="order", value=5, basis="x", fact="F1")
    other = figure.model_copy(update={"value": 6.0, "fact": "F2"})
    assert merged(
        [RequirementsAnswer(quantities=(figure,)), RequirementsAnswer(quantities=(figure, other))]
    ).quantities == (
        figure,
        other,
    )


def test_each_readers_first_gap_comes_before_anybodys_second() -> None:
    answers = [RequirementsAnswer(gaps=tuple(gap(f"{letter}{n}?") for n in range(6))) for letter in "ab"]
    asked = [each.question for each in merged([*answers, answers[0]]).gaps]
    assert asked == ["a0?", "b0?", "a1?", "b1?", "a2?", "b2?", "a3?", "b3?"]
    assert len(asked) == MAX_GAPS


def test_pieces_are_read_at_the_same_time_and_merged_in_their_order() -> None:
    together = threading.Barrier(MAX_WORKERS, timeout=10)

    def read(piece: Brief) -> RequirementsAnswer:
        if int(piece.facts[0].section[1].split()[1]) < MAX_WORKERS:
            together.wait()
        return RequirementsAnswer(corrections=(FactCorrection(facts=(piece.facts[0].id,), kind="rule"),))

    limit = tokens(statements(brief_of([fact.section for fact in LARGE.facts[:10]]))) + 20
    pieces = shards(LARGE, max_tokens=limit)
    assert len(pieces) == 6
    answer = read_in_shards(LARGE, read, max_tokens=limit)
    assert [each.facts for each in answer.corrections] == [(piece.facts[0].id,) for piece in pieces]


def test_an_error_of_one_piece_is_the_error_of_all() -> None:
    def read(piece: Brief) -> RequirementsAnswer:
        raise ModelError(piece.facts[0].id, status="refused")

    with pytest.raises(ModelError, match="F1"):
        read_in_shards(LARGE, read, max_tokens=300)
