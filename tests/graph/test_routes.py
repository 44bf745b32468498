from __future__ import annotations

from dataclasses import dataclass
from typing import Any, cast

import pytest
from langgraph.runtime import Runtime
from pydantic import BaseModel

from database_specialist.agent.config import Context
from database_specialist.agent.contract import FAILED, Status
from database_specialist.agent.model.evidence import Finding, Stage, Verdict
from database_specialist.graph.routes import after_critic, after_entities, after_indexes, after_reading
from database_specialist.graph.services import resolve
from database_specialist.graph.state import State


def state(*owners: Stage, accepted: bool = False, round: int = 1, fingerprints: list[str] | None = None) -> State:
    findings = tuple(
        Finding(code="X001", severity="error", place="p", message="m", help="h", owner=owner) for owner in owners
    )
    verdict = Verdict(accepted=accepted, round=round, findings=findings)
    return cast(State, {"status": "not_accepted", "verdict": verdict.dump(), "fingerprints": fingerprints or ["a"]})


def runtime(**settings: Any) -> Runtime[Context]:
    return Runtime(context=Context(**settings))


@pytest.mark.parametrize("status", sorted(FAILED))
def test_a_model_that_failed_for_good_ends_the_run_at_every_turn(status: Status) -> None:
    failed = cast(State, {"status": status})
    ways = (after_reading(failed), after_entities(failed), after_indexes(failed), after_critic(failed, runtime()))
    assert set(ways) == {"report_failure"}


def test_a_run_without_a_failure_goes_on() -> None:
    going = cast(State, {"status": "running"})
    assert (after_reading(going), after_entities(going)) == ("model_entities", "plan_schema")
    assert after_indexes(going) == "plan_operations"


def test_an_accepted_design_is_written() -> None:
    assert after_critic(state(accepted=True), runtime()) == "write_document"


@pytest.mark.parametrize("owner", ["model_entities", "plan_schema", "plan_operations"])
def test_a_fault_goes_back_to_the_node_that_owns_it(owner: Stage) -> None:
    assert after_critic(state(owner), runtime()) == owner


def test_a_fault_of_the_queries_goes_back_to_where_their_branch_begins() -> None:
    assert after_critic(state("plan_indexes"), runtime()) == "plan_schema"


def test_of_several_faults_the_earliest_node_mends_first() -> None:
    assert after_critic(state("plan_operations", "plan_schema"), runtime()) == "plan_schema"


def test_the_rounds_are_bounded() -> None:
    assert after_critic(state("plan_schema", round=4), runtime()) == "keep_draft"
    assert after_critic(state("plan_schema", round=4), runtime(max_rounds=5)) == "plan_schema"


def test_a_round_that_changed_nothing_is_the_last() -> None:
    assert after_critic(state("plan_schema", round=2, fingerprints=["a", "a"]), runtime()) == "keep_draft"


def test_a_design_that_swings_back_is_the_last() -> None:
    assert after_critic(state("plan_schema", round=3, fingerprints=["a", "b", "a"]), runtime()) == "keep_draft"


def test_a_fault_that_no_node_can_mend_ends_the_run() -> None:
    assert after_critic(state("verify"), runtime()) == "keep_draft"


@dataclass
class ParentData:
    engine: str = "sqlite"
    colour: str = "red"


class ParentModel(BaseModel):
    engine: str = "sqlite"
    colour: str = "red"


class ParentObject:
    def __init__(self) -> None:
        self.engine = "sqlite"
        self.colour = "red"


@pytest.mark.parametrize(
    "given", [Context(engine="sqlite"), {"engine": "sqlite", "colour": 1}, ParentData(), ParentModel(), ParentObject()]
)
def test_the_context_is_resolved_from_whatever_a_caller_hands_in(given: object) -> None:
    assert resolve(given).engine == "sqlite"


def test_no_context_means_the_defaults() -> None:
    assert resolve(None) == Context()
