"""What a designer corrects in the program's reading of the documents."""

from __future__ import annotations

from typing import Literal

from database_specialist.agent.model.base import FactId, Part
from database_specialist.agent.model.brief import Contradiction, FactKind, Metric, Priority, Role, Scope, Term


class FactCorrection(Part):
    """A statement that the program classified wrongly. What is right is left out."""

    fact: FactId
    kind: FactKind | None = None
    scope: Scope | None = None
    priority: Priority | None = None


class QuantityAnswer(Part):
    """A figure that the program missed or misread."""

    metric: Metric
    subject: str
    """What it is about, in the singular: "parcel", "search request", "system"."""
    value: float
    unit: Literal["rows", "rows/day", "users", "requests/s", "bytes", "ms", "%", "s", "days"]
    """By metric: rows, rows_per_period -> rows/day, latency -> ms, availability and growth -> %, rpo and rto -> s,
    retention -> days."""
    statistic: str | None = None
    basis: str
    """The words it was read from, with the arithmetic of the conversion."""
    fact: FactId
    replaces: str | None = None
    """The id of the figure that this one corrects."""


class GapAnswer(Part):
    """Something a designer needs that the statements do not say."""

    question: str
    why_it_matters: str
    assumption: str
    """What to work on until it is answered."""
    reason: str


class RequirementsAnswer(Part):
    """Corrections to the program's reading of the documents."""

    corrections: tuple[FactCorrection, ...] = ()
    roles: tuple[Role, ...] = ()
    glossary: tuple[Term, ...] = ()
    quantities: tuple[QuantityAnswer, ...] = ()
    wrong_quantities: tuple[str, ...] = ()
    gaps: tuple[GapAnswer, ...] = ()
    contradictions: tuple[Contradiction, ...] = ()
