from __future__ import annotations

import itertools
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from database_specialist.agent.designer.consistency import model_objections
from database_specialist.agent.designer.excerpts import excerpt_of, put_back
from database_specialist.agent.designer.merging import ModelPart, cited_facts, merged_models, settled, with_names
from database_specialist.agent.model.entities import (
    Attribute,
    BusinessRule,
    Entity,
    EntityModel,
    Example,
    ExampleRow,
    Lifecycle,
    Relationship,
    Transition,
    Unplaced,
)
from tests.shop import BRIEF, ENTITY_MODEL


def attribute(name: str, **more: object) -> Attribute:
    return Attribute.load({"name": name, "meaning": "x", "type": "integer", "facts": ["F1"], **more})


def entity(name: str, *attributes: Attribute, **more: object) -> Entity:
    base = Entity(name=name, plural=f"{name}s", description="x", attributes=attributes, facts=("F1",))
    return base.model_copy(update=more)


def check(number: int, owner: str, condition: str, name: str = "holds") -> BusinessRule:
    return BusinessRule(
        id=f"BR{number}", name=name, text=condition, kind="check", entity=owner, condition=condition, facts=("F1",)
    )


def example(number: int, owner: str, violates: str | None, value: int = 0) -> Example:
    row = ExampleRow(entity=owner, label=f"row{number}", values={"quantity": value})
    return Example(
        id=f"EX{number}",
        text="x",
        rows=(row,),
        expect="reject" if violates else "accept",
        violates=violates,
        facts=("F1",),
    )


def part(*owns: str, **more: object) -> ModelPart:
    return ModelPart(EntityModel.model_validate({"entities": (), **more}), frozenset(owns))


def merged(*parts: ModelPart, **aliases: str) -> EntityModel:
    return merged_models(parts, aliases)


def test_one_part_stays_as_it_is() -> None:
    whole = ModelPart(ENTITY_MODEL, frozenset(each.name for each in ENTITY_MODEL.entities))
    assert merged_models([whole]) == ENTITY_MODEL


def test_a_model_cut_by_entities_is_put_together_again() -> None:
    parts = []
    for each in ENTITY_MODEL.entities:
        own = {
            "entities": (each,),
            "relationships": tuple(r for r in ENTITY_MODEL.relationships if r.source == each.name),
            "rules": tuple(r for r in ENTITY_MODEL.rules if r.entity == each.name),
            "examples": tuple(e for e in ENTITY_MODEL.examples if e.rows[-1].entity == each.name),
        }
        parts.append(ModelPart(EntityModel(**own), frozenset([each.name])))
    again = merged_models(parts)
    assert again.entities == ENTITY_MODEL.entities
    assert set(again.relationships) == set(ENTITY_MODEL.relationships)
    assert {rule.name for rule in again.rules} == {rule.name for rule in ENTITY_MODEL.rules}
    names = {rule.id: rule.name for rule in again.rules}
    before = {rule.id: rule.name for rule in ENTITY_MODEL.rules}
    told = {each.text: before.get(each.violates or "", each.violates) for each in ENTITY_MODEL.examples}
    assert {each.text: names.get(each.violates or "", each.violates) for each in again.examples} == told
    assert model_objections(again, BRIEF) == []


def test_rules_get_new_numbers_and_what_violates_them_follows() -> None:
    one = part("a", entities=(entity("a"),), rules=(check(1, "a", "x > 0"),), examples=(example(1, "a", "BR1"),))
    two = part("b", entities=(entity("b"),), rules=(check(1, "b", "y > 0"),), examples=(example(1, "b", "BR1"),))
    both = merged(one, two)
    assert [(rule.id, rule.entity) for rule in both.rules] == [("BR1", "a"), ("BR2", "b")]
    assert [(each.id, each.violates) for each in both.examples] == [("EX1", "BR1"), ("EX2", "BR2")]


def test_a_rule_told_twice_is_one_and_both_examples_violate_it() -> None:
    one = part("a", entities=(entity("a"),), rules=(check(1, "a", "x > 0"),), examples=(example(1, "a", "BR1"),))
    two = part(
        "b",
        entities=(entity("b"),),
        rules=(check(4, "b", "y > 0"), check(5, "a", "X  > 0").model_copy(update={"facts": ("F2",)})),
        examples=(example(1, "a", "BR5", value=-1), example(2, "a", "BR5", value=0)),
    )
    both = merged(one, two)
    assert [(rule.id, rule.entity, rule.facts) for rule in both.rules] == [
        ("BR1", "a", ("F1", "F2")),
        ("BR2", "b", ("F1",)),
    ]
    # The second of the two later examples says what the first part's does.
    assert [(each.id, each.violates) for each in both.examples] == [("EX1", "BR1"), ("EX2", "BR1")]


def test_rules_of_one_name_and_different_words_keep_both_under_two_names() -> None:
    one = part("a", entities=(entity("a"),), rules=(check(1, "a", "x > 0"), check(2, "a", "x < 9")))
    assert [rule.name for rule in merged(one).rules] == ["holds", "holds_2"]


def test_an_entity_modelled_twice_is_joined_attribute_by_attribute() -> None:
    one = part("a", entities=(entity("a", attribute("x", maximum=5.0), attribute("y")),))
    two = part("a", entities=(entity("a", attribute("x", minimum=1.0, facts=["F2"]), attribute("z", facts=["F3"])),))
    (held,) = merged(one, two).entities
    assert [each.name for each in held.attributes] == ["x", "y", "z"]
    assert (held.attributes[0].minimum, held.attributes[0].maximum) == (1.0, 5.0)
    assert held.attributes[0].facts == ("F1", "F2")
    assert merged(one, two).unplaced == ()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"type": "decimal"}, "a.x: type integer or decimal"),
        ({"required": False}, "a.x: required yes or no"),
        ({"maximum": 9.0}, "a.x: maximum 5.0 or 9.0"),
    ],
)
def test_where_two_accounts_differ_the_first_holds_and_the_difference_is_noted(
    change: dict[str, object], said: str
) -> None:
    one = part("a", entities=(entity("a", attribute("x", maximum=5.0)),))
    two = part("a", entities=(entity("a", attribute("x", **{"maximum": 5.0, "facts": ["F2"], **change})),))
    both = merged(one, two)
    assert both.entities[0].attributes[0].model_copy(update={"facts": ("F1",)}) == one.model.entities[0].attributes[0]
    ((text, facts),) = [(each.text, each.facts) for each in both.unplaced]
    assert (text, facts) == (said, ("F1", "F2"))


def test_who_was_asked_for_an_entity_speaks_before_who_came_first() -> None:
    guest = part("b", entities=(entity("b"), entity("a", attribute("x", type="text"))))
    owner = part("a", entities=(entity("a", attribute("x", type="code")),))
    held = merged(guest, owner).entity("a")
    assert held is not None
    assert held.attributes[0].type == "code"


def test_states_seen_by_two_readers_are_one_lifecycle() -> None:
    def lived(states: Sequence[str]) -> Entity:
        steps = tuple(Transition(source=a, target=b) for a, b in itertools.pairwise(states))
        told = Lifecycle(attribute="status", initial="new", transitions=steps, facts=("F1",))
        return entity("a", attribute("status", type="enum", values=list(states)), lifecycle=told)

    both = merged(part("a", entities=(lived(["new", "paid"]),)), part("a", entities=(lived(["new", "paid", "sent"]),)))
    (held,) = both.entities
    assert held.attributes[0].values == ("new", "paid", "sent")
    assert held.lifecycle is not None
    assert len(held.lifecycle.transitions) == 2
    assert both.unplaced == ()


def link(source: str, target: str, role: str, **more: object) -> Relationship:
    return Relationship(source=source, target=target, role=role, facts=("F1",)).model_copy(update=more)


def test_a_guest_of_the_owners_reference_is_the_same_reference_under_another_role() -> None:
    a, b = entity("a"), entity("b")
    owner = part("a", entities=(a,), relationships=(link("a", "b", "buyer"),))
    guest = part("b", entities=(b,), relationships=(link("a", "b", "customer"), link("b", "a", "favourite")))
    roles = [(each.source, each.role) for each in merged(guest, owner).relationships]
    assert roles == [("b", "favourite"), ("a", "buyer")]


def test_an_owner_may_refer_to_one_entity_in_two_roles() -> None:
    owner = part("a", entities=(entity("a"),), relationships=(link("a", "b", "shipping"), link("a", "b", "billing")))
    assert len(merged(owner, part("b", entities=(entity("b"),))).relationships) == 2


def test_a_link_told_from_both_ends_is_one_link() -> None:
    one = part("a", entities=(entity("a"),), relationships=(link("a", "b", "b", cardinality="many_to_many"),))
    two = part("b", entities=(entity("b"),), relationships=(link("b", "a", "a", cardinality="many_to_many"),))
    assert [each.source for each in merged(one, two).relationships] == ["a"]


def test_references_by_an_alias_or_a_plural_meet_the_one_name() -> None:
    one = part(
        "order",
        entities=(entity("order"),),
        relationships=(link("order", "buyer", "buyer"), link("order", "Products", "product")),
    )
    two = part("customer", entities=(entity("customer"), entity("product")))
    targets = [each.target for each in merged(one, two, buyer="customer").relationships]
    assert targets == ["customer", "product"]


def test_examples_by_an_alias_meet_the_one_name() -> None:
    one = part("order", entities=(entity("order"),), examples=(example(1, "purchase", "purchase.quantity:range"),))
    (told,) = merged(one, purchase="order").examples
    assert (told.rows[0].entity, told.violates) == ("order", "order.quantity:range")


def test_a_reference_to_nobody_is_objected_to_and_then_noted() -> None:
    one = merged(
        part(
            "a",
            entities=(entity("a"),),
            relationships=(link("a", "ghost", "ghost"),),
            rules=(check(1, "ghost", "x > 0"),),
            examples=(example(1, "ghost", "BR1"),),
        )
    )
    assert "a.ghost: there is no entity ghost" in model_objections(one, BRIEF)
    after = settled(one, one)
    assert model_objections(after, BRIEF) == []
    assert [each.text for each in after.unplaced] == ["a.ghost -> ghost", "x > 0"]


def test_what_mending_took_out_for_want_of_its_other_end_is_noted() -> None:
    before = merged(part("a", entities=(entity("a"),), relationships=(link("a", "ghost", "ghost"),)))
    after = before.model_copy(update={"relationships": ()})
    assert [each.text for each in settled(before, after).unplaced] == ["a.ghost -> ghost"]
    mended = before.model_copy(update={"relationships": (link("a", "a", "ghost"),)})
    assert settled(before, mended).unplaced == ()


def test_what_one_part_could_not_place_and_another_did_is_placed() -> None:
    lost = Unplaced(text="x", reason="y", facts=("F2",))
    one = part("a", entities=(entity("a"),), unplaced=(lost, Unplaced(text="z", reason="y", facts=("F9",))))
    two = part("b", entities=(entity("b", attribute("x", facts=["F2"])),))
    assert [each.text for each in merged(one, two).unplaced] == ["z"]


def test_two_tenants_are_one_and_a_note() -> None:
    one, two = part("a", entities=(entity("a"),), tenant="a"), part("b", entities=(entity("b"),), tenant="b")
    both = merged(one, two)
    assert both.tenant == "a"
    assert [each.text for each in both.unplaced] == ["tenant: b"]


NAMES = [each.name for each in ENTITY_MODEL.entities]


@given(st.sets(st.sampled_from(NAMES)))
def test_an_excerpt_that_is_not_changed_changes_nothing(names: set[str]) -> None:
    excerpt = excerpt_of(ENTITY_MODEL, names)
    assert put_back(ENTITY_MODEL, excerpt, excerpt.model) == ENTITY_MODEL
    assert model_objections(excerpt.model, BRIEF) == []
    assert cited_facts(excerpt.model) <= cited_facts(ENTITY_MODEL)


def test_an_entity_shown_by_name_keeps_its_attributes_whatever_comes_back() -> None:
    excerpt = excerpt_of(ENTITY_MODEL, ["order_line"])
    assert excerpt.whole == {"order_line"}
    after = excerpt.model.model_copy(
        update={"entities": tuple(each for each in excerpt.model.entities if each.name == "order_line")}
    )
    assert put_back(ENTITY_MODEL, excerpt, after).entities == ENTITY_MODEL.entities
    more = entity("order", attribute("discount"))
    after = excerpt.model.model_copy(
        update={"entities": tuple(more if each.name == "order" else each for each in excerpt.model.entities)}
    )
    held = put_back(ENTITY_MODEL, excerpt, after).entity("order")
    assert held is not None
    assert [each.name for each in held.attributes] == ["status", "placed_at", "note", "discount"]


def test_what_is_withdrawn_from_an_excerpt_goes_with_its_references() -> None:
    excerpt = excerpt_of(ENTITY_MODEL, ["tag"])
    after = excerpt.model.model_copy(update={"entities": (), "relationships": ()})
    left = put_back(ENTITY_MODEL, excerpt, after)
    assert left.entity("tag") is None
    assert all("tag" not in (each.source, each.target) for each in left.relationships)


def test_new_rules_of_two_excerpts_get_two_numbers() -> None:
    model = ENTITY_MODEL
    for owner in ("room", "product"):
        excerpt = excerpt_of(ENTITY_MODEL, [owner])
        rule, failing = check(1, owner, "name <> ''"), example(1, owner, "BR1")
        after = excerpt.model.model_copy(
            update={"rules": (*excerpt.model.rules, rule), "examples": (*excerpt.model.examples, failing)}
        )
        model = put_back(model, excerpt, after)
    assert [(rule.id, rule.entity) for rule in model.rules[-2:]] == [("BR4", "room"), ("BR5", "product")]
    assert [(each.id, each.violates) for each in model.examples[-2:]] == [("EX6", "BR4"), ("EX7", "BR5")]
    assert model.rules[:3] == ENTITY_MODEL.rules


def test_a_name_that_code_cannot_tell_is_left_for_the_objection() -> None:
    model = EntityModel(entities=(entity("a"),), relationships=(link("a", "elsewhere", "b"),))
    assert with_names(model, ["a"], {}) == model
