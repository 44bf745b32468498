"""What could have been run and was not is a claim like any other.

https://martinfowler.com/bliki/SelfTestingCode.html
"""

from __future__ import annotations

from collections.abc import Iterator

from database_specialist.agent.model.evidence import CheckKind, EvidenceLog
from database_specialist.agent.model.relational import Schema
from database_specialist.agent.rules.rule import Objection, rule
from database_specialist.agent.rules.subject import Subject
from database_specialist.agent.rules.walk import foreign_keys, listed

_SHOWN = 5


@rule("EVI002", "warning", "Claim that was never run", owner="verify")
def claim_never_run(schema: Schema, evidence: EvidenceLog, subject: Subject) -> Iterator[Objection]:
    """Object to claims without a record, once for each kind of check, and as an error to a DDL that was never run."""
    ddl = [record for record in evidence.records if record.kind == "ddl"]
    if not ddl:
        yield Objection(
            place="schema",
            message="No record says that the DDL was run or parsed: nothing of this design is proven.",
            help="Run the DDL on an empty database of the engine, and record what came back.",
            severity="error",
        )
    if any(record.passed is False for record in ddl):
        return  # Nothing else could be run, and EVI001 says so.
    for kinds, places in _claims(schema, subject):
        records = [record for record in evidence.records if record.kind in kinds]
        recorded = {record.subject for record in records}
        missing = [place for place in places if place not in recorded]
        if missing and not any(record.status == "NOT_CHECKED" for record in records):
            yield Objection(
                place=missing[0],
                message=f"{len(missing)} claims of kind {kinds[0]} were not run, and no record says why: "
                f"{listed(missing[:_SHOWN])}{', ...' if len(missing) > _SHOWN else ''}.",
                help=f"Run {missing[0]} and the others, or record why they were not checked.",
            )


def _claims(schema: Schema, subject: Subject) -> Iterator[tuple[tuple[CheckKind, ...], tuple[str, ...]]]:
    """Yield the kinds of check, and what each of them should have a record of."""
    yield ("catalog",), tuple(table.name for table in schema.tables)
    yield ("object",), tuple(index.name for index in subject.indexes.planned) if subject.indexes else ()
    yield ("cascade",), tuple(f"{table.name}.{key.name}" for table, key in foreign_keys(schema))
    yield ("query",), tuple(query.id for query in subject.workload.queries) if subject.workload else ()
    examples = subject.entity_model.examples if subject.entity_model else ()
    yield ("example_accept", "example_reject"), tuple(example.id for example in examples)
