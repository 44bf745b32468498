"""Nothing is printed that the named version of PostgreSQL lacks, though the sandbox runs a later one."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from database_specialist.agent.dialects import create_statements, drop_statements, script
from database_specialist.agent.mapping.schema import map_schema
from database_specialist.agent.model.entities import EntityModel
from database_specialist.agent.model.workload import Indexes
from database_specialist.agent.verification.sandbox import StatementError
from database_specialist.tools.postgres_sandbox import PostgresDatabase

FEATURES = {
    r"(?i)\buuidv[47]\(": 18,
    r"\bVIRTUAL\b": 18,
    r"\bWITHOUT OVERLAPS\b|\bPERIOD\b": 18,
    r"\bNOT ENFORCED\b": 18,
    r"(?i)\barray_sort\(|\bcasefold\(|\bcrc32\(": 18,
    r"\bJSON_TABLE\b|\bJSON_VALUE\b|\buuid_extract_": 17,
    r"\bRETURNING\b.*\bMERGE\b": 17,
    r"\bIS JSON\b|\bANY_VALUE\(|\brandom_normal\(": 16,
    r"\bNULLS NOT DISTINCT\b": 15,
    r"\bSET NULL \(": 15,
    r"\bsecurity_invoker\b": 15,
    r"(?i)\bregexp_(count|like|substr|instr)\(": 15,
    r"\bMERGE INTO\b": 15,
}
DATA = Path(__file__).parents[2] / "data" / "mapping"


def attribute(name: str, kind: str = "code", **more: Any) -> dict[str, Any]:
    return {"name": name, "type": kind, "meaning": f"The {name}.", **more}


def entity(name: str, *attributes: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"name": name, "plural": f"{name}s", "description": f"A {name}.", "attributes": list(attributes), **more}


PARTS = entity(
    "part",
    attribute("id", "uuid"),
    attribute("maker"),
    attribute("model"),
    attribute("colour", required=False),
    unique_sets=[["maker", "model", "colour"]],
    tenant_scoped=True,
)
LINK = {"source": "part", "target": "shelf", "role": "shelf", "ownership": "independent", "required": False}
RULES = [
    {"id": "BR1", "name": "sorted", "text": "Sorted.", "kind": "check", "entity": "part"}
    | {"condition": "casefold(maker) <> ''"},
    {"id": "BR2", "name": "form", "text": "Form.", "kind": "check", "entity": "part"}
    | {"condition": "regexp_like(model, '^[a-z]+$')"},
]
NEWEST = EntityModel.load(
    {
        "entities": [PARTS, entity("shelf", attribute("name"), tenant_scoped=True), entity("owner")],
        "relationships": [LINK],
        "rules": RULES,
        "tenant": "owner",
    }
)


def printed(model: EntityModel, version: str) -> str:
    schema = map_schema(model, engine="postgresql", engine_version=version)
    return script((*create_statements(schema), *drop_statements(schema, Indexes(planned=()))))


@pytest.mark.parametrize("version", ["13", "14.2", "15", "v16", "17+"])
@pytest.mark.parametrize("name", ["newest", "clinic", "shop"])
def test_nothing_newer_than_the_version_is_printed(name: str, version: str) -> None:
    model = NEWEST if name == "newest" else EntityModel.load(json.loads((DATA / f"{name}.json").read_text("utf-8")))
    major = int(re.findall(r"\d+", version)[0])
    sql = printed(model, version)
    assert [pattern for pattern, since in FEATURES.items() if since > major and re.search(pattern, sql)] == []


def test_the_newest_version_uses_what_it_has() -> None:
    sql = printed(NEWEST, "18")
    used = [pattern for pattern in FEATURES if re.search(pattern, sql)]
    assert sorted(FEATURES[pattern] for pattern in used) == [15, 15, 18, 18]


@pytest.mark.parametrize("version", ["14", "18"])
def test_missing_parts_of_a_natural_key_are_equal_on_every_version(database: PostgresDatabase, version: str) -> None:
    schema = map_schema(NEWEST, engine="postgresql", engine_version=version)
    insert = "INSERT INTO parts (owner_id, maker, model, colour) VALUES (1, 'a', 'b', {})"
    opening = ("INSERT INTO owners DEFAULT VALUES", insert.format("NULL"), insert.format("'red'"))
    database.run((*create_statements(schema), *opening))
    for value in ("NULL", "'red'"):
        with database.trial(), pytest.raises(StatementError, match="unique"):
            database.execute(insert.format(value))
    assert any(each.choice == "a missing colour counts as a value" for each in schema.decisions)


def test_two_columns_that_are_unique_together_are_one_constraint_and_no_other() -> None:
    whole = entity("car", attribute("maker"), attribute("model"), unique_sets=[["maker", "model"]])
    table = map_schema(EntityModel.load({"entities": [whole]}), engine="postgresql").tables[0]
    assert [(each.columns, each.where, each.nulls_not_distinct) for each in table.uniques] == [
        (("maker", "model"), None, False)
    ]
