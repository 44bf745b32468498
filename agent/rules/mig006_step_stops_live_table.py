"""ACCESS EXCLUSIVE shuts out even readers; while rows are read or written under it, the application stands still.

https://www.postgresql.org/docs/current/explicit-locking.html#LOCKING-TABLES
"""

from __future__ import annotations

from collections.abc import Iterator

from database_specialist.agent.model.evidence import EvidenceLog
from database_specialist.agent.model.locks import Footprint
from database_specialist.agent.model.operations import Operations
from database_specialist.agent.rules.rule import Objection, rule

_MANY_ROWS = 1_000_000
"""On two cores 300,000 rows were written again in 0.3 to 0.4 s: from here on it is seconds, and a queue behind it."""


@rule("MIG006", "warning", "Step that stops a live table", owner="plan_operations")
def step_stops_live_table(evidence: EvidenceLog, operations: Operations | None = None) -> Iterator[Objection]:
    """Object to statements that were seen to rewrite or scan a table with rows under ACCESS EXCLUSIVE.

    An error where the table has a million rows in year 1.
    """
    rows = {size.table: size.rows_year_1.value for size in operations.capacity.tables} if operations else {}
    for found in evidence.footprints:
        if found.lock == "ACCESS EXCLUSIVE" and (found.rewrites or found.scans):
            yield Objection(
                place=_place(found),
                message=f"{found.statement.rstrip(';')}: this {_does(found)} {found.table} under ACCESS EXCLUSIVE, and "
                "every query on it waits meanwhile.",
                help=_remedy(found),
                severity="error" if rows.get(found.table, 0) >= _MANY_ROWS and not _is_of_change(found) else None,
            )


def _place(found: Footprint) -> str:
    number, _, name = found.migration.removeprefix("change/").partition("_")
    return f"{'change' if _is_of_change(found) else 'migration'} {int(number)} {name}"


def _is_of_change(found: Footprint) -> bool:
    # What is there already cannot be designed otherwise: the step is planned for a quiet hour, and says so.
    return found.migration.startswith("change/")


def _does(found: Footprint) -> str:
    return "writes every row again of" if found.rewrites else "reads every row of"


def _remedy(found: Footprint) -> str:
    if found.rewrites:
        return (
            f"Split the step: add a column beside the old one in {found.table}, fill it in batches, then switch; a "
            "default that is one constant rewrites nothing."
        )
    return (
        f"Split the step: add the constraint to {found.table} as NOT VALID and validate it in a step of its own; build "
        "an index CONCURRENTLY first and attach it by USING INDEX."
    )
