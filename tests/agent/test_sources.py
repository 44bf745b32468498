from __future__ import annotations

from itertools import permutations

from hypothesis import given
from hypothesis import strategies as st

from database_specialist.agent.citing import common_terms, compared, unread_sources
from database_specialist.agent.model.base import Decision, Option
from database_specialist.agent.model.brief import Research, Source
from database_specialist.agent.research import questions
from database_specialist.agent.sources import MOST_PROMPT_CHARACTERS, MOST_SOURCES, merged, quotations

QUERIES = ("PostgreSQL primary keys", "PostgreSQL backup", "Redis caching")
TOPICS = {QUERIES[0]: "primary keys", QUERIES[1]: "backup", QUERIES[2]: "caching"}


def page(url: str, text: str, query: str = QUERIES[0], provider: str = "context7") -> Source:
    found = {"id": "S0", "provider": provider, "topic": TOPICS[query], "query": query, "title": url.rpartition("/")[2]}
    return Source.load(found | {"url": url, "retrieved": "2026-11-23", "excerpt": text})


def notes(*sources: Source, reason: str = "") -> Research:
    return Research(topics=QUERIES, sources=sources, not_researched=(reason,) if reason else ())


def many(count: int, provider: str) -> list[Source]:
    """Pages that have nothing in common, so many for each query."""
    return [
        page(
            f"https://{provider}.example/{n}-{i}",
            " ".join(f"{provider[0]}{n}x{i}y{j}" for j in range(9)),
            query,
            provider,
        )
        for n, query in enumerate(QUERIES)
        for i in range(count)
    ]


def test_the_sources_do_not_depend_on_which_service_answered_first() -> None:
    parts = [notes(*many(3, "context7")), notes(*many(3, "perplexity"), reason="x"), Research(not_researched=("y",))]
    assert len({merged(order).model_dump_json() for order in permutations(parts)}) == 1


def test_a_run_keeps_few_sources_and_some_of_every_topic() -> None:
    research = merged([notes(*many(3, "context7")), notes(*many(3, "perplexity"))])
    assert len(research.sources) == MOST_SOURCES
    assert {source.query for source in research.sources} == set(QUERIES)
    assert [source.id for source in research.sources] == [f"S{i}" for i in range(1, MOST_SOURCES + 1)]


def test_sources_are_numbered_in_the_order_of_the_questions() -> None:
    research = merged([notes(*reversed(many(2, "context7")))])
    assert [source.query for source in research.sources] == [query for query in QUERIES for _ in range(2)]


def test_a_page_that_both_services_found_is_kept_once() -> None:
    first = page("https://www.postgresql.org/docs/18/a.html#x", "one two three four five six")
    again = page(
        "https://postgresql.org/docs/18/a.html?utm_source=p",
        "quite another text of that page",
        QUERIES[1],
        "perplexity",
    )
    assert len(merged([notes(first), notes(again)]).sources) == 1


def test_a_copy_of_a_page_elsewhere_gives_way_to_the_official_one() -> None:
    said = "An identity column is a special column that is generated automatically from an implicit sequence."
    copied = page("https://blog.example/identity", f"Did you know? {said} I like it.")
    official = page("https://www.postgresql.org/docs/18/ddl-identity-columns.html", said, provider="perplexity")
    assert [source.url for source in merged([notes(copied), notes(official)]).sources] == [official.url]


def test_without_services_there_is_nothing_and_the_reasons_stand() -> None:
    research = merged([Research(not_researched=("b",)), Research(not_researched=("a",))])
    assert research == Research(not_researched=("a", "b"))
    assert quotations(research, ["backup"]) == ()


@given(st.lists(st.tuples(st.sampled_from(QUERIES), st.text(max_size=300), st.text(max_size=60)), max_size=12))
def test_all_that_prompts_quote_stays_within_the_budget(found: list[tuple[str, str, str]]) -> None:
    pages = [
        page(f"https://e.example/{i}", text.encode(errors="replace").decode() * 20, query)
        for i, (query, text, _) in enumerate(found)
    ]
    pages = [each.model_copy(update={"title": title}) for each, (_, _, title) in zip(pages, found, strict=True)]
    research = merged([notes(*pages)])
    shown = [*quotations(research, ["primary_key"]), *quotations(research, ["backup", "cache", "nosql"])]
    assert len(shown) == len(research.sources)
    assert sum(len(source.title) + len(source.url) + len(text) for source, text in shown) <= MOST_PROMPT_CHARACTERS


def test_a_prompt_shows_the_passage_that_answers_the_question() -> None:
    long = "Nothing of interest stands here at first. " * 60 + "A backup is a copy. More follows."
    ((_, passage),) = quotations(merged([notes(page("https://e.example/a", long, QUERIES[1]))]), ["backup"])
    assert passage == "A backup is a copy. More follows."


def decision(topic: str, choice: str, *others: str) -> Decision:
    options = tuple(Option(choice=other, rejected_because="x").dump() for other in others)
    return Decision.load(
        {"id": "SD1", "topic": topic, "subject": "t", "choice": choice, "why": "w", "alternatives": options}
    )


IDENTITY = page("https://e.example/i", "Use identity columns, or uuidv7() for ids made outside.")


def test_a_page_speaks_of_what_was_chosen_and_of_what_was_weighed() -> None:
    assert common_terms(decision("primary_key", "id bigint generated always as identity"), IDENTITY) == (
        "identity columns",
    )
    assert common_terms(decision("primary_key", "the serial number", "a UUID"), IDENTITY) == ("UUID keys",)


def test_a_page_that_only_has_the_topic_in_common_is_not_named() -> None:
    assert common_terms(decision("primary_key", "(order_id, line)", "a surrogate id"), IDENTITY) == ()


def test_a_page_found_for_another_feature_is_not_named() -> None:
    assert common_terms(decision("backup", "identity, by pgBackRest"), IDENTITY) == ()


def test_a_word_inside_another_is_not_a_term() -> None:
    spoken = page("https://e.example/j", "The identityless row has no guuid.")
    assert common_terms(decision("primary_key", "identity", "a UUID"), spoken) == ()


def test_a_decision_that_names_its_sources_keeps_them() -> None:
    named = decision("primary_key", "identity").model_copy(update={"sources": ("S7",)})
    assert compared([named], merged([notes(IDENTITY)])) == (named,)


def test_a_choice_is_compared_with_two_pages_at_most() -> None:
    texts = ("identity alpha beta gamma", "delta identity epsilon zeta", "eta theta identity iota")
    research = merged([notes(*(page(f"https://e.example/{i}", text) for i, text in enumerate(texts)))])
    (found,) = compared([decision("primary_key", "identity")], research)
    assert found.sources == ("S1", "S2")


def test_a_source_that_was_not_shown_is_objected_to() -> None:
    named = decision("primary_key", "identity").model_copy(update={"sources": ("S1", "S9")})
    (objection,) = unread_sources([named], merged([notes(IDENTITY)]))
    assert "'S9'" in objection


def test_every_feature_that_is_asked_about_concerns_decisions() -> None:
    asked = {feature for words in questions()["engine"].values() for feature in words}
    asked |= {store["feature"] for store in questions()["store"].values()}
    assert asked == set(questions()["concern"])
