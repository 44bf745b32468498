"""What no plan takes at the stated volume is paid on every write for nothing.

https://www.postgresql.org/docs/current/indexes-examine.html
"""

from __future__ import annotations

from collections.abc import Iterator

from database_specialist.agent.model.evidence import EvidenceLog
from database_specialist.agent.rules.rule import Objection, rule

_WORTHLESS = 1.01
"""The rest of a cost that is said to be this many times as high may be rounding."""


@rule("IDX011", "warning", "Index that no plan needs", owner="plan_indexes")
def index_that_no_plan_needs(evidence: EvidenceLog) -> Iterator[Objection]:
    """Object to indexes that no plan of a query uses, or whose queries cost the same without; not to those of keys."""
    for use in evidence.index_uses:
        if use.supports or use.hides_in_bytes or (use.used_by and use.costs_without > _WORTHLESS):
            continue
        reason = f"{', '.join(use.used_by)} cost the same without it" if use.used_by else "no plan of a query uses it"
        yield Objection(
            place=f"{use.table}.{use.index}",
            message=f"{use.index} was planned with at the stated volume, and {reason}: every write to {use.table} "
            "pays for it.",
            help=f"Drop {use.index}, or change it into what its queries need.",
        )
