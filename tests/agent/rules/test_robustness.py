"""The model can hold a broken design: no part of it may break the critic."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest

from database_specialist.agent.designer.workload import write_workload
from database_specialist.agent.indexing import plan_indexes
from database_specialist.agent.mapping.schema import map_schema
from database_specialist.agent.model.base import Part
from database_specialist.agent.operations.plan import plan_operations
from database_specialist.agent.rules.critic import judge, review
from database_specialist.agent.rules.subject import Subject
from tests.shop import BRIEF, ENTITY_MODEL

HOSTILE = "x'); -- \"\\ (((((((((((("


@cache
def shop() -> Subject:
    schema = map_schema(ENTITY_MODEL, engine="postgresql")
    workload = write_workload(BRIEF, ENTITY_MODEL, schema)
    indexes = plan_indexes(schema, workload)
    operations = plan_operations(BRIEF, ENTITY_MODEL, schema, workload, indexes)
    return Subject(BRIEF, ENTITY_MODEL, schema, workload, indexes, operations)


def places(data: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Yield the way to each list and each text."""
    if isinstance(data, dict):
        for key, value in data.items():
            yield from places(value, (*path, key))
    elif isinstance(data, list):
        if data:
            yield path
        for number, value in enumerate(data):
            yield from places(value, (*path, number))
    elif isinstance(data, str):
        yield path


def shape(path: tuple[Any, ...]) -> tuple[Any, ...]:
    return tuple(step for step in path if not isinstance(step, int))


def changed(data: Any, path: tuple[Any, ...]) -> Any:
    """Return the data with the list at this place emptied, or the text there made hostile."""
    if not path:
        return [] if isinstance(data, list) else HOSTILE
    head, *rest = path
    if isinstance(data, dict):
        return {key: changed(value, tuple(rest)) if key == head else value for key, value in data.items()}
    return [changed(value, tuple(rest)) if number == head else value for number, value in enumerate(data)]


def mutants(part: Part) -> Iterator[Part]:
    """Yield the part with one thing broken, once for each kind of place; what the model refuses is left out."""
    data = part.dump()
    first = {shape(path): path for path in reversed(list(places(data)))}
    for path in first.values():
        try:
            yield type(part).load(changed(data, path))
        except ValueError:
            continue


@pytest.mark.parametrize("name", ["brief", "entity_model", "schema", "workload", "indexes", "operations"])
def test_a_broken_part_is_reported_and_never_breaks_the_critic(name: str) -> None:
    whole = shop()
    parts = vars(whole)
    broken = list(mutants(parts[name]))
    assert len(broken) >= 5
    for mutant in broken:
        for finding in review(Subject(**(parts | {name: mutant}))):
            assert re.fullmatch(r"[A-Z]{2,3}\d{3}", finding.code)


def test_the_whole_shop_is_accepted() -> None:
    verdict = judge(shop(), round=1)
    assert [finding for finding in verdict.findings if finding.severity == "error"] == []
    assert verdict.accepted
    assert verdict.uncovered == ()
