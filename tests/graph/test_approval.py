"""A person's word before the document is written."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.types import Command

from database_specialist.agent.config import Context
from database_specialist.graph.build import build_graph
from database_specialist.graph.state import Input
from tests.library import write_library

CONTEXT = Context(research="off", depth="quick", approval="ask")


class Asked:
    """A run that waits for approval."""

    def __init__(self, folder: Path) -> None:
        write_library(folder)
        self.folder = folder
        self._graph = build_graph().compile(checkpointer=InMemorySaver())
        self._config: Any = {"configurable": {"thread_id": "one"}, "recursion_limit": 100}
        self.form = self._form(self._graph.invoke(Input(folder=str(folder)), self._config, context=CONTEXT))

    def answer(self, **answer: Any) -> Any:
        """Resume with the answer; return the next form, or None at the end."""
        resume: Any = Command(resume=answer)
        return self._form(self._graph.invoke(resume, self._config, context=CONTEXT))

    @property
    def state(self) -> dict[str, Any]:
        return dict(self._graph.get_state(self._config).values)

    @property
    def document(self) -> Path:
        return self.folder / "database-design.md"

    @staticmethod
    def _form(values: dict[str, Any]) -> Any:
        waiting = values.get("__interrupt__")
        return waiting[0].value if waiting else None


@pytest.fixture
def asked(tmp_path: Path) -> Asked:
    return Asked(tmp_path / "ai_docs")


def test_nothing_is_written_before_a_person_accepts(asked: Asked) -> None:
    assert asked.form["tables"]
    assert asked.form["claims_run"] > 0
    assert not asked.document.exists()
    assert asked.answer(decision="accept") is None
    assert asked.document.exists()


@pytest.mark.parametrize(
    ("answer", "problem"),
    [
        ({"decision": "perhaps"}, "decision"),
        ({"decision": "reject"}, "needs a reason"),
        ({"decision": "edit"}, "needs edits"),
        ({"decision": "edit", "edits": {"verdict": {}}}, "no part to edit"),
        ({"decision": "edit", "edits": {"indexes": {"planned": 1}}}, "planned"),
    ],
)
def test_an_answer_that_is_none_is_asked_again_with_what_was_wrong(
    asked: Asked, answer: dict[str, Any], problem: str
) -> None:
    again = asked.answer(**answer)
    assert problem in again["problem"]
    assert not asked.document.exists()
    assert asked.answer(decision="accept") is None


def test_a_rejection_goes_back_to_the_node_that_it_names_and_is_asked_again(asked: Asked) -> None:
    again = asked.answer(decision="reject", reason="A loan needs a limit.", node="plan_schema")
    assert again["round"] == asked.form["round"] + 1
    assert [each["message"] for each in asked.state["objections"] if each["code"] == "PERSON"] == [
        "A loan needs a limit."
    ]


def test_what_follows_uses_an_edited_part(asked: Asked) -> None:
    indexes = asked.state["indexes"]
    gone, *kept = indexes["planned"]
    again = asked.answer(decision="edit", edits={"indexes": {**indexes, "planned": kept}})
    assert gone["name"] not in again["indexes"]
    assert asked.answer(decision="accept") is None
    assert f"CREATE INDEX {gone['name']} " not in asked.document.read_text()
