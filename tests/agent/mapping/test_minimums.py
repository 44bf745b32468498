"""An order has at least one line: tested at the commit on PostgreSQL, left to the application elsewhere."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from database_specialist.agent.dialects import create_statements, drop_statements, split_statements
from database_specialist.agent.mapping.schema import map_schema
from database_specialist.agent.model.base import Engine
from database_specialist.agent.model.entities import EntityModel, Example
from database_specialist.agent.model.workload import Indexes
from database_specialist.agent.sampling.examples import example_statements
from database_specialist.agent.sampling.seed import make_seed
from database_specialist.agent.verification.sandbox import StatementError
from database_specialist.tools.postgres_sandbox import PostgresDatabase, PostgresSandbox

MINIMUM = "lines_bill_minimum"


def entity(name: str, **more: Any) -> dict[str, Any]:
    attribute = {"name": "title", "type": "short_text", "meaning": "Its title."}
    return {"name": name, "plural": f"{name}s", "description": f"A {name}.", "attributes": [attribute], **more}


def bills(*, at_least: int = 1, facts: tuple[str, ...] = ("F1",), **more: Any) -> EntityModel:
    link = {"source": "line", "target": "bill", "role": "bill", "ownership": "owned", "facts": list(facts)}
    item = {"source": "line", "target": "item", "role": "item"}
    relationships = [{**link, "min_sources": at_least, **more}, item]
    entities = [entity("bill"), entity("item"), entity("line", kind="line_item")]
    return EntityModel.load({"entities": entities, "relationships": relationships})


def example(*rows: dict[str, Any], **more: Any) -> Example:
    return Example.load({"id": "EX1", "text": "x", "rows": list(rows), "expect": "accept", **more})


def row(entity_name: str, label: str, **values: Any) -> dict[str, Any]:
    return {"entity": entity_name, "label": label, "values": values}


def filled(database: PostgresDatabase, model: EntityModel) -> None:
    schema = map_schema(model, engine="postgresql")
    database.run(create_statements(schema))
    database.run(split_statements(make_seed(model, schema).sql, "postgresql"))


@pytest.mark.parametrize("at_least", [1, 3])
def test_the_seed_gives_each_row_its_minimum_and_is_committed(database: PostgresDatabase, at_least: int) -> None:
    filled(database, bills(at_least=at_least))
    fewest = "SELECT min(n) >= {} FROM (SELECT count(lines.id) AS n FROM bills LEFT JOIN lines ON bill_id = bills.id"
    assert database.execute(f"{fewest.format(at_least)} GROUP BY bills.id) AS counted").rows == ((True,),)


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO bills (title) VALUES ('empty')",
        "DELETE FROM lines WHERE bill_id = 1",
        "UPDATE lines SET bill_id = 2 WHERE bill_id = 1",
    ],
)
def test_the_commit_refuses_what_leaves_a_row_without(database: PostgresDatabase, statement: str) -> None:
    filled(database, bills())
    with pytest.raises(StatementError) as caught:
        database.execute(statement)
    assert (caught.value.constraint, caught.value.sqlstate) == (MINIMUM, "23514")


def test_a_row_may_lose_one_of_several_or_go_with_all_of_them(database: PostgresDatabase) -> None:
    filled(database, bills())
    database.execute("INSERT INTO lines (title, bill_id, item_id) VALUES ('one more', 1, 1)")
    database.execute("DELETE FROM lines WHERE id = (SELECT max(id) FROM lines WHERE bill_id = 1)")
    database.execute("DELETE FROM bills WHERE id = 1")
    assert database.execute("SELECT count(*) FROM lines WHERE bill_id = 1").rows == ((0,),)


def test_of_two_sessions_that_take_the_last_two_away_one_is_refused(
    server: PostgresSandbox, database: PostgresDatabase
) -> None:
    filled(database, bills())
    database.execute("DELETE FROM lines WHERE bill_id = 1 AND id NOT IN (SELECT min(id) FROM lines WHERE bill_id = 1)")
    database.execute("INSERT INTO lines (title, bill_id, item_id) VALUES ('second', 1, 1)")
    first, last = database.execute("SELECT min(id), max(id) FROM lines WHERE bill_id = 1").rows[0]
    other = PostgresDatabase(server, database.name)
    refused: list[str | None] = []

    def end(session: PostgresDatabase) -> None:
        try:
            session.execute("COMMIT")
        except StatementError as error:
            refused.append(error.constraint)

    for session, line in ((database, first), (other, last)):
        session.execute("BEGIN")
        session.execute(f"DELETE FROM lines WHERE id = {line}")
    # The first to commit must hold the lock until it is done, and the second must count after it.
    database.check_deferred()
    waiting = threading.Thread(target=end, args=(other,))
    waiting.start()
    waiting.join(timeout=0.3)
    assert waiting.is_alive()
    end(database)
    waiting.join(timeout=10)
    other.close()
    assert refused == [MINIMUM]
    assert database.execute("SELECT count(*) FROM lines WHERE bill_id = 1").rows == ((1,),)


@pytest.mark.parametrize(
    "script",
    [
        example(row("bill", "a")),
        example(row("bill", "a"), row("bill", "b")),
        example(row("bill", "a"), row("line", "l", bill="@a")),
        example(row("bill", "a"), update=row("bill", "a", title="new")),
        example(row("bill", "a"), row("line", "l", bill="@a"), delete="l"),
        example(row("bill", "a"), delete="a"),
        example(row("bill", "a"), row("bill", "b"), row("line", "l", bill="@a"), update=row("line", "l", bill="@b")),
    ],
)
def test_examples_bring_what_their_rows_need(database: PostgresDatabase, script: Example) -> None:
    schema = map_schema(bills(at_least=2), engine="postgresql")
    database.run(create_statements(schema))
    played = example_statements(script, bills(at_least=2), schema)
    with database.trial():
        database.run((*played.setup, played.probe))
        database.check_deferred()


def test_the_triggers_go_as_they_came(database: PostgresDatabase) -> None:
    schema = map_schema(bills(), engine="postgresql")
    database.run((*create_statements(schema), *drop_statements(schema, Indexes(planned=()))))
    assert database.execute("SELECT 1 FROM pg_proc WHERE proname = 'lines_bill_minimum'").rows == ()


@pytest.mark.parametrize(
    ("engine", "facts", "reason"),
    [
        ("sqlite", ("F1",), "can defer foreign keys only"),
        ("mysql", ("F1",), "defers nothing to the commit"),
        ("mariadb", ("F1",), "defers nothing to the commit"),
        ("postgresql", (), "no statement asks for it"),
    ],
)
def test_elsewhere_the_application_keeps_it_and_the_decision_says_why(
    engine: Engine, facts: tuple[str, ...], reason: str
) -> None:
    schema = map_schema(bills(facts=facts), engine=engine)
    assert schema.routines == ()
    (decision,) = [each for each in schema.decisions if each.subject == "bills: at least 1 lines"]
    assert decision.choice.startswith("kept by the application")
    assert reason in decision.why
