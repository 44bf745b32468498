"""What could have been run and was not is a claim like any other.

https://martinfowler.com/bliki/SelfTestingCode.html
"""

from __future__ import annotations

from collections.abc import Iterator

from database_specialist.agent.model.evidence import EvidenceLog
from database_specialist.agent.model.relational import Schema
from database_specialist.agent.rules.rule import Objection, rule
from database_specialist.agent.rules.subject import Subject


@rule("EVI002", "warning", "Claim that was never run", owner="verify")
def claim_never_run(schema: Schema, evidence: EvidenceLog, subject: Subject) -> Iterator[Objection]:
    """Object to queries and examples without a record, and as an error to a DDL that was never run."""
    kinds = {record.kind for record in evidence.records}
    if "ddl" not in kinds:
        yield Objection(
            place="schema",
            message="No record says that the DDL was run or parsed: nothing of this design is proven.",
            help="Run the DDL on an empty database of the engine, and record what came back.",
            severity="error",
        )
    proven = {(record.kind, record.subject) for record in evidence.records}
    for place, wanted in _claims(subject):
        if not any((kind, place) in proven for kind in wanted):
            yield Objection(
                place=place,
                message=f"{place} was not run, and no record says why.",
                help=f"Run {place}, or record why it was not checked.",
            )


def _claims(subject: Subject) -> Iterator[tuple[str, tuple[str, ...]]]:
    for query in subject.workload.queries if subject.workload else ():
        yield query.id, ("query",)
    for example in subject.entity_model.examples if subject.entity_model else ():
        yield example.id, ("example_accept", "example_reject")
