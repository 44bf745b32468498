"""What is counted and measured: times of events, bounds, volumes, identifying numbers and their meanings."""

from __future__ import annotations

from functools import cache

from database_specialist.agent.model.entities import Attribute, EntityModel
from tests.agent.designer.domains import model_of

ORCHARD = """# Orchard

## Functional requirements

- FR-1: The manager registers trees. A tree has a label and a planting date.
- FR-2: About 300 trees carry a probe that sends a reading every hour: time, temperature, humidity and an error code, if any.
- FR-3: The system stores the readings of each tree. They are never changed.
"""


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
