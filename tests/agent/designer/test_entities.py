"""What the rules designer takes for an entity, and what it does not."""

from __future__ import annotations

import pytest

from database_specialist.agent.designer.entities import model_entities
from database_specialist.agent.designer.knowledge import DEFAULT, extended
from database_specialist.agent.errors import ConfigError
from database_specialist.agent.model.brief import Research
from database_specialist.agent.model.evidence import Finding
from tests.agent.designer.domains import brief_of, domain, model_of, names, relation, targets
from tests.shop import BRIEF, ENTITY_MODEL


def test_the_same_documents_give_the_same_model() -> None:
    first = model_entities(BRIEF, research=Research())

    assert first == model_entities(BRIEF, research=Research())
    assert {"order", "product", "room", "booking"} <= names(first)


def test_an_explicit_list_of_columns_is_taken_as_it_stands() -> None:
    model = model_of(
        "Design a database. The posts table needs post_id, title, content and author_id. "
        "Also create a post_comments table with comment_text and created_by columns."
    )

    assert names(model) == {"post", "post_comment"}
    post = model.entity("post")
    assert post is not None
    assert [attribute.name for attribute in post.attributes][:3] == ["title", "content", "author_id"]
    assert targets(model, "post_comment") == {"post": "post"}


def test_declared_tables_are_taken_with_their_columns_keys_and_references() -> None:
    model = model_of(
        "CREATE TABLE owners (id bigint PRIMARY KEY, email varchar(100) NOT NULL UNIQUE);\n"
        "CREATE TABLE boats (id bigint PRIMARY KEY, owner_id bigint NOT NULL REFERENCES owners (id), "
        "hull_number varchar(20) NOT NULL, length_m numeric(5,2), UNIQUE (owner_id, hull_number));\n",
        "schema.sql",
    )

    assert names(model) == {"owner", "boat"}
    assert relation(model, "boat", "owner").required
    boat = model.entity("boat")
    assert boat is not None
    assert [attribute.name for attribute in boat.attributes] == ["hull_number", "length_m"]
    assert boat.unique_sets == (("owner", "hull_number"),)


def test_technologies_services_and_screens_are_no_entities() -> None:
    model = model_of(
        "# Shop\n\n## Features\n\n- Customers order products\n- Customers can create reviews\n\n"
        "## Architecture\n\n- **Notification Service**: sends mails through Kafka\n- **API Gateway**: routes requests\n"
        "- **Admin Dashboard**: shows reports\n- Redis caches sessions\n"
    )

    wrong = {"notification_service", "service", "api_gateway", "gateway", "admin_dashboard", "dashboard", "report"}
    assert not (wrong | {"kafka", "redis", "cache", "mail"}) & names(model)


def test_an_order_brings_its_lines_with_the_price_at_the_time() -> None:
    model = model_of("Order management. Customers place orders of products.")

    line = model.entity("order_item")
    assert line is not None
    assert line.kind == "line_item"
    assert line.added_because
    assert {"line_no", "quantity", "unit_price"} <= {attribute.name for attribute in line.attributes}
    assert relation(model, "order_item", "order").ownership == "owned"


def test_students_and_courses_meet_in_an_enrolment() -> None:
    model = model_of("Manage university courses and students.")

    assert targets(model, "enrollment") == {"student": "student", "course": "course"}
    enrollment = model.entity("enrollment")
    assert enrollment is not None
    assert enrollment.unique_sets == (("student", "course"),)


def test_nested_resources_belong_to_their_owner() -> None:
    model = model_of(
        "## API\n\n- `POST /playlists` - Create a playlist\n- `GET /playlists/:id` - Read a playlist\n"
        "- `POST /playlists/:id/songs` - Add a song\n- `GET /playlists/:id/songs` - List songs\n"
        "- `GET /songs/:id` - Read a song\n- `DELETE /songs/:id` - Delete a song\n"
    )

    assert {"playlist", "song"} <= names(model)
    assert targets(model, "song") == {"playlist": "playlist"}


def test_soft_deletion_only_where_it_is_asked_for() -> None:
    plain = model_of("Staff can create, edit and delete products. Staff manage products.")
    soft = model_of("Staff manage products. Products are soft-deleted and can be restored.")

    assert not any(entity.soft_delete for entity in plain.entities)
    assert [entity.soft_delete for entity in soft.entities if entity.name == "product"] == [True]


def test_statements_without_a_home_are_said_openly() -> None:
    model = model_of("# Shop\n\n## Features\n\n- Staff manage products\n- The user interface must be responsive\n")

    assert any("looks" in each.reason for each in model.unplaced)


def test_own_archetypes_extend_the_lexicon() -> None:
    own = '[beehive]\nsynonyms = ["hive"]\nattributes = ["queen_since?: date", "frames: integer"]\n'
    lexicon = extended(DEFAULT, {"archetypes": own})
    model = model_entities(brief_of("Keepers manage hives."), research=Research(), lexicon=lexicon)

    hive = model.entity("hive")
    assert hive is not None
    assert {"queen_since", "frames"} <= {attribute.name for attribute in hive.attributes}


def test_a_lexicon_file_with_a_wrong_relation_names_it() -> None:
    with pytest.raises(ConfigError, match="is not a relation"):
        extended(DEFAULT, {"archetypes": '[x]\nrelations = ["to y"]\n'})


def _finding(place: str) -> Finding:
    return Finding(
        code="EVI001", severity="error", place=place, message="It failed.", help="Mend it.", owner="model_entities"
    )


def test_an_example_that_failed_is_withdrawn_and_said() -> None:
    mended = model_entities(BRIEF, research=Research(), previous=ENTITY_MODEL, findings=[_finding("EX2")])

    assert "EX2" not in [example.id for example in mended.examples]
    assert mended.entities == ENTITY_MODEL.entities
    assert "EVI001" in mended.unplaced[-1].reason


def test_a_rule_that_failed_is_handed_to_the_application_with_its_examples() -> None:
    mended = model_entities(BRIEF, research=Research(), previous=ENTITY_MODEL, findings=[_finding("BR2")])

    rule = next(rule for rule in mended.rules if rule.id == "BR2")
    assert rule.kind == "application"
    assert "EVI001" in rule.why
    assert "BR2" not in [example.violates for example in mended.examples]


def test_an_attribute_that_is_objected_to_goes_with_what_names_it() -> None:
    mended = model_entities(
        BRIEF, research=Research(), previous=ENTITY_MODEL, findings=[_finding("order_lines.quantity")]
    )

    line = mended.entity("order_line")
    assert line is not None
    assert line.attribute("quantity") is None
    assert not any("quantity" in row.values for example in mended.examples for row in example.rows)


def test_a_finding_about_nothing_changes_nothing() -> None:
    same = model_entities(BRIEF, research=Research(), previous=ENTITY_MODEL, findings=[_finding("schema")])

    assert same == ENTITY_MODEL


def test_enumerations_hold_the_values_in_brackets() -> None:
    reading = domain("metering").entity("reading")

    assert reading is not None
    quality = reading.attribute("quality")
    assert quality is not None
    assert quality.values == ("measured", "estimated")


def test_a_default_is_always_one_of_the_values() -> None:
    model = model_of("Staff open tickets. A support ticket has a title and a priority (trapped, urgent, planned).")

    for entity in model.entities:
        for attribute in entity.attributes:
            assert attribute.default is None or not attribute.values or attribute.default in attribute.values
    ticket = model.entity("support_ticket")
    assert ticket is not None
    priority = ticket.attribute("priority")
    assert priority is not None
    assert priority.values == ("trapped", "urgent", "planned")


def test_the_subject_of_the_clause_has_the_planned_period() -> None:
    model = model_of(
        "- Dispatchers plan visits: a visit assigns a technician to a work order for a planned start and "
        "a planned end.\n"
        "- Technicians report a visit: actual start, actual end and a work report.\n"
        "- The administrator manages technicians with personnel number, full name and mobile phone.\n"
        "- Dispatchers open work orders and list visits.\n"
    )

    visit = model.entity("visit")
    assert visit is not None
    assert [attribute.name for attribute in visit.attributes][:3] == ["planned_start", "planned_end", "actual_start"]
    assert targets(model, "visit")["work_order"] == "work_order"
