"""What is counted and measured: times of events, bounds, volumes, identifying numbers and their meanings."""

from __future__ import annotations

from functools import cache

from database_specialist.agent.designer.attributes import attribute
from database_specialist.agent.model.entities import Attribute, EntityModel
from tests.agent.designer.domains import model_of

ORCHARD = """# Orchard

## Functional requirements

- FR-1: The manager registers trees. A tree has a label and a planting date.
- FR-2: About 300 trees carry a probe that sends a reading every hour: time, temperature, humidity and an
  error code, if any.
- FR-3: The system stores the readings of each tree. They are never changed.
"""

WORKSHOP = """# Pump workshop

## Functional requirements

- FR-1: The clerk manages clients with client number, company name and phone.
- FR-2: The clerk opens a repair for a client. A repair has a title, a description and a due date.
- FR-3: Clerks plan inspections: an inspection assigns a fitter to a repair for a planned start and a planned end.
- FR-4: The clerk manages fitters with personnel number, full name and mobile phone.
- FR-5: A fitter holds certificates (certificate type, number, valid until).
- FR-6: Gaskets have a gasket number, a name, a list price and a minimum stock.
- FR-7: Fitters record the gaskets used on a repair, with quantity and unit price.
- FR-8: Users log in with e-mail and password. A user account has an e-mail, a display name and a role.
- FR-9: Each client has a phone and a VAT number, and the delivery lasts a number of lead time days.

## Rules

- BR-1: Quantity of gaskets used is greater than 0.

## Figures

| ID | Requirement |
| --- | --- |
| NFR-1 | 300 clients at launch, 90 repairs a day, 120 inspections a day. |
| NFR-2 | Up to 50 users work at the same time. |
"""


@cache
def workshop() -> EntityModel:
    return model_of(WORKSHOP)


def rows(entity: str) -> tuple[float, str]:
    found = workshop().entity(entity)
    assert found is not None, entity
    assert found.rows is not None, entity
    return found.rows.value, found.rows.basis


@cache
def orchard() -> EntityModel:
    return model_of(ORCHARD)


def kept(model: EntityModel, entity: str) -> dict[str, Attribute]:
    found = model.entity(entity)
    assert found is not None, entity
    return {attribute.name: attribute for attribute in found.attributes}


def test_an_event_with_a_time_of_its_own_gets_no_second_one() -> None:
    reading = kept(orchard(), "reading")

    assert reading["time"].type == "timestamp"
    assert "created_at" not in reading
    assert "created_at" in kept(orchard(), "tree")


def test_accounts_follow_from_those_who_work_at_the_same_time() -> None:
    assert rows("user") == (200.0, "4 accounts assumed for each of the 50 users who work at the same time: 4 x 50")


def test_those_who_do_the_work_follow_from_the_work_of_a_day() -> None:
    assert rows("fitter") == (20.0, "one fitter assumed for each 6 inspections a day: 120 / 6")
    assert rows("certificate") == (60.0, "3 certificates assumed for each fitter: 3 x 20")


def test_a_bound_of_things_put_to_use_reaches_the_link_that_holds_them() -> None:
    assert kept(workshop(), "repair_gasket")["quantity"].minimum == 1
    assert kept(workshop(), "repair_gasket")["unit_price"].minimum == 0


def test_the_number_that_a_list_begins_with_is_unique_where_it_is_their_own() -> None:
    fitter, client = kept(workshop(), "fitter"), kept(workshop(), "client")

    assert fitter["personnel_number"].unique
    assert "no two share it" in fitter["personnel_number"].meaning
    assert client["client_number"].unique
    assert not client["vat_number"].unique
    assert not client["phone"].unique


def test_a_meaning_names_the_thing_and_the_unit() -> None:
    assert kept(workshop(), "gasket")["minimum_stock"].meaning == "Minimum stock of the gasket, as a number."
    assert attribute("payment_terms_days", "client").meaning == "Payment terms of the client, in days."
