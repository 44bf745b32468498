"""Section "Verification": what was run, on what, what came back, and what was not run."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence

from database_specialist.agent.model.evidence import CheckKind, Evidence
from database_specialist.agent.report.context import ENGINES, Context, outcome
from database_specialist.agent.report.markdown import bullets, code, heading, marked, sections, table, text

_TITLES: dict[CheckKind, str] = {
    "ddl": "The DDL runs on an empty database",
    "catalog": "The catalog read back equals the model",
    "object": "Each index, view, trigger and function exists; each policy lets only its own rows be seen",
    "seed": "The seed rows go in",
    "query": "Each query prepares and runs on the seeded rows",
    "example_accept": "Examples to accept are accepted",
    "example_reject": "Examples to reject are rejected by the constraint meant",
    "cascade": "Deleting a parent does what this document says",
    "migration": "Migrations up, down to empty, and up again",
    "race": "Two sessions at once, and what waits for the commit",
    "change": "The change from the existing schema: up, down, and up again, with rows",
    "locks": "What each step locks, rewrites and scans",
    "recovery": "Backups, taken and restored",
    "load": "The workload's mix, run for a few seconds",
    "search_mapping": "Search mappings",
    "document_validator": "Document validators",
    "redis_command": "Redis commands",
    "partition": "Partitions left out by constants and parameters; the oldest one taken away",
    "fill": "A sample in the proportions of the stated volume goes in",
    "plan": "Queries planned at the stated volume",
    "index_use": "Planned indexes in the plans at the stated volume",
    "index_search": "The planned indexes beside the best that a search finds",
}
# Records that differ in nothing but their subject share a row from this many on.
_FEWEST_TOGETHER = 3


def verification(context: Context) -> str:
    """Render the section."""
    records = context.design.evidence.records
    not_checked = [record for record in records if record.passed is None]
    return sections(
        heading(2, "Verification"),
        _summary(context),
        table(
            ("What", "EXECUTED", "STATIC", "NOT CHECKED", "Failed"),
            (_counts(title, of_kind) for title, of_kind in _by_kind(records)),
        ),
        _without_records(context),
        heading(3, "Findings of the critic"),
        _findings(context),
        heading(3, "Not checked") if not_checked else "",
        bullets(f"{r.id} {code(r.subject)}: {text(r.claim)} ({text(r.detail)})" for r in not_checked),
        heading(3, "Protocol"),
        *(sections(f"**{title}** ({len(of_kind)})", _protocol(of_kind)) for title, of_kind in _by_kind(records)),
    )


def _summary(context: Context) -> str:
    records = context.design.evidence.records
    count = Counter(record.status for record in records)
    engines = ", ".join(dict.fromkeys(text(record.engine) for record in records)) or "nothing"
    lines = [
        f"{len(records)} claims, on {engines}: {count['EXECUTED']} EXECUTED (run on the engine), {count['STATIC']} "
        f"STATIC (read or parsed only), {count['NOT_CHECKED']} NOT CHECKED; "
        f"{sum(record.passed is False for record in records)} failed."
    ]
    schema = context.design.relational_schema
    wanted = schema.engine_version
    ran = {record.engine.rpartition(" ")[2] for record in records if record.status == "EXECUTED"}
    if wanted and ran and not any(version.split(".")[0] == wanted.split(".")[0] for version in ran):
        at_hand = f"{ENGINES[schema.engine]} {', '.join(sorted(ran))}"
        lines.append(
            f"The design is for {context.engine}; the server at hand was {at_hand}. "
            f"Run `database/schema.sql` on {context.engine} before relying on it there."
        )
    lines.append("Times of the last run stand in `database/measurements.md`.")
    return " ".join(lines)


def _by_kind(records: Sequence[Evidence]) -> Iterator[tuple[str, list[Evidence]]]:
    for kind, title in _TITLES.items():
        if of_kind := [record for record in records if record.kind == kind]:
            yield title, of_kind


def _counts(title: str, records: Sequence[Evidence]) -> tuple[str, ...]:
    count = Counter(record.status for record in records)
    failed = sum(record.passed is False for record in records)
    return title, str(count["EXECUTED"]), str(count["STATIC"]), str(count["NOT_CHECKED"]), str(failed)


def _without_records(context: Context) -> str:
    """Say what the design holds of a kind that no record speaks of."""
    kinds = {record.kind for record in context.design.evidence.records}
    stores = context.design.operations.nosql
    held: tuple[tuple[CheckKind, int, str], ...] = (
        ("redis_command", len(stores.redis), "Redis keys"),
        ("search_mapping", len(stores.search), "search mappings"),
        ("document_validator", len(stores.mongodb), "document validators"),
    )
    missing = [f"{count} {name}" for kind, count, name in held if count and kind not in kinds]
    return f"Printed in this document and run nowhere: {', '.join(missing)}." if missing else ""


def _protocol(records: Sequence[Evidence]) -> str:
    """Return the records as a table; those that differ in nothing but their subject share a line below it."""
    groups: dict[tuple[str, ...], list[Evidence]] = {}
    for record in records:
        alike = (record.claim, outcome(record), record.detail, str(record.figure))
        groups.setdefault(alike, []).append(record)
    few = [record for members in groups.values() if len(members) < _FEWEST_TOGETHER for record in members]
    many = [members for members in groups.values() if len(members) >= _FEWEST_TOGETHER]
    return sections(
        table(("Record", "Claim", "Outcome", "What came back"), ((_name(record), *_said(record)) for record in few)),
        bullets(map(_together, many)),
    )


def _name(record: Evidence) -> str:
    return f"{record.id} {code(record.subject)}"


def _together(members: Sequence[Evidence]) -> str:
    claim, came_out, came_back = _said(members[0])
    said = f"{came_out}, {came_back}" if came_back else came_out
    return f"{claim} {said}: {', '.join(map(_name, members))}."


def _said(record: Evidence) -> tuple[str, ...]:
    claim = re.sub(r"^\((\w+)\) ", r"\1 ", record.claim.removeprefix(f"{record.subject} "))
    figure = marked(record.figure) if record.figure else ""
    # The figure's number mostly stands in the detail already.
    detail = text(record.detail)
    shown = detail if not figure or (detail and detail.split()[0] == figure.split()[0]) else f"{detail} {figure}"
    return text(claim), outcome(record), shown.strip()


def _findings(context: Context) -> str:
    verdict = context.design.verdict
    shown = [finding for finding in verdict.findings if finding.severity != "info"]
    said = (
        f"Accepted in round {verdict.round}: no rule of severity error objects and no check failed."
        if verdict.accepted
        else f"Not accepted after round {verdict.round}."
    )
    return sections(
        said if shown else f"{said} No rule warns either.",
        table(
            ("Code", "Severity", "Place", "Finding", "What to do"),
            ((text(f.code), f.severity, code(f.place), text(f.message), text(f.help)) for f in shown),
        ),
    )
