"""Private servers of other engines than PostgreSQL: kept by the same keeper, in the same kind of folder."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from database_specialist.agent.errors import SandboxError

START_SECONDS = 60.0


def environment() -> dict[str, str]:
    """Return what a server is told of our environment: no more than where its libraries are."""
    kept = {name: os.environ[name] for name in ("LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH") if name in os.environ}
    return {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C", "TZ": "UTC", **kept}


def launch(command: Sequence[str], run: Path, *, user: int | None, memory_bytes: int) -> subprocess.Popen[bytes]:
    """Start a server in a run's folder; it ends with the process that is returned, or with ours."""
    order = {
        "command": list(command),
        "data": str(run / "data"),
        "folder": str(run),
        "log": str(run / "log"),
        "user": user,
        "memory_bytes": memory_bytes,
        "environment": environment(),
    }
    keeper = Path(__file__).with_name("postgres_keeper.py")
    return subprocess.Popen(
        [sys.executable, "-I", "-S", str(keeper), json.dumps(order)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )


def await_socket(keeper: subprocess.Popen[bytes], run: Path, socket: Path, *, name: str, remedy: str) -> None:
    """Wait until a server listens.

    Raises:
        SandboxError: it ended, or took too long; the message quotes the last line of its log.
    """
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and keeper.poll() is None:
        if socket.exists():
            return
        time.sleep(0.01)
    said = ""
    with contextlib.suppress(OSError, IndexError):
        said = (run / "log").read_text(errors="replace").strip().splitlines()[-1]
    raise SandboxError(f"{name} does not start: {said}. Remedy: {remedy}.")
