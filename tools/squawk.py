"""squawk, a linter of PostgreSQL migrations, as a second opinion beside the runs.

Its rules are not written again here: its findings come under `SQK:<its rule>`. It reads text and knows neither the
size of a table nor what a step before has made, so nothing of it is an error.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypedDict

from database_specialist.agent.model.base import Engine
from database_specialist.agent.model.evidence import Finding
from database_specialist.agent.model.operations import Migration

TIMEOUT_SECONDS = 20.0

EXCLUDED: dict[str, str] = {
    # What only matters where rows and readers are already there; the first deployment has neither.
    "adding-field-with-default": "on an empty table nothing is rewritten",
    "adding-foreign-key-constraint": "on empty tables there is nothing to scan under the lock",
    "adding-not-nullable-field": "on an empty table no row lacks the value",
    "adding-required-field": "on an empty table no row lacks the value",
    "constraint-missing-not-valid": "on an empty table the check of the rows takes no time",
    "disallowed-unique-constraint": "on an empty table the index is built at once",
    "require-concurrent-index-creation": "on an empty table the index is built at once, and in the transaction",
    "require-lock-timeout": "nobody waits for a table that did not exist before",
    "require-statement-timeout": "on an empty database no statement runs long",
    "prefer-robust-stmts": "each step runs once, in a transaction that goes back as a whole",
    # The down scripts and the contract steps are there to drop.
    "ban-drop-column": "what a step drops is its purpose; MIG004 objects where the phase is wrong",
    "ban-drop-not-null": "what a step drops is its purpose; MIG004 objects where the phase is wrong",
    "ban-drop-table": "what a step drops is its purpose; MIG004 objects where the phase is wrong",
    "require-concurrent-index-deletion": "the down script of a first deployment has no readers",
    # False alarms, measured on 300,000 rows: no rewrite and no scan.
    "changing-column-type": "varchar to text, a longer varchar and timestamp to timestamptz at UTC rewrite nothing",
    # The same objection by a rule of ours, which knows the engine, the range and the size.
    "ban-char-field": "TYP004",
    "identifier-too-long": "NAM004",
    "prefer-bigint-over-int": "KEY004 objects where the range can end; a quantity needs no eight bytes",
    "prefer-bigint-over-smallint": "KEY004 objects where the range can end; a quantity needs no eight bytes",
    "prefer-identity": "TYP008",
    "adding-serial-primary-key-field": "TYP008",
    "prefer-text-field": "TYP005; a length that the documents state is a constraint, not a habit",
    "prefer-timestamp-tz": "TYP001",
}
"""The rules of squawk that are left out, each with the reason, or the rule of ours that says it."""

_INFO = frozenset({"ban-create-domain-with-constraint", "ban-alter-domain-with-add-constraint", "prefer-repack"})


class _Report(TypedDict):
    line: int
    level: Literal["Warning", "Error"]
    message: str
    help: str | None
    rule_name: str


@dataclass(frozen=True)
class Opinion:
    """What squawk said. `notes` say why it said nothing, one line each."""

    findings: tuple[Finding, ...] = ()
    notes: tuple[str, ...] = ()


def lint_migrations(
    migrations: Sequence[Migration],
    *,
    engine: Engine = "postgresql",
    engine_version: str | None = None,
    binary: str | None = None,
    timeout_seconds: float = TIMEOUT_SECONDS,
) -> Opinion:
    """Lint the up scripts. Never fails: without the program, or in bad time, the opinion holds a note.

    `binary` is the program's path; without it, the one beside the interpreter, then the one on PATH.
    """
    program = binary or _program()
    if engine != "postgresql":
        return Opinion(notes=(f"squawk reads PostgreSQL only; the migrations are for {engine}",))
    if program is None:
        return Opinion(notes=("squawk is not installed: the migrations have no second opinion",))
    findings: list[Finding] = []
    notes: list[str] = []
    for migration in migrations:
        try:
            reports = _run(program, migration, engine_version, timeout_seconds)
        except subprocess.TimeoutExpired:
            notes.append(f"{_silent(migration)}: it was stopped after {timeout_seconds:g} s")
            continue
        except (OSError, ValueError) as error:
            notes.append(f"{_silent(migration)}: {' '.join(str(error).split())[:200]}")
            continue
        findings += [_finding(migration, report) for report in reports]
    return Opinion(tuple(dict.fromkeys(findings)), tuple(notes))


def _program() -> str | None:
    beside = shutil.which("squawk", path=str(Path(sys.executable).parent))
    return beside or shutil.which("squawk")


def _run(program: str, migration: Migration, version: str | None, timeout_seconds: float) -> list[_Report]:
    """Return squawk's reports. ValueError when what it printed is no JSON list."""
    command = [program, "--reporter", "json", "--stdin-filepath", f"{migration.name}.sql"]
    command += ["--exclude", ",".join(EXCLUDED)]
    command += ["--pg-version", version] if version else []
    command += ["--assume-in-transaction"] if migration.transactional else []
    run = subprocess.run(
        command, input=migration.up, capture_output=True, text=True, timeout=timeout_seconds, check=False
    )
    try:
        reports: list[_Report] = json.loads(run.stdout)
    except json.JSONDecodeError as error:
        raise ValueError(run.stderr.strip() or f"it ended with {run.returncode} and printed no JSON") from error
    return reports


def _finding(migration: Migration, report: _Report) -> Finding:
    name = report["rule_name"]
    return Finding(
        code=f"SQK:{name}",
        severity="info" if name in _INFO else "warning",
        place=f"migration {migration.number} {migration.name}, line {report['line'] + 1}",
        message=report["message"],
        help=report["help"] or f"Change the statement as https://squawkhq.com/docs/{name} describes.",
        owner="plan_operations",
    )


def _silent(migration: Migration) -> str:
    return f"squawk said nothing on step {migration.number} ({migration.name})"
