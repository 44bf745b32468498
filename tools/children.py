"""Work in processes of their own, some at a time, each of which ends when this process is gone.

    our process --starts--> fork server --forks--> child
         '------------------pipe------------------'

Importing all that a run needs takes seconds: the fork server does it once, and its children begin with it. A child
reads a pipe whose other end only our process holds. Its end of file means that the child is to stop, or that we are
gone, by whatever way: it then stops as by Ctrl-C. A terminal's Ctrl-C itself does not reach it, because it has a
session of its own: it would be told twice.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from multiprocessing import forkserver
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerProcess
from typing import Any

STOP_SECONDS = 10.0
"""How long a child may take to stop before it is killed: a call of a model may hold it for minutes."""
STOPPED = 130
"""The exit code of a child that was stopped."""

Work = Callable[[Sequence[str]], int]
"""From arguments to an exit code; a function of a module, which the fork server imports."""
Heard = Callable[[str], None]
"""Hears each line that a child prints on stderr, as it is printed."""


@dataclass(frozen=True)
class Ended:
    """How a child ended."""

    code: int
    """Its exit code; negative when a signal ended it."""
    out: str
    """What it printed on stdout."""
    seconds: float


@dataclass(frozen=True)
class _Child:
    process: ForkServerProcess
    pipe: Connection
    """Ours alone: closing it stops the child."""
    err: Connection


class Children:
    """Lets children do the work, at most `workers` at a time."""

    def __init__(self, work: Work, *, workers: int) -> None:
        self._work = work
        self._workers = workers
        self._running: set[_Child] = set()
        self._lock = threading.Lock()
        self._is_closed = False
        self._context = multiprocessing.get_context("forkserver")
        self._context.set_forkserver_preload([work.__module__])

    def do_all(self, tasks: Sequence[Callable[[], None]]) -> None:
        """Do tasks in their order, in threads; a task may call `run`.

        Raises:
            KeyboardInterrupt: the user stopped it; no child runs any more.
        """
        with ThreadPoolExecutor(self._workers) as pool:
            futures = [pool.submit(task) for task in tasks]
            try:
                wait(futures)
            except KeyboardInterrupt:
                self._stop()
                raise
        for future in futures:
            future.result()

    def close(self) -> None:
        """Begin no more; what is under way goes on."""
        self._is_closed = True

    def run(self, arguments: Sequence[str], environment: Mapping[str, str], heard: Heard) -> Ended | None:
        """Let a child do the work to its end; None when it was not begun, because the children were closed."""
        began = time.monotonic()
        with tempfile.NamedTemporaryFile("r", encoding="utf-8", errors="replace") as out:
            child = self._begin(arguments, environment, out.name)
            if child is None:
                return None
            with open(os.dup(child.err.fileno()), encoding="utf-8", errors="replace") as said:
                for line in said:
                    heard(line.rstrip("\n"))
            child.process.join()
            with self._lock:
                self._running.discard(child)
                child.pipe.close()
            child.err.close()
            code = child.process.exitcode
            assert code is not None, "it was joined"
            return Ended(code, out.read(), time.monotonic() - began)

    def _begin(self, arguments: Sequence[str], environment: Mapping[str, str], out: str) -> _Child | None:
        with self._lock:  # none may be begun behind the back of `_stop`
            if self._is_closed:
                return None
            _start_server()
            their_pipe, pipe = self._context.Pipe(duplex=False)
            err, their_err = self._context.Pipe(duplex=False)
            order = (self._work, tuple(arguments), dict(environment), out, their_pipe, their_err)
            process = self._context.Process(target=_do, args=order)
            with _without_main_module():
                process.start()
            their_pipe.close()
            their_err.close()
            child = _Child(process, pipe, err)
            self._running.add(child)
            return child

    def _stop(self) -> None:
        """End every child; who asks a second time waits no longer."""
        with self._lock:
            self._is_closed = True
            for child in self._running:
                child.pipe.close()
        until = time.monotonic() + STOP_SECONDS
        with suppress(KeyboardInterrupt):
            while self._running and time.monotonic() < until:
                time.sleep(0.05)
        with self._lock:
            for child in self._running:
                child.process.kill()


def _start_server() -> None:
    """Start the fork server when it does not run; a file of the current folder must not be taken for a module."""
    before = os.environ.get("PYTHONSAFEPATH")
    os.environ["PYTHONSAFEPATH"] = "1"
    try:
        forkserver.ensure_running()
    finally:
        if before is None:
            del os.environ["PYTHONSAFEPATH"]
        else:
            os.environ["PYTHONSAFEPATH"] = before


@contextmanager
def _without_main_module() -> Iterator[None]:
    """Hide what this process was started with: a child would run it once more, and needs nothing of it."""
    main = vars(sys.modules["__main__"])
    hidden: dict[str, Any] = {name: main[name] for name in ("__spec__", "__file__") if name in main}
    main.update(dict.fromkeys(hidden))
    try:
        yield
    finally:
        main.update(hidden)


def _do(
    work: Work, arguments: Sequence[str], environment: Mapping[str, str], out: str, pipe: Connection, err: Connection
) -> None:
    """Do the work in this process, which is a child."""
    os.setsid()
    os.environ.clear()
    os.environ.update(environment)
    os.dup2(os.open(out, os.O_WRONLY), 1)
    os.dup2(err.fileno(), 2)
    err.close()
    try:
        _stop_with(pipe)
        code = work(arguments)
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # being told now changes nothing
    except KeyboardInterrupt:
        code = STOPPED
    sys.exit(code)


def _stop_with(pipe: Connection) -> None:
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell may have had it ignored
    main = threading.main_thread().ident
    assert main is not None, "it runs"

    def await_end() -> None:
        while os.read(pipe.fileno(), 1024):
            pass
        signal.pthread_kill(main, signal.SIGINT)
        time.sleep(2 * STOP_SECONDS)  # the parent kills before that, when it is there
        os.kill(os.getpid(), signal.SIGKILL)

    threading.Thread(target=await_end, name="parent", daemon=True).start()
