"""Each rule is kept by the database, and the error names the rule's constraint: on PostgreSQL and on SQLite."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from database_specialist.agent.dialects import create_statements
from database_specialist.agent.mapping.schema import map_schema
from database_specialist.agent.model.entities import EntityModel
from database_specialist.agent.model.evidence import Finding
from database_specialist.agent.model.relational import Schema
from database_specialist.agent.verification.sandbox import StatementError
from database_specialist.tools.postgres_sandbox import PostgresDatabase

CLINIC = EntityModel.load(
    json.loads((Path(__file__).parents[2] / "data" / "mapping" / "clinic.json").read_text("utf-8"))
)
# The minimum of an appointment's items has its own tests: these write appointments alone.
CLINIC = CLINIC.model_copy(
    update={"relationships": tuple(each.model_copy(update={"min_sources": 0}) for each in CLINIC.relationships)}
)
ROWS = (
    "INSERT INTO clinics (name, country) VALUES ('North', 'DE'), ('South', 'DE')",
    "INSERT INTO people (clinic_id, email, full_name, kind) VALUES"
    " (1, 'Ann@example.org', 'Ann', 'patient'), (1, 'bo@example.org', 'Bo', 'doctor'), (2, 'cy@example.org', 'Cy', 'doctor')",  # noqa: E501 - one case a line
    "INSERT INTO patients (id, clinic_id, insurance_no) VALUES (1, 1, 'A123456789')",
    "INSERT INTO doctors (id, clinic_id, licence, hourly_rate) VALUES (2, 1, 'L1', 100), (3, 2, 'L2', 100)",
    "INSERT INTO rooms (clinic_id, name, room_order) VALUES (1, 'Red', 1), (2, 'Red', 1)",
    "INSERT INTO teams (name) VALUES ('Blue')",
    "INSERT INTO shifts (doctor_id, team_id, role) VALUES (2, 1, 'lead')",
    "INSERT INTO folders (clinic_id, name) VALUES (1, 'Top'), (2, 'Top')",
    "INSERT INTO audit_entries (actor_id, action) VALUES (1, 'look')",
)
APPOINTMENT = (
    "INSERT INTO appointments (clinic_id, patient_id, doctor_id, room_id, starts_at, ends_at, net, status)"
    " VALUES (1, 1, {doctor}, {room}, '2026-02-01T{start}:00:00Z', '2026-02-01T{end}:00:00Z', 50, '{status}')"
)


def appointment(start: str, end: str, *, doctor: int = 2, room: str = "NULL", status: str = "booked") -> str:
    return APPOINTMENT.format(start=start, end=end, doctor=doctor, room=room, status=status)


REFUSED = {
    "people_email_key": ("INSERT INTO people (clinic_id, email, full_name, kind) VALUES (1, 'ANN@EXAMPLE.ORG', 'A', 'patient')",),  # noqa: E501 - one case a line
    "people_kind_check": ("UPDATE people SET kind = 'pilot' WHERE id = 1",),
    "people_born_in_the_past_check": ("UPDATE people SET birth_date = '2999-01-01' WHERE id = 1",),
    "people_not_before_1900_check": ("UPDATE people SET birth_date = '1850-01-01' WHERE id = 1",),
    "people_immutable": ("UPDATE people SET created_at = '2020-01-01T00:00:00Z' WHERE id = 1",),
    "patients_height_cm_check": ("UPDATE patients SET height_cm = 19",),
    "appointments_ends_after_start_check": (appointment("11", "10"),),
    "appointments_doctor_not_double_booked_excl": (appointment("09", "11"), appointment("10", "12")),
    "appointments_appointment_states": (appointment("09", "11"), "UPDATE appointments SET status = 'cancelled'", "UPDATE appointments SET status = 'held'"),  # noqa: E501 - one case a line
    "appointments_net_check": (appointment("09", "10").replace("50", "-1"),),
    "shifts_one_lead_key": ("INSERT INTO shifts (doctor_id, team_id, role) VALUES (3, 1, 'lead')",),
    "folders_no_self_parent_check": ("UPDATE folders SET parent_id = id WHERE id = 1",),
    "folders_parent_id_name_key": ("INSERT INTO folders (clinic_id, name) VALUES (1, 'Top')",),
    "audit_entries_append_only": ("UPDATE audit_entries SET action = 'nothing'",),
    "audit_entries_no_delete": ("DELETE FROM audit_entries",),
    "appointment_items_appointment_limit": (
        appointment("09", "10"),
        "INSERT INTO appointment_items (appointment_id, line_no, service_code, service_name, amount) "
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 21) SELECT (SELECT max(id) FROM appointments), i, 'x', 'y', 1 FROM n",  # noqa: E501 - one case a line
    ),
}  # fmt: skip
TAKEN = {
    "times that touch": (appointment("09", "10"), appointment("10", "11")),
    "a cancelled appointment at the same time": (appointment("09", "10"), appointment("09", "10", status="cancelled")),
    "an allowed step": (appointment("09", "10"), "UPDATE appointments SET status = 'held'"),
    "an address that a deleted person had": (
        "UPDATE people SET deleted_at = '2026-01-01T00:00:00Z' WHERE id = 1",
        "INSERT INTO people (clinic_id, email, full_name, kind) VALUES (1, 'ann@example.org', 'A', 'patient')",
    ),
    "the same address in another clinic": (
        "INSERT INTO people (clinic_id, email, full_name, kind) VALUES (2, 'ann@example.org', 'A', 'patient')",
    ),
    "an unknown birth date": ("UPDATE people SET birth_date = NULL",),
    "one's own time again": (appointment("09", "10"), "UPDATE appointments SET net = 60"),
    "a log whose actor is forgotten": ("UPDATE audit_entries SET actor_id = NULL",),
}


@pytest.fixture(scope="module")
def sqlite_schema() -> Schema:
    return map_schema(CLINIC, engine="sqlite")


@pytest.fixture
def sqlite(sqlite_schema: Schema) -> Iterator[sqlite3.Connection]:
    connection = sqlite3.connect(":memory:", isolation_level=None)
    for statement in (*create_statements(sqlite_schema), *ROWS):
        connection.execute(statement)
    yield connection
    connection.close()


@pytest.mark.parametrize("constraint", REFUSED)
def test_sqlite_refuses_by_the_rule(sqlite: sqlite3.Connection, constraint: str) -> None:
    *before, last = REFUSED[constraint]
    for statement in before:
        sqlite.execute(statement)
    with pytest.raises(sqlite3.IntegrityError) as caught:
        sqlite.execute(last)
    # SQLite names the columns of a unique constraint, or the index where it has expressions.
    columns = "UNIQUE constraint failed" in str(caught.value)
    assert constraint in str(caught.value) or (columns and constraint.endswith("_key"))


@pytest.mark.parametrize("statements", TAKEN.values(), ids=TAKEN.keys())
def test_sqlite_takes(sqlite: sqlite3.Connection, statements: tuple[str, ...]) -> None:
    for statement in statements:
        sqlite.execute(statement)
    assert sqlite.execute("PRAGMA foreign_key_check").fetchall() == []


def test_postgresql_refuses_by_the_rule_and_takes_the_rest(database: PostgresDatabase) -> None:
    database.run((*create_statements(map_schema(CLINIC, engine="postgresql")), *ROWS))
    for constraint, statements in REFUSED.items():
        with database.trial():
            database.run(statements[:-1])
            with pytest.raises(StatementError) as caught:
                database.execute(statements[-1])
            assert caught.value.constraint == constraint
            assert str(caught.value.sqlstate).startswith("23")
    for statements in TAKEN.values():
        with database.trial():
            database.run(statements)
            database.check_deferred()


@pytest.mark.parametrize(
    ("statement", "key"),
    [
        (appointment("09", "10", doctor=3), "appointments_doctor_id_fkey"),
        (appointment("09", "10", room="2"), "appointments_room_id_fkey"),
        ("INSERT INTO doctors (id, clinic_id, licence, hourly_rate) VALUES (1, 2, 'L3', 1)", "doctors_id_fkey"),
    ],
)
def test_a_reference_cannot_leave_the_tenant(database: PostgresDatabase, statement: str, key: str) -> None:
    database.run((*create_statements(map_schema(CLINIC, engine="postgresql")), *ROWS))
    with pytest.raises(StatementError) as caught:
        database.execute(statement)
    assert caught.value.constraint == key


def test_sqlite_keeps_an_optional_reference_within_the_tenant(sqlite: sqlite3.Connection) -> None:
    with pytest.raises(sqlite3.IntegrityError, match="appointments_room_id_tenant_check"):
        sqlite.execute(appointment("09", "10", room="2"))


def test_a_deleted_room_leaves_its_appointments_without_a_room(database: PostgresDatabase) -> None:
    database.run(
        (*create_statements(map_schema(CLINIC, engine="postgresql")), *ROWS, appointment("09", "10", room="1"))
    )
    database.execute("DELETE FROM rooms WHERE id = 1")
    assert database.execute("SELECT clinic_id, room_id, gross FROM appointments").rows[0][:2] == (1, None)


def test_a_change_sets_the_change_time(sqlite: sqlite3.Connection) -> None:
    sqlite.execute("UPDATE people SET updated_at = '2020-01-01T00:00:00Z'")
    sqlite.execute("UPDATE people SET full_name = 'Anna' WHERE id = 1")
    changed = sqlite.execute("SELECT id FROM people WHERE updated_at > '2021'").fetchall()
    assert changed == [(1,)]


@pytest.mark.parametrize("rule", ["BR7", "BR8", "BR12"])
def test_a_rule_that_cannot_be_kept_is_a_decision(rule: str) -> None:
    schema = map_schema(CLINIC, engine="postgresql")
    assert [each.choice for each in schema.decisions if rule in each.subject.split()] == ["left to the application"]


def test_a_rule_that_repeats_a_bound_is_the_same_check() -> None:
    table = map_schema(CLINIC, engine="postgresql").table("patients")
    assert table is not None
    assert [each.rule for each in table.checks if "height" in each.name] == ["BR9"]


@pytest.fixture
def refusal() -> Callable[[str, str], Finding]:
    def make(place: str, message: str) -> Finding:
        return Finding(
            code="EVI001", severity="error", place=place, message=message, help="Change it.", owner="plan_schema"
        )

    return make


def test_a_rule_that_the_engine_refused_is_withdrawn(refusal: Callable[[str, str], Finding]) -> None:
    finding = refusal("appointments", "42883: appointments_ends_after_start_check in: CREATE TABLE appointments (...")
    schema = map_schema(CLINIC, engine="postgresql", findings=[finding])
    table = schema.table("appointments")
    assert table is not None
    assert not [each for each in table.checks if each.rule == "BR1"]
    assert any("BR1" in each.subject and "42883" in each.why for each in schema.decisions)
