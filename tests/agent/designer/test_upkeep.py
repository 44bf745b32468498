"""What the design itself implies: histories of states, levels of stock, tokens used once."""

from __future__ import annotations

from database_specialist.agent.designer.workload import write_workload
from database_specialist.agent.dialects import bind, create_statements
from database_specialist.agent.mapping.schema import map_schema
from database_specialist.agent.model.base import Engine
from database_specialist.agent.model.entities import (
    Attribute,
    Entity,
    EntityModel,
    Lifecycle,
    LogicalType,
    Relationship,
    Transition,
)
from database_specialist.agent.model.workload import Query, Workload
from database_specialist.tools.postgres_sandbox import PostgresDatabase
from tests.shop import BRIEF, _fact

_WHY = "of the test"


def attribute(name: str, type_: LogicalType, **more: object) -> Attribute:
    return Attribute.model_validate({"name": name, "meaning": "", "type": type_, "added_because": _WHY, **more})


STATES = ("open", "done")
MODEL = EntityModel(
    entities=(
        Entity(
            name="job",
            plural="jobs",
            description="",
            attributes=(attribute("status", "enum", values=STATES, default="open"),),
            lifecycle=Lifecycle(
                attribute="status", initial="open", transitions=(Transition(source="open", target="done"),)
            ),
            added_because=_WHY,
        ),
        Entity(
            name="job_status_history",
            plural="job_status_histories",
            description="",
            kind="history",
            attributes=(
                attribute("from_status", "enum", values=STATES, required=False),
                attribute("to_status", "enum", values=STATES),
                attribute("changed_at", "timestamp", default="now"),
            ),
            added_because=_WHY,
        ),
        Entity(
            name="stock",
            plural="stock",
            description="",
            attributes=(attribute("quantity", "integer", minimum=0),),
            facts=("F101",),
        ),
        Entity(
            name="reset_token",
            plural="reset_tokens",
            description="",
            kind="token",
            attributes=(
                attribute("token_hash", "secret_hash", unique=True),
                attribute("expires_at", "timestamp"),
                attribute("used_at", "timestamp", required=False),
            ),
            facts=("F102",),
        ),
    ),
    relationships=(
        Relationship(
            source="job_status_history",
            target="job",
            role="job",
            ownership="owned",
            inverse="history",
            added_because=_WHY,
        ),
    ),
)


def workload_of(*texts: str, engine: Engine = "postgresql") -> Workload:
    facts = tuple(_fact(100 + number, "functional", text) for number, text in enumerate(texts))
    return write_workload(BRIEF.model_copy(update={"facts": facts}), MODEL, map_schema(MODEL, engine=engine))


def named(workload: Workload, name: str) -> Query:
    (found,) = (query for query in workload.queries if query.name == name)
    return found


def run(database: PostgresDatabase, query: Query, values: dict[str, object]) -> list[tuple[object, ...]]:
    sql, order = bind(query.sql, query)
    types = {parameter.name: parameter.type for parameter in query.parameters}
    return list(database.prepared(sql, [types[name] for name in order], [values[name] for name in order]).rows)


def test_a_change_of_state_and_its_history_are_one_statement(database: PostgresDatabase) -> None:
    query = named(workload_of("Staff finish a job."), "set_job_status_done")
    assert query.kind == "write"
    database.run((*create_statements(map_schema(MODEL, engine="postgresql")), "INSERT INTO jobs DEFAULT VALUES"))
    for _ in range(2):
        run(database, query, {"id": 1})
    assert database.execute("SELECT status FROM jobs").rows == (("done",),)
    assert database.execute("SELECT job_id, from_status, to_status FROM job_status_histories").rows == (
        (1, "open", "done"),
    )


def test_an_engine_without_such_statements_gets_the_entry_as_a_query_of_its_own() -> None:
    names = {query.name for query in workload_of("Staff finish a job.", engine="sqlite").queries}
    assert {"set_job_status_done", "insert_job_status_history"} <= names


def test_the_wish_that_changes_of_state_are_kept_is_served_by_the_change_that_keeps_them() -> None:
    query = named(workload_of("Every change of state is kept with its time."), "change_job_status")
    assert query.facts == ("F100",)
    assert "job_status_histories" in query.sql


def test_stock_is_taken_only_while_there_is_enough(database: PostgresDatabase) -> None:
    take = named(workload_of(), "take_from_stock")
    database.run(
        (*create_statements(map_schema(MODEL, engine="postgresql")), "INSERT INTO stock (quantity) VALUES (3)")
    )
    for amount in (2, 2):
        run(database, take, {"id": 1, "amount": amount})
    assert database.execute("SELECT quantity FROM stock").rows == ((1,),)


def test_a_token_is_used_once() -> None:
    workload = workload_of()
    assert "used_at IS NULL" in named(workload, "use_reset_token").sql
    assert "expires_at > now()" in named(workload, "find_valid_reset_token").sql
