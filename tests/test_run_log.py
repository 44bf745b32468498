"""What runs say to `logging`: which run each record is of, and what the command line shows of it."""

from __future__ import annotations

import json
import logging
import os
import re
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest

from database_specialist.agent.answers.question import Question
from database_specialist.agent.app import design
from database_specialist.agent.cli import main
from database_specialist.agent.config import Context
from database_specialist.agent.model.base import Part
from database_specialist.agent.run_log import LOGGER, in_run
from database_specialist.graph.build import graph
from database_specialist.tools.model import ChatModel, Settings
from tests.library import write_library
from tests.recorded.standin import completion, serving

Captured = pytest.CaptureFixture[str]
QUICK = Context(engine="sqlite", research="off", depth="quick")


@pytest.fixture(autouse=True)
def no_settings_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in os.environ:
        if name.startswith("DATABASE_SPECIALIST_"):
            monkeypatch.delenv(name)


@pytest.fixture
def library(tmp_path: Path) -> Path:
    return write_library(tmp_path)


def told(caplog: pytest.LogCaptureFixture) -> list[dict[str, Any]]:
    ours = [record for record in caplog.records if record.name.startswith(LOGGER)]
    return [{"run": vars(each)["run_id"], "event": vars(each)["event"], **vars(each)["fields"]} for each in ours]


def test_a_run_tells_of_its_nodes_and_its_sandbox_under_one_id(library: Path, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level("INFO", LOGGER):
        design(library, QUICK)
    records = told(caplog)
    assert len({record["run"] for record in records}) == 1
    assert re.fullmatch("[0-9a-f]{32}", records[0]["run"])
    assert [records[0]["event"], records[-1]["event"]] == ["run began", "run ended"]
    assert records[-1]["status"] == "accepted"
    nodes = {event: Counter(each["node"] for each in records if each["event"] == event) for event in NODE_EVENTS}
    assert nodes["node began"] == nodes["node ended"]
    assert nodes["node began"]["write_document"] == 1
    sandbox = [record["event"] for record in records if "sandbox" in record["event"]]
    assert sandbox == ["sandbox starts", "sandbox stopped"] * nodes["node began"]["verify"]


NODE_EVENTS = ("node began", "node ended")


def test_runs_in_threads_do_not_mix_their_records(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    folders = [write_library(tmp_path / name) for name in ("a", "b")]
    together = Barrier(2, timeout=60)

    def run(folder: Path) -> str:
        together.wait()
        return design(folder, QUICK).status

    with caplog.at_level("INFO", LOGGER), ThreadPoolExecutor(2) as pool:
        assert list(pool.map(run, folders)) == ["accepted", "accepted"]
    records = told(caplog)
    begun = {record["run"]: record["folder"] for record in records if record["event"] == "run began"}
    assert sorted(begun.values()) == [str(folder) for folder in folders]
    assert {record["run"] for record in records} == set(begun)
    for run_id in begun:
        of_run = [record for record in records if record["run"] == run_id]
        assert Counter(record["event"] for record in of_run)["run ended"] == 1
        assert sum(record["event"] == "node ended" and record["node"] == "write_document" for record in of_run) == 1


def test_progress_says_which_run_it_is_of(library: Path) -> None:
    parts = list(graph.stream({"folder": str(library)}, context=QUICK, stream_mode="custom", version="v2"))
    assert len({part["data"]["run"] for part in parts}) == 1
    again = list(graph.stream({"folder": str(library)}, context=QUICK, stream_mode="custom", version="v2"))
    assert again[0]["data"]["run"] != parts[0]["data"]["run"]


class Thing(Part):
    """A thing with a name."""

    name: str


def test_model_calls_retries_and_repairs_are_told_without_their_text(caplog: pytest.LogCaptureFixture) -> None:
    replies = iter([completion(""), completion('{"nome": "secret answer"}'), completion('{"name": "secret answer"}')])
    with serving(lambda body: next(replies)) as stand_in, caplog.at_level("DEBUG", LOGGER), in_run("r1"):
        model = ChatModel(Settings(model="m", base_url=stand_in.url, api_key="k"), sleep=lambda seconds: None)
        thing = model.ask(Question(name="things", system="secret system", user="secret prompt"), Thing)
    assert thing.name == "secret answer"
    records = told(caplog)
    assert {record["run"] for record in records} == {"r1"}
    assert [record["event"] for record in records] == [
        *("model call began", "model call answered", "model call again"),
        *("model call began", "model call answered", "answer to be repaired"),
        *("model call began", "model call answered"),
    ]
    assert records[1]["prompt_tokens"] == 100
    assert records[2]["why"] == "the reply is empty"
    assert "secret" not in caplog.text


# the command line


def run(library: Path, *arguments: str) -> int:
    return main(["design", str(library), "--engine", "sqlite", "--depth", "quick", "--research", "off", *arguments])


def test_nothing_is_logged_unless_it_is_asked_for(library: Path, capsys: Captured) -> None:
    assert run(library, "--quiet") == 0
    assert capsys.readouterr().err == ""


def test_a_log_line_has_time_level_run_and_facts(library: Path, capsys: Captured) -> None:
    assert run(library, "--quiet", "--log-level", "info") == 0
    lines = capsys.readouterr().err.splitlines()
    shape = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ INFO    ([0-9a-f]{12}) \S.*")
    assert len({found[1] if (found := shape.fullmatch(line)) else line for line in lines}) == 1
    assert lines[0].endswith(f"run began folder={library} model=rules session=1")
    assert logging.getLogger(LOGGER).level == logging.NOTSET
    assert [type(handler) for handler in logging.getLogger(LOGGER).handlers] == [logging.NullHandler]


def test_as_json_each_line_is_an_object(library: Path, capsys: Captured, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_SPECIALIST_LOG_LEVEL", "info")
    monkeypatch.setenv("DATABASE_SPECIALIST_LOG_FORMAT", "json")
    assert run(library, "--json") == 0
    out, err = capsys.readouterr()
    assert json.loads(out)["status"] == "accepted"
    lines = [json.loads(line) for line in err.splitlines()]
    assert len({line["run_id"] for line in lines}) == 1
    assert {"time", "level", "logger", "run_id", "event", "node", "seconds"} == set(lines[2])
    assert lines[-1]["event"] == "run ended"


def test_a_failed_node_is_an_error(library: Path, capsys: Captured, tmp_path: Path) -> None:
    arguments = ["--engine", "postgresql", "--pg-bin", str(tmp_path / "none"), "--quiet", "--log-level", "error"]
    assert run(library, *arguments) == 2
    lines = capsys.readouterr().err.splitlines()
    assert [line.split(" ", 3)[1] for line in lines[:-1]] == ["ERROR", "ERROR"]
    assert " node failed node=verify error=SandboxError seconds=" in lines[0]
    assert lines[1].endswith(" run stopped error=SandboxError")
    assert lines[2].startswith("database-specialist: ")


@pytest.mark.parametrize("name", ["DATABASE_SPECIALIST_LOG_LEVEL", "DATABASE_SPECIALIST_LOG_FORMAT"])
def test_a_variable_that_has_no_such_value_is_one_line(
    library: Path, capsys: Captured, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setenv(name, "loud")
    assert run(library, "--quiet") == 2
    err = capsys.readouterr().err
    assert err.count("\n") == 1
    assert f"{name}: loud is none of " in err
