"""The contract with callers: documented, published, and never broken within a version."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from database_specialist.agent.config import Context
from database_specialist.agent.contract import CONTRACT_VERSION, DatabaseDesign, Result, SecurityNotes
from database_specialist.graph.schema_file import json_schema
from database_specialist.graph.state import Input

ROOT = Path(__file__).parents[2]
VERSIONS = sorted((ROOT / "tests" / "data" / "contract").glob("*.json"))
NOW: dict[str, Any] = json.loads(json_schema())


def keys(document: dict[str, Any], part: str) -> dict[str, Any]:
    """The keys of a part, as paths, with the schema of each; a type that holds itself is entered once."""
    return dict(_walk(document, document["properties"][part], part, ()))


def _walk(document: dict[str, Any], schema: Any, path: str, seen: tuple[str, ...]) -> Iterator[tuple[str, Any]]:
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        if name not in seen:
            yield from _walk(document, document["$defs"][name], path, (*seen, name))
        return
    for each in schema.get("anyOf", ()):
        yield from _walk(document, each, path, seen)
    if "items" in schema:
        yield from _walk(document, schema["items"], f"{path}[]", seen)
    for name, value in schema.get("properties", {}).items():
        yield f"{path}.{name}", value
        yield from _walk(document, value, f"{path}.{name}", seen)


def _types(schema: Any) -> set[str]:
    shapes = schema.get("anyOf", [schema])
    return {str(each.get("type") or each.get("$ref") or "any") for each in shapes}


def broken(old: dict[str, Any], new: dict[str, Any]) -> list[str]:
    """What somebody who wrote against the old schemas would stumble over."""
    told = []
    for part in ("input", "context", "database_design"):
        before, after = keys(old, part), keys(new, part)
        told += [f"{path} is gone" for path in before if path not in after]
        told += [
            f"{path} is of another type"
            for path in before.keys() & after.keys()
            if _changed(part, before[path], after[path])
        ]
        told += [
            f"{part} now requires {name}"
            for name in _required(new, part) - _required(old, part)
            if part != "database_design"
        ]
    return told


def _changed(part: str, before: Any, after: Any) -> bool:
    taken, now = (_types(before), _types(after))
    # A result may say less than it might, an input may take more than it did.
    return not now <= taken if part == "database_design" else not taken <= now


def _required(document: dict[str, Any], part: str) -> set[str]:
    name = document["properties"][part]["$ref"].rpartition("/")[2]
    return set(document["$defs"][name].get("required", ()))


def added(old: dict[str, Any], new: dict[str, Any]) -> list[str]:
    """The keys of the result that the old schemas do not know."""
    before = keys(old, "database_design")
    return [path for path in keys(new, "database_design") if path not in before]


@pytest.mark.parametrize("version", VERSIONS, ids=lambda path: path.stem)
def test_who_reads_an_earlier_version_can_read_this_one(version: Path) -> None:
    old = json.loads(version.read_text())
    assert old["version"] == version.stem
    if version.stem.partition(".")[0] == CONTRACT_VERSION.partition(".")[0]:
        assert broken(old, NOW) == [], "give the first number of CONTRACT_VERSION one more"


def test_a_key_is_added_with_a_new_second_number() -> None:
    same = ROOT / "tests" / "data" / "contract" / f"{CONTRACT_VERSION}.json"
    assert same.exists(), f"keep the schemas of {CONTRACT_VERSION}: cp graph/contract.schema.json {same}"
    assert added(json.loads(same.read_text()), NOW) == [], "give the second number of CONTRACT_VERSION one more"


def test_what_would_break_a_caller_is_seen() -> None:
    changed = copy.deepcopy(NOW)
    design, notes = changed["$defs"]["DatabaseDesign"], changed["$defs"]["SensitiveColumn"]
    design["properties"]["state"] = design["properties"].pop("status")
    notes["properties"]["personal"] = {"type": "string"}
    changed["$defs"]["Input"]["required"] = ["folder"]
    assert broken(NOW, changed) == [
        "input now requires folder",
        "database_design.status is gone",
        "database_design.security.sensitive_columns[].personal is of another type",
    ]
    assert added(NOW, changed) == ["database_design.state"]
    assert broken(NOW, NOW) == added(NOW, NOW) == []


def test_every_key_is_documented_and_none_that_does_not_exist() -> None:
    page = (ROOT / "docs" / "contract.md").read_text()
    sections = re.split(r"^## ", page, flags=re.MULTILINE)
    models = {"Input": Input, "Settings": Context, "Result": DatabaseDesign, "For the Security": SecurityNotes}
    for heading, model in models.items():
        (section,) = [each for each in sections if each.startswith(heading)]
        told = [
            key for row in re.findall(r"^\| (`[^|]+`) \|", section, re.MULTILINE) for key in re.findall(r"`(\w+)`", row)
        ]
        assert sorted(told) == sorted(model.model_fields), heading
    assert f"version {CONTRACT_VERSION}." in page


def test_every_link_of_the_pages_leads_to_a_file() -> None:
    for page in ("contract.md", "ways-in.md", "studio.md"):
        links = re.findall(r"\]\(([^)#\s]+)\)", (ROOT / "docs" / page).read_text())
        local = [link for link in links if "://" not in link]
        assert local
        assert [link for link in local if not (ROOT / "docs" / link).exists()] == []


def test_every_example_has_its_line_and_its_test() -> None:
    modules = {path.stem for path in (ROOT / "examples").glob("*.py")} - {"__init__", "neighbours"}
    page = (ROOT / "docs" / "ways-in.md").read_text()
    assert set(re.findall(r"\(\.\./examples/(\w+)\.py\)", page)) == modules
    tests = "".join(path.read_text() for path in (ROOT / "tests" / "examples").glob("test_*.py"))
    assert {name for name in modules if not re.search(rf"\b{name}\b", tests)} == set()


def test_the_result_of_a_tool_is_that_of_the_graph_without_the_design() -> None:
    assert set(DatabaseDesign.model_fields) - set(Result.model_fields) == {"design"}
