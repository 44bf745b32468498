"""The graph as it is drawn, exported and found."""

from __future__ import annotations

import importlib
import json
import re
from pathlib import Path

from langgraph.graph.state import CompiledStateGraph

from database_specialist.graph import nodes
from database_specialist.graph.build import RECURSION_LIMIT, graph
from database_specialist.graph.schema_file import json_schema, published
from database_specialist.graph.state import Output, State, Update

ROOT = Path(__file__).parents[2]


def test_the_picture_in_the_readme_is_the_compiled_graph() -> None:
    readme = (ROOT / "README.md").read_text()
    pictures = re.findall(r"^```mermaid\n(.*?)^```$", readme, re.DOTALL | re.MULTILINE)
    assert pictures == [graph.get_graph().draw_mermaid()]


def test_langgraph_json_points_at_a_graph_without_a_checkpointer() -> None:
    entry = json.loads((ROOT / "langgraph.json").read_text())["graphs"]["database_specialist"]
    module, _, name = entry["path"].partition(":")
    exported = getattr(importlib.import_module(module), name)
    assert isinstance(exported, CompiledStateGraph)
    assert exported.checkpointer is None


def test_a_node_is_called_as_its_function() -> None:
    for name in graph.get_graph().nodes:
        if not name.startswith("__"):
            assert getattr(nodes, name).__name__ == name
            assert getattr(nodes, name).__doc__


def test_the_steps_of_a_run_are_bounded_far_above_the_longest() -> None:
    assert graph.config is not None
    assert graph.config["recursion_limit"] == RECURSION_LIMIT
    assert 10 * 7 + 5 < RECURSION_LIMIT < 10_007


def test_every_key_that_a_node_may_change_or_a_caller_gets_is_of_the_state() -> None:
    assert set(Update.__annotations__) <= set(State.__annotations__)
    assert set(Output.__annotations__) <= set(State.__annotations__)


def test_the_input_form_asks_for_the_folder_the_engine_and_a_chat() -> None:
    fields = graph.get_input_jsonschema()["properties"]
    assert list(fields) == ["folder", "engine", "messages"]
    assert all(field["description"] for field in fields.values())


def test_what_is_given_back_stands_under_a_name_of_its_own() -> None:
    assert set(Output.__annotations__) == {"database_design", "messages"}


def test_the_published_schemas_are_those_of_the_graph() -> None:
    assert published() == json_schema(), "run `make schema`"
