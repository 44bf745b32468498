"""Whole runs through the graph, on a real database, with a designer of the test's own."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any, TypedDict, cast

import pytest
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.graph import END, START, StateGraph
from langgraph.graph.message import add_messages

from database_specialist.agent.config import Context
from database_specialist.agent.contract import DatabaseDesign
from database_specialist.agent.designer.designer import Designer, RulesDesigner
from database_specialist.agent.model.base import Engine, Figure
from database_specialist.agent.model.brief import Brief, Research
from database_specialist.agent.model.design import Design
from database_specialist.agent.model.entities import BusinessRule, EntityModel, Example, ExampleRow
from database_specialist.agent.model.evidence import EvidenceLog, Finding, Verdict
from database_specialist.agent.model.relational import Schema
from database_specialist.agent.model.workload import Query, Workload
from database_specialist.agent.reading.raw import RawDocument
from database_specialist.graph.build import build_graph, graph
from database_specialist.graph.services import Services, default_services, using
from database_specialist.graph.state import Input
from database_specialist.tools.postgres_sandbox import PostgresSandbox
from tests.library import write_library
from tests.shop import BRIEF, ENTITY_MODEL

CONTEXT = Context(research="off", depth="quick")
Nodes = list[str | set[str]]


class ShopDesigner(RulesDesigner):
    """Reads and models the shop, whatever the documents say; the rest is the rules designer's."""

    def read_requirements(self, documents: Sequence[RawDocument], *, project: str, engine: Engine | None) -> Brief:
        return BRIEF

    def model_entities(
        self, brief: Brief, *, research: Research, previous: EntityModel | None, findings: Sequence[Finding]
    ) -> EntityModel:
        return ENTITY_MODEL


class Recorder:
    """What a designer was told in each round, by the method that was told it."""

    def __init__(self) -> None:
        self.findings: list[tuple[Finding, ...]] = []


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_library(tmp_path)


@pytest.fixture
def run(server: PostgresSandbox, folder: Path) -> Callable[..., tuple[dict[str, Any], Nodes]]:
    """Run the graph with a designer; return what it gave back and the nodes in order, those of one time as a set."""

    @contextmanager
    def sandbox(engine: Engine) -> Iterator[PostgresSandbox]:
        yield server

    def run(designer: Designer, context: Context = CONTEXT) -> tuple[dict[str, Any], Nodes]:
        def factory(given: Context) -> Services:
            return replace(default_services(given), designer=lambda run: designer, sandbox=sandbox)

        steps: list[set[str]] = [set()]
        values: dict[str, Any] = {}
        with using(factory):
            for mode, part in graph.stream(
                Input(folder=str(folder)), context=context, stream_mode=["updates", "values"]
            ):
                if mode == "updates":
                    steps[-1] |= set(cast(dict[str, Any], part))
                else:
                    values = cast(dict[str, Any], part)
                    steps.append(set())
        return values, [step if len(step) > 1 else step.pop() for step in steps if step]

    return run


ENTITIES, SCHEMA = ["model_entities"], ["plan_schema", {"review_schema", "write_workload"}, "plan_indexes"]
PROOF = ["plan_operations", {"verify", "review_operations", "criticise"}, "critic"]
DESIGN = [*ENTITIES, *SCHEMA, *PROOF]
Run = Callable[..., tuple[dict[str, Any], Nodes]]


# accepted


def test_a_sound_design_is_accepted_in_one_round_and_written(run: Run, folder: Path) -> None:
    values, nodes = run(ShopDesigner())
    assert values["status"] == "accepted"
    intake = ["research", {"context7", "perplexity"}, "read_requirements"]
    assert nodes == [*intake, *DESIGN, "write_document"]
    assert values["document_path"] == "database-design.md"
    text = (folder / "database-design.md").read_text()
    assert text.startswith("# Database design: Corner Shop\n")
    design = Design.load(json.loads((folder / "database-design.json").read_text()))
    assert design.evidence == EvidenceLog.load(values["evidence"])
    assert {record.status for record in design.evidence.records} == {"EXECUTED"}
    for name in values["files"]:
        assert (folder / name).is_file()


def test_the_values_of_the_state_are_plain_json(run: Run) -> None:
    values, _ = run(ShopDesigner())
    assert json.loads(json.dumps(values)) == values


def test_two_runs_write_the_same_bytes(run: Run, folder: Path) -> None:
    run(ShopDesigner())
    written = [path for path in folder.rglob("*") if path.is_file() and path.name != "measurements.md"]
    first = {path: path.read_bytes() for path in written if ".database-specialist" not in path.parts}
    values, _ = run(ShopDesigner())
    assert values["edited"] == []
    assert {path: path.read_bytes() for path in first} == first


# mended


class WrongExample(ShopDesigner):
    """Says first that a line of quantity 0 is fine."""

    def __init__(self, told: Recorder) -> None:
        super().__init__()
        object.__setattr__(self, "told", told)

    def model_entities(
        self, brief: Brief, *, research: Research, previous: EntityModel | None, findings: Sequence[Finding]
    ) -> EntityModel:
        self.told.findings.append(tuple(findings))  # type: ignore[attr-defined]
        if previous:
            return ENTITY_MODEL
        wrong = Example(
            id="EX9",
            text="A line of quantity 0 is fine.",
            rows=(ExampleRow(entity="order_line", label="l", values={"quantity": 0}),),
            expect="accept",
            facts=("F4",),
        )
        return ENTITY_MODEL.model_copy(update={"examples": (*ENTITY_MODEL.examples, wrong)})


def test_a_wrong_example_goes_back_to_the_entities_and_is_mended(run: Run) -> None:
    told = Recorder()
    values, nodes = run(WrongExample(told))
    assert values["status"] == "accepted"
    assert nodes[3:] == [*DESIGN, *DESIGN, "write_document"]
    first, second = told.findings
    assert first == ()
    assert any("EX9" in f"{finding.place} {finding.message}" for finding in second)
    assert Verdict.load(values["verdict"]).round == 2


class BrokenQuery(ShopDesigner):
    """Writes first a query of a column that does not exist."""

    def __init__(self, told: Recorder) -> None:
        super().__init__()
        object.__setattr__(self, "told", told)

    def write_workload(
        self,
        brief: Brief,
        entity_model: EntityModel,
        schema: Schema,
        *,
        previous: Workload | None,
        findings: Sequence[Finding],
    ) -> Workload:
        self.told.findings.append(tuple(findings))  # type: ignore[attr-defined]
        right = super().write_workload(brief, entity_model, schema, previous=None, findings=())
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


def test_a_broken_query_goes_back_to_the_queries_only(run: Run) -> None:
    told = Recorder()
    values, nodes = run(BrokenQuery(told))
    assert values["status"] == "accepted"
    assert nodes[3:] == [*DESIGN, *SCHEMA, *PROOF, "write_document"]
    assert any("Q99" in finding.place for finding in told.findings[1])
    assert any("colour" in finding.message for finding in told.findings[1])
    assert Workload.load(values["workload"]).query("Q99") is None


class FailingRule(ShopDesigner):
    """Writes a rule over several rows in SQL that the engine refuses."""

    def model_entities(
        self, brief: Brief, *, research: Research, previous: EntityModel | None, findings: Sequence[Finding]
    ) -> EntityModel:
        failing = BusinessRule(
            id="BR9",
            name="at_most_three_bookings",
            text="A customer has at most three bookings.",
            kind="cross_row",
            entity="booking",
            sql="CREATE FUNCTION at_most_three() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN none END $$;",
            facts=("F6",),
        )
        return ENTITY_MODEL.model_copy(update={"rules": (*ENTITY_MODEL.rules, failing)})


def test_a_rule_whose_sql_fails_is_withdrawn_from_the_schema_with_the_engines_words(run: Run, folder: Path) -> None:
    values, nodes = run(FailingRule())
    assert values["status"] == "accepted"
    assert nodes[3:] == [*DESIGN, *SCHEMA, *PROOF, "write_document"]
    assert "at_most_three" not in (folder / "database" / "schema.sql").read_text()
    text = (folder / "database-design.md").read_text()
    assert re.search(r"\| BR9 \| A customer has at most three bookings\. \| the application \(SD\d+\) \|", text)
    assert "syntax error" in text


# not accepted


class Stubborn(BrokenQuery):
    """Answers each objection with another broken query."""

    def write_workload(self, *arguments: Any, **keywords: Any) -> Workload:
        count = len(self.told.findings)  # type: ignore[attr-defined]
        written = super().write_workload(*arguments, **{**keywords, "previous": None})
        changed = [
            query.model_copy(update={"sql": f"SELECT colour_{count} FROM products"}) if query.id == "Q99" else query
            for query in written.queries
        ]
        return written.model_copy(update={"queries": tuple(changed)})


def test_the_rounds_are_bounded_and_the_draft_is_kept(run: Run, folder: Path) -> None:
    values, nodes = run(Stubborn(Recorder()), Context(research="off", depth="quick", max_rounds=3))
    assert values["status"] == "not_accepted"
    assert nodes.count("critic") == 3
    assert nodes[-1] == "keep_draft"
    assert not (folder / "database-design.md").exists()
    assert not (folder / "database").exists()
    assert values["document_path"] == values["document_sha256"] == ""
    draft = folder / ".database-specialist" / "draft" / "database-design.md"
    assert str(draft) in values["files"]
    assert "colour_2" in draft.read_text()
    assert "Not accepted after round 3." in draft.read_text()


def test_a_design_that_does_not_change_ends_the_run_before_the_last_round(run: Run) -> None:
    class Deaf(BrokenQuery):
        def write_workload(self, *arguments: Any, **keywords: Any) -> Workload:
            return super().write_workload(*arguments, **{**keywords, "previous": None})

    values, nodes = run(Deaf(Recorder()), Context(research="off", depth="quick", max_rounds=9))
    assert values["status"] == "not_accepted"
    assert nodes.count("critic") == 2


def test_what_was_not_accepted_leaves_an_earlier_document_alone(run: Run, folder: Path) -> None:
    run(ShopDesigner())
    before = (folder / "database-design.md").read_bytes()
    values, _ = run(Stubborn(Recorder()), Context(research="off", depth="quick", max_rounds=1))
    assert values["status"] == "not_accepted"
    assert (folder / "database-design.md").read_bytes() == before


# as part of something larger


class ParentState(TypedDict):
    folder: str
    status: int
    usage: str
    messages: Annotated[list[Any], add_messages]
    database_design: dict[str, Any]


def test_a_parent_graph_can_use_it_as_a_node(server: PostgresSandbox, folder: Path) -> None:
    @contextmanager
    def sandbox(engine: Engine) -> Iterator[PostgresSandbox]:
        yield server

    def factory(given: Context) -> Services:
        return replace(default_services(given), designer=lambda run: ShopDesigner(), sandbox=sandbox)

    parent = StateGraph(ParentState, context_schema=Context)
    parent.add_node("database", graph)
    parent.add_edge(START, "database")
    parent.add_edge("database", END)
    with using(factory):
        given = {"folder": str(folder), "status": 7, "usage": "mine", "messages": [("user", "Design the shop.")]}
        state = parent.compile().invoke(cast(Any, given), context=CONTEXT)
    assert (state["folder"], state["status"], state["usage"]) == (str(folder), 7, "mine")
    result = DatabaseDesign.load(state["database_design"])
    assert result.status == "accepted"
    written = (folder / result.document_path).read_bytes()
    assert hashlib.sha256(written).hexdigest() == result.document_sha256
    design = Design.load(json.loads((folder / result.design_path).read_text()))
    assert result.design is not None
    assert result.design.relational_schema == design.relational_schema
    assert result.open_questions == design.brief.gaps
    said = str(state["messages"][-1].content)
    assert said.startswith(f"database design accepted: {folder}/database-design.md (")
    assert all(gap.question in said for gap in result.open_questions)


def test_a_run_that_was_broken_off_goes_on_where_it_stood(server: PostgresSandbox, folder: Path) -> None:
    tries = iter((False, True))

    @contextmanager
    def sandbox(engine: Engine) -> Iterator[PostgresSandbox]:
        if not next(tries):
            raise ConnectionError("the server went away")
        yield server

    def factory(given: Context) -> Services:
        return replace(default_services(given), designer=lambda run: ShopDesigner(), sandbox=sandbox)

    kept = build_graph().compile(checkpointer=InMemorySaver())
    config: Any = {"configurable": {"thread_id": "1"}}
    with using(factory):
        with pytest.raises(ConnectionError):
            kept.invoke(Input(folder=str(folder)), config, context=CONTEXT, durability="sync")
        # What ran beside it may have been saved in time, or is done again.
        assert "verify" in kept.get_state(config).next
        state = kept.invoke(None, config, context=CONTEXT, durability="sync")
    assert state["database_design"]["status"] == "accepted"
