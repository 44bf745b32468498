"""The JSON Schema of `database-design.json`, published beside the model.

python -m database_specialist.agent.model.schema_file > agent/model/database-design.schema.json
"""

from __future__ import annotations

import json
from importlib import resources
from typing import Any

from database_specialist.agent.model.design import SCHEMA_VERSION, Design

FILE = "database-design.schema.json"


def json_schema() -> dict[str, Any]:
    """Return the JSON Schema (2020-12) of a design, made from the model."""
    schema = Design.model_json_schema(mode="serialization")
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": f"Database design, schema version {SCHEMA_VERSION}",
    } | {key: value for key, value in schema.items() if key != "title"}


def published() -> dict[str, Any]:
    """Return the JSON Schema as it was published with this package."""
    text = resources.files(__package__).joinpath(FILE).read_text()
    return dict(json.loads(text))


def render() -> str:
    """Return the text of the published file."""
    return json.dumps(json_schema(), indent=1) + "\n"


if __name__ == "__main__":
    print(render(), end="")
