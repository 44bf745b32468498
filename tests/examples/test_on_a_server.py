"""The examples that call the graph on a server: `langgraph dev`, without a key and without the network."""

from __future__ import annotations

import asyncio
import hashlib
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from database_specialist.agent.config import Context
from database_specialist.agent.contract import DatabaseDesign
from examples import a2a, remote
from examples.a2a import given, said, words
from tests.dev_server import DevServer, dev_server
from tests.library import write_library

QUICK = Context(research="off", depth="quick")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DevServer]:
    """One server for the module; at the end it must have tried to reach nothing beyond this machine."""
    folder = tmp_path_factory.mktemp("server")
    with dev_server(folder) as running:
        yield running
    assert not running.refused.exists(), running.refused.read_text()


@pytest.fixture(scope="module")
def card(server: DevServer) -> Any:
    return a2a.agent_card(server.url)


# RemoteGraph


def test_a_local_pipeline_has_its_database_designed_on_the_server(server: DevServer, tmp_path: Path) -> None:
    folder = tmp_path / "ai_docs"
    state = remote.run(server.url, folder, QUICK)
    result = DatabaseDesign.load(state["database_design"])
    assert result.status == "accepted"
    assert hashlib.sha256((folder / result.document_path).read_bytes()).hexdigest() == result.document_sha256
    assert result.document_sha256 in (folder / "security-design.md").read_text()


def test_settings_travel_and_progress_comes_back(
    server: DevServer, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = write_library(tmp_path)
    settings = QUICK.model_copy(update={"engine": "sqlite", "output": str(tmp_path / "out")})
    state = asyncio.run(remote.arun(server.url, folder, settings))
    assert state["database_design"]["status"] == "accepted"
    design = json.loads((tmp_path / "out" / "database-design.json").read_text())
    assert design["relational_schema"]["engine"] == "sqlite"
    told = capsys.readouterr().out
    assert "  research: 1 documents, engine sqlite" in told
    assert "  write_document: " in told


def test_documents_that_cannot_be_used_come_back_as_a_status(server: DevServer, tmp_path: Path) -> None:
    state = asyncio.run(remote.arun(server.url, tmp_path / "none", QUICK))
    assert state["database_design"]["status"] == "input_error"
    assert "none: no such folder" in state["database_design"]["reason"]


# A2A


def test_the_card_says_what_the_specialist_does(card: Any) -> None:
    assert card["name"] == "database_specialist"
    assert card["description"].startswith("Designs a database")
    assert card["skills"][0]["metadata"]["inputSchema"]["supportsA2A"] is True


def test_words_that_name_a_folder_lead_to_a_design_and_an_answer(card: Any, tmp_path: Path) -> None:
    folder = write_library(tmp_path)
    task = a2a.send(card, said(f"Please design the database of the project in {folder}, for SQLite."))
    assert task["status"]["state"] == "completed"
    assert words(task).startswith(f"database design accepted: {folder}/database-design.md (4 tables, ")
    assert "sqlite)" in words(task)
    assert "Open questions: " in words(task)


def test_a_conversation_can_go_on_with_another_folder(card: Any, tmp_path: Path) -> None:
    first, second = write_library(tmp_path / "a"), write_library(tmp_path / "b")
    task = a2a.send(card, said(f"Design {first}"))
    again = a2a.send(card, said(f"Now the same for {second}"), conversation=task["contextId"])
    assert again["contextId"] == task["contextId"]
    assert words(again).startswith(f"database design accepted: {second}/")


def test_words_without_a_folder_are_answered_with_what_is_missing(card: Any) -> None:
    task = a2a.send(card, said("Design the database."))
    assert task["status"]["state"] == "completed"
    assert words(task).startswith("database design input error: ai_docs: no such folder; give the folder that holds")


def test_data_is_taken_by_the_keys_of_the_input(card: Any, tmp_path: Path) -> None:
    folder = write_library(tmp_path)
    task = asyncio.run(a2a.asend(card, said("Design it."), given(folder=str(folder), engine="sqlite")))
    assert task["status"]["state"] == "completed"
    design = json.loads((folder / "database-design.json").read_text())
    assert design["relational_schema"]["engine"] == "sqlite"


@pytest.mark.parametrize("name", ["remote", "a2a"])
def test_the_examples_run_as_programs(server: DevServer, tmp_path: Path, name: str) -> None:
    command = [sys.executable, "-m", f"examples.{name}", str(tmp_path / "ai_docs"), "--url", server.url]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "accepted" in done.stdout
    assert (tmp_path / "ai_docs" / "database-design.md").is_file()
