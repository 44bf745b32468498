"""A lifecycle is kept whether or not a rule repeats it; a first state only where a statement names it."""

from __future__ import annotations

import sqlite3
from typing import Any

import pytest

from database_specialist.agent.dialects import create_statements, split_statements
from database_specialist.agent.mapping.schema import map_schema
from database_specialist.agent.model.base import Engine
from database_specialist.agent.model.entities import EntityModel
from database_specialist.agent.model.relational import Schema
from database_specialist.agent.sampling.seed import make_seed
from database_specialist.agent.verification.sandbox import StatementError
from database_specialist.tools.postgres_sandbox import PostgresDatabase

STEPS = [{"source": "draft", "target": "in_review"}, {"source": "in_review", "target": "done"}]


def rule(number: int, text: str, kind: str = "transition") -> dict[str, Any]:
    return {"id": f"BR{number}", "name": f"rule_{number}", "text": text, "kind": kind, "entity": "paper"}


def papers(*rules: dict[str, Any], steps: list[dict[str, str]] = STEPS) -> EntityModel:
    state = {"name": "state", "type": "enum", "meaning": "Where it stands.", "values": ["draft", "in_review", "done"]}
    entity = {
        "name": "paper",
        "plural": "papers",
        "description": "A paper.",
        "attributes": [state, {"name": "title", "type": "short_text", "meaning": "Its title."}],
        "lifecycle": {"attribute": "state", "initial": "draft", "transitions": steps},
    }
    return EntityModel.load({"entities": [entity], "rules": list(rules)})


def triggers(schema: Schema) -> list[tuple[str, str | None]]:
    return [(routine.name, routine.rule) for routine in schema.routines]


def test_steps_are_kept_without_a_rule_and_the_decision_says_so() -> None:
    schema = map_schema(papers(), engine="postgresql")
    assert triggers(schema) == [("papers_state_steps", None)]
    assert [each.choice for each in schema.decisions if "papers_state_steps" in each.subject] == ["a trigger"]


def test_two_rules_about_the_steps_are_one_trigger() -> None:
    schema = map_schema(papers(rule(1, "States follow the chain."), rule(2, "No step back.")), engine="postgresql")
    assert triggers(schema) == [("papers_rule_1", "BR1")]
    assert "BR2: No step back." in schema.routines[0].why


def test_states_without_steps_are_left_open() -> None:
    schema = map_schema(papers(rule(1, "States follow each other."), steps=[]), engine="postgresql")
    assert schema.routines == ()
    assert any("no statement says which steps" in each.why for each in schema.decisions)


def test_a_first_state_that_nothing_states_is_a_decision_and_no_trigger() -> None:
    schema = map_schema(papers(rule(1, "A draft may be changed.")), engine="postgresql")
    assert "papers_state_begins" not in dict(triggers(schema))
    choices = [each.choice for each in schema.decisions if each.subject == "papers.state"]
    assert "begins as draft by convention, not by constraint" in choices


BEGINS = papers(rule(1, "A paper starts as draft and follows the chain."))


@pytest.mark.parametrize("engine", ["postgresql", "sqlite", "mysql", "mariadb"])
def test_a_stated_first_state_is_a_trigger_on_insert(engine: Engine) -> None:
    schema = map_schema(BEGINS, engine=engine)
    assert triggers(schema) == [("papers_rule_1", "BR1"), ("papers_state_begins", None)]


def test_postgresql_keeps_the_lifecycle_and_takes_the_seed(database: PostgresDatabase) -> None:
    schema = map_schema(BEGINS, engine="postgresql")
    database.run(create_statements(schema))
    database.run(split_statements(make_seed(BEGINS, schema).sql, "postgresql"))
    with pytest.raises(StatementError) as first:
        database.execute("INSERT INTO papers (state, title) VALUES ('done', 'x')")
    with pytest.raises(StatementError) as step:
        database.execute("UPDATE papers SET state = 'done'")
    assert (first.value.constraint, step.value.constraint) == ("papers_state_begins", "papers_rule_1")
    database.run(("UPDATE papers SET state = 'in_review'", "UPDATE papers SET state = 'done'"))


def test_sqlite_keeps_the_lifecycle_and_takes_the_seed() -> None:
    schema = map_schema(BEGINS, engine="sqlite")
    connection = sqlite3.connect(":memory:", isolation_level=None)
    connection.executescript(make_script(schema))
    for statement in ("INSERT INTO papers (state, title) VALUES ('done', 'x')", "UPDATE papers SET state = 'done'"):
        with pytest.raises(sqlite3.IntegrityError, match="papers_"):
            connection.execute(statement)
    connection.close()


def make_script(schema: Schema) -> str:
    return ";\n".join((*create_statements(schema), make_seed(BEGINS, schema).sql))
