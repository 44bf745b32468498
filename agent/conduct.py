"""What a design of others does once rows are in it: what its text alone does not show.

Rows of our own go into a copy of its tables, as far as they are taken; whose policies are there is tried with the rows
of two owners. What the file's own rows left behind is looked at in the database itself.
"""

from __future__ import annotations

from collections.abc import Sequence

from database_specialist.agent.dialects import split_statements
from database_specialist.agent.model.entities import EntityModel
from database_specialist.agent.model.evidence import Evidence, EvidenceLog, Finding
from database_specialist.agent.model.operations import Operations
from database_specialist.agent.model.relational import Schema
from database_specialist.agent.model.workload import Indexes, Workload
from database_specialist.agent.rules.evi001_evidence_failed import evidence_failed
from database_specialist.agent.rules.subject import Subject
from database_specialist.agent.sampling.seed import make_seed
from database_specialist.agent.verification.catalog import Catalog, differences
from database_specialist.agent.verification.counters import counters_behind
from database_specialist.agent.verification.isolation import prove_policies
from database_specialist.agent.verification.records import Parts, Recorder
from database_specialist.agent.verification.sandbox import Database, Sandbox, StatementError

_ROWS = 6
"""Rows of a core table: enough for two owners."""
_MOST_DIFFERENCES = 6
_NOBODY = EntityModel(entities=())


def conduct(schema: Schema, indexes: Indexes, database: Database, sandbox: Sandbox) -> tuple[Finding, ...]:
    """Return what runs disprove: counters that give keys which are taken, policies that show others' rows."""
    recorder = Recorder(sandbox, lambda doing: None)
    _counters(schema, database, recorder)
    if schema.policies and all(policy.table in _own(schema) for policy in schema.policies):
        parts = Parts(_NOBODY, schema, Workload(queries=()), indexes, Operations.model_construct())
        with database.clone() as copy:
            _fill(schema, copy)
            prove_policies(parts, copy, recorder)
    return _findings(recorder.records)


def left_behind(place: str, before: Sequence[Catalog], after: Catalog, sandbox: Sandbox) -> tuple[Finding, ...]:
    """Return one finding when a way back leads to nothing that stood `before` a way up; the last is its own."""
    if after in before:
        return ()
    found = differences(before[-1], after)
    recorder = Recorder(sandbox, lambda doing: None)
    more = f"; and {len(found) - _MOST_DIFFERENCES} more" if len(found) > _MOST_DIFFERENCES else ""
    claim = "The way back leads to what stood before the way up."
    recorder.failed("migration", place, claim, "; ".join(found[:_MOST_DIFFERENCES]) + more)
    return _findings(recorder.records)


def _findings(records: Sequence[Evidence]) -> tuple[Finding, ...]:
    """Return the records that failed, as the critic puts them."""
    return tuple(evidence_failed(Subject(evidence=EvidenceLog(records=tuple(records)))))


def _own(schema: Schema) -> frozenset[str]:
    """Return the tables of the default schema: the others carry their schema's name, and are not written to here."""
    return frozenset(table.name for table in schema.tables if "." not in table.name)


def _counters(schema: Schema, database: Database, recorder: Recorder) -> None:
    claim = "A row that asks for a key gets one that is free."
    tables = tuple(table for table in schema.tables if table.name in _own(schema))
    try:
        found = counters_behind(schema.model_copy(update={"tables": tables}), database)
    except StatementError:
        return  # the file left a transaction open, and its tables went with it
    for behind in found:
        recorder.failed("seed", behind.place, claim, str(behind))


def _fill(schema: Schema, copy: Database) -> None:
    """Put in what is taken of a seed: a rule that we cannot read may refuse a row, and others need not fail for it."""
    for statement in split_statements(make_seed(_NOBODY, schema, rows=_ROWS).sql, schema.engine):
        if statement.upper().startswith("INSERT"):
            try:
                copy.execute(statement)
            except StatementError:
                continue
