"""Parsed is not run: the reader must see which claims rest on less than the engine.

https://www.postgresql.org/docs/current/sql-explain.html
"""

from __future__ import annotations

from collections.abc import Iterator

from database_specialist.agent.model.evidence import Evidence, EvidenceLog
from database_specialist.agent.rules.rule import Objection, rule


@rule("EVI003", "info", "Claims not run on the engine", owner="verify")
def claims_not_executed(evidence: EvidenceLog) -> Iterator[Objection]:
    """Report once for each kind of check how many records are static or not checked, with the first one's reason."""
    idle: dict[str, list[Evidence]] = {}
    for record in evidence.records:
        if record.status != "EXECUTED":
            idle.setdefault(record.kind, []).append(record)
    for kind, records in idle.items():
        yield Objection(
            place=kind,
            message=f"{len(records)} checks of kind {kind} were not run on the engine ({records[0].status}: "
            f"{records[0].detail or records[0].engine}).",
            help="Run the design again where that engine can be had.",
        )
