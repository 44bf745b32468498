"""The JSON Schemas of what the graph takes and gives, for callers in any language.

python -m database_specialist.graph.schema_file > graph/contract.schema.json
"""

from __future__ import annotations

import json
from importlib import resources

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from database_specialist.agent.config import Context
from database_specialist.agent.contract import CONTRACT_VERSION, DatabaseDesign
from database_specialist.graph.state import Input

_PARTS: dict[str, type[BaseModel]] = {"input": Input, "context": Context, "database_design": DatabaseDesign}


def json_schema() -> str:
    """Return the schemas, as they are published: one entry for each part, the definitions they share beside them."""
    found, shared = models_json_schema([(part, "validation") for part in _PARTS.values()])
    document = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "database_specialist, as a graph",
        "version": CONTRACT_VERSION,
        "type": "object",
        "properties": {name: found[part, "validation"] for name, part in _PARTS.items()},
        **{key: value for key, value in shared.items() if key == "$defs"},
    }
    return json.dumps(document, indent=1, ensure_ascii=False) + "\n"


def published() -> str:
    """Return the schemas that come with the package."""
    return resources.files(__package__).joinpath("contract.schema.json").read_text(encoding="utf-8")


if __name__ == "__main__":
    print(json_schema(), end="")
