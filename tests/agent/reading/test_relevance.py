from __future__ import annotations

from database_specialist.agent.model.brief import Brief, Fact
from database_specialist.agent.reading.listing import listed
from database_specialist.agent.reading.relevance import FEW_TOKENS, of_kinds, relevant
from tests.shop import BRIEF


def brief(count: int) -> Brief:
    """Return a Brief of this many facts of each of several kinds."""
    kinds = ("functional", "rule", "technology", "glossary", "context")
    texts = {"context": "The company sits in a nice old town.", "technology": "Pages are made with a framework."}
    facts = tuple(
        Fact.load(
            {
                "id": f"F{number * len(kinds) + place + 1}",
                "kind": kind,
                "text": texts.get(kind, "A clerk writes letters to people, as is the custom here."),
                "span": {"file": "a.md", "line": 1, "end_line": 1},
                "scope": "later" if number == 0 else "in",
            }
        )
        for number in range(count)
        for place, kind in enumerate(kinds)
    )
    return BRIEF.model_copy(update={"facts": facts})


def test_few_statements_are_shown_whole() -> None:
    few = brief(3)
    assert relevant(few, ("technology", "glossary", "context")) == few.facts


def test_of_many_statements_those_put_off_go_first_then_the_kinds_in_order_until_the_rest_is_short() -> None:
    many = brief(60)
    shown = relevant(many, ("technology", "glossary", "context", "functional"))
    assert {fact.scope for fact in shown} == {"in"}
    assert {fact.kind for fact in shown} == {"rule", "functional", "context"}
    assert len(listed(shown)) <= FEW_TOKENS * 4 < len(listed(many.facts))


def test_what_is_cited_and_what_binds_stays() -> None:
    many = brief(100)
    binding = many.facts[14].model_copy(update={"text": "A letter must be signed."})
    facts = tuple(binding if fact.id == binding.id else fact for fact in many.facts)
    shown = relevant(many.model_copy(update={"facts": facts}), ("context", "technology"), cited={"F13"})
    assert binding.kind == "context"
    assert binding in shown
    assert "F13" in {fact.id for fact in shown}
    assert len([fact for fact in shown if fact.kind in ("context", "technology")]) == 2


def test_statements_of_some_kinds_leave_out_what_is_put_off_unless_it_is_cited() -> None:
    shown = of_kinds(brief(2), ("technology",), cited={"F1"})
    assert [fact.id for fact in shown] == ["F1", "F8"]
