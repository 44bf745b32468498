"""Whatever the entity model says, the statements run on an empty database and take themselves away again."""

from __future__ import annotations

import sqlite3
from typing import Any, get_args

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from database_specialist.agent.dialects import create_statements, drop_statements, script, split_statements
from database_specialist.agent.mapping.schema import map_schema
from database_specialist.agent.model.entities import EntityKind, EntityModel, LogicalType
from database_specialist.agent.model.relational import Schema
from database_specialist.agent.model.workload import Indexes
from database_specialist.tools.postgres_sandbox import PostgresSandbox

RELATIONS = "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace ORDER BY 1"
NO_INDEXES = Indexes(planned=())
NAMES = ["order", "user", "group", "item", "Line Item", "größe", "rank", "end", "id", "code", "starts_at", "x" * 70]
TYPES = [each for each in get_args(LogicalType) if each != "vector"]
KINDS = get_args(EntityKind)


@st.composite
def attributes(draw: st.DrawFn, name: str) -> dict[str, Any]:
    logical = draw(st.sampled_from(TYPES))
    attribute: dict[str, Any] = {"name": name, "type": logical, "meaning": "It's what it says: 100%; \\ and more."}
    attribute["required"] = draw(st.booleans())
    attribute["unique"] = draw(st.booleans())
    attribute["immutable"] = draw(st.booleans())
    if logical == "enum":
        attribute["values"] = draw(st.lists(st.sampled_from(["a", "b'c", "d e"]), min_size=1, unique=True))
    if logical in ("timestamp", "date"):
        attribute["default"] = draw(st.sampled_from([None, "now"]))
    if logical in ("integer", "money", "decimal"):
        attribute["minimum"] = draw(st.sampled_from([None, 0, 0.5, -3]))
        attribute["maximum"] = draw(st.sampled_from([None, 10, 1e12]))
    return attribute


@st.composite
def entity_models(draw: st.DrawFn) -> EntityModel:
    names = draw(st.lists(st.sampled_from(NAMES), min_size=1, max_size=6, unique=True))
    entities = [draw(_entity(name, names)) for name in names]
    pairs = st.tuples(st.sampled_from(names), st.sampled_from(names))
    relationships = [
        {
            "source": source,
            "target": target,
            "role": draw(st.sampled_from([target, "owner", "parent_id", "order"])),
            "cardinality": draw(st.sampled_from(["many_to_one", "many_to_one", "one_to_one", "many_to_many"])),
            "required": draw(st.booleans()),
            "ownership": draw(st.sampled_from(["owned", "referenced", "independent"])),
            "max_sources": draw(st.sampled_from([None, 5])),
        }
        for source, target in draw(st.lists(pairs, max_size=8))
    ]
    tenant = draw(st.sampled_from([None, names[0]]))
    rules = draw(st.lists(_rule(names), max_size=4))
    return EntityModel.load({"entities": entities, "relationships": relationships, "rules": rules, "tenant": tenant})


@st.composite
def _entity(draw: st.DrawFn, name: str, names: list[str]) -> dict[str, Any]:
    chosen = draw(st.lists(st.sampled_from([*NAMES, "updated_at", "line_no"]), max_size=5, unique=True))
    return {
        "name": name,
        "plural": draw(st.sampled_from([name + "s", name])),
        "description": draw(st.sampled_from(["A thing.", "Made offline."])),
        "kind": draw(st.sampled_from(KINDS)),
        "attributes": [draw(attributes(each)) for each in chosen],
        "unique_sets": draw(st.lists(st.lists(st.sampled_from([*chosen, *names, "owner"]), max_size=3), max_size=2)),
        "supertype": draw(
            st.sampled_from([None, None, None, *[each for each in names if names.index(each) < names.index(name)]])
        ),
        "tenant_scoped": draw(st.booleans()),
        "soft_delete": draw(st.booleans()),
        "append_only": draw(st.booleans()),
        "rows_per_day": draw(
            st.sampled_from([None, {"value": 1e6, "unit": "rows/day", "origin": "given", "basis": "x"}])
        ),
    }


def _rule(names: list[str]) -> st.SearchStrategy[dict[str, Any]]:
    conditions = [
        "code is not null",
        '"order" is not null',
        "end > starts_at",
        "starts_at < now()",
        "nonsense (",
        "owner is null",
    ]
    return st.fixed_dictionaries(
        {
            "id": st.sampled_from(["BR1", "BR2", "BR3"]),
            "name": st.sampled_from(["first", "second"]),
            "text": st.just("It's a rule."),
            "kind": st.sampled_from(["check", "unique", "application"]),
            "entity": st.sampled_from(names),
            "attributes": st.lists(st.sampled_from([*names, "code"]), max_size=2),
            "condition": st.sampled_from([None, *conditions]),
        }
    )


QUICK = settings(max_examples=100, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
SLOW = settings(QUICK, max_examples=20)


@QUICK
@given(entity_models())
def test_the_statements_run_on_sqlite_and_drop_back_to_empty(model: EntityModel) -> None:
    schema = map_schema(model, engine="sqlite")
    connection = sqlite3.connect(":memory:", isolation_level=None)
    for statement in (*create_statements(schema), *drop_statements(schema, NO_INDEXES)):
        connection.execute(statement)
    assert connection.execute("SELECT name FROM sqlite_master").fetchall() == []
    connection.close()


@SLOW
@given(model=entity_models())
def test_the_statements_run_on_postgresql_and_drop_back_to_empty(server: PostgresSandbox, model: EntityModel) -> None:
    schema = map_schema(model, engine="postgresql")
    with server.database() as database:
        before = database.execute(RELATIONS).rows
        database.run((*create_statements(schema), *drop_statements(schema, NO_INDEXES)))
        assert database.execute(RELATIONS).rows == before


@QUICK
@given(entity_models(), st.sampled_from(["postgresql", "sqlite", "mysql", "mariadb"]))
def test_names_are_short_and_used_once(model: EntityModel, engine: Any) -> None:
    schema = map_schema(model, engine=engine)
    names = _constraint_names(schema)
    assert len(names) == len(set(names))
    assert all(len(name.encode()) <= 63 for name in [*names, *(table.name for table in schema.tables)])
    assert len({table.name for table in schema.tables}) == len(schema.tables)


@QUICK
@given(entity_models(), st.sampled_from(["postgresql", "sqlite", "mysql"]))
def test_a_script_is_cut_into_the_statements_it_was_joined_from(model: EntityModel, engine: Any) -> None:
    statements = create_statements(map_schema(model, engine=engine))
    assert split_statements(script(statements), engine) == statements


def _constraint_names(schema: Schema) -> list[str]:
    names: list[str] = []
    for table in schema.tables:
        names += [each.name for each in table.uniques]
        names += [each.name for each in table.checks]
        names += [each.name for each in table.foreign_keys]
        names += [each.name for each in table.exclusions]
    return names
