"""What a designer changes in the computed plans."""

from __future__ import annotations

from database_specialist.agent.answers.decisions import OperationsDecision
from database_specialist.agent.model.base import Decision, Name, Part
from database_specialist.agent.model.workload import Index


class DroppedIndex(Part):
    """An index that is not worth its cost."""

    name: Name
    why: str


class IndexNote(Part):
    """What a maintainer should know about an index."""

    name: Name
    text: str


class IndexReview(Part):
    """Corrections to the computed index plan."""

    drop: tuple[DroppedIndex, ...] = ()
    add: tuple[Index, ...] = ()
    notes: tuple[IndexNote, ...] = ()


class IndexAnswer(Part):
    """An index that the plan misses. Its name is made of its keys."""

    table: Name
    keys: tuple[str, ...]
    """Columns or expressions in parentheses, each with " desc" where it descends."""
    where: str | None = None
    method: str = "btree"
    serves: tuple[str, ...]
    reason: str


class IndexReviewAnswer(Part):
    """Corrections to the computed index plan."""

    drop: tuple[DroppedIndex, ...] = ()
    add: tuple[IndexAnswer, ...] = ()
    notes: tuple[IndexNote, ...] = ()


class OperationsReview(Part):
    """Choices on running the database."""

    decisions: tuple[Decision, ...] = ()


class OperationsAnswer(Part):
    """Choices on running the database."""

    decisions: tuple[OperationsDecision, ...] = ()
