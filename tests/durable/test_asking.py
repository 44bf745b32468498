"""The person at the terminal: what is asked, and what an answer does."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest

from database_specialist.agent.app import design
from database_specialist.agent.commands.asking import approve, choose
from database_specialist.agent.config import Context
from database_specialist.agent.errors import ChangedError, ConfigError
from tests.library import write_library

CONTEXT = Context(research="off", depth="quick", engine="sqlite", approval="ask")
FORM = {"question": "Shall it be written?", "tables": ["a", "b"], "warnings": [], "open_questions": ["How many?"]}


def types(monkeypatch: pytest.MonkeyPatch, *lines: str) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("".join(f"{line}\n" for line in lines)))


@pytest.mark.parametrize(
    ("typed", "chosen"), [("resume", "resume"), ("R", "resume"), (" fresh ", "fresh"), ("f", "fresh")]
)
def test_the_person_chooses_what_becomes_of_a_run(monkeypatch: pytest.MonkeyPatch, typed: str, chosen: str) -> None:
    types(monkeypatch, typed)
    assert choose(ChangedError("a.md is changed")) == chosen


def test_who_chooses_neither_leaves_the_run_as_it_stands(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    types(monkeypatch, "what?")
    with pytest.raises(ChangedError):
        choose(ChangedError("a.md is changed"))
    assert capsys.readouterr() == ("", "database-specialist: a.md is changed\nresume or fresh? ")


def test_what_is_no_acceptance_is_the_reason_of_a_rejection(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    types(monkeypatch, "accept", "", "b has no key")
    assert approve(FORM) == {"decision": "accept"}
    assert approve(FORM) == {"decision": "reject", "reason": "b has no key"}
    assert "tables: a; b\n  warnings: none\n  open questions: How many?\n" in capsys.readouterr().err


def test_a_terminal_that_is_gone_stops_the_run(monkeypatch: pytest.MonkeyPatch) -> None:
    types(monkeypatch)
    with pytest.raises(KeyboardInterrupt):
        approve(FORM)


def test_a_run_waits_for_a_persons_word_and_goes_on_with_it(tmp_path: Path) -> None:
    folder = write_library(tmp_path)
    with pytest.raises(ConfigError, match="waits for a person's word"):
        design(folder, CONTEXT)
    assert not (folder / "database-design.md").exists()
    said: list[str] = []
    asked: list[Any] = []

    def person(form: dict[str, Any]) -> dict[str, Any]:
        asked.append(form)
        return {"decision": "accept"}

    outcome = design(folder, CONTEXT, progress=lambda node, doing, seconds: said.append(node), person=person)
    assert outcome.status == "accepted"
    assert (folder / "database-design.md").is_file()
    assert said == ["resumed", "approve", "write_document"]
    assert len(asked) == 1
    assert not (folder / ".database-specialist" / "run").exists()
