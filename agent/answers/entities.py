"""What a designer says of the entities: JSON for the structure, one line of a small notation for each element.

`agent.answers.entity_model` turns it into the conceptual model and back.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, ConfigDict, Field, model_validator

from database_specialist.agent.model.base import Part


def _slim(schema: dict[str, Any]) -> None:
    """Take out titles: they repeat the names, and every call pays for them."""
    schema.pop("title", None)
    for each in schema.get("properties", {}).values():
        each.pop("title", None)
        each.pop("default", None)


def _listed(given: object) -> object:
    """Take "F1, F2" for a list, and [["order", "number"]] for ["order, number"]."""
    if isinstance(given, str):
        return [part for part in (each.strip() for each in given.split(",")) if part]
    return given


def _joined(given: object) -> object:
    if isinstance(given, str):
        return [given]
    if isinstance(given, list):
        if any(isinstance(each, dict) for each in given):
            raise ValueError("each is one line of text, as the notation has it, and no object")
        return [", ".join(map(str, each)) if isinstance(each, list) else each for each in given]
    return given


_ALIASES = {"added_because": "because", "unique_sets": "unique", "dependencies": "depends"}
"""Names of the conceptual model, which a model may have seen elsewhere."""


class Slim(Part):
    """A part of an answer: what a model may leave out it may also say as null."""

    model_config = ConfigDict(strict=False, json_schema_extra=_slim)

    @model_validator(mode="before")
    @classmethod
    def _without_nulls(cls, given: object) -> object:
        if isinstance(given, dict):
            return {_ALIASES.get(name, name): value for name, value in given.items() if value is not None}
        return given


Names = Annotated[tuple[str, ...], BeforeValidator(_listed)]
Lines = Annotated[tuple[str, ...], BeforeValidator(_joined)]
Values = dict[str, Any]
"""Attribute -> value; a relationship's role -> "@label" of an earlier row."""


class EntityAnswer(Slim):
    """An entity. `facts`, or `because` it was added."""

    name: str
    kind: str = "core"
    description: str
    attributes: Lines = ()
    unique: Lines = ()
    lifecycle: str = ""
    supertype: str = ""
    depends: Lines = ()
    plural: str = ""
    facts: Names = ()
    because: str = ""


class RuleAnswer(Slim):
    """A rule."""

    id: str
    name: str
    kind: Literal["check", "unique", "no_overlap", "transition", "cross_row", "application"]
    entity: str
    attributes: Names = ()
    condition: str = ""
    sql: str = ""
    text: str
    why: str = ""
    facts: Names = ()
    because: str = ""


class ExampleAnswer(Slim):
    """An example to accept, or one that `violates` a rule."""

    id: str
    text: str
    rows: dict[str, Values]
    update: dict[str, Values] = Field(default_factory=dict)
    delete: str = ""
    violates: str = ""
    facts: Names = ()
    because: str = ""


class EntitiesAnswer(Slim):
    """The conceptual model."""

    entities: tuple[EntityAnswer, ...]
    relationships: Lines = ()
    rules: tuple[RuleAnswer, ...] = ()
    examples: tuple[ExampleAnswer, ...] = ()
    tenant: str = ""
    volumes: Lines = ()
    unplaced: Lines = ()


class ModelPatch(Slim):
    """Changes: elements in place of those of the same name or id, or new ones."""

    entities: tuple[EntityAnswer, ...] = ()
    attributes: Lines = ()
    relationships: Lines = ()
    rules: tuple[RuleAnswer, ...] = ()
    examples: tuple[ExampleAnswer, ...] = ()
    tenant: str = ""
    volumes: Lines = ()
    unplaced: Lines = ()
    withdraw: Lines = ()
