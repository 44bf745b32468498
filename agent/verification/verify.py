"""Proving a design by running it: each claim becomes a record with what came back.

empty database --ddl--> catalog, objects --> examples --seed--> queries, delete actions
existing schema --rows, change--> the design --> back --> again   (where there is one)
empty database --migrations--> the same catalog --> empty --> the same catalog
third database --a sample of the stated volume--> plans, index by index   (from depth "standard" on)
fourth database --migrations, seed--> each further statement's locks   (from depth "standard" on)
second server --backup, disaster, recovery--> the same rows       (from depth "standard" on)
fifth database --examples--> two sessions at once          (from depth "standard" on)
sixth database --a small sample--> partitions left out, and the oldest taken away   (from depth "standard" on)
seventh database --a sample--> the workload's mix, from several sessions   (depth "full")
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass

from database_specialist.agent.model.entities import EntityModel
from database_specialist.agent.model.evidence import Depth, EvidenceLog, Measurement
from database_specialist.agent.model.operations import Operations
from database_specialist.agent.model.relational import Schema
from database_specialist.agent.model.workload import Indexes, Workload
from database_specialist.agent.verification.cascades import prove_cascades
from database_specialist.agent.verification.catalog import Catalog
from database_specialist.agent.verification.changing import Changing, prove_change, skip_change
from database_specialist.agent.verification.examples import Masked, claim_of, prove_examples
from database_specialist.agent.verification.isolation import prove_policies
from database_specialist.agent.verification.key_stores import KeyStore
from database_specialist.agent.verification.load import prove_load, skip_load
from database_specialist.agent.verification.locks import prove_locks, skip_locks
from database_specialist.agent.verification.migrating import prove_migrations
from database_specialist.agent.verification.partitions import partitioned, prove_partitions, skip_partitions
from database_specialist.agent.verification.races import prove_deferred, prove_races
from database_specialist.agent.verification.records import Parts, Recorder
from database_specialist.agent.verification.recovery import prove_recovery, skip_recovery
from database_specialist.agent.verification.rows import prove_queries, prove_seed
from database_specialist.agent.verification.sandbox import Database, Sandbox
from database_specialist.agent.verification.scale import prove_scale, skip_scale
from database_specialist.agent.verification.seeded_examples import leave, prove_on_seed
from database_specialist.agent.verification.static import check_statically
from database_specialist.agent.verification.stores import check_stores
from database_specialist.agent.verification.structure import prove_catalog, prove_ddl, prove_objects


@dataclass(frozen=True)
class Verification:
    """The evidence of a verification, and the times that it took."""

    log: EvidenceLog
    measurements: tuple[Measurement, ...]


def verify(
    *,
    entity_model: EntityModel,
    schema: Schema,
    workload: Workload,
    indexes: Indexes,
    operations: Operations,
    sandbox: Sandbox,
    changing: Changing | None = None,
    depth: Depth = "quick",
    key_store: Callable[[], AbstractContextManager[KeyStore | None]] = nullcontext,
    progress: Callable[[str], None] = lambda doing: None,
) -> Verification:
    """Run every claim of a design on the sandbox's engine; where that cannot run it, parse it and say so.

    `key_store` gives an empty Redis, or None: then the commands of keys are only read.

    Records stand in a fixed order and hold nothing that differs between two runs: times are measurements.
    """
    parts = Parts(entity_model, schema, workload, indexes, operations)
    recorder = Recorder(sandbox, progress)
    if sandbox.status == "STATIC":
        check_statically(parts, recorder)
    else:
        _prove(parts, recorder)
    if changing is not None:
        _prove_change(changing, parts, recorder)
    if depth != "quick":
        _rehearse(parts, recorder, depth)
    _check_stores(parts, recorder, key_store)
    return Verification(_log(recorder), tuple(recorder.measurements))


def _check_stores(
    parts: Parts, recorder: Recorder, key_store: Callable[[], AbstractContextManager[KeyStore | None]]
) -> None:
    """Open a store of keys only where the design has keys."""
    if parts.operations.nosql.redis:
        with recorder.phase("keys", f"{len(parts.operations.nosql.redis)} families of keys"), key_store() as keys:
            check_stores(parts, recorder, keys)
    else:
        check_stores(parts, recorder)


def _log(recorder: Recorder) -> EvidenceLog:
    return EvidenceLog(
        records=tuple(recorder.records),
        footprints=tuple(recorder.footprints),
        plans=tuple(recorder.plans),
        index_uses=tuple(recorder.index_uses),
        index_search=recorder.index_search,
    )


def _prove(parts: Parts, recorder: Recorder) -> None:
    with recorder.sandbox.database() as database:
        catalog = _prove_structure(parts, database, recorder)
        if catalog is None:
            _skip_all(parts, "the DDL did not run", recorder)
            return
        with recorder.phase("examples", f"{len(parts.entity_model.examples)} examples"):
            masked = prove_examples(parts, database, recorder)
        _prove_rows(parts, masked, database, recorder)
    doing = f"{len(parts.operations.migrations)} migrations up, down, up"
    with recorder.phase("migrations", doing), recorder.sandbox.database() as second:
        prove_migrations(parts, second, catalog, recorder)


def _prove_change(changing: Changing, parts: Parts, recorder: Recorder) -> None:
    sandbox = recorder.sandbox
    why = sandbox.note if sandbox.status == "STATIC" else ""
    if any(record.passed is False for record in recorder.records):
        why = "claims before this one failed"
    if why:
        skip_change(recorder, why)
        return
    doing = f"the change from {changing.existing.origin}: {len(changing.change.migrations)} steps up, down, up"
    with recorder.phase("change", doing):
        prove_change(changing, parts, recorder)


def _rehearse(parts: Parts, recorder: Recorder, depth: Depth) -> None:
    """Measure and rehearse what the design's own proofs leave out; not on a design that goes back anyway."""
    sandbox = recorder.sandbox
    why = sandbox.note if sandbox.status == "STATIC" else ""
    if any(record.passed is False for record in recorder.records):
        why = "claims before this one failed"
    if why:
        skip_scale(recorder, why)
        skip_locks(recorder, why)
        skip_recovery(recorder, why)
        skip_partitions(parts, recorder, why)
        if depth == "full":
            skip_load(recorder, why)
        return
    with recorder.phase("scale", f"{len(parts.workload.queries)} queries at the stated volume"):
        prove_scale(parts, recorder, depth)
    with recorder.phase("locks", "locks of the migrations"), sandbox.database() as database:
        prove_locks(parts, database, recorder)
    with recorder.phase("recovery", "backup, disaster and recovery, on a second server"):
        prove_recovery(parts, recorder, thorough=depth == "full")
    with recorder.phase("races", "two sessions at once"):
        prove_races(parts, recorder)
    if partitioned(parts):
        with recorder.phase("partitions", "partitions left out, and the oldest taken away"):
            prove_partitions(parts, recorder)
    if depth == "full":
        with recorder.phase("load", "the workload's mix, from several sessions"):
            prove_load(parts, recorder)


def _prove_structure(parts: Parts, database: Database, recorder: Recorder) -> Catalog | None:
    with recorder.phase("structure", f"{len(parts.schema.tables)} tables"):
        if not prove_ddl(parts, database, recorder):
            return None
        catalog = prove_catalog(parts, database, recorder)
        prove_objects(parts, catalog, recorder)
    return catalog


def _prove_rows(parts: Parts, masked: Sequence[Masked], database: Database, recorder: Recorder) -> None:
    with recorder.phase("seed", f"{sum(parts.operations.seed.rows.values())} seed rows"):
        is_seeded = prove_seed(parts, database, recorder)
    if not is_seeded:
        for each in masked:
            leave(each, recorder)
        _skip_rows(parts, "the seed did not go in", recorder)
        return
    if masked:
        with recorder.phase("examples on the seed", f"{len(masked)} examples on rows of the seed"):
            prove_on_seed(masked, parts, database, recorder)
    with recorder.phase("queries", f"{len(parts.workload.queries)} queries"):
        prove_queries(parts, database, recorder)
    keys = sum(len(table.foreign_keys) for table in parts.schema.tables)
    with recorder.phase("delete actions", f"{keys} foreign keys"):
        prove_cascades(parts, database, recorder)
    prove_deferred(parts, database, recorder)
    if parts.schema.policies:
        with recorder.phase("policies", f"{len(parts.schema.policies)} row-level policies"):
            prove_policies(parts, database, recorder)


def _skip_all(parts: Parts, why: str, recorder: Recorder) -> None:
    recorder.not_checked("catalog", "schema", "The catalog read back equals the model.", why)
    for example in parts.entity_model.examples:
        kind, claim = claim_of(example)
        recorder.not_checked(kind, example.id, claim, why)
    recorder.not_checked("seed", "seed", "The seed goes in, with the rows that it promises.", why)
    _skip_rows(parts, why, recorder)
    recorder.not_checked("migration", "migrations", "The migrations give the same catalog as the DDL.", why)


def _skip_rows(parts: Parts, why: str, recorder: Recorder) -> None:
    for query in parts.workload.queries:
        claim = f"{query.id} ({query.name}) prepares and runs on the seeded rows."
        recorder.not_checked("query", query.id, claim, why)
    for table in parts.schema.tables:
        for key in table.foreign_keys:
            subject = f"{table.name}.{key.name}"
            recorder.not_checked("cascade", subject, f"Deleting a parent does what {key.on_delete} says.", why)
    for policy in parts.schema.policies:
        claim = f"Sessions see only the rows of {policy.table} that the policy lets through."
        recorder.not_checked("object", policy.name, claim, why)
