"""Proofs of the partitions: what queries read of them, by constants and by parameters, and how the oldest one leaves.

sample --EXPLAIN with constants--> partitions left out when planned
       --EXECUTE of one plan for all parameters--> partitions left out when it starts
       --the schedule's statements--> the next partition takes rows, the oldest is gone with its own and no others
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from database_specialist.agent.dialects import quote
from database_specialist.agent.model.operations import PartitionSchedule
from database_specialist.agent.model.relational import Table
from database_specialist.agent.model.workload import Query
from database_specialist.agent.verification.records import Parts, Recorder
from database_specialist.agent.verification.sandbox import Database, StatementError
from database_specialist.agent.verification.scale_plans import Plan
from database_specialist.agent.verification.scale_sample import Sample, filled_sample
from database_specialist.agent.verification.scale_values import called

SAMPLE_ROWS = 3_000
_DETACHED = re.compile(r'DETACH PARTITION ("(?:[^"]|"")+"|\S+)', re.IGNORECASE)
_ADDED = re.compile(r'CREATE TABLE (?:IF NOT EXISTS )?("(?:[^"]|"")+"|\S+) PARTITION OF', re.IGNORECASE)


def prove_partitions(parts: Parts, recorder: Recorder) -> None:
    """Prove what is said of each partitioned table; nothing where there is none."""
    if not partitioned(parts):
        return
    if not recorder.sandbox.engine.startswith("postgresql"):
        skip_partitions(parts, recorder, "only PostgreSQL's plans and partitions are read here")
        return
    with filled_sample(parts, Recorder(recorder.sandbox, recorder.progress), SAMPLE_ROWS) as sample:
        if sample is None:
            skip_partitions(parts, recorder, "there is no sample to try it on")
            return
        for query, constant in sample.statements:
            _prove_query(query, constant, sample, recorder)
        for schedule in parts.operations.scaling.partitions:
            _prove_schedule(schedule, sample.database, recorder)


def skip_partitions(parts: Parts, recorder: Recorder, why: str) -> None:
    """Record that nothing was tried."""
    for table in partitioned(parts):
        recorder.not_checked("partition", table.name, _claim_of_schedule(table.name), why)


def partitioned(parts: Parts) -> tuple[Table, ...]:
    """Return the tables that have partitions."""
    return tuple(table for table in parts.schema.tables if table.partitioning is not None)


def _prove_query(query: Query, constant: str, sample: Sample, recorder: Recorder) -> None:
    """Compare what a query reads of each partitioned table with constants and with parameters."""
    planned = _partitions_read(sample.explain(constant), sample)
    if not planned or not query.parameters:
        return
    try:
        started = _by_parameters(query, sample)
    except StatementError as error:
        recorder.not_checked("partition", query.id, _claim_of_query(query), str(error))
        return
    problems, details = [], []
    for table, (few, total) in planned.items():
        left, _ = started.get(table, (0, total))
        if few < left == total:
            problems.append(f"{table}: {few} of {total} partitions by constants, but all by parameters")
        said = "all of them" if few == left == total else f"{few} by constants, {left} by parameters"
        details.append(f"of {total} partitions of {table}: {said}")
    said = "; ".join(details)
    recorder.judged("partition", query.id, _claim_of_query(query), tuple(problems), detail=said, owner="plan_indexes")


def _by_parameters(query: Query, sample: Sample) -> Mapping[str, tuple[int, int]]:
    """Plan a query once for all values, start it with some, and return what is left to read."""
    database = sample.database
    prepare, execute = called(query, sample.parts.schema, lambda text: database.execute(text).rows)
    options = ", ANALYZE, BUFFERS OFF, TIMING OFF" if query.kind == "read" else ""
    database.execute("SET plan_cache_mode = force_generic_plan")
    try:
        with database.trial():
            database.execute(prepare)
            return _partitions_read(sample.explain(execute, options), sample)
    finally:
        database.execute("DEALLOCATE ALL")
        database.execute("RESET plan_cache_mode")


def _partitions_read(plan: Plan, sample: Sample) -> dict[str, tuple[int, int]]:
    """Return how many partitions of how many a plan reads, by table; those that a run never came to are not read."""
    names = sample.names()
    found: dict[str, set[str]] = {}
    for relation in plan.relations():
        table = names.table_of.get(relation, relation)
        if names.partitions.get(table, 0) > 1:
            found.setdefault(table, set()).add(relation)
    return {table: (len(read), names.partitions[table]) for table, read in found.items()}


def _claim_of_query(query: Query) -> str:
    return f"{query.id} ({query.name}) leaves out partitions by parameters as it does by constants."


def _claim_of_schedule(table: str) -> str:
    return (
        f"The schedule's statements add the next partition of {table}, and take the oldest away with its own rows only."
    )


def _prove_schedule(schedule: PartitionSchedule, database: Database, recorder: Recorder) -> None:
    """Run one cycle: what comes, what goes, and that every other row stays."""
    claim = _claim_of_schedule(schedule.table)
    before = _rows_by_partition(schedule.table, database)
    added, gone = (_named(pattern, schedule) for pattern in (_ADDED, _DETACHED))
    try:
        database.run(schedule.statements)
        after = _rows_by_partition(schedule.table, database)
        attached = {each.name for each in database.catalog().partitions if each.table == schedule.table}
    except StatementError as error:
        recorder.failed("partition", schedule.table, claim, str(error))
        return
    problems = [f"{added} is not there"] if added and added not in attached else []
    problems += [f"{gone} is still attached"] if gone and gone in attached else []
    stayed = {name: rows for name, rows in before.items() if name != gone}
    problems += [f"the rows of the others are {after}, and were {stayed}"] if after != stayed else []
    left = f"{gone} left with its {before.get(gone, 0)} rows" if gone else "no partition leaves: no period is set"
    detail = f"{added} was added; {left}; {sum(after.values())} rows stay in {len(attached)} partitions"
    recorder.judged("partition", schedule.table, claim, tuple(problems), detail=detail)


def _named(pattern: re.Pattern[str], schedule: PartitionSchedule) -> str:
    found = next((match for each in schedule.statements if (match := pattern.search(each))), None)
    return found[1].strip('"').replace('""', '"') if found else ""


def _rows_by_partition(table: str, database: Database) -> dict[str, int]:
    source = quote(table, "postgresql")
    query = f"SELECT c.relname, count(*) FROM {source} t JOIN pg_class c ON c.oid = t.tableoid GROUP BY 1 ORDER BY 1"
    return {str(name): int(str(rows)) for name, rows in database.execute(query).rows}
