from __future__ import annotations

import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest

from database_specialist.agent.errors import OutputError
from database_specialist.tools.output import OutputFolder

FILES = {
    "database-design.md": "# Design\n\nBody.\n",
    "database-design.json": "{}\n",
    "database/schema.sql": "SELECT 1;\n",
}


def test_two_writes_of_the_same_design_give_the_same_bytes(tmp_path: Path) -> None:
    OutputFolder(tmp_path).write(FILES)
    before = {name: (tmp_path / name).read_bytes() for name in FILES}
    OutputFolder(tmp_path).write(FILES)
    assert {name: (tmp_path / name).read_bytes() for name in FILES} == before


def test_a_new_design_replaces_the_old_one(tmp_path: Path) -> None:
    OutputFolder(tmp_path).write(FILES)
    written = OutputFolder(tmp_path).write(FILES | {"database-design.md": "# Other\n"})
    assert written.edited == ()
    assert (tmp_path / "database-design.md").read_text().startswith("# Other\n")


@pytest.mark.parametrize("name", sorted(FILES))
def test_an_edited_file_is_kept_and_the_new_one_stands_beside_it(tmp_path: Path, name: str) -> None:
    OutputFolder(tmp_path).write(FILES)
    path = tmp_path / name
    edited = "edited by hand\n" + path.read_text()
    path.write_text(edited)
    written = OutputFolder(tmp_path).write({**FILES, name: "other\n"})
    assert written.edited == (name,)
    assert path.read_text() == edited
    assert path.with_suffix(f".new{path.suffix}").read_text().startswith("other\n")


def test_an_edit_shows_even_when_the_state_folder_is_gone(tmp_path: Path) -> None:
    OutputFolder(tmp_path).write(FILES)
    path = tmp_path / "database-design.md"
    path.write_text(path.read_text().replace("Body", "My body"))
    (tmp_path / ".database-specialist" / "written.json").unlink()
    assert OutputFolder(tmp_path).write(FILES).edited == ("database-design.md",)


def test_a_document_that_others_wrote_is_never_overwritten(tmp_path: Path) -> None:
    (tmp_path / "database-design.md").write_text("# Mine\n")
    assert OutputFolder(tmp_path).write(FILES).edited == ("database-design.md",)
    assert (tmp_path / "database-design.md").read_text() == "# Mine\n"


def test_line_ends_changed_by_git_are_no_edit(tmp_path: Path) -> None:
    OutputFolder(tmp_path).write(FILES)
    path = tmp_path / "database-design.md"
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    assert OutputFolder(tmp_path).write(FILES).edited == ()


def test_files_of_an_earlier_run_that_are_no_longer_written_go(tmp_path: Path) -> None:
    old = {"database/migrations/0009_old.up.sql": "SELECT 9;\n", "database/migrations/0010_kept.up.sql": "SELECT 10;\n"}
    OutputFolder(tmp_path).write(FILES | old)
    kept = tmp_path / "database/migrations/0010_kept.up.sql"
    kept.write_text("-- mine\n" + kept.read_text())
    OutputFolder(tmp_path).write(FILES)
    assert not (tmp_path / "database/migrations/0009_old.up.sql").exists()
    assert kept.exists()


def test_a_second_run_is_refused_with_the_pid_and_the_start_of_the_first(tmp_path: Path) -> None:
    first = rf"another run \(pid {os.getpid()}, since \d{{4}}-\d\d-\d\d \d\d:\d\d:\d\d UTC\) works here"
    with (
        OutputFolder(tmp_path).lock(),
        pytest.raises(OutputError, match=first),
        OutputFolder(tmp_path).lock(),
    ):
        pass


def test_a_read_only_place_is_one_clear_line() -> None:
    with pytest.raises(OutputError, match="cannot be written"), OutputFolder(Path("/proc/nowhere")).lock():
        pass


def test_one_file_can_be_written_anew_and_counts_as_ours(tmp_path: Path) -> None:
    OutputFolder(tmp_path).write(FILES)
    OutputFolder(tmp_path).amend("database/schema.sql", "SELECT 2;\n")
    assert (tmp_path / "database" / "schema.sql").read_text().startswith("SELECT 2;\n-- database-specialist sha256:")
    assert OutputFolder(tmp_path).write(FILES).edited == ()


def test_a_file_that_a_person_edited_is_not_written_anew(tmp_path: Path) -> None:
    OutputFolder(tmp_path).write(FILES)
    (tmp_path / "database" / "schema.sql").write_text("SELECT 3;\n")
    OutputFolder(tmp_path).amend("database/schema.sql", "SELECT 2;\n")
    assert (tmp_path / "database" / "schema.sql").read_text() == "SELECT 3;\n"


def test_a_file_of_nobodys_is_not_made(tmp_path: Path) -> None:
    OutputFolder(tmp_path).amend("database/schema.sql", "SELECT 2;\n")
    assert not (tmp_path / "database").exists()


WRITER = """
import itertools, pathlib, sys
from database_specialist.tools.output import OutputFolder
for number in itertools.count():
    OutputFolder(pathlib.Path(sys.argv[1])).write({"database-design.md": f"{number}\\n" * 20_000})
"""


def test_a_kill_at_any_moment_leaves_a_whole_file(tmp_path: Path) -> None:
    path = tmp_path / "database-design.md"
    for attempt in range(12):
        child = subprocess.Popen([sys.executable, "-c", WRITER, str(tmp_path)])
        deadline = time.monotonic() + 30
        while not path.exists() and time.monotonic() < deadline:
            time.sleep(0.01)
        time.sleep(0.02 + attempt * 0.007)
        child.kill()
        child.wait()
        lines = path.read_text().splitlines()
        assert len(set(lines[:-1])) == 1
        assert len(lines) == 20_001
    with OutputFolder(tmp_path).lock():
        assert not list(tmp_path.glob(".database-specialist-*"))


def test_runs_that_write_at_the_same_time_leave_the_files_of_one(tmp_path: Path) -> None:
    names = (*(f"database/{number}.sql" for number in range(6)), "database-design.md")
    together = Barrier(2, timeout=30)

    def write(run: str) -> None:
        for _ in range(10):
            together.wait()
            OutputFolder(tmp_path).write({name: f"of {run}\n" for name in names})

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(write, ("a", "b")))
    assert len({(tmp_path / name).read_text().splitlines()[0] for name in names}) == 1
    assert OutputFolder(tmp_path).write({name: "of c\n" for name in names}).edited == ()
