from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest
from pydantic import ValidationError

from database_specialist.agent.model.base import Part
from database_specialist.agent.model.brief import Fact
from database_specialist.agent.model.entities import EntityModel
from database_specialist.agent.model.relational import Column, Schema, Table


def shop() -> ModuleType:
    path = Path(__file__).parents[2] / "shop.py"
    spec = importlib.util.spec_from_file_location("shop", path)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules["shop"] = module
    spec.loader.exec_module(module)
    return module


def test_a_part_survives_plain_json() -> None:
    model = shop().ENTITY_MODEL
    assert EntityModel.load(model.dump()) == model


def test_a_part_is_frozen() -> None:
    column = Column(name="id", type="bigint")
    with pytest.raises(ValidationError, match="frozen"):
        column.name = "other"  # type: ignore[misc]


def test_an_unknown_key_is_refused() -> None:
    with pytest.raises(ValidationError, match="Extra inputs"):
        Column.load({"name": "id", "type": "bigint", "colour": "red"})


def test_types_are_strict() -> None:
    with pytest.raises(ValidationError, match="valid integer"):
        Fact.load({"id": "F1", "kind": "rule", "text": "x", "span": {"file": "a", "line": "1", "end_line": 1}})


def test_a_bad_design_can_be_held() -> None:
    twice = Table(name="Weird Name", columns=(Column(name="a", type="nonsense"), Column(name="a", type="text")))
    schema = Schema(engine="postgresql", tables=(twice, twice))
    assert Schema.load(schema.dump()) == schema


def test_every_part_of_the_model_is_described() -> None:
    def parts(base: type[Part]) -> list[type[Part]]:
        return [each for part in base.__subclasses__() for each in (part, *parts(part))]

    undescribed = [part.__name__ for part in parts(Part) if not (part.__doc__ or "").strip()]
    assert undescribed == []
