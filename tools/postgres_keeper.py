"""Keep one postgres server alive exactly as long as the process that asked for it.

    our process --pipe--> keeper --fork, drop rights, exec--> postgres

A run may be killed at any moment, so the server's life must not depend on any clean-up of ours. The keeper
reads a pipe whose other end only our process holds: its end of file means that we are gone, by whatever
way, and the keeper stops the server and removes its folder. If the keeper itself is killed, Linux tells
the server (PR_SET_PDEATHSIG). A signal to the starting *thread's* death would be wrong in our own process,
where servers are started from worker threads: hence a process between.

Runs as a script (`python -I -S postgres_keeper.py JSON`), so it imports the standard library only, and all of it
before it changes the user: Python itself may lie where that user cannot read.
"""

from __future__ import annotations

import contextlib
import ctypes
import json
import os
import resource
import select
import shutil
import signal
import sys
import time
from typing import Any

POLL_SECONDS = 0.5
STOP_SECONDS = 5.0
PR_SET_PDEATHSIG = 1
PR_SET_NO_NEW_PRIVS = 38


def main() -> int:
    """Start the server that the argument describes, and stay until it or our process ends."""
    order = json.loads(sys.argv[1])
    for number in (signal.SIGINT, signal.SIGHUP, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)  # Ctrl-C reaches the whole group; only the pipe decides
    parent = os.getppid()
    child = os.fork()
    if child == 0:
        _become_server(order, keeper=os.getppid())
    print(child, flush=True)
    if _wait(child, parent):
        _stop(child)
        shutil.rmtree(order["folder"], ignore_errors=True)
    return 0


def _become_server(order: dict[str, Any], *, keeper: int) -> None:
    try:
        log = os.open(order["log"], os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        null = os.open(os.devnull, os.O_RDONLY)
        for source, target in ((null, 0), (log, 1), (log, 2)):
            os.dup2(source, target)
        for number in (signal.SIGINT, signal.SIGHUP, signal.SIGTERM):
            signal.signal(number, signal.SIG_DFL)
        os.setsid()  # so that a terminal's Ctrl-C does not begin a shutdown behind our back
        _drop_rights(order["user"])
        _limit(order["memory_bytes"])
        _die_with(keeper)
        os.umask(0o077)
        os.chdir(order["data"])
        os.execve(order["command"][0], order["command"], order["environment"])
    except OSError as error:
        os.write(2, f"keeper: {error}\n".encode())
    finally:
        os._exit(127)


def _drop_rights(user: int | None) -> None:
    if user is None:
        return
    os.setgroups([])
    os.setgid(user)
    os.setuid(user)


def _limit(memory_bytes: int) -> None:
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    with contextlib.suppress(ValueError, OSError):  # macOS refuses RLIMIT_AS; the watchdog remains there
        resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))


def _die_with(keeper: int) -> None:
    """Ask Linux for a fast shutdown of the server when the keeper dies. After the change of user, which clears it."""
    if not sys.platform.startswith("linux"):
        return
    library = ctypes.CDLL(None, use_errno=True)
    library.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    library.prctl(PR_SET_PDEATHSIG, signal.SIGQUIT, 0, 0, 0)
    if os.getppid() != keeper:
        os._exit(1)


def _wait(child: int, parent: int) -> bool:
    """Return True when our process is gone or asks for the end, False when the server ended by itself."""
    while True:
        readable, _, _ = select.select([0], [], [], POLL_SECONDS)
        # A forked copy of our process may hold the pipe open: the parent's id tells as well.
        if (readable and not os.read(0, 1)) or os.getppid() != parent:
            return True
        if os.waitpid(child, os.WNOHANG)[0]:
            return False


def _stop(child: int) -> None:
    os.kill(child, signal.SIGQUIT)
    deadline = time.monotonic() + STOP_SECONDS
    while time.monotonic() < deadline:
        if os.waitpid(child, os.WNOHANG)[0]:
            return
        time.sleep(0.005)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)


if __name__ == "__main__":
    sys.exit(main())
