"""What documents of different fields become: entities, relationships, rules."""

from __future__ import annotations

import pytest

from tests.agent.designer.domains import domain, names, relation, rules, targets

EXPECTED = {
    "clinic": {
        "patient", "appointment", "prescription", "prescription_item", "medicine", "medical_record", "service",
        "invoice", "invoice_item", "user", "audit_log",
    },
    "parcels": {"parcel", "shipper", "depot", "route", "driver", "vehicle", "claim"},
    "metering": {
        "premises", "meter", "reading", "tariff", "contract", "customer", "outage", "invoice", "tenant",
        "meter_status_history",
    },
    "hr": {
        "employee", "department", "leave_request", "job_posting", "candidate", "job_application", "interview",
        "payslip", "user", "audit_log",
    },
}  # fmt: skip


@pytest.mark.parametrize("name", EXPECTED)
def test_the_things_of_a_field_become_entities(name: str) -> None:
    missing = EXPECTED[name] - names(domain(name))

    assert not missing


@pytest.mark.parametrize("name", EXPECTED)
def test_roles_screens_and_generic_words_do_not_become_entities(name: str) -> None:
    words = {"receptionist", "dispatcher", "administrator", "operator", "billing_clerk", "system", "portal", "page"}
    words |= {"manager", "hr", "locker", "pharmacy", "video_consultation", "consumption", "spreadsheet"}

    assert not words & names(domain(name))


@pytest.mark.parametrize("name", EXPECTED)
def test_every_element_names_its_facts_or_says_why_it_was_added(name: str) -> None:
    model = domain(name)
    elements = [*model.entities, *model.relationships, *model.rules, *model.examples]
    elements += [attribute for entity in model.entities for attribute in entity.attributes]

    assert all(bool(element.facts) or bool(element.added_because) for element in elements)


@pytest.mark.parametrize("name", EXPECTED)
def test_relationships_rules_and_keys_name_what_exists(name: str) -> None:
    model = domain(name)

    for each in model.relationships:
        assert {each.source, each.target} <= names(model)
    for entity in model.entities:
        parts = {attribute.name for attribute in entity.attributes} | set(targets(model, entity.name))
        assert all(part in parts for key in entity.unique_sets for part in key)
        assert all(part in parts for rule in model.rules if rule.entity == entity.name for part in rule.attributes)


@pytest.mark.parametrize("name", EXPECTED)
def test_no_circle_of_required_references_keeps_the_first_row_out(name: str) -> None:
    model = domain(name)
    waiting = names(model)
    required = [(r.source, r.target) for r in model.relationships if r.required and r.cardinality != "many_to_many"]
    while ready := {name for name in waiting if not any(s == name and t in waiting for s, t in required)}:
        waiting -= ready

    assert not waiting


@pytest.mark.parametrize("name", EXPECTED)
def test_every_rule_that_the_database_holds_has_a_counterexample(name: str) -> None:
    model = domain(name)
    refused = {example.violates for example in model.examples if example.expect == "reject"}

    assert {rule.id for rule in model.rules if rule.kind != "application"} <= refused


@pytest.mark.parametrize("name", EXPECTED)
def test_every_entity_has_rows_with_a_basis(name: str) -> None:
    assert all(entity.rows is not None and entity.rows.basis for entity in domain(name).entities)


def test_a_doctor_who_is_a_user_keeps_the_word_as_role() -> None:
    assert targets(domain("clinic"), "appointment")["doctor"] == "user"


def test_appointments_of_one_doctor_do_not_overlap() -> None:
    [rule] = rules(domain("clinic"), "no_overlap", "appointment")

    assert rule.attributes == ("doctor", "starts_at", "ends_at")
    assert rule.condition == "status NOT IN ('cancelled', 'no_show')"


def test_a_chain_of_states_becomes_a_lifecycle() -> None:
    appointment = domain("clinic").entity("appointment")

    assert appointment is not None
    assert appointment.lifecycle is not None
    steps = [(step.source, step.target) for step in appointment.lifecycle.transitions]
    assert steps == [
        ("scheduled", "checked_in"),
        ("checked_in", "completed"),
        ("scheduled", "cancelled"),
        ("scheduled", "no_show"),
    ]


def test_a_reason_is_required_in_the_state_that_the_rule_names() -> None:
    conditions = [rule.condition for rule in rules(domain("clinic"), "check", "appointment")]

    assert "status <> 'cancelled' OR reason IS NOT NULL" in conditions


def test_a_stated_number_is_unique_and_personal() -> None:
    patient = domain("clinic").entity("patient")

    assert patient is not None
    number = patient.attribute("insurance_number")
    assert number is not None
    assert number.unique
    assert number.personal
    assert number.facts


def test_who_may_act_is_left_to_the_application_with_a_reason() -> None:
    told = [rule for rule in domain("clinic").rules if "Only doctors" in rule.text]

    assert [rule.kind for rule in told] == ["application"]
    assert "who may act" in told[0].why


def test_given_volumes_are_attached_and_others_say_that_they_are_assumed() -> None:
    patient, service = domain("clinic").entity("patient"), domain("clinic").entity("service")

    assert patient is not None
    assert patient.rows is not None
    assert (patient.rows.value, patient.rows.origin) == (40_000, "given")
    assert service is not None
    assert service.rows is not None
    assert service.rows.origin == "assumed"


def test_a_parcel_belongs_to_its_shipper_and_a_vehicle_to_its_depot() -> None:
    assert targets(domain("parcels"), "parcel")["shipper"] == "shipper"
    assert targets(domain("parcels"), "vehicle")["depot"] == "depot"


def test_a_range_of_the_documents_bounds_the_attribute() -> None:
    claim = domain("parcels").entity("claim")

    assert claim is not None
    amount = claim.attribute("amount")
    assert amount is not None
    assert (amount.minimum, amount.maximum) == (0, 5000)


def test_what_is_for_later_is_not_built() -> None:
    assert not {"locker", "price_override"} & names(domain("parcels"))


def test_a_system_of_several_tenants_scopes_its_entities() -> None:
    model = domain("metering")

    assert model.tenant == "tenant"
    meter = model.entity("meter")
    assert meter is not None
    assert meter.tenant_scoped


def test_at_most_one_active_is_a_partial_unique_rule() -> None:
    [rule] = rules(domain("metering"), "unique", "meter")

    assert (rule.attributes, rule.condition) == (("premises",), "status = 'active'")


def test_one_per_thing_and_time_names_both() -> None:
    [rule] = rules(domain("metering"), "unique", "reading")

    assert rule.attributes == ("meter", "measured_at")


def test_readings_that_never_change_are_append_only() -> None:
    reading = domain("metering").entity("reading")

    assert reading is not None
    assert reading.append_only
    assert reading.attribute("updated_at") is None
    assert reading.rows_per_day is not None
    assert reading.rows_per_day.value == 115_000_000


def test_recorded_status_changes_ask_for_a_history() -> None:
    history = domain("metering").entity("meter_status_history")

    assert history is not None
    assert history.kind == "history"
    assert relation(domain("metering"), "meter_status_history", "meter").ownership == "owned"


def test_an_employee_has_a_department_and_a_manager_of_the_same_kind() -> None:
    roles = targets(domain("hr"), "employee")

    assert roles["department"] == "department"
    assert roles["manager"] == "employee"


def test_a_candidate_applies_to_a_posting_only_once() -> None:
    [rule] = rules(domain("hr"), "unique", "job_application")

    assert set(rule.attributes) == {"candidate", "job_posting"}


def test_a_salary_above_zero_excludes_zero() -> None:
    employee = domain("hr").entity("employee")

    assert employee is not None
    salary = employee.attribute("salary")
    assert salary is not None
    assert (salary.minimum, salary.exclusive_minimum) == (0, True)
