"""The pieces of a run's state: kept answers, checkpoints in parts, the record, files of a write that was killed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from langchain_core.messages import AIMessage
from langgraph.checkpoint.serde.jsonplus import JsonPlusSerializer
from pydantic import ValidationError

from database_specialist.agent.answers.question import Question, Usage
from database_specialist.agent.config import Context, context_from
from database_specialist.agent.errors import ConfigError, ModelError, OutputError
from database_specialist.agent.model.base import Part
from database_specialist.agent.running import RunRecord
from database_specialist.tools.answers import Answered, KeptAnswers
from database_specialist.tools.checkpoints import PART_BYTES, PartedSerializer, sqlite_saver
from database_specialist.tools.completion import Tokens, Unusable
from database_specialist.tools.model import ChatModel, Settings
from database_specialist.tools.output import OutputFolder
from database_specialist.tools.runs import RunState, find_runs
from tests.tools.faults import FaultServer

USAGE = Usage(question="q", calls=1, prompt_tokens=10, cached_tokens=2, completion_tokens=3, seconds=1.5, model="m")
RECORD = RunRecord(thread="t", folder="/d", started="2026-11-23T10:00:00+00:00", program="1", documents={}, settings={})


# answers


def test_the_same_request_finds_its_answers_in_the_order_in_which_they_came(tmp_path: Path) -> None:
    first = KeptAnswers(tmp_path, "critic 1")
    key = first.key({"messages": ["hello"]})
    for text in ("one", "two"):
        assert first.find(key) is None
        first.keep(key, Answered(USAGE, AIMessage(text)))
    again = KeptAnswers(tmp_path, "critic 1")
    found = [again.find(key) for _ in range(3)]
    assert [each.outcome.text for each in found if each and isinstance(each.outcome, AIMessage)] == ["one", "two"]
    assert found[0] is not None
    assert found[0].usage == USAGE
    assert found[2] is None


def test_another_round_is_another_question(tmp_path: Path) -> None:
    assert KeptAnswers(tmp_path, "critic 1").key("x") != KeptAnswers(tmp_path, "critic 2").key("x")


def test_a_tool_call_and_a_reply_of_no_use_are_found_as_they_came(tmp_path: Path) -> None:
    call = {"name": "Answer", "args": {"rows": [1, 2.5, None, "é\ud800"]}, "id": "c", "type": "tool_call"}
    message = AIMessage("", tool_calls=[call])  # type: ignore[list-item]
    reply = Unusable("cut off", again=True, answered=True, tokens=Tokens(1, 0, 2), characters=9, text="{")
    kept = KeptAnswers(tmp_path, "node 1")
    for key, outcome in (("a" * 64, message), ("b" * 64, reply)):
        kept.keep(key, Answered(USAGE, outcome))
    again = KeptAnswers(tmp_path, "node 1")
    found = again.find("a" * 64), again.find("b" * 64)
    assert found[0] is not None
    assert isinstance(found[0].outcome, AIMessage)
    assert found[0].outcome.tool_calls == message.tool_calls
    assert found[1] is not None
    assert isinstance(found[1].outcome, Unusable)
    assert vars(found[1].outcome) == vars(reply)
    assert str(found[1].outcome) == "cut off"


@pytest.mark.parametrize("content", ["", "{", "[]", "{}", '{"usage": {}}'])
def test_an_answer_that_is_not_whole_is_asked_again(tmp_path: Path, content: str) -> None:
    kept = KeptAnswers(tmp_path, "node 1")
    (tmp_path / f"{'a' * 64}-0.json").write_text(content)
    assert kept.find("a" * 64) is None


class Thing(Part):
    """Something."""

    name: str
    count: int


@pytest.fixture
def endpoint(request: pytest.FixtureRequest) -> Iterator[FaultServer]:
    with FaultServer(request.param) as server:
        yield server


def ask(endpoint: FaultServer, folder: Path) -> tuple[Thing, tuple[Usage, ...]]:
    settings = Settings(model="m", base_url=endpoint.url)
    model = ChatModel(settings, kept=KeptAnswers(folder, "node 1"), sleep=lambda seconds: None)
    return model.ask(Question(name="q", system="s", user="u"), Thing), model.used


@pytest.mark.parametrize("endpoint", ["", "C14@1", "C06@2", "S18@1"], indirect=True)
def test_a_question_that_is_asked_again_costs_nothing_and_counts_once(endpoint: FaultServer, tmp_path: Path) -> None:
    first = ask(endpoint, tmp_path)
    requests = len(endpoint.requests)
    assert ask(endpoint, tmp_path) == first
    assert len(endpoint.requests) == requests


@pytest.mark.parametrize("endpoint", ["C14@3", "C07@1"], indirect=True)
def test_a_question_that_failed_for_good_is_asked_anew(endpoint: FaultServer, tmp_path: Path) -> None:
    with pytest.raises(ModelError):
        ask(endpoint, tmp_path)
    assert list(tmp_path.iterdir()) == []
    assert ask(endpoint, tmp_path)[0] == Thing(name="room", count=3)


# checkpoints


def test_large_values_lie_apart_once_and_come_back_equal(tmp_path: Path) -> None:
    serializer = PartedSerializer(tmp_path)
    large = {"rows": ["x" * 50] * 1000}
    checkpoint = {"id": "1", "channel_values": {"large": large, "again": large, "small": 1}}
    form, content = serializer.dumps_typed(checkpoint)
    assert len(content) < PART_BYTES
    assert len(list(tmp_path.iterdir())) == 1
    assert serializer.loads_typed((form, content)) == checkpoint
    assert serializer.loads_typed(serializer.dumps_typed(large)) == large


def test_a_part_that_is_lost_is_said(tmp_path: Path) -> None:
    serializer = PartedSerializer(tmp_path)
    written = serializer.dumps_typed({"rows": ["x" * 50] * 1000})
    (part,) = tmp_path.iterdir()
    part.unlink()
    with pytest.raises(OutputError, match="is damaged; use --fresh"):
        serializer.loads_typed(written)


def test_small_values_are_written_as_langgraph_writes_them(tmp_path: Path) -> None:
    value = {"status": "running", "topics": [1, 2]}
    assert PartedSerializer(tmp_path).dumps_typed(value) == JsonPlusSerializer().dumps_typed(value)


def test_a_file_that_is_no_database_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "checkpoints.sqlite").write_text("something else " * 100)
    with sqlite_saver(tmp_path) as saver, pytest.raises(OutputError, match=r"file is not a database\); make room, or"):
        saver.get_tuple({"configurable": {"thread_id": "t"}})


def test_a_disk_that_is_full_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "parts").write_text("a file in place of the folder")
    with pytest.raises(OutputError, match=r"cannot be written \(.*\); make room, then go on"):
        PartedSerializer(tmp_path / "parts").dumps_typed({"rows": ["x" * 50] * 1000})
    (tmp_path / ".database-specialist").write_text("")
    with pytest.raises(OutputError, match=r"run.json: cannot be written \(.*\); make room, then go on"):
        RunState(tmp_path).write(RECORD)
    RunState(tmp_path).stop("the disk is full", ended=False)


# the record


def test_time_up_to_the_last_sign_of_life_counts_for_the_node_that_was_cut_off() -> None:
    under_way = RECORD.model_copy(
        update={
            "seconds": {"research": 1.0, "verify": 2.0},
            "under_way": {"task": ("verify", 10.0)},
            "wall_seconds": 11.0,
            "written_at": 1_000.0,
        }
    )
    resumed = under_way.resumed(1_004.5, program="2")
    assert resumed.seconds == {"research": 1.0, "verify": 2.0 + 5.5}
    assert resumed.wall_seconds == 15.5
    assert (resumed.under_way, resumed.sessions, resumed.program) == ({}, 2, "2")


def test_a_password_in_an_address_is_refused_and_not_repeated() -> None:
    given = {"base_url": "https://me:hunter2@models.example:8443/v1"}
    with pytest.raises(ConfigError, match=r"^--base-url: .*give it as OPENAI_BASE_URL$") as refused:
        context_from({}, **given)
    assert "hunter2" not in str(refused.value)
    with pytest.raises(ValidationError) as shown:
        Context.model_validate(given)
    assert "hunter2" not in str(shown.value)


def test_hidden_and_foreign_folders_are_not_searched_for_runs(tmp_path: Path) -> None:
    for name in ("a/ai_docs", "b", ".hidden/c", "node_modules/d"):
        RunState(tmp_path / name).write(RECORD)
    assert [state.output.relative_to(tmp_path).as_posix() for state in find_runs(tmp_path)] == ["a/ai_docs", "b"]


# files


def test_what_a_killed_write_left_is_not_taken_for_a_persons_edit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = ("database-design.json", "database-design.md")
    OutputFolder(tmp_path).write({name: json.dumps({"design": 1}) for name in names})
    monkeypatch.setattr(OutputFolder, "_remove_stale", lambda *given: (_ for _ in ()).throw(KeyboardInterrupt))
    with pytest.raises(KeyboardInterrupt):
        OutputFolder(tmp_path).write({name: json.dumps({"design": 2}) for name in names})
    monkeypatch.undo()
    written = OutputFolder(tmp_path).write({name: json.dumps({"design": 3}) for name in names})
    assert written.edited == ()
    assert json.loads((tmp_path / "database-design.json").read_text()) == {"design": 3}
    assert {file.name for file in (tmp_path / ".database-specialist").iterdir()} == {"written.json", "writing.lock"}
