"""`database-specialist runs`: the runs that were cut off, and what to do about them."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from database_specialist.agent.app import design
from database_specialist.agent.commands.asking import approve, is_somebody_there
from database_specialist.agent.commands.logs import add_logs
from database_specialist.agent.commands.outcome import report
from database_specialist.agent.config import environment, secrets_from
from database_specialist.agent.errors import ConfigError, OutputError
from database_specialist.agent.running import RunRecord
from database_specialist.agent.terminal import print_progress
from database_specialist.graph.running import as_begun, changed_since, forget
from database_specialist.tools.output import OutputFolder
from database_specialist.tools.runs import RunState, find_runs


def add_runs(commands: argparse._SubParsersAction[Any]) -> None:
    """Add the command to a parser."""
    command = commands.add_parser(
        "runs",
        help="list, show, resume or delete the runs that were cut off",
        description="A run that is killed leaves its state in its output folder, and `design` with the same folder "
        "goes on with it. This command finds such runs. A run that came to its end leaves none.",
        epilog="examples:\n"
        "  database-specialist runs                       # below the current folder\n"
        "  database-specialist runs show ai_docs\n"
        "  database-specialist runs resume 3f2a9c0d41b7   # by its id, with the settings that it began with\n"
        "  database-specialist runs delete ai_docs",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    _add_json(command)
    command.set_defaults(run=_list, folder=".")
    actions = command.add_subparsers(metavar="ACTION")
    listing = actions.add_parser("list", help="list the runs below FOLDER (what `runs` alone does)")
    listing.add_argument("folder", nargs="?", default=".", metavar="FOLDER", help="default: the current folder")
    _add_json(listing)
    listing.set_defaults(run=_list)
    for name, run, told in (
        ("show", _show, "show a run: where it stands, what it was given, and what has changed since"),
        ("resume", _resume, "go on with a run, with the settings that it began with"),
        ("delete", _delete, "forget a run and the model's answers that it had"),
    ):
        action = actions.add_parser(name, help=told, description=f"{told[0].upper()}{told[1:]}.")
        action.add_argument("which", metavar="RUN", help="its output folder, or its id")
        _add_json(action)
        action.set_defaults(run=run)
        if run is _resume:
            add_logs(action)
            action.add_argument("--quiet", action="store_true", help="no progress; the summary and errors only")


def _add_json(command: argparse.ArgumentParser) -> None:
    command.add_argument("--json", action="store_true", help="print the result as JSON on stdout")


def _list(options: argparse.Namespace) -> int:
    told = [_told(state) for state in find_runs(Path(options.folder))]
    if options.json:
        print(json.dumps(told, indent=2))
    elif told:
        _print_runs(told)
    else:
        print(f"no run that was cut off in or below {Path(options.folder).resolve()}")
    return 0


def _show(options: argparse.Namespace) -> int:
    state = _state(options.which)
    record = _record(state)
    told = _told(state) | {
        "documents": sorted(record.documents),
        "settings": {name: value for name, value in record.settings.items() if value is not None},
        "changed": list(changed_since(state, record)),
        "seconds_by_node": {node: round(taken, 1) for node, taken in record.seconds.items()},
    }
    if options.json:
        print(json.dumps(told, indent=2))
    else:
        _print_run(told)
    return 0


def _resume(options: argparse.Namespace) -> int:
    state = _state(options.which)
    record = _record(state)
    changed = changed_since(state, record)
    if changed:
        print(f"database-specialist: {', '.join(changed)}; going on all the same", file=sys.stderr)
    progress = None if options.quiet or options.json else print_progress()
    folder, context = as_begun(state, record)
    person = approve if progress and is_somebody_there() else None
    outcome = design(folder, context, progress=progress, after_cut="resume", person=person)
    return report(outcome, as_json=options.json)


def _delete(options: argparse.Namespace) -> int:
    state = _state(options.which)
    told = _told(state)
    forget(state, secrets_from(environment()).state_dsn)
    if options.json:
        print(json.dumps({"deleted": told["id"], "output": told["output"]}, indent=2))
    else:
        print(f"deleted the run {told['id']} of {told['output']}")
    return 0


def _state(which: str) -> RunState:
    """Find a run by its output folder, or by its id in or below the current folder."""
    if Path(which).is_dir():
        found = [RunState(Path(which))]
    else:
        found = [state for state in find_runs(Path()) if _told(state)["id"] == which]
    if not found or not found[0].exists:
        raise ConfigError(f"{which}: no run that was cut off; `database-specialist runs list FOLDER` lists them")
    return found[0]


def _record(state: RunState) -> RunRecord:
    record = state.record
    assert record is not None, "the state was found by its record"
    return record


def _told(state: RunState) -> dict[str, Any]:
    """Return what is said of a run; of a damaged one what is left of it."""
    told: dict[str, Any] = {"id": state.thread(), "output": str(state.output), "answers": state.answered}
    told["kilobytes"] = round(state.size / 1024)
    try:
        record = _record(state)
    except OutputError as error:
        return told | {"status": f"damaged: {error}", "started": "", "stands": "", "nodes": [], "seconds": 0.0}
    held = OutputFolder(state.output).held()
    status = f"running ({held})" if held else f"stopped: {record.stopped}" if record.stopped else "cut off"
    return told | {
        "id": record.thread,
        "status": status,
        "started": record.started,
        "stands": record.stands,
        "nodes": list(record.nodes),
        "sessions": record.sessions,
        "seconds": round(record.wall_seconds, 1),
    }


def _print_runs(runs: list[dict[str, Any]]) -> None:
    table = Table(box=SIMPLE_HEAD, padding=(0, 1))
    table.add_column("run", no_wrap=True)
    for heading in ("status", "stands", "output"):
        table.add_column(heading, overflow="fold")
    for run in runs:
        table.add_row(*(escape(str(run[cell])) for cell in ("id", "status", "stands", "output")))
    Console(highlight=False).print(table)


def _print_run(told: dict[str, Any]) -> None:
    console = Console(highlight=False, soft_wrap=True)
    for name, value in told.items():
        listed = [f"{key}={each}" for key, each in value.items()] if isinstance(value, dict) else value
        shown = ", ".join(map(str, listed)) if isinstance(listed, list) else str(listed)
        console.print(f"[bold]{name.replace('_', ' '):<16}[/] {escape(shown or 'nothing')}")
