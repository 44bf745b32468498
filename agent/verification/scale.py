"""Proofs at the stated volume: a sample in its proportions is filled, and planned as if it were all of production.

seeded copy --rows--> sample --ANALYZE of every row--> statistics --x volume--> plans, with and without the indexes

Nothing is recorded here that depends on the machine or the hour: the rows are the same each time, every row goes
into the statistics, and the clock in a query stands still.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from database_specialist.agent.model.evidence import Depth
from database_specialist.agent.model.scale import QueryPlan
from database_specialist.agent.model.workload import Query
from database_specialist.agent.verification.balance import measure_log, weigh
from database_specialist.agent.verification.records import Parts, Recorder
from database_specialist.agent.verification.sandbox import StatementError
from database_specialist.agent.verification.scale_plans import Plan, Planned, rounded
from database_specialist.agent.verification.scale_sample import Inflatable, Sample, drop_indexes, filled_sample
from database_specialist.agent.verification.scale_search import build_variants, compare
from database_specialist.agent.verification.scale_statistics import scaled_files, scaled_references, scaled_sizes
from database_specialist.agent.verification.scale_words import plan_in_words

SAMPLE_ROWS: dict[Depth, int] = {"quick": 0, "standard": 25_000, "full": 200_000}
"""Rows of the sample, by the depth of the verification."""
_FIRST_VERSION = 18
"""The first PostgreSQL that takes statistics of another volume."""


def prove_scale(parts: Parts, recorder: Recorder, depth: Depth) -> None:
    """Plan the workload at the stated volume, and weigh each planned index there."""
    why = _obstacle(recorder)
    if why:
        skip_scale(recorder, why)
        return
    try:
        _prove(parts, recorder, depth)
        if depth == "full":
            _compare(parts, recorder)
    except StatementError as error:
        # Every statement of the design ran before, on few rows: what is refused here is ours, or takes too long.
        skip_scale(recorder, f"the server stopped at the sample: {error}")


def _prove(parts: Parts, recorder: Recorder, depth: Depth) -> None:
    with filled_sample(parts, recorder, SAMPLE_ROWS[depth]) as sample:
        if sample is None:
            skip_scale(recorder, "there is no sample to plan on")
            return
        run = _run(sample)
        if depth == "full":
            measure_log(sample, recorder)
        grow(sample)
        planned = plan_queries(sample, runs=True)
        _record_plans(sample, planned, run, recorder)
        weigh(sample, planned, recorder)


def _compare(parts: Parts, recorder: Recorder) -> None:
    """Search on a sample of its own: what is built to be tried must not be there when the plan is proven."""
    unheard = Recorder(recorder.sandbox, recorder.progress)
    with recorder.timing("index search"), filled_sample(parts, unheard, SAMPLE_ROWS["standard"]) as sample:
        if sample is not None:
            tried = build_variants(sample)
            grow(sample)
            compare(sample, tried, plan_queries(sample), recorder)


def skip_scale(recorder: Recorder, why: str) -> None:
    """Record that nothing was planned at the stated volume."""
    recorder.not_checked("plan", "workload", "The queries are planned at the stated volume.", why)


def _obstacle(recorder: Recorder) -> str:
    """Return why nothing can be planned at another volume here; empty when it can."""
    found = re.match(r"postgresql (\d+)", recorder.sandbox.engine)
    if found is None:
        return "only PostgreSQL takes statistics of another volume"
    if int(found[1]) < _FIRST_VERSION:
        return f"PostgreSQL {found[1]} takes no statistics of another volume: {_FIRST_VERSION} does"
    return ""


def _run(sample: Sample) -> dict[str, Plan]:
    """Run the reads as the sample itself wants them: how far the planner is from what comes."""
    found = {}
    for query, sql in sample.statements:
        if query.kind != "read":
            continue
        try:
            with sample.database.trial():
                found[query.id] = sample.explain(sql, ", ANALYZE, BUFFERS, TIMING OFF")
        except StatementError as error:
            sample.unread[query.id] = str(error)
    return found


def grow(sample: Sample) -> None:
    """Give the sample the statistics and the length of production. Nothing may read its tables as long as it is so."""
    database = sample.database
    for statements in (
        scaled_references(sample.parts.schema, sample.relations, sample.factors),
        scaled_sizes(sample.relations, sample.factors),
    ):
        for statement in statements:
            database.execute(statement)
    if isinstance(database, Inflatable):  # else the planner takes the sample's pages with production's rows
        database.inflate(scaled_files(sample.relations, sample.factors))


def plan_queries(sample: Sample, *, runs: bool = False) -> list[Planned]:
    """Plan each query that reads a table, with all indexes and without the planned ones.

    With `runs`, the reads also run on the sample by these plans: made for production, kept by the session, and
    carried out when the files are cut back.
    """
    names = sample.names()
    plans = [(query, sql, sample.explain(sql)) for query, sql in sample.statements]
    reading = [Planned(query, sql, plan, plan) for query, sql, plan in plans if plan.reads(names)]
    read = [each for each in reading if each.query.kind == "read"] if runs else []
    for each in read:
        sample.database.execute(f"PREPARE {_kept(each)} AS {each.sql}")
    for each, pages in zip(read, _pages(sample, read), strict=False):
        each.pages = pages
    with sample.database.trial():
        drop_indexes(sample.parts.indexes.planned, sample.database)
        for planned in reading:
            planned.before = sample.explain(planned.sql)
        for each, pages in zip(read, _pages(sample, read), strict=False):
            each.pages_before = pages
    return reading


def _kept(planned: Planned) -> str:
    return f"kept_{planned.query.id.lower()}"


def _pages(sample: Sample, planned: Sequence[Planned]) -> list[int | None]:
    """Make the plans for production, run them on the sample, and return the pages that each touches."""
    database = sample.database
    if not planned or not isinstance(database, Inflatable):
        return []
    for each in planned:
        sample.explain(f"EXECUTE {_kept(each)}")
    long = scaled_files(sample.relations, sample.factors)
    database.deflate({each.path: each.pages for each in sample.relations if each.path in long})
    try:
        return [_run_kept(each, sample) for each in planned]
    finally:
        database.inflate(long)


def _run_kept(planned: Planned, sample: Sample) -> int | None:
    return sample.explain(f"EXECUTE {_kept(planned)}", ", ANALYZE, BUFFERS, TIMING OFF").buffers


def _record_plans(sample: Sample, planned: list[Planned], run: dict[str, Plan], recorder: Recorder) -> None:
    names = sample.names()
    for each in planned:
        ran = run.get(each.query.id)
        found = QueryPlan(
            query=each.query.id,
            reads=each.after.reads(names),
            rows=rounded(each.after.rows),
            sorted_bytes=rounded(each.after.sorted_bytes),
            costs_without=rounded(each.before.cost / max(each.after.cost, 0.01)),
            pages=each.pages,
            pages_without=each.pages_before,
            misestimate=rounded(ran.misestimate) if ran else 1.0,
        )
        recorder.plans.append(found)
        recorder.passed("plan", each.query.id, _claim(each.query), plan_in_words(found))
    for query in sample.parts.workload.queries:
        if query.id in sample.unread:
            recorder.not_checked("plan", query.id, _claim(query), sample.unread[query.id])


def _claim(query: Query) -> str:
    return f"{query.id} ({query.name}) is planned at the stated volume."
