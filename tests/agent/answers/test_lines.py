from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from database_specialist.agent.answers.attribute_lines import parse_attribute, print_attribute
from database_specialist.agent.answers.lines import Fault, Ground, split_ground
from database_specialist.agent.answers.relationship_lines import (
    parse_dependency,
    parse_lifecycle,
    parse_relationship,
    parse_unplaced,
    print_dependency,
    print_lifecycle,
    print_relationship,
    print_unplaced,
)
from database_specialist.agent.answers.words import NUMERIC, TEXTUAL
from database_specialist.agent.model.base import Scalar
from database_specialist.agent.model.entities import (
    Attribute,
    FunctionalDependency,
    Lifecycle,
    Relationship,
    Transition,
    Unplaced,
)

ANY = st.text(alphabet=st.characters(codec="utf-8", exclude_characters="\x00"), max_size=40)
TRICKY = st.one_of(ANY, st.text(alphabet="ab \"'`\\/|,;:()[]{}-=.<>\nF1 because", max_size=24))
NAME = st.from_regex(r"[a-z][a-z0-9_]{0,20}", fullmatch=True)
FACTS = st.lists(st.integers(1, 999).map(lambda n: f"F{n}"), unique=True, max_size=3).map(tuple)
GROUND = st.one_of(st.none(), st.builds(Ground, FACTS, st.one_of(st.none(), TRICKY)))
NUMBER = st.one_of(st.integers(-(10**9), 10**9).map(float), st.floats(allow_nan=False, allow_infinity=False))
TYPES = sorted({*TEXTUAL, *NUMERIC, "integer", "big_integer", "boolean", "date", "timestamp", "uuid", "enum", "json"})
SIZE = st.one_of(st.none(), st.integers(0, 9999))


@st.composite
def attributes(draw: st.DrawFn) -> tuple[Attribute, Ground | None]:
    kind = draw(st.sampled_from([*TYPES, "vector", "geo_point", "text_list", "secret_hash"]))
    is_number = kind in (*NUMERIC, "integer", "big_integer")
    values = draw(st.lists(TRICKY, unique=True, max_size=4)) if kind == "enum" else []
    minimum = draw(st.one_of(st.none(), NUMBER)) if is_number else None
    ground = draw(GROUND)
    given: dict[str, object] = {
        "name": draw(NAME),
        "meaning": draw(TRICKY),
        "type": kind,
        "required": draw(st.booleans()),
        "unique": draw(st.booleans()),
        "default": draw(st.one_of(st.none(), default_of(kind, values))),
        "minimum": minimum,
        "maximum": draw(st.one_of(st.none(), NUMBER)) if is_number else None,
        "exclusive_minimum": minimum is not None and draw(st.booleans()),
        "length": draw(SIZE),
        "scale": draw(SIZE),
        "values": tuple(values),
        "pattern": draw(st.one_of(st.none(), TRICKY)),
        "generated": draw(st.one_of(st.none(), TRICKY)),
        "immutable": draw(st.booleans()),
        "sensitivity": draw(st.sampled_from(["public", "internal", "confidential", "restricted"])),
        "personal": draw(st.booleans()),
        "facts": ground.facts if ground else (),
        "added_because": ground.because if ground else None,
    }
    return Attribute.model_validate(given), ground


def default_of(kind: str, values: list[str]) -> st.SearchStrategy[Scalar]:
    if kind in (*NUMERIC, "integer", "big_integer"):
        return st.one_of(st.integers(), st.floats(allow_nan=False, allow_infinity=False))
    if kind == "boolean":
        return st.booleans()
    if kind == "enum" and values:
        return st.sampled_from(values)
    if kind in ("date", "timestamp", "uuid"):
        return st.sampled_from(["today", "2026-03-02", "a b"])
    return TRICKY


@given(attributes())
def test_what_is_printed_of_an_attribute_reads_as_the_same_attribute(drawn: tuple[Attribute, Ground | None]) -> None:
    attribute, ground = drawn
    assert parse_attribute(print_attribute(attribute, ground)) == (attribute, ground)


@given(st.data())
def test_what_is_printed_of_a_relationship_reads_as_the_same_relationship(data: st.DataObject) -> None:
    ground = data.draw(GROUND)
    relationship = Relationship(
        source=data.draw(NAME),
        target=data.draw(NAME),
        role=data.draw(NAME),
        meaning=data.draw(TRICKY),
        cardinality=data.draw(st.sampled_from(["many_to_one", "one_to_one", "many_to_many"])),
        required=data.draw(st.booleans()),
        ownership=data.draw(st.sampled_from(["owned", "referenced", "independent"])),
        inverse=data.draw(st.one_of(st.just(""), NAME)),
        min_sources=data.draw(st.integers(0, 9)),
        max_sources=data.draw(st.one_of(st.none(), st.integers(0, 9))),
        facts=ground.facts if ground else (),
        added_because=ground.because if ground else None,
    )
    assert parse_relationship(print_relationship(relationship, ground)) == (relationship, ground)


@given(st.data())
def test_what_is_printed_of_a_lifecycle_reads_as_the_same_lifecycle(data: st.DataObject) -> None:
    ground = data.draw(st.one_of(st.none(), st.builds(Ground, FACTS)))
    states = data.draw(st.lists(TRICKY, min_size=1, max_size=5))
    steps = data.draw(st.lists(st.tuples(st.sampled_from(states), st.sampled_from(states)), max_size=6))
    lifecycle = Lifecycle(
        attribute=data.draw(NAME),
        initial=states[0],
        transitions=tuple(Transition(source=source, target=target) for source, target in steps),
        facts=ground.facts if ground else (),
    )
    assert parse_lifecycle(print_lifecycle(lifecycle, ground)) == (lifecycle, ground)


@given(st.lists(NAME, min_size=1, max_size=3), st.lists(NAME, min_size=1, max_size=3), FACTS)
def test_what_is_printed_of_a_dependency_reads_as_the_same_one(
    determinant: list[str], dependents: list[str], facts: tuple[str, ...]
) -> None:
    dependency = FunctionalDependency(determinant=tuple(determinant), dependents=tuple(dependents), facts=facts)
    assert parse_dependency(print_dependency(dependency, Ground(facts))) == (dependency, Ground(facts))


def test_what_has_no_place_is_a_line_too() -> None:
    unplaced = Unplaced(text="the colour of the seats", reason="it is painted on them", facts=("F3", "F9"))
    assert parse_unplaced(print_unplaced(unplaced)) == unplaced


@pytest.mark.parametrize(
    ("line", "same"),
    [
        ("score: integer, optional, 0..100 [F1]", "score : int 0 .. 100 , NULL  [ F1 ]"),
        ("score: integer, optional, 0..100 [F1]", "score: integer, nullable, min 0, max 100 [F1]."),
        ("score: integer, >0, = 5", "score: integer = 5 > 0, not null, required"),
        ("price: money(12,2), 0.. -- of one", "price: money(12, 2) >= 0 — of one"),
        ("sum: money(12,2) := quantity * unit_price", "sum: money(12,2) generated always as (quantity * unit_price)"),
        ("code: code(12) /^[A-Z]{3}$/, unique", "code: code(12), unique, matches '^[A-Z]{3}$'"),
        ("made_at: timestamp = now, immutable", "made_at: timestamptz, immutable, default now()"),
        ("made_on: date = today", "made_on: date default CURRENT_DATE"),
        ("key: uuid = new_uuid", "key: guid = gen_random_uuid()"),
        ('state: enum(a | b) = "a"', "state: enum(a, 'b') = a"),
        ("mail: email, personal", "mail: email, pii, confidential"),
        ("note: text(500), optional [F1 F2 F3]", "note: text ..500, optional [F1-F3]"),
    ],
)  # fmt: skip
def test_harmless_differences_of_writing_read_alike(line: str, same: str) -> None:
    first, second = parse_attribute(line)[0], parse_attribute(same)[0]
    assert first.generated is None or second.generated == f"({first.generated})"
    assert first.model_copy(update={"generated": None}) == second.model_copy(update={"generated": None})


def test_a_line_may_hold_every_sign_inside_of_its_texts() -> None:
    pattern, default = r'/^[A-Z]\/[0-9]{1,3} -- \d, [a|b]"$/', r'"a, \"b\" -- c"'
    line = f'plate: code(8) {pattern} = {default}, optional -- as (painted) [because "a, [b] -- c"]'
    attribute, ground = parse_attribute(line)
    assert attribute.pattern == r'^[A-Z]/[0-9]{1,3} -- \d, [a|b]"$'
    assert attribute.default == 'a, "b" -- c'
    assert attribute.meaning == "as (painted)"
    assert ground == Ground((), "a, [b] -- c")


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("colour", "an attribute is written name: type"),
        ("customer: customer", "'customer' is no type; a reference is a relationship"),
        ("price: money(12)", "write all digits and those after the point: money(12,2)"),
        ("name: text(2..5)", "a shortest length is a rule of kind check"),
        ("name: text, 2..5", "a shortest length is a rule of kind check"),
        ("is_open: boolean(1)", "boolean takes no size"),
        ("starts_on: date, 0..5", "a range of date values is a rule of kind check"),
        ("share: decimal(5,2), <100", "< 100 is written as a greatest value"),
        ("state: enum(a, b | c)", 'values are separated by "|"'),
        ("state: enum(a | b", "values are written enum("),
        ("state: enum(a | b) = c", "the default 'c' is no value of the enum"),
        ("size: integer = large", "the default 'large' is no number"),
        ("is_open: boolean = maybe", "the default 'maybe' is neither true nor false"),
        ("wait: duration = 15 minutes", "'minutes' is no property of an attribute"),
        ("number: integer, primary key", "keys are made by the program"),
        ("note: text [because a [b] c]", "a reason ends the line and holds no brackets"),
        ("note: text [F9-F2]", "is no range of statements"),
        ("code: code pattern", "a pattern is written /"),
        ("sum: integer :=", "an expression is written :="),
    ],
)
def test_a_fault_of_an_attribute_shows_the_right_form(line: str, said: str) -> None:
    with pytest.raises(Fault) as fault:
        parse_attribute(line)
    assert said in str(fault.value)
    assert "\n" not in str(fault.value)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("order, customer", "a relationship is written source.role -> target"),
        ("order.customer -> customer, maybe", "'maybe' is no property of a relationship"),
        ("order.customer -> customer, 5", "'5' is no property of a relationship"),
    ],
)
def test_a_fault_of_a_relationship_shows_the_right_form(line: str, said: str) -> None:
    with pytest.raises(Fault) as fault:
        parse_relationship(line)
    assert said in str(fault.value)


@pytest.mark.parametrize("line", ["status", "status: open", "status: -> open", "status:", "open -> closed"])
def test_a_fault_of_a_lifecycle_shows_the_right_form(line: str) -> None:
    with pytest.raises(Fault, match="is written status = open: open -> assigned"):
        parse_lifecycle(line)


@pytest.mark.parametrize("line", ["postcode", "-> city", "a -> b -> c"])
def test_a_fault_of_a_dependency_shows_the_right_form(line: str) -> None:
    with pytest.raises(Fault, match="a dependency is written"):
        parse_dependency(line)


def test_what_has_no_place_needs_a_reason() -> None:
    with pytest.raises(Fault, match="what it is -- why it has none"):
        parse_unplaced("the colour of the seats")


@pytest.mark.parametrize(
    ("line", "changes"),
    [
        ("a.b -> c, cascade", {"ownership": "owned"}),
        ("a.b -> c set null", {"ownership": "independent", "required": False}),
        ("a.b → c; n:m; inverse things", {"cardinality": "many_to_many", "required": False, "inverse": "things"}),
        ("a.b -> c, 1..5", {"min_sources": 1, "max_sources": 5}),
        ("a.b -> c, many-to-one, required, restrict", {}),
        ("a.b -> c, one to one, nullable", {"cardinality": "one_to_one", "required": False}),
    ],
)
def test_a_relationship_may_be_said_in_other_words(line: str, changes: dict[str, object]) -> None:
    plain = Relationship(source="a", role="b", target="c")
    assert parse_relationship(line)[0] == plain.model_copy(update=changes)


def test_a_role_that_is_not_named_is_the_target() -> None:
    assert parse_relationship("order -> customer")[0].role == "customer"


def test_a_lifecycle_may_be_a_chain_that_begins_where_it_begins() -> None:
    lifecycle, _ = parse_lifecycle("status: draft -> in review -> done | refused [F4]")
    assert lifecycle.initial == "draft"
    steps = [(step.source, step.target) for step in lifecycle.transitions]
    assert steps == [("draft", "in review"), ("in review", "done"), ("in review", "refused")]
    assert lifecycle.facts == ("F4",)


def test_a_line_without_a_ground_is_told_from_one_that_rests_on_nothing() -> None:
    assert split_ground("name: text") == ("name: text", None)
    assert split_ground("name: text []") == ("name: text", Ground())
