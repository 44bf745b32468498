"""The whole part: complete, the same each time, and mended where a finding says so."""

from __future__ import annotations

from database_specialist.agent.mapping.schema import map_schema
from database_specialist.agent.model.brief import Brief
from database_specialist.agent.model.evidence import Finding
from database_specialist.agent.model.operations import Operations
from database_specialist.agent.operations.plan import plan_operations
from tests.agent.operations.ground import BRIEF, ENTITY_MODEL, INDEXES, WORKLOAD, brief_with, quantity
from tests.agent.operations.test_nosql import FACTS, MONGO, REDIS, SEARCH

RICH = brief_with(
    MONGO,
    REDIS,
    SEARCH,
    facts=FACTS,
    quantities=(quantity("requests_per_second", 9_000, "requests/s"),),
)


def plan(brief: Brief, *findings: Finding) -> Operations:
    schema = map_schema(ENTITY_MODEL, engine=brief.stack.engine)
    return plan_operations(brief, ENTITY_MODEL, schema, WORKLOAD, INDEXES, findings=findings)


def finding(code: str, place: str, owner: str = "plan_operations") -> Finding:
    return Finding.load(
        {"code": code, "severity": "error", "place": place, "message": "m", "help": "h", "owner": owner}
    )


def test_the_same_input_gives_the_same_bytes() -> None:
    assert plan(RICH).model_dump_json() == plan(RICH).model_dump_json()


def test_the_part_survives_the_way_through_json() -> None:
    assert Operations.load(plan(RICH).dump()) == plan(RICH)


def test_ids_of_decisions_are_unique() -> None:
    found = plan(BRIEF)
    ids = [each.id for each in (*found.scaling.decisions, *found.backup.decisions, *found.nosql.decisions)]
    assert len(ids) == len(set(ids))


def test_what_a_finding_names_is_withdrawn_and_the_rest_stays() -> None:
    before = plan(RICH)
    after = plan(RICH, finding("OPS007", "session:{token_hash}"), finding("OPS007", "orders"))
    assert {key.pattern for key in before.nosql.redis} - {key.pattern for key in after.nosql.redis} == {
        "session:{token_hash}"
    }
    assert after.nosql.mongodb == ()
    assert after.nosql.search == before.nosql.search
    assert after.capacity == before.capacity
    decided = next(each for each in after.nosql.decisions if each.subject == "document store")
    assert "Withdrawn in review" in decided.why


def test_a_finding_on_a_table_takes_no_store_away() -> None:
    assert plan(RICH, finding("OPS004", "orders")).nosql == plan(RICH).nosql


def test_a_query_that_must_be_fresh_leaves_the_replica() -> None:
    assert plan(RICH).scaling.replicas[0].queries == ("Q2",)
    assert plan(RICH, finding("OPS006", "Q2")).scaling.replicas == ()


def test_findings_of_other_parts_change_nothing() -> None:
    assert plan(RICH, finding("FK001", "orders", "plan_schema")) == plan(RICH)


def test_access_paths_say_which_role_does_what() -> None:
    paths = {(path.role, path.table): path for path in plan(BRIEF).access}
    assert paths["customer", "orders"].operations == ("select", "insert")
    assert paths["customer", "orders"].queries == ("Q1", "Q3", "Q5")
    assert paths["shop staff", "products"].operations == ("select", "update")
    assert paths["application", "orders"].operations == ("update",)
