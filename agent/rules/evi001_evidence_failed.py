"""A claim that a run disproved: the engine is the judge, so this blocks acceptance.

https://www.postgresql.org/docs/current/errcodes-appendix.html
"""

from __future__ import annotations

from collections.abc import Iterator

from database_specialist.agent.model.evidence import EvidenceLog
from database_specialist.agent.rules.rule import Objection, rule


@rule("EVI001", "error", "Claim disproved by a run", owner="verify")
def evidence_failed(evidence: EvidenceLog) -> Iterator[Objection]:
    """Pass on each failed record with the engine's own words, to the node that the record names."""
    for record in evidence.failed:
        yield Objection(
            place=record.subject,
            message=f"{record.claim.rstrip('.')}: this failed on {record.engine}. {record.detail.rstrip('.')}.",
            help=f"Change {record.subject} so that the claim holds, or withdraw it.",
            owner=record.owner,
        )
