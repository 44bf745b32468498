"""Two SQL files as an existing schema and a design, and the change between them proven."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from database_specialist.agent.changes.loading import schema_statements
from database_specialist.agent.changes.planning import plan_change
from database_specialist.agent.changes.wishes import fills_from, renames_from
from database_specialist.agent.model.change import Change, Existing
from database_specialist.agent.model.entities import EntityModel
from database_specialist.agent.model.operations import Operations
from database_specialist.agent.model.relational import Schema
from database_specialist.agent.model.workload import Indexes, Workload
from database_specialist.agent.sampling.seed import make_seed
from database_specialist.agent.verification.catalog import Catalog
from database_specialist.agent.verification.changing import Changing, prove_change
from database_specialist.agent.verification.records import Parts, Recorder
from database_specialist.tools.catalog_schema import schema_from_catalog
from database_specialist.tools.postgres_sandbox import PostgresSandbox
from tests.agent.rules.page import subject_of

PAIRS = Path(__file__).parents[2] / "data" / "changes"
EMPTY = EntityModel(entities=())


def existing_of(sql: str) -> Existing:
    """An existing schema as its script makes it."""
    return Existing(origin="existing.sql", engine="postgresql", statements=schema_statements(sql, "postgresql"))


def design_of(sql: str, server: PostgresSandbox) -> tuple[Schema, Indexes]:
    """A design as its script makes it."""
    with server.database() as database:
        database.run(schema_statements(sql, "postgresql"))
        return schema_from_catalog(database.catalog())


def read_schema(catalog: Catalog) -> Schema:
    return schema_from_catalog(catalog)[0]


def planned(
    existing: str, design: str, server: PostgresSandbox, *, renamed: Sequence[str] = (), filled: Sequence[str] = ()
) -> Change:
    """The change from one script to the other."""
    schema, indexes = design_of(design, server)
    wishes = {"renamed": renames_from(renamed), "filled": fills_from(filled)}
    return plan_change(existing_of(existing), schema, indexes, server, **wishes)


def parts_of(design: str, server: PostgresSandbox) -> Parts:
    """What the proofs look at."""
    schema, indexes = design_of(design, server)
    blank = subject_of((("yaml", "operations:\n  seed: {sql: '', rows: {}}\n"),)).operations
    assert isinstance(blank, Operations)
    seeded = blank.model_copy(update={"seed": make_seed(EMPTY, schema)})
    return Parts(EMPTY, schema, Workload(queries=()), indexes, seeded)


def proven(existing: str, design: str, change: Change, server: PostgresSandbox) -> Recorder:
    """The records of the change's proofs."""
    recorder = Recorder(server, lambda doing: None)
    prove_change(Changing(existing_of(existing), change, read_schema), parts_of(design, server), recorder)
    return recorder
