"""Prose of two fields that the lexicon does not know: a ringing station and a claims department."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest

from database_specialist.agent.designer.entities import model_entities
from database_specialist.agent.model.brief import Research
from database_specialist.agent.model.entities import Attribute, EntityModel
from database_specialist.agent.reading.brief import read_brief
from database_specialist.agent.reading.raw import RawDocument
from tests.agent.designer.domains import model_of, names, relation, rules, targets

DATA = Path(__file__).parents[2] / "data" / "projects"


@cache
def recorded(name: str) -> EntityModel:
    folder = DATA / name / "ai_docs"
    documents = [RawDocument(path.name, path.read_text("utf-8"), path.name) for path in sorted(folder.glob("*.md"))]
    return model_entities(read_brief(documents, project=name), research=Research())


def kept(model: EntityModel, entity: str) -> dict[str, Attribute]:
    found = model.entity(entity)
    assert found is not None, entity
    return {attribute.name: attribute for attribute in found.attributes}


def test_the_subjects_of_data_statements_are_the_entities_of_the_ringing_station() -> None:
    assert names(recorded("ringing")) == {"session", "ringer", "net", "site", "catch", "ring", "species"}


def test_what_a_ringer_records_belongs_to_the_catch() -> None:
    model = recorded("ringing")

    assert targets(model, "catch") == {"session": "session", "net": "net", "ring": "ring", "species": "species"}
    assert {"age_code", "sex", "wing_length_mm", "weight_g", "fat_score"} <= set(kept(model, "catch"))
    assert kept(model, "catch")["sex"].values == ("male", "female", "unknown")
    assert {"name", "licence_number", "valid_until"} <= set(kept(model, "ringer"))
    assert "fat_score" not in kept(model, "ringer")


@pytest.mark.parametrize(
    ("name", "low", "high"), [("fat_score", 0, 8), ("wing_length_mm", 30, 700), ("weight_g", 3, 15_000)]
)
def test_ranges_in_plain_sentences_bound_the_attributes(name: str, low: float, high: float) -> None:
    attribute = kept(recorded("ringing"), "catch")[name]

    assert (attribute.minimum, attribute.maximum) == (low, high)


def test_keys_of_several_attributes_do_not_make_the_single_ones_unique() -> None:
    model = recorded("ringing")
    ring, net = model.entity("ring"), model.entity("net")

    assert ring is not None
    assert net is not None
    assert ring.unique_sets == (("series", "number"),)
    assert net.unique_sets == (("site", "code"),)
    assert not any(attribute.unique for entity in (ring, net) for attribute in entity.attributes)
    assert kept(model, "ring")["status"].values == ("in_stock", "used", "destroyed")
    assert all(kept(model, "species")[name].unique for name in ("scientific_name", "english_name", "code"))


def test_a_session_has_one_ringer_and_several_helpers() -> None:
    model = recorded("ringing")

    assert relation(model, "session", "ringer").required
    assert relation(model, "session", "helper").cardinality == "many_to_many"
    assert relation(model, "net", "site").target == "site"


def test_claims_handling_has_its_own_things_and_no_bookings_leads_or_companies() -> None:
    found = names(recorded("claims"))

    assert {"member", "policy", "boat", "port", "peril", "claim", "handler", "team", "surveyor", "yard"} <= found
    assert {"quotation", "reserve", "payment", "document", "note", "task", "broker", "party"} <= found
    assert not {"booking", "lead", "company", "team_member", "loss", "mistake", "change"} & found


def test_links_and_histories_of_claims_hold_what_is_kept_of_the_pair() -> None:
    model = recorded("claims")

    assert {"sum_insured", "deductible"} == set(kept(model, "policy_peril"))
    assert targets(model, "policy_peril") == {"policy": "policy", "peril": "peril"}
    assert targets(model, "boat_ownership") == {"boat": "boat", "member": "member"}
    assert targets(model, "claim_assignment") == {"claim": "claim", "handler": "handler"}
    assert {rule.entity for rule in model.rules if rule.kind == "no_overlap"} == {"boat_ownership", "claim_assignment"}
    assert relation(model, "policy", "previous_policy").target == "policy"
    assert relation(model, "party", "claim").target == "claim"


def test_kinds_of_members_are_told_apart_by_a_check() -> None:
    model = recorded("claims")

    assert kept(model, "member")["kind"].values == ("person", "company")
    assert not kept(model, "member")["registered_name"].required
    assert kept(model, "member")["postal_address"].required
    assert len(rules(model, "check", "member")) == 2


def test_rules_of_one_row_become_checks() -> None:
    model = recorded("claims")

    conditions = {rule.condition for rule in model.rules if rule.kind == "check"}
    assert "approved_by <> entered_by" in conditions
    assert "to_status <> 'rejected' OR reason IS NOT NULL" in conditions
    assert kept(model, "payment")["amount"].exclusive_minimum
    assert kept(model, "boat")["hull_number"].unique
    [unique] = rules(model, "unique", "claim")
    assert set(unique.attributes) == {"loss_date", "policy", "peril"}


def test_no_password_is_kept_where_the_documents_say_so() -> None:
    assert "password_hash" not in kept(recorded("claims"), "user")


SERVICE = """# Service

- A model has a manufacturer, a model name and a drive type (belt, chain). Manufacturer and model name together are
  unique.
- A machine has a serial number and is of one model. A machine has a status: in use, out of order, scrapped.
- An agreement has an agreement number and a start date. An agreement covers one or more machines; for each covered
  machine the agreed inspection interval in months is kept.
- An engineer has a name. An engineer holds certificates (certificate type, number, valid until).
- Spares have a spare number, a name and a list price. A shed has a code, a name and a city.
- Stock is kept per spare and shed.
- Engineers attach photos and documents to a machine (file name, content type, size, storage key).

## Rules

- The inspection interval is between 1 and 24 months.
"""


def test_a_manufacturer_without_more_than_a_name_is_an_attribute() -> None:
    model = model_of(SERVICE)
    found = model.entity("model")

    assert "manufacturer" not in names(model)
    assert found is not None
    assert found.unique_sets == (("manufacturer", "model_name"),)


def test_links_with_attributes_are_entities_of_their_own() -> None:
    model = model_of(SERVICE)
    interval = kept(model, "agreement_machine")["inspection_interval_months"]

    assert (interval.minimum, interval.maximum) == (1, 24)
    assert set(targets(model, "stock")) >= {"spare", "shed"}
    assert {"certificate_type", "number", "valid_until"} <= set(kept(model, "certificate"))
    assert relation(model, "certificate", "engineer").ownership == "owned"


def test_photos_and_documents_of_one_sentence_are_one_entity() -> None:
    found = names(model_of(SERVICE))

    assert "attachment" in found
    assert not {"photo", "document"} & found


def test_short_lists_are_not_assumed_to_be_long() -> None:
    shed = model_of(SERVICE).entity("shed")

    assert shed is not None
    assert shed.rows is not None
    assert shed.rows.value <= 200


def test_whom_a_thing_concerns_is_not_supposed_where_it_is_stated() -> None:
    model = model_of(
        "# Plots\n\n- A member has a first name and an e-mail address. A customer has a name and a phone.\n"
        "- A plot has a number and an area.\n- A lease is taken out by one member for one plot and runs for a year.\n"
    )

    assert targets(model, "lease") == {"member": "member", "plot": "plot"}
