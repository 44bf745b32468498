"""`database-specialist batch`: the designs of many folders, some at a time, each in a process of its own.

0  every design was accepted, now or before
1  at least one was not accepted
2  usage or environment, or at least one folder came to no verdict: its line says what to do
3  all were accepted, and at least one was written beside a file that a person had edited

The highest of what happened counts, in the order 2, 1, 3, 0.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import threading
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from database_specialist.agent.app import is_up_to_date
from database_specialist.agent.commands import logs
from database_specialist.agent.commands.logs import add_logs
from database_specialist.agent.commands.options import (
    add_after_cut,
    add_database,
    add_settings,
    as_arguments,
    settings_of,
)
from database_specialist.agent.commands.outcome import ACCEPTED, EDITED, NOT_ACCEPTED, STOPPED, USAGE
from database_specialist.agent.config import Context, environment
from database_specialist.agent.errors import ConfigError, SpecialistError
from database_specialist.tools.children import Children, Ended
from database_specialist.tools.documents import require_folder
from database_specialist.tools.output import DOCUMENT

_WORST_FIRST = (USAGE, NOT_ACCEPTED, EDITED, ACCEPTED)
_COLOURS = {ACCEPTED: "green", EDITED: "yellow", NOT_ACCEPTED: "red", USAGE: "red"}


@dataclass(frozen=True)
class Line:
    """What became of one folder."""

    folder: str
    status: str
    """A status of the contract, or one of unchanged, failed, killed, stopped, not started."""
    seconds: float = 0.0
    path: str = ""
    """The document or the draft."""
    reason: str = ""
    code: int = USAGE
    """What `design` would have given."""


def add_batch(commands: argparse._SubParsersAction[Any]) -> None:
    """Add the command to a parser."""
    command = commands.add_parser(
        "batch",
        help="design the databases of many folders, some at a time",
        description="Does what `design` does for each FOLDER, each in a process of its own. A folder whose design was "
        "accepted before is left as it is, unless its documents, the settings or the program have changed. After "
        "Ctrl-C or a kill the same command goes on where it was cut.",
        epilog="examples:\n"
        "  database-specialist batch projects/*/ai_docs\n"
        "  database-specialist batch a/ai_docs b/ai_docs --workers 1 --json | jq '.[].status'\n\n"
        "exit codes: 0 all accepted, 1 some not accepted, 2 usage or environment, or a folder came to no verdict, "
        "3 all accepted, some written beside a file edited by hand",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    command.add_argument("folders", nargs="+", metavar="FOLDER", help="a folder with documents, as for `design`")
    command.add_argument(
        "--workers", type=int, metavar="N", help=f"how many at a time (default: {_cores()}, the processors here)"
    )
    command.add_argument(
        "--keep-going",
        action="store_true",
        help="begin the other folders also after one came to no verdict (a wrong key or a full disk fails them all; "
        "a design that is not accepted never stops the others)",
    )
    command.add_argument("--again", action="store_true", help="design anew also what was accepted and has not changed")
    add_settings(command)
    add_database(command)
    add_logs(command)
    command.add_argument("--quiet", action="store_true", help="no progress; the table and errors only")
    add_after_cut(command)
    command.set_defaults(run=_batch)


def _batch(options: argparse.Namespace) -> int:
    context = settings_of(options)
    workers = _cores() if options.workers is None else options.workers
    if workers < 1:
        raise ConfigError(f"--workers {workers}: give 1 or more")
    folders = _distinct(options.folders)
    from database_specialist.agent.commands.worker import work  # it imports the command line, and that this module

    children = Children(work, workers=min(workers, len(folders)))
    batch = _Batch(options, context, children, width=max(map(len, folders)))
    try:
        batch.run(folders)
    except KeyboardInterrupt:
        _print(batch.told(folders), as_json=options.json)
        print("database-specialist: stopped; the same command goes on where it was", file=sys.stderr)
        return STOPPED
    lines = batch.told(folders)
    _print(lines, as_json=options.json)
    return next(code for code in _WORST_FIRST if any(line.code == code for line in lines))


def _cores() -> int:
    """Return how many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _distinct(folders: Sequence[str]) -> list[str]:
    """Return the folders as they were given.

    Raises:
        ConfigError: one is named twice, or is missing.
    """
    seen: dict[Path, str] = {}
    for folder in folders:
        try:
            require_folder(Path(folder))
        except SpecialistError as error:
            raise ConfigError(str(error)) from error
        resolved = Path(folder).resolve()
        if resolved in seen:
            other = "" if seen[resolved] == folder else f" (as {seen[resolved]})"
            raise ConfigError(f"{folder}: named twice{other}; name each folder once")
        seen[resolved] = folder
    return list(seen.values())


@dataclass
class _Batch:
    """One command's folders, and what has become of them so far."""

    options: argparse.Namespace
    context: Context
    children: Children
    width: int
    _lines: dict[str, Line] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def run(self, folders: Sequence[str]) -> None:
        """Design them all.

        Raises:
            KeyboardInterrupt: the user stopped it; no run is under way any more.
        """
        self.children.do_all([partial(self._design, folder) for folder in folders])

    def told(self, folders: Sequence[str]) -> list[Line]:
        """Say what became of each folder."""
        return [self._lines.get(folder, Line(folder, "not started")) for folder in folders]

    def _design(self, folder: str) -> None:
        if self._is_done(folder):
            line = Line(folder, "unchanged", path=str(Path(folder) / DOCUMENT), code=ACCEPTED)
            self._say(folder, "accepted before, and nothing has changed since; --again designs it anew", always=False)
        else:
            ended = self.children.run(self._arguments(folder), self._environment(), partial(self._say, folder))
            if ended is None:
                return
            line = _line(folder, ended)
        self._lines[folder] = line
        if line.code == USAGE and not self.options.keep_going:
            self.children.close()

    def _is_done(self, folder: str) -> bool:
        if self.options.again or self.options.after_cut == "fresh":
            return False
        try:
            return is_up_to_date(Path(folder), self.context)
        except SpecialistError:
            return False  # the run itself says what is wrong

    def _arguments(self, folder: str) -> list[str]:
        said = [] if self.options.quiet else ["--progress"]
        return ["design", "--json", *said, *as_arguments(self.options), *logs.as_arguments(self.options), "--", folder]

    def _environment(self) -> Mapping[str, str]:
        dsn = self.options.mysql_dsn
        return {**environment(), **({"DATABASE_SPECIALIST_MYSQL_DSN": dsn} if dsn else {})}

    def _say(self, folder: str, said: str, *, always: bool = True) -> None:
        if always or not self.options.quiet:
            # A line of `--log-format json` is an object for a program, and names its run.
            line = said if said.startswith("{") else f"{folder:<{self.width}}  {said}"
            with self._lock:
                print(line, file=sys.stderr, flush=True)


def _line(folder: str, ended: Ended) -> Line:
    seconds = round(ended.seconds, 1)
    if ended.code < 0:
        reason = f"ended by signal {-ended.code}; the same command goes on with it"
        return Line(folder, "killed", seconds, reason=reason)
    if ended.code == STOPPED:
        return Line(folder, "stopped", seconds)
    if not ended.out:
        return Line(folder, "failed", seconds, reason="see its line above")
    outcome = json.loads(ended.out)
    files = outcome["files"]
    path = outcome["document"] or (files[0] if files else "")
    return Line(folder, outcome["status"], seconds, path, outcome["reason"], ended.code)


def _print(lines: Sequence[Line], *, as_json: bool) -> None:
    if as_json:
        print(json.dumps([asdict(line) for line in lines], indent=2))
        return
    table = Table(box=SIMPLE_HEAD, padding=(0, 1))
    table.add_column("folder", overflow="fold")
    table.add_column("status", no_wrap=True)
    table.add_column("seconds", justify="right", no_wrap=True)
    table.add_column("path", overflow="fold")
    for line in lines:
        status = f"[{_COLOURS[line.code]}]{line.status.replace('_', ' ')}[/]"
        table.add_row(escape(line.folder), status, f"{line.seconds:.1f}", escape(line.path or line.reason))
    Console(highlight=False).print(table)
