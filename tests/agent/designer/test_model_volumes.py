"""Numbers that a designer says, in the figures of entities and tables: the documents' own go first."""

from __future__ import annotations

import json

import pytest

from database_specialist.agent.answers.entities import EntitiesAnswer
from database_specialist.agent.answers.entity_model import model_of
from database_specialist.agent.designer.consistency import model_objections
from database_specialist.agent.designer.model_volumes import with_volumes
from database_specialist.agent.mapping.schema import map_schema
from database_specialist.agent.model.base import Figure
from database_specialist.agent.model.entities import EntityModel
from database_specialist.agent.operations.growth import rows_of
from database_specialist.agent.reading.brief import read_brief
from database_specialist.agent.reading.raw import RawDocument

TEXT = "A session catches birds.\n\nAbout 120 sessions a year.\n\nAbout 9,000 catches a year.\n"
BRIEF = read_brief([RawDocument("requirements.md", TEXT, "0" * 64)], project="Ringing", engine="postgresql")


def modelled(*volumes: str) -> tuple[EntityModel, list[str]]:
    names = ("session", "catch", "ring", "ringer", "note")
    said = {
        "entities": [
            {"name": name, "description": "x", "attributes": ["code: code, unique"], "facts": ["F1"]} for name in names
        ],
        "relationships": ["session.helper -> ringer, many_to_many", "note.ring -> ring, owned"],
        "volumes": volumes,
    }
    model, problems = model_of(EntitiesAnswer.model_validate_json(json.dumps(said)))
    return with_volumes(model, BRIEF), [*problems, *model_objections(model, BRIEF)]


def figure(model: EntityModel, name: str, slot: str) -> Figure:
    entity = model.entity(name)
    assert entity is not None
    found: Figure | None = getattr(entity, slot)
    assert found is not None
    return found


def test_what_follows_from_another_is_reckoned_from_it_in_any_order() -> None:
    model, problems = modelled("note: 2 per ring", "ring: 0.8 per catch -- most are new [F2]")
    assert problems == []
    ring = figure(model, "ring", "rows_per_day")
    assert ring.value == pytest.approx(0.8 * 9_000 / 365, rel=1e-3)
    assert ring.origin == "derived"
    assert ring.basis == "0.8 rings for each catch: 0.8 x 24.6575 rows/day (most are new)"
    note = figure(model, "note", "rows_per_day")
    assert note.value == pytest.approx(2 * ring.value)
    assert note.origin == "assumed"
    assert note.basis.endswith("(the designer's estimate)")


def test_the_documents_own_figures_go_before_the_designers() -> None:
    model, _ = modelled("session: 5000 a day", "ringer: 40")
    assert figure(model, "session", "rows_per_day").value == pytest.approx(120 / 365, rel=1e-3)
    assert figure(model, "ringer", "rows").value == 40


def test_links_have_the_number_that_the_designer_says() -> None:
    model, problems = modelled("session.helper: 2 per session", "ringer: 40")
    assert problems == []
    schema = map_schema(model, engine="postgresql")
    links = next(table for table in schema.tables if table.entity is None)
    assert links.rows_per_day is not None
    assert links.rows_per_day.value == pytest.approx(2 * 120 / 365, rel=1e-3)
    assert rows_of(BRIEF, schema, ())[links.name].per_day == links.rows_per_day


def test_a_circle_of_numbers_is_estimated_instead() -> None:
    model, problems = modelled("ring: 2 per note", "note: 2 per ring")
    assert problems == []
    assert figure(model, "ring", "rows").origin == "assumed"
    assert "the designer" not in figure(model, "ring", "rows").basis


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("bird: 5", "volumes: bird: it is neither an entity nor source.role of a many_to_many relationship"),
        ("note.ring: 5", "volumes: note.ring: it is neither an entity nor source.role"),
        ("note: 2 per bird", "volumes: note: there is no other entity bird"),
        ("note: 2 per note", "volumes: note: there is no other entity note"),
        ("note: 2 [F99]", "volumes: note: there is no statement F99"),
    ],
)
def test_a_volume_of_nothing_is_objected_to(line: str, said: str) -> None:
    assert any(said in problem for problem in modelled(line)[1])
