"""Load from pgbench, PostgreSQL's own, as the unprivileged login.

Its scripts come from a design. A backslash begins a command of pgbench, and one of its commands is a shell: no script
with a backslash is run.
"""

from __future__ import annotations

import re
import subprocess
import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from statistics import quantiles
from typing import TYPE_CHECKING

from database_specialist.agent.verification.load import Latency, Loaded, LoadFailed, LoadUnavailable, Script
from database_specialist.tools.postgres import DESIGNER
from database_specialist.tools.postgres_binaries import missing_programs

if TYPE_CHECKING:  # the sandbox runs loads, so it cannot be imported from here
    from database_specialist.tools.postgres_sandbox import PostgresSandbox

_LOOK_SECONDS = 0.02
_ABORTED = re.compile(r"script (?P<script>\d+) aborted in command \d+ query \d+: (?:ERROR: +)?(?P<said>.+)")
_WAITING = f"SELECT count(*) FROM pg_stat_activity WHERE usename = '{DESIGNER}' AND wait_event_type = 'Lock'"
_DEADLOCKS = "SELECT deadlocks FROM pg_stat_database WHERE datname = '{name}'"


def run_pgbench(
    sandbox: PostgresSandbox, database: str, scripts: Sequence[Script], *, seconds: float, clients: int
) -> Loaded:
    """Run scripts by their weights for some seconds, from several sessions at once.

    Raises:
        LoadFailed: a script was refused, by the server or by us.
        LoadUnavailable: there is no pgbench.
    """
    server = sandbox.server
    if missing_programs(server.binaries, ("pgbench",)):
        raise LoadUnavailable(f"{server.binaries.source} holds no pgbench")
    if any("\\" in script.text for script in scripts):
        raise LoadFailed("a script holds a backslash, which pgbench reads as a command")
    folder = server.make_folder(f"load-{time.monotonic_ns()}")
    arguments = [
        f"--host={server.folder / 's'}",
        "--port=5432",
        f"--username={DESIGNER}",
        "--no-vacuum",
        "--protocol=prepared",
        f"--client={clients}",
        f"--time={max(1, round(seconds))}",
        "--log",
        f"--log-prefix={folder / 'log'}",
        *(f"--file={path}@{script.weight}" for path, script in _written(folder, scripts)),
        database,
    ]
    deadlocks = int(sandbox.ask(_DEADLOCKS.format(name=database)) or 0)
    waits, looks = _watched_run(sandbox, database, arguments, scripts)
    counted = int(sandbox.ask(_DEADLOCKS.format(name=database)) or 0) - deadlocks
    times = _times(folder, scripts)
    total = sum(len(each) for each in times.values())
    latencies = {name: _latency(each) for name, each in times.items()}
    return Loaded(total / max(1, round(seconds)), latencies, waits, looks, counted)


def _written(folder: Path, scripts: Sequence[Script]) -> Iterator[tuple[Path, Script]]:
    for number, script in enumerate(scripts):
        path = folder / f"{number}.sql"
        path.write_text(script.text, encoding="utf-8")
        path.chmod(0o644)
        yield path, script


def _watched_run(
    sandbox: PostgresSandbox, database: str, arguments: Sequence[str], scripts: Sequence[Script]
) -> tuple[int, int]:
    """Run pgbench; return how often a session was seen to wait, and how often was looked."""
    said: list[str] = []
    password = sandbox.admit(database)

    def run() -> None:
        try:
            done = sandbox.server.run("pgbench", *arguments, password=password)
        except subprocess.TimeoutExpired as error:
            said.append(f"pgbench did not end within {error.timeout:g} s")
        else:
            said.append(_error(done.stderr, scripts) if done.returncode else "")

    runner = threading.Thread(target=run, name="pgbench")
    runner.start()
    waits = looks = 0
    while runner.is_alive():
        waits += int(sandbox.ask(_WAITING))
        looks += 1
        runner.join(_LOOK_SECONDS)
    if said[0]:
        raise LoadFailed(said[0])
    return waits, looks


def _error(words: str, scripts: Sequence[Script]) -> str:
    """Return the first error, with the query's id in the place of the script's number."""
    for line in words.splitlines():
        if found := _ABORTED.search(line):
            return f"{scripts[int(found['script'])].name}: {found['said']}"
    lines = [line.strip() for line in words.splitlines() if "error:" in line]
    return lines[0] if lines else "pgbench failed and named no reason"


def _times(folder: Path, scripts: Sequence[Script]) -> dict[str, list[float]]:
    """Read the logs: client, transaction, microseconds or "failed", script, and the time of day."""
    found: dict[str, list[float]] = {script.name: [] for script in scripts}
    for path in sorted(folder.glob("log.*")):
        for line in path.read_text().splitlines():
            _, _, taken, number, *_ = line.split()
            if taken.isdigit():
                found[scripts[int(number)].name].append(int(taken) / 1000)
    return {name: times for name, times in found.items() if times}


def _latency(times: Sequence[float]) -> Latency:
    cuts = quantiles(times, n=20, method="inclusive") if len(times) > 1 else list(times) * 19
    return Latency(len(times), cuts[9], cuts[18])
