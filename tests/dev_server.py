"""`langgraph dev` for tests: on a free port, without a key, without the network."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import httpx2

ROOT = Path(__file__).parents[1]
START_SECONDS = 90.0


@dataclass(frozen=True)
class DevServer:
    """A server that runs."""

    url: str
    log: Path
    """What it printed."""
    refused: Path
    """The hosts beyond this machine that it tried to reach, one a line; the file may be missing."""
    pid: int = 0


@contextmanager
def dev_server(
    folder: Path, settings: Mapping[str, str] | None = None, *, at_a_time: int | None = None
) -> Iterator[DevServer]:
    """Serve the graph of langgraph.json, with `folder` as the working directory, where the server keeps its state.

    `at_a_time` is how many runs it works on at the same time; None is the server's own number.
    """
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = DevServer(f"http://127.0.0.1:{port}", folder / "server.log", folder / "refused.txt")
    command = [sys.executable, "-m", "langgraph_cli", "dev", "--config", str(ROOT / "langgraph.json")]
    command += ["--no-browser", "--no-reload", "--host", "127.0.0.1", "--port", str(port)]
    command += ["--n-jobs-per-worker", str(at_a_time)] if at_a_time else []
    with (
        server.log.open("wb") as log,
        subprocess.Popen(
            command, cwd=folder, env=_environment(server, settings or {}), stdout=log, stderr=subprocess.STDOUT
        ) as process,
    ):
        try:
            _wait(server, process)
            yield replace(server, pid=process.pid)
        finally:
            process.terminate()


def _environment(server: DevServer, settings: Mapping[str, str]) -> dict[str, str]:
    ours = ("DATABASE_SPECIALIST_", "LANGSMITH_", "LANGCHAIN_", "LANGGRAPH_")
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    path = [str(ROOT / "tests" / "offline"), *filter(None, [inherited.get("PYTHONPATH")])]
    fixed = {
        "PYTHONPATH": os.pathsep.join(path),
        "OFFLINE_LOG": str(server.refused),
        "LANGGRAPH_CLI_NO_ANALYTICS": "1",
        "LANGGRAPH_NO_VERSION_CHECK": "1",
        "LANGSMITH_TRACING": "false",
        "RESEARCH": "off",
    }
    return inherited | fixed | dict(settings)


def _wait(server: DevServer, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until and process.poll() is None:
        try:
            if httpx2.get(f"{server.url}/ok").status_code == 200:
                return
        except httpx2.TransportError:
            time.sleep(0.2)
    raise RuntimeError(f"langgraph dev did not start:\n{server.log.read_text(errors='replace')}")
