"""What the statements of the migrations lock: the table below "Data Migration Plans"."""

from __future__ import annotations

import re
from collections import Counter

from database_specialist.agent.model.locks import Footprint
from database_specialist.agent.report.context import Context, told
from database_specialist.agent.report.markdown import code, codes, heading, sections, some, table, text

_KIND = re.compile(
    r"(?P<create>(?:CREATE|DROP)(?: OR REPLACE)?(?: UNIQUE| MATERIALIZED)? \w+(?: CONCURRENTLY)?)|"
    r"(?P<alter>ALTER TABLE)(?: IF EXISTS)?(?: ONLY)? \S+ (?P<change>(?:[A-Z]+ ?)+)|(?P<other>[A-Z]+(?: [A-Z]+)*)"
)
_MOST_TABLES = 6
CHANGE = "change/"
"""Before the names of steps from an existing schema, which have a table of their own."""


def lock_footprints(context: Context) -> str:
    """Render what was measured beside what squawk says; nothing where nothing was measured."""
    records = [record for record in context.design.evidence.records if record.kind == "locks"]
    if not records:
        return ""
    all_of_them = context.design.evidence.footprints
    footprints = tuple(each for each in all_of_them if not each.migration.startswith(CHANGE))
    return sections(
        heading(3, "Locks, measured"),
        "At the first deployment every table is empty, so nothing waits for any of these statements. What they do to "
        "tables that hold rows was read from the server while each ran on the seeded tables, before it committed: "
        f"{told(records)}. SHARE and SHARE ROW EXCLUSIVE keep writers out until the transaction ends, ACCESS EXCLUSIVE "
        "readers as well, the weaker locks neither; on a live table build an index CONCURRENTLY, alone in its step.",
        table(
            ("Step", "Statement", "Strongest lock", "Rewrites", "Scans", "On", "squawk, for empty tables"),
            _rows(context, footprints),
        )
        or "No statement after the tables touches a table that holds rows.",
    )


def _rows(context: Context, footprints: tuple[Footprint, ...]) -> list[tuple[str, ...]]:
    groups: dict[tuple[str, str, str, bool, bool], list[str]] = {}
    for each in footprints:
        key = (each.migration, kind(each.statement), each.lock, each.rewrites, each.scans)
        groups.setdefault(key, []).append(each.table)
    return [
        (
            code(migration),
            code(statement) + (f" ({len(tables)} times)" if len(tables) > 1 else ""),
            lock,
            "yes" if rewrites else "no",
            "yes" if scans else "no",
            some(tuple(code(name) for name in dict.fromkeys(tables)), _MOST_TABLES),
            _squawk(context, migration),
        )
        for (migration, statement, lock, rewrites, scans), tables in groups.items()
    ]


def kind(statement: str) -> str:
    """Return what a statement is, without the names in it.

    >>> kind("CREATE INDEX CONCURRENTLY i ON t (a)"), kind("ALTER TABLE t ADD COLUMN c int")
    ('CREATE INDEX CONCURRENTLY', 'ALTER TABLE ... ADD COLUMN')
    >>> kind("UPDATE t SET a = 1")
    'UPDATE'
    """
    found = _KIND.match(statement)
    if found is None:
        return statement.split()[0]
    if found["alter"]:
        return f"ALTER TABLE ... {found['change'].strip()}"
    return found["create"] or found["other"]


def _squawk(context: Context, migration: str) -> str:
    number, _, name = migration.partition("_")
    place = f"migration {int(number)} {name},"
    said = Counter(
        finding.code
        for finding in context.design.verdict.findings
        if finding.code.startswith("SQK:") and finding.place.startswith(place)
    )
    return codes(said) if said else text("no objection")
