"""Proofs under load: the workload's mix from several sessions at once, without the planned indexes and with them.

What comes out (transactions a second, times, waits) is true of one run on one machine: it is measured, never claimed.
The claim is only that the mix runs, and which queries were left out of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from database_specialist.agent.dialects import create_statements, index_statements, split_statements
from database_specialist.agent.model.evidence import Measurement
from database_specialist.agent.model.workload import Query
from database_specialist.agent.sampling.filling import fill, sample_sizes
from database_specialist.agent.sampling.seed import counter_statements
from database_specialist.agent.verification.records import Parts, Recorder
from database_specialist.agent.verification.sandbox import Database, StatementError
from database_specialist.agent.verification.scale_values import inlined

CLAIM = "The mix of the workload runs from several sessions at once, without the planned indexes and with them."
SECONDS = 3.0
CLIENTS = 3
ROWS = 50_000
"""Rows of the sample: enough that a query without its index is felt."""
_LOTS = (11, 12, 13, 14)
"""Draws of the parameters' values, so that not every session asks for the same row."""
_MOST_SCRIPTS = 120
"""pgbench takes 128."""
_WEIGHTS = 1_000_000
_LEAST_SHARE = 0.002
"""What is asked once a day would never be drawn in a few seconds beside what is asked a million times."""
_MOST_NAMED = 5


class LoadFailed(Exception):
    """The load did not run to its end; the message is what the program said."""


class LoadUnavailable(Exception):
    """There is no program to make a load; the message says which."""


@dataclass(frozen=True)
class Script:
    """What one transaction of the load does."""

    name: str
    """The query's id; several scripts may share one."""
    text: str
    weight: int


@dataclass(frozen=True)
class Latency:
    """Times of one query's transactions, in milliseconds."""

    count: int
    p50: float
    p95: float


@dataclass(frozen=True)
class Loaded:
    """What a load gave."""

    per_second: float
    latencies: dict[str, Latency]
    """By the scripts' names; without those that were not drawn."""
    waits: int
    """How often a session was seen to wait for a lock, of `looks` looks."""
    looks: int
    deadlocks: int


@runtime_checkable
class Loadable(Protocol):
    """A database that can be put under load."""

    def load(self, scripts: Sequence[Script], *, seconds: float, clients: int) -> Loaded:
        """Run scripts by their weights for some seconds. Raises LoadFailed, LoadUnavailable."""


def prove_load(parts: Parts, recorder: Recorder, *, seconds: float = SECONDS) -> None:
    """Fill a database, and run the mix on it without the planned indexes and with them."""
    with recorder.sandbox.database() as database:
        if not isinstance(database, Loadable):
            skip_load(recorder, f"no load is written for {recorder.sandbox.engine}")
            return
        try:
            _fill(parts, database)
        except StatementError as error:
            skip_load(recorder, f"the sample did not go in: {error}")
            return
        scripts, left_out = _scripts(parts, database)
        if not scripts:
            skip_load(recorder, "no query of the workload can run in it")
            return
        try:
            _measure("without indexes", database, scripts, seconds, recorder)
            database.run((*index_statements(parts.indexes, "postgresql"), "ANALYZE"))
            _measure("with indexes", database, scripts, seconds, recorder)
        except LoadUnavailable as lack:
            skip_load(recorder, str(lack))
            return
        except (LoadFailed, StatementError) as failure:
            recorder.failed("load", "workload", CLAIM, str(failure), owner="plan_indexes")
            return
    ran = len({script.name for script in scripts})
    detail = f"{CLIENTS} sessions for {seconds:g} s each time; {ran} of {len(parts.workload.queries)} queries"
    recorder.passed("load", "workload", CLAIM, f"{detail}{_words(left_out)}")


def skip_load(recorder: Recorder, why: str) -> None:
    """Record that there was no load."""
    recorder.not_checked("load", "workload", CLAIM, why)


def _words(left_out: dict[str, str]) -> str:
    shown = [f"{name} ({why})" for name, why in list(left_out.items())[:_MOST_NAMED]]
    more = [f"{len(left_out) - len(shown)} more"] if len(left_out) > len(shown) else []
    return f"; left out: {', '.join([*shown, *more])}" if left_out else ""


def _fill(parts: Parts, database: Database) -> None:
    sizes = parts.operations.capacity.tables
    database.run(create_statements(parts.schema))
    database.run(split_statements(parts.operations.seed.sql, "postgresql"))
    fill(parts.schema, sample_sizes({size.table: size.rows_year_1.value for size in sizes}, ROWS), database)
    # The rows came with keys of their own; what is inserted now has to go on after them.
    database.run(each for table in parts.schema.tables for each in counter_statements(table, parts.schema))
    database.run(("ANALYZE",))


def _scripts(parts: Parts, database: Database) -> tuple[tuple[Script, ...], dict[str, str]]:
    """Write each query with values of its own; one that the database refuses is left out, with its reason."""
    queries = sorted(parts.workload.queries, key=lambda query: -query.frequency.value)
    left_out = {query.id: "the mix has no room for it" for query in queries[_MOST_SCRIPTS:]}
    lots = _LOTS[: max(1, _MOST_SCRIPTS // max(1, len(queries)))]
    total = sum(query.frequency.value for query in queries) or 1.0
    scripts: list[Script] = []
    for query in queries[:_MOST_SCRIPTS]:
        found, why = _variants(query, parts, database, lots)
        if not found:
            left_out[query.id] = why
        share = max(query.frequency.value / total, _LEAST_SHARE)
        scripts += [Script(query.id, text, max(1, round(_WEIGHTS * share / len(found)))) for text in found]
    in_order = {query.id: left_out[query.id] for query in parts.workload.queries if query.id in left_out}
    return tuple(scripts), in_order


def _variants(query: Query, parts: Parts, database: Database, lots: Sequence[int]) -> tuple[tuple[str, ...], str]:
    """Return the query's different texts that the database takes, or none and why not."""
    texts: dict[str, None] = {}
    why = ""
    for lot in lots:
        try:
            sql = inlined(query, parts.schema, lambda text: database.execute(text).rows, lot=lot)
            if "\\" in sql:  # what begins with a backslash is a command of pgbench's own, and one of them is a shell
                why = "it holds a backslash"
                continue
            with database.trial():
                database.execute(sql)
                database.check_deferred()
        except StatementError as error:
            why = _refusal(error)
            continue
        texts[_script(query, sql)] = None
    return tuple(texts), why


def _script(query: Query, sql: str) -> str:
    """Return one transaction. What writes is rolled back: the second run must find what the first one found."""
    statement = f"{sql.rstrip().rstrip(';')}\n;\n"
    return statement if query.kind == "read" else f"BEGIN;\n{statement}ROLLBACK;\n"


def _refusal(error: StatementError) -> str:
    return f"its values, drawn from existing rows, meet {error.constraint}" if error.constraint else str(error)


def _measure(state: str, database: Loadable, scripts: Sequence[Script], seconds: float, recorder: Recorder) -> None:
    loaded = database.load(scripts, seconds=seconds, clients=CLIENTS)
    for name, value, unit in (
        ("transactions a second", loaded.per_second, ""),
        ("waits for a lock", loaded.waits, f"of {loaded.looks} looks"),
        ("deadlocks", loaded.deadlocks, ""),
    ):
        recorder.measurements.append(Measurement(subject=f"load {state}: {name}", value=value, unit=unit))
    for query, latency in loaded.latencies.items():
        for name, value, unit in (
            ("count", latency.count, ""),
            ("p50", latency.p50, "ms"),
            ("p95", latency.p95, "ms"),
        ):
            recorder.measurements.append(Measurement(subject=f"load {state}: {query} {name}", value=value, unit=unit))
