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
from importlib.metadata import version
from pathlib import Path
from typing import NoReturn

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from database_specialist.agent.app import Outcome, Progress, check, design
from database_specialist.agent.checking import CheckReport
from database_specialist.agent.config import context_from, environment
from database_specialist.agent.errors import SpecialistError
from database_specialist.agent.model.evidence import Finding
from database_specialist.agent.rules.explain import explain

ACCEPTED, NOT_ACCEPTED, USAGE, EDITED = 0, 1, 2, 3


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; return the exit code."""
    options = _parser().parse_args(arguments)
    try:
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
        return 130
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
    command.add_argument("--model", metavar="NAME", help="a chat model to design with (default: the rules designer)")
    command.add_argument("--base-url", metavar="URL", help="an OpenAI-compatible endpoint (default: OPENAI_BASE_URL)")
    command.add_argument("--research", choices=("auto", "off"), help="`off` asks no outside service (default: auto)")
    command.add_argument(
        "--fallback",
        choices=("none", "rules"),
        help="when the model fails for good: `none` ends the run, `rules` lets the rules designer go on, and the "
        "document says so (default: none)",
    )
    command.add_argument("--max-cost", type=float, metavar="USD", help="the most that model calls may cost together")
    command.add_argument(
        "--depth",
        choices=("quick", "standard", "full"),
        help="how much is rehearsed beside the design (default: standard)",
    )
    command.add_argument("--max-rounds", type=int, metavar="N", help="how often the critic may look (default: 4)")
    _add_common(command)
    command.add_argument("--quiet", action="store_true", help="no progress; the summary and errors only")
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
    _add_common(command)
    command.set_defaults(run=_check)


def _add_explain(commands: argparse._SubParsersAction[_Parser]) -> None:
    command = commands.add_parser(
        "explain", help="explain a rule by its code", description="Explains a rule of the critic."
    )
    command.add_argument("code", metavar="CODE", help="for example FK001")
    command.set_defaults(run=_explain)


def _add_common(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--engine",
        choices=("postgresql", "sqlite", "mysql", "mariadb"),
        help="default: the engine that the documents name, else PostgreSQL",
    )
    command.add_argument("--pg-bin", metavar="FOLDER", help="PostgreSQL's programs, in place of the embedded ones")
    command.add_argument("--mysql-dsn", metavar="DSN", help="a MySQL or MariaDB server to run on")
    command.add_argument("--json", action="store_true", help="print the result as JSON on stdout")


def _design(options: argparse.Namespace) -> int:
    context = context_from(
        environment(),
        engine=options.engine,
        model=options.model,
        base_url=options.base_url,
        research=options.research,
        fallback=options.fallback,
        max_cost=options.max_cost,
        depth=options.depth,
        max_rounds=options.max_rounds,
        pg_bin=options.pg_bin,
        mysql_dsn=options.mysql_dsn,
        output=options.output,
    )
    silent = options.quiet or options.json
    outcome = design(Path(options.folder), context, progress=None if silent else _print_progress())
    if options.json:
        print(json.dumps(_outcome_json(outcome), indent=2))
    elif not outcome.has_failed:
        _print_outcome(outcome)
    if outcome.has_failed:
        print(f"database-specialist: {_failure(outcome)}", file=sys.stderr)
        return USAGE
    if outcome.status != "accepted":
        return NOT_ACCEPTED
    return EDITED if outcome.edited else ACCEPTED


def _failure(outcome: Outcome) -> str:
    reason = " ".join(outcome.reason.split())
    spent = f" ({_spent(outcome)})" if outcome.usage else ""
    return f"{outcome.status}: {reason}{spent}; nothing was written. Run again, or with --fallback rules"


def _spent(outcome: Outcome) -> str:
    calls = sum(usage.calls for usage in outcome.usage)
    tokens = sum(usage.prompt_tokens + usage.completion_tokens for usage in outcome.usage)
    cached = sum(usage.cached_tokens for usage in outcome.usage)
    return f"{calls} model calls, {tokens:,} tokens ({cached:,} of them cached), {outcome.price}"


def _print_progress() -> Progress:
    console = Console(stderr=True, highlight=False, soft_wrap=True)

    def show(node: str, doing: str, elapsed: float) -> None:
        console.print(f"[dim]{elapsed:6.1f}s[/]  [bold]{node:<18}[/] {escape(doing)}")

    return show


def _outcome_json(outcome: Outcome) -> dict[str, object]:
    return {
        "status": outcome.status,
        "reason": outcome.reason,
        "document": str(outcome.document) if outcome.document else None,
        "document_sha256": outcome.document_sha256,
        "files": list(outcome.files),
        "edited": list(outcome.edited),
        "tables": len(outcome.schema.tables),
        "indexes": len(outcome.indexes.planned),
        "checks": len(outcome.evidence.records),
        "checks_failed": len(outcome.evidence.failed),
        "rounds": outcome.verdict.round,
        "usage": [usage.dump() for usage in outcome.usage],
        "price": outcome.price if outcome.usage else None,
        "findings": [finding.dump() for finding in outcome.verdict.findings],
    }


def _print_outcome(outcome: Outcome) -> None:
    console = Console(highlight=False, soft_wrap=True)
    console.print(f"[bold]{outcome.status.replace('_', ' ')}[/] in round {outcome.verdict.round}")
    console.print(_summary(outcome))
    if outcome.usage:
        console.print(escape(_spent(outcome)))
    for finding in outcome.objections:
        _print_finding(console, finding)
    for name in outcome.edited:
        new = Path(name).with_suffix(f".new{Path(name).suffix}")
        console.print(f"{escape(name)} was edited by hand and is kept; the new one is {escape(str(new))}")
    if outcome.document:
        console.print(escape(str(outcome.document)))
    else:
        console.print(f"No document was written; the draft is {escape(outcome.files[0])}")


def _summary(outcome: Outcome) -> Table:
    """Draw the figures of a run in less than 80 columns."""
    records = outcome.evidence.records
    checked = [record for record in records if record.passed is not None]
    figures = {
        "tables": len(outcome.schema.tables),
        "indexes": len(outcome.indexes.planned),
        "checks": len(checked),
        "failed": len(outcome.evidence.failed),
        "not run": len(records) - len(checked),
        "errors": len(outcome.objections),
        "warnings": sum(finding.severity == "warning" for finding in outcome.verdict.findings),
        "seconds": f"{outcome.wall_seconds:.1f}",
    }
    table = Table(box=SIMPLE_HEAD, padding=(0, 1))
    for heading in figures:
        table.add_column(heading, justify="right", no_wrap=True)
    table.add_row(*map(str, figures.values()))
    return table


def _print_finding(console: Console, finding: Finding) -> None:
    colour = {"error": "red", "warning": "yellow"}.get(finding.severity, "dim")
    place, message = escape(finding.place), escape(finding.message)
    console.print(f"[{colour}]{finding.code}[/] {place}: {message}\n  {escape(finding.help)}")


def _check(options: argparse.Namespace) -> int:
    context = context_from(environment(), engine=options.engine, pg_bin=options.pg_bin, mysql_dsn=options.mysql_dsn)
    report = check(Path(options.file), context)
    if options.json:
        print(json.dumps(report.dump(), indent=2))
    else:
        _print_report(report)
    return ACCEPTED if report.sound else NOT_ACCEPTED


def _print_report(report: CheckReport) -> None:
    console = Console(highlight=False, soft_wrap=True)
    for failure in report.failures:
        console.print(f"[red]fails[/] {escape(failure.place)}: {escape(failure.message)}")
    for found in _by_code(report.findings):
        others = [finding.place for finding in found[1:]]
        _print_finding(console, found[0])
        if others:
            console.print(f"  [dim]also {escape(', '.join(others))}[/]")
    console.print(
        f"{escape(report.file)}: {report.statements} statements on {report.engine}, {len(report.failures)} fail; "
        f"{report.tables} tables, {report.indexes} indexes, {report.queries} queries; {len(report.findings)} findings"
    )


def _by_code(findings: Sequence[Finding]) -> list[list[Finding]]:
    """Gather the findings of each rule, errors first."""
    groups: dict[str, list[Finding]] = {}
    for finding in findings:
        groups.setdefault(finding.code, []).append(finding)
    order = ("error", "warning", "info")
    return sorted(groups.values(), key=lambda group: order.index(group[0].severity))


def _explain(options: argparse.Namespace) -> int:
    print(explain(options.code))
    return ACCEPTED


if __name__ == "__main__":
    sys.exit(main())
