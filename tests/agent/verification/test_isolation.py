"""Row-level policies are tried with the rows of two tenants; one that lets others' rows through is caught."""

from __future__ import annotations

from dataclasses import replace

import pytest

from database_specialist.agent.dialects import create_statements
from database_specialist.agent.model.entities import EntityModel
from database_specialist.agent.model.evidence import Evidence
from database_specialist.agent.model.operations import Operations
from database_specialist.agent.model.relational import Column, Policy, PrimaryKey, Schema, Table
from database_specialist.agent.model.workload import Indexes, Workload
from database_specialist.agent.verification.isolation import prove_policies
from database_specialist.agent.verification.records import Parts, Recorder
from database_specialist.tools.postgres_sandbox import PostgresDatabase, PostgresSandbox

_OWN = "tenant_id = nullif(current_setting('app.tenant_id', true), '')::bigint"
_NOTES = Table(
    name="notes",
    kind="core",
    comment="",
    columns=(Column(name="id", type="bigint", nullable=False), Column(name="tenant_id", type="bigint", nullable=False)),
    primary_key=PrimaryKey(name="notes_pkey", columns=("id",)),
)


def _record(
    policy: Policy, database: PostgresDatabase, server: PostgresSandbox, *, rows: str = "(1, 1), (2, 1), (3, 2)"
) -> Evidence:
    schema = Schema(engine="postgresql", tables=(_NOTES,), policies=(policy,))
    database.run(create_statements(schema))
    database.execute(f"INSERT INTO notes VALUES {rows}")
    recorder = Recorder(server, lambda doing: None)
    parts = Parts(
        EntityModel.model_construct(),
        schema,
        Workload.model_construct(),
        Indexes(planned=()),
        Operations.model_construct(),
    )
    prove_policies(replace(parts, schema=schema), database, recorder)
    assert database.execute("SELECT count(*) FROM notes").rows == ((len(rows.split("), (")),),)
    (record,) = recorder.records
    return record


def test_a_policy_that_keeps_tenants_apart_is_proven(database: PostgresDatabase, server: PostgresSandbox) -> None:
    policy = Policy(name="notes_tenant_policy", table="notes", using=_OWN, check=_OWN)

    record = _record(policy, database, server)

    assert (record.kind, record.subject, record.passed) == ("object", "notes_tenant_policy", True)
    assert record.detail == (
        "of 3 rows 2 are seen with app.tenant_id = 1, 1 with 2, all their own; none without it; "
        "giving rows to another tenant_id is refused (42501) (owner bound by FORCE, in a trial)"
    )


@pytest.mark.parametrize(
    ("using", "check", "words"),
    [
        (f"{_OWN} OR true", None, "2 of its 2 rows are seen and 1 of others"),
        (_OWN, "true", "rows can be given to another tenant_id"),
        (_OWN.replace("= nullif", "<> nullif"), None, "0 of its 2 rows are seen and 1 of others"),
    ],
)
def test_a_policy_that_lets_others_rows_through_is_caught(
    database: PostgresDatabase, server: PostgresSandbox, using: str, check: str | None, words: str
) -> None:
    record = _record(Policy(name="notes_policy", table="notes", using=using, check=check), database, server)

    assert record.passed is False
    assert words in record.detail


@pytest.mark.parametrize(
    ("using", "rows", "words"),
    [
        ("id < 100", "(1, 1), (2, 2)", "does not compare one column with one setting"),
        (_OWN, "(1, 1), (2, 1)", "fewer than two owners"),
    ],
)
def test_what_cannot_be_tried_is_not_claimed(
    database: PostgresDatabase, server: PostgresSandbox, using: str, rows: str, words: str
) -> None:
    record = _record(Policy(name="notes_policy", table="notes", using=using), database, server, rows=rows)

    assert (record.status, record.passed) == ("NOT_CHECKED", None)
    assert words in record.detail
