"""Many folders in one command: what is said, what is skipped, and what becomes of one that is cut off."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from database_specialist.agent.cli import main
from database_specialist.tools.runs import RunState
from tests.library import write_library

Captured = pytest.CaptureFixture[str]
QUICK = ("--research", "off", "--depth", "quick")
SQLITE = (*QUICK, "--engine", "sqlite")


@pytest.fixture(autouse=True)
def no_settings_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in os.environ:
        if name.startswith("DATABASE_SPECIALIST_"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("COLUMNS", "200")


@pytest.fixture
def folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    for name in ("a", "b"):
        write_library(tmp_path / name)
    monkeypatch.chdir(tmp_path)
    return ["a/ai_docs", "b/ai_docs"]


def told(captured: Captured) -> dict[str, str]:
    return {line["folder"]: line["status"] for line in json.loads(captured.readouterr().out)}


def test_every_folder_is_designed_then_left_as_it_is_until_it_changes(folders: list[str], capsys: Captured) -> None:
    assert main(["batch", *folders, *SQLITE, "--workers", "2"]) == 0
    out, err = capsys.readouterr()
    for folder in folders:
        assert re.search(rf"^  {folder} +accepted +\d+\.\d +{folder}/database-design.md *$", out, re.MULTILINE), out
        assert re.search(rf"^{folder}   +\d+\.\ds  write_document +\d+ files$", err, re.MULTILINE), err

    Path(folders[0], "database-design.md").write_text("by hand")
    assert main(["batch", *folders, *SQLITE]) == 0
    out, err = capsys.readouterr()
    assert len(re.findall(r" unchanged +0\.0 ", out)) == 2
    assert err.count("accepted before, and nothing has changed since") == 2

    requirements = Path(folders[0], "requirements.md")
    requirements.write_text(requirements.read_text().replace("8,000", "9,000"))
    assert main(["batch", *folders, *SQLITE, "--json", "--quiet"]) == 3  # beside the document edited by hand
    assert told(capsys) == {folders[0]: "accepted", folders[1]: "unchanged"}


def test_a_design_from_an_existing_schema_is_left_as_it_is_until_that_schema_changes(
    folders: list[str], capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = Path("old.sql")
    old.write_text("CREATE TABLE shelves (id INTEGER PRIMARY KEY);\n")
    assert main(["design", folders[0], *SQLITE, "--existing", "old.sql", "--quiet"]) == 0
    monkeypatch.setenv("DATABASE_SPECIALIST_EXISTING", "old.sql")
    capsys.readouterr()
    batch = ["batch", folders[0], *SQLITE, "--quiet", "--json"]
    assert main(batch) == 0
    assert told(capsys) == {folders[0]: "unchanged"}
    old.write_text("CREATE TABLE shelves (id INTEGER PRIMARY KEY, place TEXT);\n")
    assert main(batch) == 0
    assert told(capsys) == {folders[0]: "accepted"}


def test_what_is_designed_is_what_design_would_have_made(folders: list[str], tmp_path: Path) -> None:
    assert main(["batch", folders[0], *SQLITE, "--quiet"]) == 0
    assert main(["design", folders[0], "--output", str(tmp_path / "alone" / "ai_docs"), *SQLITE, "--quiet"]) == 0
    for name in ("database-design.md", "database-design.json", "database/schema.sql"):
        assert (tmp_path / folders[0] / name).read_bytes() == (tmp_path / "alone" / "ai_docs" / name).read_bytes()


def test_a_log_in_json_stays_one_object_a_line(folders: list[str], capsys: Captured) -> None:
    assert main(["batch", *folders, *SQLITE, "--quiet", "--log-level", "info", "--log-format", "json"]) == 0
    lines = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    begun = {line["run_id"]: line["folder"] for line in lines if line["event"] == "run began"}
    assert sorted(begun.values()) == [str(Path(folder).resolve()) for folder in folders]
    assert {line["run_id"] for line in lines} == set(begun)


def test_a_design_that_is_not_accepted_stops_nothing_and_is_tried_again(folders: list[str], capsys: Captured) -> None:
    for _ in range(2):
        assert main(["batch", *folders, *SQLITE, "--max-rounds", "1", "--workers", "1", "--json"]) == 1
        out, err = capsys.readouterr()
        lines = json.loads(out)
        assert [line["status"] for line in lines] == ["not_accepted", "not_accepted"]
        assert all(".database-specialist/draft" in line["path"] for line in lines)
        assert "unchanged" not in err


def test_a_folder_that_comes_to_no_verdict_lets_no_other_begin(folders: list[str], capsys: Captured) -> None:
    Path("empty").mkdir()
    assert main(["batch", "empty", *folders, *SQLITE, "--workers", "1", "--quiet"]) == 2
    out, err = capsys.readouterr()
    assert re.search(r"^  empty +failed ", out, re.MULTILINE), out
    assert len(re.findall(r"not started", out)) == 2
    assert re.fullmatch(r"empty      database-specialist: .*\n", err), err


def test_keep_going_begins_the_others_all_the_same(folders: list[str], capsys: Captured) -> None:
    Path("empty").mkdir()
    arguments = ["batch", "empty", folders[0], *SQLITE, "--workers", "1", "--quiet", "--json", "--keep-going"]
    assert main(arguments) == 2
    assert told(capsys) == {"empty": "failed", folders[0]: "accepted"}


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["a/ai_docs", "missing"], "missing: no such folder; give the folder that holds"),
        (["a/ai_docs", "a/ai_docs/requirements.md"], "not a folder; give the folder that holds"),
        (["a/ai_docs", "a/ai_docs"], "a/ai_docs: named twice; name each folder once"),
        (["a/ai_docs", "b/../a/ai_docs/"], "b/../a/ai_docs/: named twice (as a/ai_docs); name each folder once"),
        (["a/ai_docs", "--workers", "0"], "--workers 0: give 1 or more"),
        (["a/ai_docs", "--max-rounds", "99"], "--max-rounds: Input should be less than or equal to 10"),
    ],
)
def test_what_cannot_be_done_is_one_line(folders: list[str], capsys: Captured, arguments: list[str], said: str) -> None:
    assert main(["batch", *arguments]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.count("\n") == 1
    assert err.startswith("database-specialist: ")
    assert said in err
    assert not Path(folders[0], ".database-specialist").exists()


# cut off


@pytest.fixture
def batch(folders: list[str], tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    """A batch in the middle of its proofs on PostgreSQL."""
    (tmp_path / "t").mkdir()
    with subprocess.Popen(
        [sys.executable, "-m", "database_specialist.agent.cli", "batch", *folders, *QUICK, "--workers", "2"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, "TMPDIR": str(tmp_path / "t")},
        text=True,
    ) as running:
        assert running.stderr is not None
        for line in running.stderr:
            if "on postgresql" in line:
                break
        yield running
        running.kill()


def below(parent: int) -> dict[int, str]:
    """Every process below `parent`, in any session of its own, with its command."""
    listed = subprocess.run(["ps", "-eo", "pid=,ppid=,args="], capture_output=True, text=True, check=True).stdout
    rows = [line.split(None, 2) for line in listed.splitlines()]
    found: dict[int, str] = {}
    edge = {parent}
    while edge:
        edge = {int(row[0]) for row in rows if int(row[1]) in edge}
        found |= {int(row[0]): row[2] for row in rows if int(row[0]) in edge}
    return {pid: command for pid, command in found.items() if not command.startswith("ps ")}


def require_gone(processes: dict[int, str], *, seconds: float = 20.0) -> None:
    assert any("postgres_keeper" in command for command in processes.values())
    until = time.monotonic() + seconds
    while (left := [pid for pid in processes if Path(f"/proc/{pid}").exists()]) and time.monotonic() < until:
        time.sleep(0.05)
    assert left == []


def require_goes_on(folders: list[str], capsys: Captured) -> None:
    begun = [folder for folder in folders if RunState(Path(folder)).exists]
    assert begun
    assert main(["batch", *folders, *QUICK]) == 0
    err = capsys.readouterr().err
    for folder in begun:
        assert re.search(rf"^{folder} .* resumed +after ", err, re.MULTILINE), err


def test_ctrl_c_ends_every_run_and_the_same_command_goes_on(
    batch: subprocess.Popen[str], folders: list[str], capsys: Captured
) -> None:
    processes = below(batch.pid)
    batch.send_signal(signal.SIGINT)
    out, err = batch.communicate(timeout=60)
    assert batch.returncode == 130
    assert err.splitlines()[-1] == "database-specialist: stopped; the same command goes on where it was"
    assert "Traceback" not in err
    assert "Warning" not in err
    assert re.search(r"^  a/ai_docs +stopped ", out, re.MULTILINE), out
    require_gone(processes)
    require_goes_on(folders, capsys)


def test_when_the_command_is_killed_its_runs_end_too(
    batch: subprocess.Popen[str], folders: list[str], capsys: Captured
) -> None:
    processes = below(batch.pid)
    batch.kill()
    require_gone(processes)
    require_goes_on(folders, capsys)
