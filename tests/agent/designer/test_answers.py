"""Answers as a model writes them, carried out on real databases."""

from __future__ import annotations

from contextlib import nullcontext

import pytest

from database_specialist.agent.designer.answered_review import answer_objections, answered_review, sql_problems
from database_specialist.agent.designer.answered_workload import answered, shown, workload_objections
from database_specialist.agent.indexing.plan import plan_indexes, required_extensions
from database_specialist.agent.mapping.extensions import with_extensions
from database_specialist.agent.mapping.review import review_objections, reviewed, unenforced
from database_specialist.agent.mapping.schema import map_schema
from database_specialist.agent.model.base import Engine
from database_specialist.agent.model.evidence import EvidenceLog
from database_specialist.agent.model.relational import Schema
from database_specialist.agent.model.workload import Workload
from database_specialist.agent.operations.plan import plan_operations
from database_specialist.agent.verification.trying import trying
from database_specialist.agent.verification.verify import verify
from database_specialist.tools.postgres_sandbox import PostgresSandbox
from database_specialist.tools.sqlite_sandbox import open_sqlite
from tests.agent.designer.observatory import BRIEFS, ENTITY_MODEL, REVIEWS, WORKLOADS

ENGINES: tuple[Engine, ...] = ("postgresql", "sqlite")


def mapped(engine: Engine) -> Schema:
    return map_schema(ENTITY_MODEL, engine=engine, engine_version=None)


def designed(engine: Engine) -> tuple[Schema, Workload]:
    schema = mapped(engine)
    return (
        reviewed(schema, answered_review(REVIEWS[engine], ENTITY_MODEL, schema)),
        answered(WORKLOADS[engine], BRIEFS[engine], schema),
    )


def proven(engine: Engine, server: PostgresSandbox) -> EvidenceLog:
    schema, workload = designed(engine)
    indexes = plan_indexes(schema, workload)
    schema = with_extensions(schema, required_extensions(indexes))
    with nullcontext(server) if engine == "postgresql" else open_sqlite() as sandbox:
        with trying(schema, sandbox) as accepts:
            operations = plan_operations(BRIEFS[engine], ENTITY_MODEL, schema, workload, indexes, accepts=accepts)
        return verify(
            entity_model=ENTITY_MODEL,
            schema=schema,
            workload=workload,
            indexes=indexes,
            operations=operations,
            sandbox=sandbox,
        ).log


@pytest.mark.parametrize("engine", ENGINES)
def test_nothing_is_objected_to_in_a_right_answer(engine: Engine) -> None:
    schema = mapped(engine)
    assert workload_objections(WORKLOADS[engine], BRIEFS[engine], schema) == []
    review = answered_review(REVIEWS[engine], ENTITY_MODEL, schema)
    assert answer_objections(REVIEWS[engine], schema) == []
    assert review_objections(review, ENTITY_MODEL, schema) == []
    assert list(sql_problems(review, schema)) == []


@pytest.mark.parametrize("engine", ENGINES)
def test_answered_queries_and_routines_run_as_the_program_completed_them(
    engine: Engine, server: PostgresSandbox
) -> None:
    log = proven(engine, server)
    assert [(each.subject, each.detail) for each in log.failed] == []
    run = {each.subject for each in log.records if each.kind == "query" and each.status == "EXECUTED"}
    assert len(run) == len(WORKLOADS[engine].queries)


@pytest.mark.parametrize("engine", ENGINES)
def test_a_workload_shown_again_means_itself(engine: Engine) -> None:
    schema, workload = designed(engine)
    again = answered(shown(workload, schema), BRIEFS[engine], schema)
    assert [query.sql for query in again.queries] == [query.sql for query in workload.queries]
    assert [query.parameters for query in again.queries] == [query.parameters for query in workload.queries]
    assert again.not_served == workload.not_served


@pytest.mark.parametrize("engine", ENGINES)
def test_a_rule_answered_by_a_routine_is_held(engine: Engine) -> None:
    schema, _ = designed(engine)
    assert "BR1" in unenforced(ENTITY_MODEL, mapped(engine))
    assert unenforced(ENTITY_MODEL, schema) == "none"
    (routine,) = (each for each in schema.routines if each.rule == "BR1")
    assert routine.table == "exposures"
    assert routine.facts == ("F9",)
    assert routine.drop.count("DROP TRIGGER") == (2 if engine == "postgresql" else 3)


def test_figures_of_answered_queries_say_where_they_come_from() -> None:
    _, workload = designed("postgresql")
    origins = {query.name: (query.frequency.origin, query.frequency.value) for query in workload.queries}
    assert origins["night_plan"] == ("given", 900)
    assert origins["own_proposals"] == ("derived", 300)
    assert origins["decide_proposal"] == ("assumed", 4)
    assert origins["log_exposure"] == ("derived", 900)
    assert all(query.frequency.basis for query in workload.queries)


def test_kind_and_result_are_read_from_the_sql() -> None:
    _, workload = designed("postgresql")
    read = {query.name: (query.kind, query.returns) for query in workload.queries}
    assert read["submit_proposal"] == ("write", "nothing")
    assert read["mark_observed"] == ("write", "one")
    assert read["own_proposals"] == ("read", "page")
    assert read["hours_by_instrument"] == ("read", "aggregate")
    assert read["long_exposures"] == ("read", "list")


def test_an_answer_over_another_schema_is_told_at_once() -> None:
    schema = mapped("postgresql")
    tables = tuple(
        table.model_copy(update={"columns": tuple(each for each in table.columns if each.name != "submitted_at")})
        for table in schema.tables
    )
    found = workload_objections(
        WORKLOADS["postgresql"], BRIEFS["postgresql"], schema.model_copy(update={"tables": tables})
    )
    assert found == ["Q5 (own_proposals): names what the schema does not have: column p.submitted_at"]


def test_a_required_column_that_an_insert_leaves_out_is_told_at_once() -> None:
    schema = mapped("postgresql")
    short = "INSERT INTO exposures (id, taken_at, seconds) VALUES (:id, :taken_at, :seconds)"
    answer = WORKLOADS["postgresql"].queries[3].model_copy(update={"sql": short})
    whole = WORKLOADS["postgresql"].model_copy(update={"queries": (answer,)})
    assert workload_objections(whole, BRIEFS["postgresql"], schema) == [
        "Q1 (log_exposure): writes exposures.id, which the database makes",
        "Q1 (log_exposure): leaves out exposures.block_id, which is required and has no default",
    ]
