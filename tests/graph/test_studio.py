"""What a person does in LangGraph Studio, done through the server's HTTP API: step, read, edit, fork, approve.

One `langgraph dev` for the module, without a key and without the network.
"""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from langgraph_sdk import get_sync_client
from langgraph_sdk.client import SyncLangGraphClient

from database_specialist.agent.config import Context, Secrets
from database_specialist.graph.build import graph
from database_specialist.graph.nodes.approval import PARTS, Approval
from database_specialist.graph.state import State
from tests.dev_server import dev_server

ROOT = Path(__file__).parents[2]
ASSISTANT = "database_specialist"
QUICK = {"research": "off", "depth": "quick"}
SMALL = 128 * 1024
"""Bytes: far below what a state may take, as the project is small."""
REQUIREMENTS = """\
# Workshop

The workshop repairs bicycles of its customers.

## Functional requirements

- FR-1: The clerk registers customers with a name and a phone number.
- FR-2: A customer owns bicycles. A bicycle has a frame number and a model name.
- FR-3: The clerk records repairs. A repair has a due date and refers to one bicycle.
- FR-4: The mechanic lists repairs by due date.

## Numbers

- NFR-1: 2,000 customers, 3,000 bicycles, 40 repairs a day.
"""
REDUCED = {key for key, kind in State.__annotations__.items() if "operator.add" in str(kind)}
"""What a node gives for these is added to what stands there."""
STEPS = (
    ("research",),
    ("context7", "perplexity"),
    ("read_requirements",),
    ("model_entities",),
    ("plan_schema",),
    ("review_schema", "write_workload"),
    ("plan_indexes",),
    ("plan_operations",),
    ("verify", "review_operations", "criticise"),
    ("critic",),
    ("write_document",),
)
"""The nodes in order; those of one line run at the same time."""


class Thread:
    """A thread of the server, as Studio shows it."""

    def __init__(self, client: SyncLangGraphClient, folder: Path, **settings: str) -> None:
        folder.mkdir(parents=True)
        (folder / "requirements.md").write_text(REQUIREMENTS)
        self.folder = folder
        self.id = client.threads.create()["thread_id"]
        self._client = client
        self._settings = QUICK | settings

    def begin(self, **stops: Any) -> Any:
        """Run up to a breakpoint or the end; return the state."""
        return self._run(input={"folder": str(self.folder)}, **stops)

    def go_on(self, **stops: Any) -> Any:
        """Go on from the last state, or from that of `checkpoint_id`."""
        return self._run(input=None, **stops)

    def answer(self, answer: dict[str, Any], **stops: Any) -> Any:
        """Answer the form of an interrupt."""
        return self._run(command={"resume": answer}, **stops)

    def edit(self, values: dict[str, Any], **place: str) -> str:
        """Put values into the state; return the id of the new checkpoint."""
        written: Any = self._client.threads.update_state(self.id, values, **place)  # type: ignore[arg-type]
        return str(written["checkpoint"]["checkpoint_id"])

    def history(self) -> list[Any]:
        """Return the states, the oldest first."""
        return list(reversed(self._client.threads.get_history(self.id, limit=100)))

    def state(self, checkpoint_id: str | None = None) -> Any:
        """Return a state."""
        return self._client.threads.get_state(self.id, checkpoint_id=checkpoint_id)

    @property
    def error(self) -> str:
        """What the thread says of the run that failed."""
        thread: Any = self._client.threads.get(self.id)
        assert thread["status"] == "error"
        return str(thread["error"])

    @property
    def document(self) -> str:
        return (self.folder / "database-design.md").read_text()

    def _run(self, **given: Any) -> Any:
        self._client.runs.wait(self.id, ASSISTANT, context=self._settings, raise_error=False, **given)
        return self.state()


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SyncLangGraphClient]:
    with dev_server(tmp_path_factory.mktemp("studio")) as server:
        with get_sync_client(url=server.url) as client:
            yield client
        assert not server.refused.exists(), server.refused.read_text()


def form(state: Any) -> Any:
    """Return the form that waits for an answer."""
    (task,) = state["tasks"]
    (waiting,) = task["interrupts"]
    return waiting["value"]


def waits_for(state: Any) -> tuple[str, ...]:
    return tuple(state["next"])


def size(value: Any) -> int:
    return len(json.dumps(value, ensure_ascii=False).encode())


def with_entity(entity_model: dict[str, Any], name: str) -> dict[str, Any]:
    """Add an entity, as a person would by copying the form of another."""
    attribute = {
        "name": "city",
        "meaning": f"Where the {name} is.",
        "type": "short_text",
        "added_because": "A person asked for it.",
    }
    entity = {
        "name": name,
        "plural": f"{name}s",
        "description": f"A {name} of the workshop.",
        "attributes": [attribute],
        "added_because": "A person asked for it.",
    }
    return {**entity_model, "entities": [*entity_model["entities"], entity]}


def without_index(indexes: dict[str, Any], name: str) -> dict[str, Any]:
    return {**indexes, "planned": [each for each in indexes["planned"] if each["name"] != name]}


def names(indexes: dict[str, Any]) -> list[str]:
    return [each["name"] for each in indexes["planned"]]


# step and read


def test_a_person_steps_through_a_whole_run_and_reads_what_each_node_takes_and_gives(
    client: SyncLangGraphClient, tmp_path: Path
) -> None:
    thread = Thread(client, tmp_path / "ai_docs")
    state = thread.begin(interrupt_before="*")
    stops, breakpoints = [], itertools.cycle(("interrupt_after", "interrupt_before"))
    while waits_for(state):
        stops.append(waits_for(state))
        state = thread.go_on(**{next(breakpoints): "*"})
    assert tuple(stops) == STEPS
    steps = thread.history()[1:]
    assert [waits_for(step) for step in steps] == [*STEPS, ()]
    for before, after in itertools.pairwise(steps):
        given = {task["name"]: task["result"] for task in before["tasks"]}
        assert set(given) == set(before["next"])
        for node, result in given.items():
            assert set(result) <= set(State.__annotations__), node
            assert size(result) < SMALL, node
            written = result.keys() - REDUCED
            assert {key: result[key] for key in written} == {key: after["values"][key] for key in written}, node
        assert size(after["values"]) < SMALL
    assert thread.document.startswith("# Database design: Workshop")
    assert state["values"]["database_design"]["status"] == "accepted"
    assert any(line.startswith("bicycles(") for line in state["values"]["tables"])


# breakpoints and edits


def test_what_follows_uses_an_entity_that_was_added_and_lacks_an_index_that_was_dropped(
    client: SyncLangGraphClient, tmp_path: Path
) -> None:
    thread = Thread(client, tmp_path / "ai_docs")
    state = thread.begin(interrupt_after=["model_entities"])
    assert waits_for(state) == ("plan_schema",)
    thread.edit({"entity_model": with_entity(state["values"]["entity_model"], "depot")})
    state = thread.go_on(interrupt_before=["plan_indexes"])
    assert waits_for(state) == ("plan_indexes",)
    assert any(line.startswith("depots(") for line in state["values"]["tables"])
    assert not state["values"].get("indexes")
    state = thread.go_on(interrupt_after=["plan_indexes"])
    gone, *kept = names(state["values"]["indexes"])
    assert kept
    thread.edit({"indexes": without_index(state["values"]["indexes"], gone)})
    state = thread.go_on()
    assert state["values"]["status"] == "accepted"
    assert "CREATE TABLE depots (" in thread.document
    assert f"CREATE INDEX {gone} " not in thread.document
    assert all(f"CREATE INDEX {name} " in thread.document for name in kept)


def test_an_edit_between_branches_is_used_and_both_branches_of_a_fork_stay(
    client: SyncLangGraphClient, tmp_path: Path
) -> None:
    thread = Thread(client, tmp_path / "ai_docs")
    first = thread.begin()
    (before,) = [each for each in thread.history() if waits_for(each) == ("plan_schema",)]
    fork = thread.edit(
        {"entity_model": with_entity(before["values"]["entity_model"], "depot")},
        checkpoint_id=before["checkpoint"]["checkpoint_id"],
        as_node="model_entities",
    )
    state = thread.go_on(checkpoint_id=fork, interrupt_before=["plan_indexes"])
    workload = state["values"]["workload"]
    less = {**workload, "queries": workload["queries"][1:]}
    thread.edit({"workload": less}, as_node="write_workload")
    second = thread.go_on()
    assert second["values"]["workload"]["queries"] == less["queries"]
    assert second["values"]["status"] == "accepted"
    branches = [thread.state(each["checkpoint"]["checkpoint_id"])["values"] for each in (first, second)]
    had = [any(line.startswith("depots(") for line in values["tables"]) for values in branches]
    assert had == [False, True]
    assert branches[0]["document_sha256"] != branches[1]["document_sha256"]
    parents = [each["parent_checkpoint"] for each in thread.history()]
    assert parents.count(before["checkpoint"]) == 2


def test_an_edit_that_is_no_part_of_a_design_is_said_and_can_be_put_right(
    client: SyncLangGraphClient, tmp_path: Path
) -> None:
    thread = Thread(client, tmp_path / "ai_docs")
    right = thread.begin(interrupt_after=["model_entities"])["values"]["entity_model"]
    thread.edit({"entity_model": {**right, "entities": [{"plural": "depots"}]}})
    thread.go_on()
    assert "entity_model: entities.0.name: Field required; put it right in the state, and go on" in thread.error
    thread.edit({"entity_model": right}, as_node="model_entities")
    assert thread.go_on()["values"]["status"] == "accepted"


# approval


def test_a_person_rejects_with_a_reason_edits_and_accepts(client: SyncLangGraphClient, tmp_path: Path) -> None:
    thread = Thread(client, tmp_path / "ai_docs", approval="ask")
    asked = form(thread.begin())
    assert asked["answer"] == Approval.model_json_schema()
    assert (asked["round"], asked["problem"]) == (1, "")
    assert set(asked["tables"]) == {"customers", "bicycles", "repairs"}
    again = form(thread.answer({"decision": "reject"}))
    assert "reject needs a reason" in again["problem"]
    reason = {"decision": "reject", "reason": "Nobody looks repairs up this way.", "node": "plan_schema"}
    state = thread.answer(reason, interrupt_after=["approve"])
    assert waits_for(state) == ("plan_schema",)
    assert state["values"]["verdict"]["findings"][0]["message"] == reason["reason"]
    state = thread.go_on()
    assert form(state)["round"] == 2
    gone = form(state)["indexes"][0]
    edited = form(
        thread.answer({"decision": "edit", "edits": {"indexes": without_index(state["values"]["indexes"], gone)}})
    )
    assert edited["indexes"] == [name for name in form(state)["indexes"] if name != gone]
    back = form(thread.answer(reason))
    assert gone not in back["indexes"], "planned anew, the edit must stand"
    assert not (thread.folder / "database-design.md").exists()
    state = thread.answer({"decision": "accept"})
    assert state["values"]["status"] == "accepted"
    assert f"CREATE INDEX {gone} " not in thread.document


# the picture and the forms


def test_the_picture_has_a_phase_for_every_node(client: SyncLangGraphClient) -> None:
    drawn = client.assistants.get_graph(ASSISTANT)
    phases = {node["id"]: (node.get("metadata") or {}).get("phase") for node in drawn["nodes"]}
    assert {name for name, phase in phases.items() if phase is None} == {"__start__", "__end__"}
    assert set(phases.values()) == {None, "intake", "design", "proof", "result"}
    assert {each for step in STEPS for each in step} < set(phases) == set(graph.get_graph().nodes)
    ways = {(edge["source"], edge["target"]) for edge in drawn["edges"]}
    assert {("context7", "read_requirements"), ("perplexity", "read_requirements"), ("critic", "approve")} < ways


def test_the_form_of_the_settings_describes_each_and_asks_for_no_secret(client: SyncLangGraphClient) -> None:
    (assistant,) = client.assistants.search(graph_id=ASSISTANT)
    schemas = client.assistants.get_schemas(assistant["assistant_id"])
    fields: Any = (schemas["context_schema"] or {})["properties"]
    assert set(fields) == set(Context.model_fields)
    assert not set(fields) & set(Secrets.model_fields)
    assert [name for name, field in fields.items() if not field.get("description")] == []
    choices = {name for name, field in fields.items() if "enum" in json.dumps(field)}
    assert choices == {"engine", "method", "fallback", "migrations", "research", "depth", "approval"}
    assert set((schemas["input_schema"] or {})["properties"]) == {"folder", "engine", "messages"}
    assert set((schemas["output_schema"] or {})["properties"]) == {"database_design", "messages"}


# the page


def test_the_page_names_nodes_and_keys_that_exist_and_every_part_that_can_be_edited() -> None:
    page = (ROOT / "docs" / "studio.md").read_text()
    tables = re.findall(r"^\| `.*\|$", page, re.MULTILINE)
    named = {name for row in tables for cell in row.split("|")[1:3] for name in re.findall(r"`(\w+)`", cell)}
    known = set(State.__annotations__) | set(graph.get_graph().nodes)
    assert named <= known | {"gaps"}
    section = page[page.index("## Edit") : page.index("## Fork")]
    assert set(re.findall(r"^\| `(\w+)`", section, re.MULTILINE)) == set(PARTS)
    for block in re.findall(r"^```python\n(.*?)^```", page, re.DOTALL | re.MULTILINE):
        calls = re.findall(r"client\.(\w+)\.(\w+)\(", block)
        with get_sync_client(url="http://127.0.0.1:1") as client:
            assert all(callable(getattr(getattr(client, part), method)) for part, method in calls)
        assert compile(block, "studio.md", "exec")
    for answer in re.findall(r'^    (\{"decision".*\})$', page, re.MULTILINE):
        assert Approval.model_validate_json(answer.replace("[...]", "[]")).decision in answer
