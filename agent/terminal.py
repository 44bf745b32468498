"""What the command line prints."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from database_specialist.agent.app import Outcome
from database_specialist.agent.checking import CheckReport
from database_specialist.agent.model.evidence import Finding
from database_specialist.agent.progress import Progress

_LONGEST_STATEMENT = 160


def failure(outcome: Outcome) -> str:
    """Say in one line why there is no design."""
    reason = " ".join(outcome.reason.split())
    spent = f" ({_spent(outcome)})" if outcome.usage else ""
    return f"{outcome.status}: {reason}{spent}; nothing was written. Run again, or with --fallback rules"


def _spent(outcome: Outcome) -> str:
    calls = sum(usage.calls for usage in outcome.usage)
    tokens = sum(usage.prompt_tokens + usage.completion_tokens for usage in outcome.usage)
    cached = sum(usage.cached_tokens for usage in outcome.usage)
    return f"{calls} model calls, {tokens:,} tokens ({cached:,} of them cached), {outcome.price}"


def print_progress() -> Progress:
    """Return what prints each step of a run, on stderr."""
    console = Console(stderr=True, highlight=False, soft_wrap=True)

    def show(node: str, doing: str, elapsed: float) -> None:
        console.print(f"[dim]{elapsed:6.1f}s[/]  [bold]{node:<18}[/] {escape(doing)}")

    return show


def outcome_json(outcome: Outcome) -> dict[str, object]:
    """Return what `--json` prints of a run."""
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


def print_outcome(outcome: Outcome) -> None:
    """Print what a run came to."""
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


def print_report(report: CheckReport) -> None:
    """Print what a check found."""
    console = Console(highlight=False, soft_wrap=True)
    for failure in report.failures:
        console.print(f"[red]fails[/] {escape(failure.place)}: {escape(failure.message)}")
        console.print(f"  [dim]in: {escape(failure.statement[:_LONGEST_STATEMENT])}[/]")
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
