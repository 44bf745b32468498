"""A frequent query that reads a large table from end to end takes the disk from all others.

https://www.postgresql.org/docs/current/using-explain.html
"""

from __future__ import annotations

from collections.abc import Iterator

from database_specialist.agent.model.evidence import EvidenceLog
from database_specialist.agent.model.workload import Workload
from database_specialist.agent.rules.rule import Objection, rule

_LARGE_ROWS = 100_000
_FREQUENT_PER_DAY = 100


@rule("QRY017", "warning", "Large table read as a whole", owner="plan_indexes")
def large_table_read_as_a_whole(workload: Workload, evidence: EvidenceLog) -> Iterator[Objection]:
    """Object to frequent queries whose plan scans a hundred thousand rows of a table or more."""
    for plan in evidence.plans:
        query = workload.query(plan.query)
        if query is None or query.frequency.value < _FREQUENT_PER_DAY:
            continue
        for read in plan.reads:
            if read.way == "sequential scan" and read.rows >= _LARGE_ROWS:
                yield Objection(
                    place=plan.query,
                    message=f"{plan.query} was planned at the stated volume, and scans {read.rows:,.0f} rows of "
                    f"{read.table}, {query.frequency.value:,.0f} times a day.",
                    help=f"Add an index on {read.table} for what {plan.query} looks for, or keep its result in a table "
                    "that is brought up to date.",
                )
