"""What a person meets whose run was cut off: what is said, what can be chosen, what is left."""

from __future__ import annotations

import json
import re
import signal
import time
from pathlib import Path
from threading import Thread

import psycopg
import pytest

from database_specialist.agent.cli import main
from database_specialist.tools.postgres import ADMIN
from database_specialist.tools.postgres_sandbox import PostgresDatabase, PostgresSandbox
from database_specialist.tools.runs import RunState
from tests.durable.conftest import Make
from tests.durable.project import Project, Whole, require_promises


@pytest.fixture
def cut(make: Make) -> Project:
    """A project on SQLite: most of what is said here needs no server."""
    return make(engine="SQLite")


@pytest.fixture
def stopped(cut: Project) -> Project:
    """A run that was killed when the entities were modelled: three answers were paid."""
    assert cut.run("after:model_entities")[0] == -signal.SIGKILL
    return cut


def change(project: Project) -> None:
    file = project.folder / "requirements.md"
    file.write_text(file.read_text() + "- R3: The owner lists the guests of a day.\n")


def one_line(said: str) -> str:
    assert said.count("\n") == 1, said
    assert said.startswith("database-specialist: ")
    return said


# going on


def test_an_existing_schema_that_changed_is_said(cut: Project) -> None:
    old = cut.folder.parent / "old.sql"
    old.write_text("CREATE TABLE guests (id INTEGER PRIMARY KEY);\n")
    assert cut.run("after:model_entities", "--existing", str(old))[0] == -signal.SIGKILL
    old.write_text("CREATE TABLE guests (id INTEGER PRIMARY KEY, name TEXT);\n")
    code, said = cut.run("none", "--existing", str(old))
    assert code == 2
    assert "old.sql is changed" in one_line(said)


def test_going_on_is_said_and_a_bound_that_leaves_the_design_as_it_is_is_no_change(stopped: Project) -> None:
    stopped.variables["DATABASE_SPECIALIST_CALL_SECONDS"] = "100"
    _, said = stopped.run()
    assert re.match(r" +\d+\.\ds  resumed +after read_requirements; 3 answers kept\n", said), said


def test_the_id_of_a_run_is_the_same_in_all_its_sessions(stopped: Project) -> None:
    record = RunState(stopped.folder).record
    assert record is not None
    _, said = stopped.run("none", "--quiet", "--log-level", "info", "--log-format", "json")
    lines = [json.loads(line) for line in said.splitlines() if line.startswith("{")]
    assert lines[0]["event"] == "run goes on"
    assert {line["run_id"] for line in lines} == {record.run}
    assert any(line.get("node") == "plan_schema" for line in lines)


def test_changed_input_is_said_and_nothing_is_done(stopped: Project) -> None:
    code, said = stopped.run("none", "--depth", "standard", "--max-rounds", "2")
    assert code == 2
    assert "since then depth is standard and was quick, max_rounds is 2 and was 4;" in one_line(said)
    change(stopped)
    code, said = stopped.run()
    assert code == 2
    assert "was cut off after read_requirements, and since then requirements.md is changed;" in one_line(said)
    assert "--resume goes on with it all the same, --fresh starts anew" in said
    assert len(stopped.stand_in.asked) == 3


def test_resume_goes_on_with_what_was_read(stopped: Project) -> None:
    change(stopped)
    assert stopped.run("none", "--resume")[0] == 0
    assert stopped.begun()["read_requirements"] == 1
    assert "R3" not in stopped.files()["database-design.md"].decode()
    assert RunState(stopped.folder).accepted is None, "a batch would take the design for that of the changed documents"


def test_fresh_forgets_the_run_and_its_answers(stopped: Project, uncut_sqlite: Whole) -> None:
    assert stopped.run("none", "--fresh")[0] == 0
    assert stopped.begun()["read_requirements"] == 2
    assert len(stopped.stand_in.asked) == 3 + uncut_sqlite.answers


def test_a_damaged_state_is_one_line_and_fresh_starts_anew(stopped: Project) -> None:
    for part in (stopped.state() / "run" / "parts").iterdir():
        part.write_bytes(b"")
    code, said = stopped.run("none", "--quiet")
    assert code == 2
    assert "is damaged; use --fresh" in one_line(said)
    (stopped.state() / "run" / "run.json").write_text("{")
    code, said = stopped.run()
    assert code == 2
    assert "run.json: cannot be read" in one_line(said)
    assert stopped.run("none", "--fresh")[0] == 0


def test_the_time_before_the_kill_is_measured(cut: Project) -> None:
    cut.run("waiting:verify")
    state = RunState(cut.folder)
    assert state.record is not None
    before = state.record.resumed(state.last_sign).seconds["verify"]
    assert before > 0.5
    cut.run()
    measured = (cut.folder / "database" / "measurements.md").read_text()
    found = re.search(r"\| verify \| *([\d.]+)", measured)
    assert found is not None, measured
    assert float(found.group(1)) > before


# a model that fails


def test_a_run_that_the_model_failed_pays_only_for_the_rest_the_next_time(cut: Project, uncut_sqlite: Whole) -> None:
    cut.stand_in.answers_left = 3
    code, said = cut.run("none", "--quiet")
    assert code == 2
    assert "llm_unavailable" in one_line(said)
    refused = len(cut.stand_in.asked) - 3
    cut.stand_in.answers_left = 1_000
    assert cut.run()[0] == 0
    assert cut.files() == uncut_sqlite.files
    assert len(cut.stand_in.asked) == uncut_sqlite.answers + refused
    assert not (cut.state() / "answers").exists()


def test_documents_that_store_nothing_leave_no_run_behind(cut: Project) -> None:
    (cut.folder / "requirements.md").write_text("\n")
    assert cut.run()[0] == 2
    assert not (cut.state() / "run").exists()


# runs


def test_runs_lists_and_shows_what_was_cut_off_and_nothing_else(stopped: Project, make: Make) -> None:
    whole = make("whole", engine="SQLite")
    assert whole.run()[0] == 0
    code, said = stopped.command("runs", "list", str(stopped.root.parent), "--json")
    assert code == 0
    (told,) = json.loads(said)
    assert told["output"] == str(stopped.folder)
    assert told["status"] == "cut off"
    assert told["stands"] == "after read_requirements"
    assert set(told["nodes"]) == {"research", "context7", "perplexity", "read_requirements"}
    assert told["answers"] == 3
    assert told["seconds"] > 0
    assert 0 < told["kilobytes"] < 500
    _, table = stopped.command("runs", "list", str(stopped.root.parent))
    assert re.search(rf"^ *{told['id']} +cut off +after", table, re.MULTILINE)
    change(stopped)
    _, said = stopped.command("runs", "show", told["id"], "--json")
    assert "no run that was cut off" in one_line(said), "an id is looked for below the current folder"
    _, said = stopped.command("runs", "show", str(stopped.folder), "--json")
    shown = json.loads(said)
    assert shown["changed"] == ["requirements.md is changed"]
    assert shown["settings"]["model"] == "m"
    assert set(shown["seconds_by_node"]) == set(shown["nodes"])
    assert "changed          requirements.md is changed" in stopped.command("runs", "show", str(stopped.folder))[1]


def test_resume_goes_on_with_the_settings_that_the_run_began_with(stopped: Project, uncut_sqlite: Whole) -> None:
    stopped.variables["DATABASE_SPECIALIST_DEPTH"] = "full"
    code, said = stopped.command("runs", "resume", str(stopped.folder), "--json")
    assert code == 0
    assert json.loads(said)["status"] == "accepted"
    assert stopped.files() == uncut_sqlite.files
    assert len(stopped.stand_in.asked) == uncut_sqlite.answers


def test_a_project_that_was_moved_begins_anew_with_its_answers(stopped: Project, uncut_sqlite: Whole) -> None:
    moved = stopped.root / "elsewhere" / "ai_docs"
    moved.parent.mkdir()
    stopped.folder.rename(moved)
    code, said = stopped.command("runs", "resume", str(moved))
    assert code == 0
    assert "resumed            before its first node was done; 3 answers kept" in said
    assert len(stopped.stand_in.asked) == uncut_sqlite.answers
    assert (moved / "database-design.md").read_bytes() == uncut_sqlite.files["database-design.md"]


def test_delete_forgets_the_run(stopped: Project) -> None:
    code, said = stopped.command("runs", "delete", str(stopped.folder), "--json")
    assert code == 0
    assert json.loads(said)["output"] == str(stopped.folder)
    assert json.loads(stopped.command("runs", "list", str(stopped.folder), "--json")[1]) == []
    assert {path.name for path in stopped.state().iterdir()} == {".gitignore", "lock"}


def test_a_run_that_is_not_there_is_one_line(cut: Project) -> None:
    for action in ("show", "resume", "delete"):
        code, said = cut.command("runs", action, str(cut.folder))
        assert code == 2
        assert "no run that was cut off" in one_line(said)


# one at a time


def test_a_second_run_is_refused_at_once_and_a_living_run_is_not_deleted(cut: Project) -> None:
    first = Thread(target=cut.run, args=("waiting:verify",))
    first.start()
    record = cut.state() / "run" / "run.json"
    for _ in range(500):
        if record.exists():
            break
        time.sleep(0.01)
    holder = (cut.state() / "running").read_text()
    began = time.monotonic()
    assert main(["design", str(cut.folder), "--quiet"]) == 2
    assert main(["runs", "delete", str(cut.folder)]) == 2
    assert time.monotonic() - began < 2
    assert re.fullmatch(r"pid \d+, since [\d-]+ [\d:]+ UTC", holder)
    first.join()


# PostgreSQL


def test_checkpoints_can_be_kept_in_postgresql(
    make: Make, uncut_sqlite: Whole, server: PostgresSandbox, database: PostgresDatabase
) -> None:
    dsn = f"host={server.server.folder}/s user={ADMIN} password={server.server.password} dbname={database.name}"
    cut = make(engine="SQLite", DATABASE_SPECIALIST_STATE_DSN=dsn)
    assert cut.run("waiting:verify")[0] == -signal.SIGKILL
    assert not (cut.state() / "run" / "checkpoints.sqlite").exists()
    assert dsn not in (cut.state() / "run" / "run.json").read_text()
    del cut.variables["DATABASE_SPECIALIST_STATE_DSN"]
    code, said = cut.run()
    assert code == 2
    assert "set DATABASE_SPECIALIST_STATE_DSN, or use --fresh" in one_line(said)
    cut.variables["DATABASE_SPECIALIST_STATE_DSN"] = dsn
    assert require_promises(cut, uncut_sqlite).nodes_again == ("verify",)
    with psycopg.connect(dsn) as session:
        assert session.execute("SELECT count(*) FROM public.checkpoints").fetchone() == (0,)


def test_a_database_for_checkpoints_that_is_not_there_is_one_line(cut: Project) -> None:
    cut.variables["DATABASE_SPECIALIST_STATE_DSN"] = "postgresql://me:hunter2-secret@127.0.0.1:1/none"
    code, said = cut.run()
    assert code == 2
    assert "DATABASE_SPECIALIST_STATE_DSN" in one_line(said)
    assert "hunter2" not in said


def test_the_state_folder_is_closed_to_others(stopped: Project) -> None:
    for name in ("run", "answers"):
        assert (stopped.state() / name).stat().st_mode & 0o077 == 0, Path(name)
