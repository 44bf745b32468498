"""Any entity model can be filled: models are drawn at random, mapped, and planted."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from random import Random
from typing import get_args

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from database_specialist.agent.dialects import create_statements, script, split_statements
from database_specialist.agent.mapping.schema import map_schema
from database_specialist.agent.model.base import Engine
from database_specialist.agent.model.entities import (
    Attribute,
    BusinessRule,
    Entity,
    EntityModel,
    Example,
    ExampleRow,
    Lifecycle,
    LogicalType,
    Relationship,
    Transition,
)
from database_specialist.agent.sampling.examples import example_statements
from database_specialist.agent.sampling.expressions import evaluate, parse
from database_specialist.agent.sampling.patterns import python_pattern, text_for
from database_specialist.agent.sampling.scalars import Value
from database_specialist.agent.sampling.seed import make_seed
from database_specialist.agent.sampling.solving import Choices, Goal, solve
from database_specialist.tools.postgres_sandbox import PostgresSandbox

WORDS = ("alpha", "brook", "cloud", "delta", "eagle", "flint", "grain", "haven")
TYPES = [each for each in get_args(LogicalType) if each not in ("enum", "vector")]
PATTERNS = ("^[A-Z]{2}-[0-9]{4}$", "^[a-z]{3}[0-9]{3}$")


@st.composite
def attributes(draw: st.DrawFn, name: str) -> Attribute:
    kind = draw(st.sampled_from([*TYPES, "enum"]))
    low = draw(st.none() | st.integers(-5, 40))
    is_number = kind in ("integer", "big_integer", "decimal", "money", "percentage")
    return Attribute(
        name=f"{name}_{draw(st.sampled_from(('name', 'code', 'value', 'at', 'no', 'note')))}",
        meaning="test",
        type=kind,
        required=draw(st.booleans()),
        unique=draw(st.booleans()) and kind in ("short_text", "code", "email", "uuid", "slug", "timestamp"),
        minimum=max(low, 0) if is_number and low is not None else None,
        maximum=max(low, 0) + draw(st.integers(30, 50)) if is_number and low is not None else None,
        length=draw(st.none() | st.integers(8, 30)) if kind in ("short_text", "text") else None,
        values=("low", "mid", "high") if kind == "enum" else (),
        pattern=draw(st.none() | st.sampled_from(PATTERNS)) if kind == "code" else None,
        added_because="test",
    )


@st.composite
def entities(draw: st.DrawFn, name: str, earlier: list[str]) -> Entity:
    found = tuple({each.name: each for each in [draw(attributes(name)) for _ in range(3)]}.values())
    state = Attribute(name="state", meaning="t", type="enum", values=("new", "open", "done"), added_because="t")
    has_states = draw(st.booleans())
    steps = (Transition(source="new", target="open"), Transition(source="open", target="done"))
    return Entity(
        name=name,
        plural=f"{name}s",
        description="test",
        kind=draw(st.sampled_from(("core", "reference", "event", "history", "line_item", "weak"))),
        attributes=(*found, state) if has_states else found,
        lifecycle=Lifecycle(attribute="state", initial="new", transitions=steps) if has_states else None,
        unique_sets=((found[0].name, found[-1].name),) if len(found) > 1 and draw(st.booleans()) else (),
        supertype=draw(st.none() | st.sampled_from(earlier)) if earlier else None,
        tenant_scoped=draw(st.booleans()),
        soft_delete=draw(st.booleans()),
        append_only=draw(st.booleans()),
        added_because="test",
    )


@st.composite
def relationships(draw: st.DrawFn, number: int, source: str, target: str, *, backwards: bool) -> Relationship:
    return Relationship(
        source=source,
        target=target,
        role=f"{target}_{number}",
        cardinality=draw(st.sampled_from(("many_to_one", "one_to_one", "many_to_many"))),
        required=backwards and draw(st.booleans()),
        ownership=draw(st.sampled_from(("owned", "referenced", "independent"))),
        added_because="test",
    )


@st.composite
def rules(draw: st.DrawFn, number: int, entity: Entity) -> BusinessRule:
    kind = draw(st.sampled_from(("transition", "unique", "check")))
    first = entity.attributes[0].name
    return BusinessRule(
        id=f"BR{number}",
        name=f"rule_{number}",
        text="test",
        kind="transition" if entity.lifecycle and kind == "transition" else "unique" if kind == "unique" else "check",
        entity=entity.name,
        attributes=(first,),
        condition=f"{first} IS NOT NULL" if kind != "transition" else None,
        added_because="test",
    )


@st.composite
def entity_models(draw: st.DrawFn) -> EntityModel:
    names = draw(st.lists(st.sampled_from(WORDS), min_size=1, max_size=6, unique=True))
    made = [draw(entities(name, names[:number])) for number, name in enumerate(names)]
    pairs = draw(st.lists(st.tuples(st.sampled_from(names), st.sampled_from(names)), max_size=6, unique=True))
    place = {name: number for number, name in enumerate(names)}
    related = tuple(
        draw(relationships(number, source, target, backwards=place[target] < place[source]))
        for number, (source, target) in enumerate(pairs)
    )
    examples = tuple(
        Example(id=f"EX{number}", text="t", rows=(ExampleRow(entity=name, label="x", values={}),), expect="accept")
        for number, name in enumerate(names)
    )
    return EntityModel(
        entities=tuple(made),
        relationships=related,
        rules=tuple(draw(rules(number, entity)) for number, entity in enumerate(made) if draw(st.booleans())),
        examples=examples,
        tenant=names[0] if draw(st.booleans()) else None,
    )


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(entity_models())
def test_any_model_is_planted_on_sqlite(model: EntityModel) -> None:
    schema = map_schema(model, engine="sqlite")
    seed = make_seed(model, schema)
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
        for statement in (*create_statements(schema), *split_statements(seed.sql, "sqlite")):
            connection.execute(statement)
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
    assert all(seed.rows[table.name] > 0 for table in schema.tables)


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(entity_models())
def test_a_row_of_any_entity_can_be_an_example_on_sqlite(model: EntityModel) -> None:
    schema = map_schema(model, engine="sqlite")
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
        for statement in create_statements(schema):
            connection.execute(statement)
        for example in model.examples:
            played = example_statements(example, model, schema)
            for statement in ("SAVEPOINT trial", *played.setup, played.probe, "ROLLBACK TO trial"):
                connection.execute(statement)


@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(model=entity_models())
def test_any_model_is_planted_on_postgresql(model: EntityModel, postgres: PostgresSandbox) -> None:
    schema = map_schema(model, engine="postgresql")
    seed = make_seed(model, schema)
    with postgres.database() as database:
        database.run(create_statements(schema))
        for example in model.examples:
            played = example_statements(example, model, schema)
            with database.trial():
                database.run((*played.setup, played.probe))
        database.run(split_statements(seed.sql, "postgresql"))
    assert all(seed.rows[table.name] > 0 for table in schema.tables)


CONDITIONS = (
    "a < b AND b < c",
    "a + b = c",
    "a >= 10 OR b IS NULL",
    "(a IS NULL) = (b IS NULL)",
    "c BETWEEN a AND b",
    "a IN (1, 5, 9) AND b > a * 2",
    "NOT (a = b) AND coalesce(c, 0) <= 100",
    "CASE WHEN a > 5 THEN b IS NOT NULL ELSE b IS NULL END",
    "a % 5 = 0 AND abs(b) > 3",
    "a IS NOT NULL AND (b IS NULL OR b > a) AND (c IS NULL OR c < a)",
)


@given(
    condition=st.sampled_from(CONDITIONS),
    row=st.fixed_dictionaries({name: st.none() | st.integers(-20, 20) for name in "abc"}),
)
def test_a_row_is_mended_as_the_database_sees_it(condition: str, row: dict[str, Value]) -> None:
    def drawing(name: str, attempt: int) -> int:
        return Random(f"{name}{attempt}").randint(-20, 20)

    redraw = {name: (lambda attempt, name=name: drawing(name, attempt)) for name in "abc"}
    solved = solve(row, [Goal(parse(condition, "sqlite"))], Choices(redraw, frozenset("abc")), lambda row: None)
    assert solved is not None
    assert _in_sqlite(condition, solved) != 0


@given(
    condition=st.sampled_from(CONDITIONS),
    row=st.fixed_dictionaries({name: st.none() | st.integers(-20, 20) for name in "abc"}),
)
def test_a_condition_means_what_the_database_makes_of_it(condition: str, row: dict[str, Value]) -> None:
    found = _in_sqlite(condition, row)
    assert evaluate(parse(condition, "sqlite"), row) == (None if found is None else bool(found))


def _in_sqlite(condition: str, row: dict[str, Value]) -> object:
    with closing(sqlite3.connect(":memory:")) as connection:
        return connection.execute(f"SELECT {condition} FROM (SELECT :a AS a, :b AS b, :c AS c)", row).fetchone()[0]


@given(st.integers(0, 999), st.sampled_from([
    "^[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}$",
    r"^\d{4}-\d{2}$",
    "^(red|green|blue)-[a-f0-9]+$",
    "^[^@ ]+@[^@ ]+[.][a-z]{2,}$",
    r"^\+?[0-9 ()-]{7,20}$",
    "^[[:alpha:]][[:alnum:]_]*$",
    r"^(?:v\d+\.)?\d+\.\d+(-rc\d)?$",
    "[A-Z]+",
]))  # fmt: skip
def test_a_generated_text_matches_its_pattern(seed: int, pattern: str) -> None:
    assert python_pattern(pattern).search(text_for(pattern, Random(seed)))


@pytest.mark.parametrize("engine", ["postgresql", "sqlite", "mysql", "mariadb"])
def test_every_logical_type_gets_a_value(engine: Engine) -> None:
    columns = tuple(
        Attribute(name=f"the_{kind}", meaning="test", type=kind, added_because="test") for kind in get_args(LogicalType)
    )
    model = EntityModel(entities=(Entity(name="thing", plural="things", description="t", attributes=columns),))
    schema = map_schema(model, engine=engine)
    seed = make_seed(model, schema, rows=4)
    assert seed.rows["things"] == 4
    if engine == "sqlite":
        with closing(sqlite3.connect(":memory:")) as connection:
            connection.executescript(script((*create_statements(schema), seed.sql)))


def test_a_rule_that_reads_the_clock_holds_on_any_day(postgres: PostgresSandbox) -> None:
    model = EntityModel(
        entities=(
            Entity(
                name="visit",
                plural="visits",
                description="t",
                attributes=(
                    Attribute(name="booked_at", meaning="t", type="timestamp", added_because="t"),
                    Attribute(name="valid_until", meaning="t", type="date", added_because="t"),
                ),
                added_because="t",
            ),
        ),
        rules=(
            BusinessRule(
                id="BR1",
                name="booked_in_the_past",
                text="t",
                kind="check",
                entity="visit",
                attributes=("booked_at",),
                condition="booked_at <= now()",
            ),
            BusinessRule(
                id="BR2",
                name="still_valid",
                text="t",
                kind="check",
                entity="visit",
                attributes=("valid_until",),
                condition="valid_until > current_date",
            ),
        ),
    )
    schema = map_schema(model, engine="postgresql")
    with postgres.database() as database:
        database.run((*create_statements(schema), *split_statements(make_seed(model, schema).sql, "postgresql")))
        assert database.execute("SELECT count(*) FROM visits").rows == ((20,),)
