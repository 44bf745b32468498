from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from database_specialist.agent.answers.names import (
    AddedEntity,
    EntityName,
    NamesAnswer,
    Reconciliation,
    SameEntity,
)
from database_specialist.agent.designer.grouping import Group, Share, by_name, grouped
from database_specialist.agent.designer.naming import (
    Named,
    aliases_of,
    listing,
    name_objections,
    named,
    reconciled,
    reconciliation_objections,
    with_all_facts,
)
from database_specialist.agent.model.brief import Brief
from database_specialist.agent.model.entities import EntityModel
from database_specialist.agent.reading.budget import Budget
from database_specialist.agent.reading.shards import about
from tests.shop import BRIEF, ENTITY_MODEL


def names(*given: tuple[str, str]) -> NamesAnswer:
    return NamesAnswer(
        entities=tuple(EntityName(name=name, meaning=f"A {name}.", facts=facts) for name, facts in given)
    )


def lists(*given: dict[str, str]) -> list[tuple[Named, ...]]:
    return [named(names(*each.items()), number) for number, each in enumerate(given, 1)]


def test_a_list_is_told_what_in_it_points_at_nothing() -> None:
    answer = names(("order", "F1-F3"), ("order", "F99"), ("Order Line", "F2"), ("room", "five"), ("tag", ""))
    said = "\n".join(name_objections(answer, BRIEF))
    for expected in (
        "order stands 2 times",
        "order.facts: F99 are not among these statements",
        "'Order Line' is no snake_case name",
        "room.facts: 'five' is neither a statement",
        "tag.facts: names no statement",
    ):
        assert expected in said
    assert name_objections(names(("order", "F1-F3 F8")), BRIEF) == []


def test_one_name_in_two_lists_is_one_entity_also_in_another_number_or_spelling() -> None:
    result = reconciled(lists({"organisation": "F1"}, {"organizations": "F3"}, {"room": "F2"}), Reconciliation())
    assert [(each.name, each.facts) for each in result] == [("organisation", ("F1", "F3")), ("room", ("F2",))]


def test_synonyms_are_put_under_the_name_that_is_to_hold() -> None:
    given = lists({"order": "F1-F3", "customer": "F2"}, {"purchase": "F5"}, {"buy": "F6"})
    answer = Reconciliation(same=(SameEntity(name="order", of=("2.purchase", "3.buy")),))
    assert reconciliation_objections(answer, given) == []
    order, customer = reconciled(given, answer)
    assert (order.name, order.facts, order.aliases) == ("order", ("F1", "F2", "F3", "F5", "F6"), ("purchase", "buy"))
    assert customer.name == "customer"
    assert aliases_of([order, customer]) == {"purchase": "order", "buy": "order"}


def test_homonyms_are_told_apart_and_their_common_word_is_nobodys_alias() -> None:
    given = lists({"charge": "F1"}, {"charge": "F5"}, {"charge": "F6"})
    answer = Reconciliation(same=(SameEntity(name="battery_charge", of=("2.charge",)),))
    charge, battery = reconciled(given, answer)
    assert (charge.name, charge.facts) == ("charge", ("F1", "F6"))
    assert (battery.name, battery.facts) == ("battery_charge", ("F5",))
    assert aliases_of([charge, battery]) == {}


def test_a_new_name_for_all_may_come_with_a_new_meaning() -> None:
    given = lists({"purchase": "F1"}, {"buy": "F5"})
    (deal,) = reconciled(
        given, Reconciliation(same=(SameEntity(name="deal", of=("1.purchase", "2.buy"), meaning="m"),))
    )
    assert (deal.name, deal.meaning, deal.known_as) == ("deal", "m", ("1.purchase", "2.buy"))


def test_an_added_entity_stands_beside_the_one_name_of_a_listed_one() -> None:
    given = lists({"order": "F1"}, {"purchase": "F2"})
    same = (SameEntity(name="order", of=("2.purchase",)),)
    for beside in ("order", "2.purchase"):
        answer = Reconciliation(same=same, added=(AddedEntity(name="account", meaning="m", beside=beside),))
        assert reconciliation_objections(answer, given) == []
        assert reconciled(given, answer)[-1] == Named("account", "m", beside="order")


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (Reconciliation(same=(SameEntity(name="x", of=("9.order",)),)), "no list has 9.order"),
        (
            Reconciliation(same=(SameEntity(name="x", of=("1.order",)), SameEntity(name="y", of=("1.order",)))),
            "1.order is given to 2 entities",
        ),
        (Reconciliation(same=(SameEntity(name="My Order", of=("1.order",)),)), "no snake_case name"),
        (Reconciliation(added=(AddedEntity(name="order", meaning="m", beside="order"),)), "order is already there"),
        (Reconciliation(added=(AddedEntity(name="log", meaning="m", beside="ghost"),)), "ghost, which is no entity"),
    ],
)
def test_a_reconciliation_is_told_what_in_it_points_at_nothing(answer: Reconciliation, said: str) -> None:
    found = reconciliation_objections(answer, lists({"order": "F1"}))
    assert len(found) == 1
    assert said in found[0]


words = st.sampled_from(["order", "orders", "customer", "charge", "room", "purchase"])
shards = st.lists(st.dictionaries(words, st.sampled_from(["F1", "F2 F3", "F5-F8"]), min_size=1), min_size=1, max_size=5)


@given(shards, st.lists(st.tuples(words, st.integers(0, 20)), max_size=4))
def test_every_listed_name_has_exactly_one_entity_and_keeps_its_statements(
    given_lists: list[dict[str, str]], told: Sequence[tuple[str, int]]
) -> None:
    held = lists(*given_lists)
    keys = [f"{number}.{each.name}" for number, entities in enumerate(held, 1) for each in entities]
    owner = {keys[index % len(keys)]: name for name, index in told}
    same = tuple(SameEntity(name=name, of=(key,)) for key, name in owner.items())
    result = reconciled(held, Reconciliation(same=same))
    assert sorted(known for each in result for known in each.known_as) == sorted(keys)
    for entities in held:
        for each in entities:
            (home,) = [entity for entity in result if each.known_as[0] in entity.known_as]
            assert set(each.facts) <= set(home.facts)
    assert len({entity.name for entity in result}) == len(result)
    # Reconciled lists are a list like any other: a second level reads them.
    assert listing([result]).count("\n") == len(result) - 1


def entity(name: str, *facts: str, **more: object) -> Named:
    return Named(name, f"A {name}.", facts, **more)  # type: ignore[arg-type]


def test_a_statement_that_no_list_has_goes_to_the_entities_it_names() -> None:
    order, room = with_all_facts([entity("order", "F2"), entity("room", "F5")], BRIEF)
    # F6: "A customer books a room for a time."
    assert "F6" in room.facts
    assert "F6" not in order.facts


def test_a_statement_that_names_nothing_goes_where_its_section_is_about() -> None:
    far = tuple(
        fact.model_copy(update={"section": ("Elsewhere",)}) if fact.id in {"F5", "F6"} else fact for fact in BRIEF.facts
    )
    brief = BRIEF.model_copy(update={"facts": far})
    order, room = with_all_facts([entity("order", "F2", "F3"), entity("room", "F5", "F6")], brief)
    # F4: "Quantity is at least 1."
    assert "F4" in order.facts
    assert "F4" not in room.facts


def test_statements_that_ask_for_no_data_stay_out() -> None:
    facts = tuple(fact.model_copy(update={"kind": "technology"}) for fact in BRIEF.facts)
    (order,) = with_all_facts([entity("order", "F2")], BRIEF.model_copy(update={"facts": facts}))
    assert order.facts == ("F2",)


def long_brief(count: int) -> Brief:
    facts = tuple(
        BRIEF.facts[0].model_copy(update={"id": f"F{number}", "kind": "data", "text": f"word {number} " * 20})
        for number in range(1, count + 1)
    )
    return BRIEF.model_copy(update={"facts": facts})


BUDGET = Budget(part_statements=600, part_answer=2_000, entities=4)


@given(st.lists(st.sets(st.integers(1, 60), min_size=1, max_size=60), min_size=1, max_size=8), st.integers(200, 4_000))
def test_groups_hold_every_entity_with_all_its_statements_within_the_budget(told: list[set[int]], room: int) -> None:
    brief = long_brief(60)
    entities = [entity(f"e{index}", *(f"F{n}" for n in sorted(facts))) for index, facts in enumerate(told)]
    budget = Budget(part_statements=room, part_answer=2 * room, entities=4)
    groups = grouped(entities, brief, budget=budget, fixed=500)
    for each in entities:
        shown = [fact for group in groups if each.name in group.names for fact in group.facts]
        assert set(each.facts) <= set(shown)
    for group in groups:
        assert len(group.names) == len(set(group.names)) <= budget.entities
        assert len(group.facts) == 1 or budget.fits_part(about(brief, group.facts), fixed=500)


def test_entities_of_the_same_statements_stand_in_one_group() -> None:
    brief = long_brief(40)
    entities = [
        entity("a", *(f"F{n}" for n in range(1, 9))),
        entity("b", *(f"F{n}" for n in range(20, 28))),
        entity("c", *(f"F{n}" for n in range(3, 11))),
        entity("log", beside="b"),
    ]
    groups = grouped(entities, brief, budget=BUDGET, fixed=0)
    assert [set(group.names) for group in groups] == [{"a", "c"}, {"b", "log"}]


def test_a_group_is_halved_by_entities_then_by_statements_then_not_at_all() -> None:
    group = Group((entity("a", "F1", "F2"), entity("b", "F3")))
    assert [each.names for each in group.halves()] == [("a",), ("b",)]
    assert [each.facts for each in group.halves()[0].halves()] == [("F1",), ("F2",)]
    assert group.halves()[1].halves() == (group.halves()[1],)


def test_a_share_lets_references_reach_entities_by_name_and_no_further() -> None:
    share = Share(outside=by_name([entity("customer"), entity("category")]))
    seen = share.seen(EntityModel(entities=ENTITY_MODEL.entities[:1]))
    assert [each.name for each in seen.entities] == ["customer", "category"]
    assert seen.entities[0] == ENTITY_MODEL.entities[0]
    assert seen.entities[1].plural == "categories"
