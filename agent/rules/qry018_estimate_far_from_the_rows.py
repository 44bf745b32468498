"""A planner that expects a hundredth or a hundredfold of the rows chooses a plan for another query.

https://www.postgresql.org/docs/current/planner-stats.html#PLANNER-STATS-EXTENDED
"""

from __future__ import annotations

from collections.abc import Iterator

from database_specialist.agent.model.evidence import EvidenceLog
from database_specialist.agent.rules.rule import Objection, rule

_FAR = 100


@rule("QRY018", "warning", "Estimate far from the rows", owner="plan_indexes")
def estimate_far_from_the_rows(evidence: EvidenceLog) -> Iterator[Objection]:
    """Object to plans that were a hundredfold off, at some place, from the rows that came on the sample."""
    for plan in evidence.plans:
        if plan.misestimate >= _FAR:
            tables = ", ".join(dict.fromkeys(read.table for read in plan.reads))
            yield Objection(
                place=plan.query,
                message=f"{plan.query} ran on the sample, and the rows of a step of its plan on {tables} were "
                f"{plan.misestimate:,.0f} times off the estimate.",
                help=f"Create extended statistics on the columns that {plan.query} tests together, or an index on the "
                "expression that it tests.",
            )
