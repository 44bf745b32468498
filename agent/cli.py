"""The command line: arguments in, exit code out.

0  the design was accepted and written; the checked file is sound
1  the design was not accepted; the checked file has faults
2  usage, input or environment, a chat model that failed for good: one line on stderr says what to do
3  written, but beside a file that a person had edited since
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import NoReturn

from database_specialist.agent.app import check, design
from database_specialist.agent.commands.asking import approve, choose, is_somebody_there
from database_specialist.agent.commands.batch import add_batch
from database_specialist.agent.commands.logs import add_logs, logging_as_asked
from database_specialist.agent.commands.mcp import add_mcp
from database_specialist.agent.commands.options import (
    add_after_cut,
    add_database,
    add_existing,
    add_settings,
    settings_of,
)
from database_specialist.agent.commands.outcome import ACCEPTED, NOT_ACCEPTED, STOPPED, USAGE, report
from database_specialist.agent.commands.runs import add_runs
from database_specialist.agent.config import Secrets, context_from, environment, split_password
from database_specialist.agent.errors import ChangedError, SpecialistError
from database_specialist.agent.rules.explain import explain
from database_specialist.agent.terminal import print_progress, print_report
from database_specialist.tools.telemetry import flush


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; return the exit code."""
    options = _parser().parse_args(arguments)
    try:
        with logging_as_asked(options):
            code: int = options.run(options)
    except SpecialistError as error:
        print(f"database-specialist: {' '.join(str(error).split())}", file=sys.stderr)
        return USAGE
    except Exception as error:  # the last line of defence: a fault of ours is one line too
        if environment().get("DATABASE_SPECIALIST_DEBUG"):
            raise
        what = f"{type(error).__name__}: {' '.join(str(error).split())}"[:300]
        print(
            f"database-specialist: a fault of this program ({what}). "
            "Set DATABASE_SPECIALIST_DEBUG=1 to see where, and report it",
            file=sys.stderr,
        )
        return USAGE
    except KeyboardInterrupt:
        print("database-specialist: stopped; no file is half written", file=sys.stderr)
        return STOPPED
    finally:
        flush()
    return code


class _Parser(argparse.ArgumentParser):
    """Answers a wrong call in one line; the usage is what --help is for."""

    def error(self, message: str) -> NoReturn:
        self.exit(USAGE, f"{self.prog}: {message}; see {self.prog} --help\n")


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="database-specialist",
        description="Designs a database from a project's documents and proves the design on a real database.",
        epilog="example: database-specialist design ai_docs\n\n"
        "exit codes: 0 accepted, 1 not accepted, 2 usage, input or environment, 3 written beside a file edited by hand",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=version("database-specialist"))
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    _add_design(commands)
    _add_check(commands)
    _add_explain(commands)
    add_batch(commands)
    add_mcp(commands)
    add_runs(commands)
    return parser


def _add_design(commands: argparse._SubParsersAction[_Parser]) -> None:
    command = commands.add_parser(
        "design",
        help="read ai_docs/, design the database, prove it, write ai_docs/database-design.md",
        description="Reads the requirements and the architecture in AI_DOCS, designs the database, proves the design "
        "on a real database, and writes database-design.md, database-design.json and database/ when it is accepted.",
        epilog="examples:\n"
        "  database-specialist design                              # reads and writes ./ai_docs\n"
        "  database-specialist design ai_docs --output out --engine sqlite --quiet\n"
        "  database-specialist design ai_docs --json | jq .status",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    command.add_argument("folder", nargs="?", default="ai_docs", metavar="AI_DOCS", help="default: ai_docs")
    command.add_argument("--output", metavar="FOLDER", help="write here instead of AI_DOCS")
    add_settings(command)
    add_existing(command)
    add_database(command)
    add_logs(command)
    command.add_argument(
        "--redis-url",
        metavar="URL",
        help="a Redis server to prove keys on, in a database of it that is empty; `off` for none (default: a private "
        "one, where redis-server is on PATH; better set as DATABASE_SPECIALIST_REDIS_URL, as it may have a password)",
    )
    said = command.add_mutually_exclusive_group()
    said.add_argument("--quiet", action="store_true", help="no progress; the summary and errors only")
    said.add_argument("--progress", action="store_true", help="progress on stderr, with --json too")
    add_after_cut(command)
    command.set_defaults(run=_design)


def _add_check(commands: argparse._SubParsersAction[_Parser]) -> None:
    command = commands.add_parser(
        "check",
        help="run the SQL of any database-design.md or .sql file and report its faults",
        description="Runs every SQL statement of FILE in order on an empty database, reads the result back, and "
        "reports what fails, which foreign keys lack an index, which indexes nothing uses, and the rest of the rules.",
        epilog="example: database-specialist check ai_docs/database-design.md",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    command.add_argument("file", metavar="FILE", help="a Markdown file with SQL blocks, or an SQL file")
    add_database(command)
    add_logs(command)
    command.set_defaults(run=_check)


def _add_explain(commands: argparse._SubParsersAction[_Parser]) -> None:
    command = commands.add_parser(
        "explain", help="explain a rule by its code", description="Explains a rule of the critic."
    )
    command.add_argument("code", metavar="CODE", help="for example FK001")
    command.set_defaults(run=_explain)


def _design(options: argparse.Namespace) -> int:
    context = settings_of(
        options, output=options.output, existing=options.existing, rename=options.rename, fill=options.fill
    )
    silent = not options.progress and (options.quiet or options.json)
    progress = None if silent else print_progress()
    password = split_password(options.existing)[1] if options.existing else None
    secrets = Secrets(mysql_dsn=options.mysql_dsn, redis_url=options.redis_url, existing_password=password)
    asked = not silent and is_somebody_there()
    person = approve if asked else None
    order = partial(design, Path(options.folder), context, secrets=secrets, progress=progress, person=person)
    try:
        outcome = order(after_cut=options.after_cut)
    except ChangedError as error:
        if not asked:
            raise
        outcome = order(after_cut=choose(error))
    return report(outcome, as_json=options.json)


def _check(options: argparse.Namespace) -> int:
    context = context_from(environment(), engine=options.engine, pg_bin=options.pg_bin)
    checked = check(Path(options.file), context, secrets=Secrets(mysql_dsn=options.mysql_dsn))
    if options.json:
        print(json.dumps(checked.dump(), indent=2))
    else:
        print_report(checked)
    return ACCEPTED if checked.sound else NOT_ACCEPTED


def _explain(options: argparse.Namespace) -> int:
    print(explain(options.code))
    return ACCEPTED


if __name__ == "__main__":
    sys.exit(main())
