"""A run that was asked for in a chat, and threads that are asked more than once."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from langgraph.checkpoint.memory import InMemorySaver

from database_specialist.agent.config import Context
from database_specialist.graph.build import build_graph, graph
from tests.library import write_library

QUICK = Context(research="off", depth="quick")


def asked(text: str, **more: Any) -> Any:
    return graph.invoke({"messages": [{"role": "user", "content": text}], **more}, context=QUICK)


def test_a_message_names_the_folder_and_the_engine(tmp_path: Path) -> None:
    folder = write_library(tmp_path)
    state = asked(f"Please design the database of {folder} for SQLite.")
    assert state["database_design"]["status"] == "accepted"
    assert state["database_design"]["design"]["relational_schema"]["engine"] == "sqlite"
    assert state["messages"][-1].content.startswith(
        f"database design accepted: {folder}/database-design.md (4 tables, "
    )


def test_a_message_that_names_no_folder_means_ai_docs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_library(tmp_path)
    monkeypatch.chdir(tmp_path)
    assert asked("Design the database.")["messages"][-1].content.startswith(
        "database design accepted: ai_docs/database-design.md"
    )


def test_what_the_caller_names_goes_before_what_the_chat_says(tmp_path: Path) -> None:
    folder, other = write_library(tmp_path / "a"), write_library(tmp_path / "b")
    result = asked(f"Design {other} for MySQL", folder=str(folder), engine="sqlite")["database_design"]
    assert (result["output_folder"], result["design"]["relational_schema"]["engine"]) == (str(folder), "sqlite")
    assert [path.name for path in other.iterdir()] == ["requirements.md"]


def test_documents_that_cannot_be_used_are_answered_and_not_raised(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    state = asked("Design the database.")
    assert state["database_design"]["status"] == "input_error"
    assert "ai_docs: no such folder; give the folder that holds requirements.md" in state["messages"][-1].content
    named = asked(f"Design {tmp_path}/nowhere")
    assert f"{tmp_path}/nowhere: no such folder" in named["database_design"]["reason"]
    (tmp_path / "requirements.md").write_text("# Thoughts\n\nIt is raining again.\n")
    nothing = graph.invoke({"folder": str(tmp_path)}, context=QUICK)
    assert nothing["database_design"]["status"] == "input_error"
    assert "the documents name nothing that is stored" in nothing["database_design"]["reason"]
    assert not (tmp_path / "database-design.md").exists()


def test_a_thread_that_is_asked_again_takes_nothing_from_the_run_before(tmp_path: Path) -> None:
    first, second = write_library(tmp_path / "a"), write_library(tmp_path / "b")
    kept = build_graph().compile(checkpointer=InMemorySaver())
    config: Any = {"configurable": {"thread_id": "1"}}

    def say(text: str) -> Any:
        given: Any = {"messages": [{"role": "user", "content": text}]}
        return kept.invoke(given, config, context=QUICK)["database_design"]

    one, two, three = say(f"Design {first} for SQLite"), say(f"Now {second}"), say("Once more")
    engines = [each["design"]["relational_schema"].get("engine", "postgresql") for each in (one, two, three)]
    assert engines == ["sqlite", "postgresql", "postgresql"]
    assert [each["output_folder"] for each in (one, two, three)] == [str(first), str(second), str(second)]
