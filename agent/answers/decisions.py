"""How a designer writes down a choice: the program numbers it."""

from __future__ import annotations

from typing import Literal

from database_specialist.agent.model.base import Decision, FactId, Option, Part

_PARTING = ": "


class DecisionAnswer(Part):
    """One choice."""

    subject: str
    choice: str
    why: str
    # Each as "alternative: why it was not taken".
    alternatives: tuple[str, ...] = ()
    facts: tuple[FactId, ...] = ()
    sources: tuple[str, ...] = ()


class SchemaDecision(DecisionAnswer):
    """A choice about the tables."""

    topic: Literal[
        "primary_key",
        "foreign_key",
        "type",
        "constraint",
        "enumeration",
        "tenancy",
        "soft_delete",
        "history",
        "audit",
    ]


class OperationsDecision(DecisionAnswer):
    """A choice about running the database."""

    topic: Literal["replica", "cache", "sharding", "partitioning", "backup", "nosql"]


def decided(answer: SchemaDecision | OperationsDecision) -> Decision:
    """Return the decision, known by its topic and subject until it gets a number."""
    weighed = (each.partition(_PARTING) for each in answer.alternatives)
    return Decision(
        id=f"{answer.topic} {answer.subject}",
        topic=answer.topic,
        subject=answer.subject,
        choice=answer.choice,
        why=answer.why,
        alternatives=tuple(Option(choice=choice, rejected_because=why or answer.why) for choice, _, why in weighed),
        facts=answer.facts,
        sources=answer.sources,
    )
