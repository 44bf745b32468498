"""The base class of the typed model, and the types its parts share."""

from __future__ import annotations

import json
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field

NAME_PATTERN = r"^[^\x00]+$"
Name = Annotated[str, Field(min_length=1, max_length=200, pattern=NAME_PATTERN)]
"""An identifier as it stands. Permissive on purpose: a bad name is a finding, not an exception."""

FACT_PATTERN = r"^F\d+$"
FactId = Annotated[str, Field(pattern=FACT_PATTERN)]
"""The id of a `Fact` of the Brief: F1, F2, ... in the order they were read."""

Engine = Literal["postgresql", "sqlite", "mysql", "mariadb"]
"""A relational engine that a design can be printed for."""

Origin = Literal["given", "derived", "assumed"]
"""Where a number comes from: the documents, arithmetic on other numbers, or an assumption of ours."""

Scalar = str | int | float | bool | None


class Part(BaseModel):
    """A frozen, strict piece of the design. Load it from JSON; unknown keys are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, use_attribute_docstrings=True)

    @classmethod
    def load(cls, data: Any) -> Self:
        """Validate plain JSON data (dicts, lists, scalars), as it is kept in the graph's state."""
        return cls.model_validate_json(json.dumps(data))

    def dump(self) -> Any:
        """Return plain JSON data; `load` gives an equal object back."""
        return self.model_dump(mode="json")


class Span(Part):
    """Where a fact stands: a file of the documents' folder and its lines, counted from 1."""

    file: str
    line: int = Field(ge=1)
    end_line: int = Field(ge=1)

    def __str__(self) -> str:
        return f"{self.file}:{self.line}"


class Figure(Part):
    """A number of the document. Nothing is quoted without its origin and its basis."""

    value: float
    unit: str
    """What is counted or measured: "rows", "rows/day", "bytes", "ms", "requests/s", "%", "days"."""
    origin: Origin
    basis: str
    """The words it was read from, the arithmetic that gave it, or why it was assumed."""
    facts: tuple[FactId, ...] = ()


class Option(Part):
    """An alternative that was weighed and not taken."""

    choice: str
    rejected_because: str


DecisionTopic = Literal[
    "engine",
    "primary_key",
    "foreign_key",
    "type",
    "constraint",
    "enumeration",
    "normal_form",
    "specialisation",
    "association",
    "tenancy",
    "soft_delete",
    "partitioning",
    "replica",
    "cache",
    "sharding",
    "migration",
    "backup",
    "nosql",
    "history",
    "audit",
    "index",
]


class Decision(Part):
    """One choice of the design, with what it was weighed against."""

    id: str
    topic: DecisionTopic
    subject: str
    """The table, column or part it is about, by name."""
    choice: str
    why: str
    alternatives: tuple[Option, ...] = ()
    facts: tuple[FactId, ...] = ()
    sources: tuple[str, ...] = ()
    """Ids of research sources: what a designer's choice rests on, or what the program's is to be compared with."""
