"""Runs with a designer that costs something and may fail: what overlaps, what is counted, how a run ends."""

from __future__ import annotations

import json
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import pytest
from langgraph.checkpoint.memory import InMemorySaver

from database_specialist.agent.answers.question import Usage
from database_specialist.agent.config import Context
from database_specialist.agent.contract import DatabaseDesign
from database_specialist.agent.errors import ModelError, ModelStatus
from database_specialist.agent.model.base import Engine, Figure
from database_specialist.agent.model.workload import Query, Workload
from database_specialist.graph.build import build_graph
from database_specialist.graph.services import Run, Services, default_services, using
from database_specialist.graph.state import Input
from database_specialist.tools.ledger import Account, Caps, Ledgers
from database_specialist.tools.postgres_sandbox import PostgresSandbox
from tests.graph.test_runs import ShopDesigner
from tests.library import write_library

METHODS = {
    "read_requirements": "read_requirements",
    "model_entities": "model_entities",
    "review_schema": "review_schema",
    "write_workload": "write_workload",
    "review_indexes": "plan_indexes",
    "review_operations": "review_operations",
    "criticise": "criticise",
}
"""The designer's methods, and the node that calls each."""

Hook = Callable[[str], None]


class Metered(ShopDesigner):
    """Designs the shop; each judgement is a call of 100 tokens, made while `under_way` runs."""

    def __init__(self, account: Account, under_way: Hook = lambda method: None) -> None:
        super().__init__(name="model scripted")
        object.__setattr__(self, "account", account)
        object.__setattr__(self, "under_way", under_way)

    def __getattribute__(self, name: str) -> Any:
        method = super().__getattribute__(name)
        if name == "used":
            return super().__getattribute__("account").used
        if name not in METHODS:
            return method

        def metered(*arguments: Any, **keywords: Any) -> Any:
            self._call(name)
            return method(*arguments, **keywords)

        return metered

    def _call(self, name: str) -> None:
        account: Account = self.account  # type: ignore[attr-defined]
        with account.held(name, model="scripted", prompt_tokens=80):
            self.under_way(name)  # type: ignore[attr-defined]
            account.enter(
                Usage(
                    question=name,
                    calls=1,
                    prompt_tokens=80,
                    cached_tokens=30,
                    completion_tokens=20,
                    seconds=2.0,
                    model="scripted",
                )
            )


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_library(tmp_path)


class Runner:
    """Runs the graph on the shop with a metered designer."""

    def __init__(self, server: PostgresSandbox, folder: Path) -> None:
        self.server = server
        self.folder = folder
        self.told: list[str] = []
        self.designer: type[Metered] = Metered
        self.caps = Caps(calls=100, tokens=100_000)
        self.while_verifying: Callable[[], None] = lambda: None
        self.ledgers = Ledgers()

    def __call__(self, under_way: Hook = lambda method: None, **settings: Any) -> dict[str, Any]:
        @contextmanager
        def sandbox(engine: Engine) -> Iterator[PostgresSandbox]:
            self.while_verifying()
            yield self.server

        def designer(run: Run) -> Metered:
            ledger = self.ledgers.of(run.id, self.caps, run.spent)
            return self.designer(ledger.account(run.told), under_way)

        def factory(given: Context) -> Services:
            return replace(default_services(given), designer=designer, sandbox=sandbox)

        values: dict[str, Any] = {}
        context = Context(research="off", depth="quick", **settings)
        graph = build_graph().compile()
        with using(factory):
            given = Input(folder=str(self.folder))
            for mode, part in graph.stream(given, context=context, stream_mode=["custom", "values"]):
                if mode == "custom":
                    self.told.append("{node}: {doing}".format(**cast(dict[str, str], part)))
                else:
                    values = cast(dict[str, Any], part)
        return values


@pytest.fixture
def run(server: PostgresSandbox, folder: Path) -> Runner:
    return Runner(server, folder)


def failing(*methods: str, status: ModelStatus = "llm_unavailable") -> Hook:
    """Let the model fail for good in these methods."""

    def hook(method: str) -> None:
        if method in methods:
            raise ModelError(f"scripted, {method}: gone", status=status)

    return hook


# at the same time


def test_the_review_of_the_schema_and_the_queries_are_made_at_the_same_time(run: Runner) -> None:
    both = threading.Barrier(2, timeout=30)
    values = run(lambda method: both.wait() and None if method in ("review_schema", "write_workload") else None)
    assert values["status"] == "accepted"


def test_proof_review_of_operations_and_critique_are_made_at_the_same_time(run: Runner) -> None:
    all_three = threading.Barrier(3, timeout=30)
    run.while_verifying = lambda: all_three.wait() and None
    values = run(lambda method: all_three.wait() and None if method in ("review_operations", "criticise") else None)
    assert values["status"] == "accepted"


# accounting


def test_a_clean_run_asks_each_judgement_once(run: Runner) -> None:
    values = run()
    assert {(entry["node"], entry["round"]) for entry in values["usage"]} == {(node, 1) for node in METHODS.values()}
    assert sum(entry["calls"] for entry in values["usage"]) == len(METHODS)


def test_each_call_is_told_with_the_totals_so_far(run: Runner) -> None:
    run()
    calls = [line for line in run.told if "tokens so far" in line]
    assert calls[0] == "read_requirements: read_requirements answered; 1 calls, 100 tokens so far"
    assert len(calls) == len(METHODS)
    assert any("7 calls, 700 tokens so far" in line for line in calls)


class BrokenAtFirst(Metered):
    """Writes in the first round a query of a column that does not exist."""

    def _written(self, previous: Workload | None, right: Workload) -> Workload:
        if previous:
            return right
        broken = Query(
            id="Q99",
            name="colours",
            purpose="Colours of the products.",
            kind="read",
            sql="SELECT colour FROM products",
            frequency=Figure(value=1.0, unit="executions/day", origin="assumed", basis="of the test"),
            facts=("F8",),
        )
        return right.model_copy(update={"queries": (*right.queries, broken)})

    def write_workload(self, *arguments: Any, **keywords: Any) -> Workload:
        right = super().write_workload(*arguments, **{**keywords, "previous": None, "findings": ()})
        return self._written(keywords["previous"], right)


def test_a_second_round_pays_only_for_what_may_have_changed(run: Runner) -> None:
    run.designer = BrokenAtFirst
    values = run()
    assert values["status"] == "accepted"
    second = Counter(entry["node"] for entry in values["usage"] if entry["round"] == 2)
    # The designer itself gives its earlier review of the schema back for free; this one counts being asked.
    assert set(second) == {"review_schema", "write_workload", "criticise"}


def test_branches_at_the_same_time_share_one_budget(run: Runner) -> None:
    run.caps = Caps(calls=3, tokens=100_000)
    first = threading.Event()

    def one_waits(method: str) -> None:
        # Whichever of the two comes first holds the last call until the other was refused.
        if method in ("review_schema", "write_workload"):
            assert not first.is_set()
            first.set()
            assert refused.wait(30)

    refused = threading.Event()

    class Refusable(Metered):
        def _call(self, name: str) -> None:
            try:
                super()._call(name)
            except ModelError:
                refused.set()
                raise

    run.designer = Refusable
    values = run(one_waits)
    assert values["status"] == "budget_exhausted"
    assert "3 calls made, the cap of this run" in values["reason"]
    assert len(values["usage"]) == 3


@pytest.mark.parametrize(
    ("caps", "words"),
    [
        (Caps(calls=2, tokens=10_000), "2 calls made"),
        (Caps(calls=99, tokens=250), "200 tokens used, about 80 more needed, the cap is 250"),
        (Caps(calls=99, tokens=10_000, seconds=3.0), "4 s of model time used, the cap is 3 s"),
    ],
)
def test_each_cap_is_of_the_whole_run(run: Runner, caps: Caps, words: str) -> None:
    run.caps = caps
    values = run()
    assert values["status"] == "budget_exhausted"
    assert words in values["reason"]
    assert [entry["node"] for entry in values["usage"]] == ["read_requirements", "model_entities"]


def test_a_ledger_made_anew_goes_on_from_what_the_state_knows() -> None:
    caps, ledgers = Caps(calls=2, tokens=1000), Ledgers()
    call = Usage(question="q", calls=1, prompt_tokens=1, cached_tokens=0, completion_tokens=1, seconds=1.0, model="m")
    at_first = ledgers.of("run", caps, [])
    assert ledgers.of("run", caps, []) is at_first
    at_first.account().enter(call)
    after = ledgers.of("run", caps, [call])
    assert after is not at_first
    with after.account().held("q", model="m", prompt_tokens=1), pytest.raises(ModelError, match="2 calls made"):
        after.hold("q", call)
    assert ledgers.of("another", caps, [call]) is not after


# a model that fails for good


@pytest.mark.parametrize("status", ["llm_unavailable", "refused", "budget_exhausted"])
def test_the_run_ends_with_the_status_of_the_failure_and_writes_nothing(
    run: Runner, folder: Path, status: ModelStatus
) -> None:
    before = sorted(folder.rglob("*"))
    values = run(failing("write_workload", status=status))
    assert values["status"] == status
    assert values["reason"] == "scripted, write_workload: gone"
    assert values["document_path"] == values["document_sha256"] == ""
    assert values["files"] == []
    result = DatabaseDesign.load(values["database_design"])
    assert (result.status, result.reason, result.design) == (status, values["reason"], None)
    assert [usage.node for usage in result.usage] == ["read_requirements", "model_entities", "review_schema"]
    assert sorted(folder.rglob("*")) == before


@pytest.mark.parametrize("method", METHODS)
def test_it_ends_wherever_the_model_fails_and_keeps_the_document_that_is_there(
    run: Runner, folder: Path, method: str
) -> None:
    (folder / "database-design.md").write_text("An earlier design.\n")
    values = run(failing(method))
    assert values["status"] == "llm_unavailable"
    assert (folder / "database-design.md").read_text() == "An earlier design.\n"
    after = list(METHODS)[list(METHODS).index(method) + 3 :]
    assert {entry["question"] for entry in values["usage"]}.isdisjoint({method, *after})


def test_two_branches_that_fail_together_end_the_run_once(run: Runner) -> None:
    both = threading.Barrier(2, timeout=30)

    def hook(method: str) -> None:
        if method in ("review_schema", "write_workload"):
            both.wait()
            raise ModelError(f"scripted, {method}: gone", status="refused")

    values = run(hook)
    assert values["status"] == "refused"
    assert "gone" in values["reason"]


# the rules designer takes over, when asked to


def test_with_fallback_the_rules_designer_goes_on_and_the_document_says_who_made_what(
    run: Runner, folder: Path
) -> None:
    values = run(failing("write_workload", "review_indexes", "criticise"), fallback="rules")
    assert values["status"] == "accepted"
    assert [takeover["node"] for takeover in values["takeovers"]] == ["write_workload"]
    head = (folder / "database-design.md").read_text().partition("\n## Schema")[0]
    line = next(line for line in head.splitlines() if line.startswith("| Designed by |"))
    assert "model scripted, then rules: the model made the reading of the documents, the entities and rules" in line
    assert "the rules designer made the queries, the review of the indexes, the review of operations" in line
    assert "because the model failed (scripted, write_workload: gone)" in line
    designer = json.loads((folder / "database-design.json").read_text())["designer"]
    assert designer.startswith("model scripted, then rules: ")
    later = {"plan_indexes", "review_operations", "criticise"}
    assert {entry["node"] for entry in values["usage"]}.isdisjoint(later)


def test_without_a_failure_fallback_changes_nothing(run: Runner, folder: Path) -> None:
    values = run(fallback="rules")
    assert values["takeovers"] == []
    assert "a language model (model scripted)" in (folder / "database-design.md").read_text()


# on a thread that holds an earlier run


def test_a_second_run_on_a_thread_knows_nothing_of_the_first(server: PostgresSandbox, folder: Path) -> None:
    @contextmanager
    def sandbox(engine: Engine) -> Iterator[PostgresSandbox]:
        yield server

    ledgers = Ledgers()

    def designer(run: Run) -> Metered:
        return Metered(ledgers.of(run.id, Caps(calls=7, tokens=700), run.spent).account(run.told))

    def factory(given: Context) -> Services:
        return replace(default_services(given), designer=designer, sandbox=sandbox)

    kept = build_graph().compile(checkpointer=InMemorySaver())
    config: Any = {"configurable": {"thread_id": "1"}}
    with using(factory):
        for _ in range(2):
            values = kept.invoke(Input(folder=str(folder)), config, context=Context(research="off", depth="quick"))
            result = DatabaseDesign.load(values["database_design"])
            assert (result.status, result.rounds, len(result.usage)) == ("accepted", 1, 7)
