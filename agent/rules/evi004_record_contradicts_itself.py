"""A record that says passed without having run anything is the fault this product is against.

https://martinfowler.com/bliki/SelfTestingCode.html
"""

from __future__ import annotations

from collections.abc import Iterator

from database_specialist.agent.model.evidence import EvidenceLog
from database_specialist.agent.rules.rule import Objection, rule


@rule("EVI004", "error", "Record that contradicts itself", owner="verify")
def record_contradicts_itself(evidence: EvidenceLog) -> Iterator[Objection]:
    """Object to verdicts on what was not checked, to missing verdicts on what was, and to ids used twice."""
    seen: set[str] = set()
    for record in evidence.records:
        judged = record.passed is not None
        if judged == (record.status == "NOT_CHECKED") or record.id in seen:
            yield Objection(
                place=record.id,
                message=f"{record.id} ({record.claim}) is {record.status} with the verdict {record.passed}"
                + (", and its id is used twice." if record.id in seen else "."),
                help=f"Record for {record.id} what was run and what came back, under an id of its own.",
            )
        seen.add(record.id)
