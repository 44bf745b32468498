"""Runs the command line in processes that kill themselves, as by `kill -9`, at one named point.

python -m tests.durable.driver

Each line of its input is a JSON object, a `Job`; it answers with a line for the pid of the process that does the job,
and one for its exit code. The process is forked off one that has imported everything, which takes seconds.

A point is one of
    before:NODE  after:NODE      a node of the graph, before its first and after its last line
    waiting:NODE                 a second into a node, when what runs beside it has ended
    WHAT:N  WHAT:N:done          before, and after, the N-th time that the run does WHAT (see `_WHAT`)
    none                         nothing: the run is only logged
"""

from __future__ import annotations

import functools
import importlib
import json
import os
import signal
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

_WHAT = {
    "send": "tools.model:_OpenAICompatible.exchange",
    "answer": "tools.answers:KeptAnswers.keep",
    "put": "tools.checkpoints:SqliteSaver.put",
    "writes": "tools.checkpoints:SqliteSaver.put_writes",
    "part": "tools.checkpoints:write_whole",
    "record": "tools.runs:RunState.write",
    "file": "tools.output:write_whole",
    "sync": "tools.files:os.fsync",
    "keeper": "tools.postgres:subprocess.Popen",
    "sandbox": "tools.postgres_sandbox:running",
    "database": "tools.postgres_sandbox:PostgresSandbox.administer",
    "amend": "agent.app:OutputFolder.amend",
    "remove": "tools.runs:RunState.remove",
    "sweep": "tools.runs:RunState._sweep",
}
_LINGER_SECONDS = 1.0


def die() -> None:
    """End this process as an outsider would: nothing of it gets a chance to clean up."""
    os.kill(os.getpid(), signal.SIGKILL)
    time.sleep(60)


@dataclass(frozen=True)
class Job:
    """One run of the command line."""

    point: str
    log: str
    """A file that receives a line for each node that begins or ends."""
    said: str
    """A file that receives what the run prints."""
    arguments: list[str]
    environment: dict[str, str]


@dataclass
class _Armed:
    """What the wrapped nodes of this process do."""

    point: str = "none"
    log: Path = Path(os.devnull)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def note(self, line: str) -> None:
        with self.lock, self.log.open("a") as file:
            file.write(line + "\n")


_armed = _Armed()


def _wrap_nodes() -> None:
    """Wrap every node before the graph is built of them."""
    nodes = importlib.import_module("database_specialist.graph.nodes")
    for name in nodes.__all__:
        if callable(node := getattr(nodes, name)):
            setattr(nodes, name, _wrapped(node, name))


def _wrapped(node: Callable[..., Any], name: str) -> Callable[..., Any]:
    @functools.wraps(node)
    def logged(*arguments: Any, **keywords: Any) -> Any:
        _armed.note(f"begin {name}")
        if _armed.point == f"waiting:{name}":
            time.sleep(_LINGER_SECONDS)
            die()
        if _armed.point == f"before:{name}":
            die()
        update = node(*arguments, **keywords)
        _armed.note(f"end {name}")
        if _armed.point == f"after:{name}":
            die()
        return update

    return logged


def _arm(point: str) -> None:
    what, _, times = point.partition(":")
    if what not in _WHAT:
        return
    number, _, when = times.partition(":")
    module, _, path = _WHAT[what].partition(":")
    owner: Any = importlib.import_module(f"database_specialist.{module}")
    *parents, attribute = path.split(".")
    for parent in parents:
        owner = getattr(owner, parent)
    done: Counter[str] = Counter()
    real = getattr(owner, attribute)

    @functools.wraps(real)
    def counted(*arguments: Any, **keywords: Any) -> Any:
        if what == "keeper" and "postgres_keeper" not in str(arguments):
            return real(*arguments, **keywords)
        done[what] += 1
        is_it = done[what] == int(number)
        if is_it and not when:
            die()
        given = real(*arguments, **keywords)
        if is_it:
            die()
        return given

    setattr(owner, attribute, counted)


def _do(job: Job) -> int:
    """Do a job in this process, which is a forked one."""
    os.environ.clear()
    os.environ.update(job.environment)
    tempfile.tempdir = None  # of the environment before
    said = os.open(job.said, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    for number, source in ((0, os.open(os.devnull, os.O_RDONLY)), (1, said), (2, said)):
        os.dup2(source, number)
    _armed.point, _armed.log = job.point, Path(job.log)
    _arm(job.point)
    cli = importlib.import_module("database_specialist.agent.cli")
    code: int = cli.main(job.arguments)
    sys.stdout.flush()
    sys.stderr.flush()
    return code


def main() -> None:
    """Do the jobs that come in, one after the other."""
    _wrap_nodes()
    importlib.import_module("database_specialist.agent.cli")
    # Once for all jobs: the files of a checkout may change while a campaign runs.
    importlib.import_module("database_specialist.tools.runs").program_version()
    for line in sys.stdin:
        job = Job(**json.loads(line))
        child = os.fork()
        if child == 0:
            os._exit(_do(job))
        print(child, flush=True)
        print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)


if __name__ == "__main__":
    main()
