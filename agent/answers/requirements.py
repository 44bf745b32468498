"""What a designer corrects in the program's reading of the documents."""

from __future__ import annotations

from database_specialist.agent.model.base import FactId, Part
from database_specialist.agent.model.brief import Contradiction, FactKind, Metric, Priority, Scope


class FactCorrection(Part):
    """Statements that the program classified wrongly, all in the same way."""

    facts: tuple[FactId, ...]
    kind: FactKind | None = None
    scope: Scope | None = None
    priority: Priority | None = None


class NamedAnswer(Part):
    """A role or a term, in one line."""

    name: str
    meaning: str
    facts: tuple[FactId, ...]


class QuantityAnswer(Part):
    """A figure that the program missed or misread."""

    metric: Metric
    subject: str
    value: float
    statistic: str | None = None
    basis: str
    fact: FactId
    replaces: str | None = None


class GapAnswer(Part):
    """What no statement says."""

    question: str
    why_it_matters: str
    assumption: str
    reason: str


class RequirementsAnswer(Part):
    """Corrections to the program's reading; what is right is left out."""

    corrections: tuple[FactCorrection, ...] = ()
    roles: tuple[NamedAnswer, ...] = ()
    glossary: tuple[NamedAnswer, ...] = ()
    quantities: tuple[QuantityAnswer, ...] = ()
    wrong: tuple[str, ...] = ()
    gaps: tuple[GapAnswer, ...] = ()
    contradictions: tuple[Contradiction, ...] = ()
