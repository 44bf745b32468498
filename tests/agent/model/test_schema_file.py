from __future__ import annotations

from database_specialist.agent.model.schema_file import json_schema, published


def test_the_published_json_schema_is_that_of_the_model() -> None:
    assert published() == json_schema(), "run `make schema`"
