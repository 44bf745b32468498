"""A question to a chat model and what its answer cost: what designers and tools agree on."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol, TypeVar

from database_specialist.agent.model.base import Decision, FactId, Name, Part
from database_specialist.agent.model.brief import Contradiction, FactKind, Metric, Priority, Role, Scope, Term
from database_specialist.agent.model.entities import BusinessRule, Entity, Example, Relationship
from database_specialist.agent.model.relational import Action, Check, Routine, Unique
from database_specialist.agent.model.workload import Index, Query

AnswerType = TypeVar("AnswerType", bound=Part)


@dataclass(frozen=True)
class Question:
    """One call: a fixed instruction, what every call of the run shares, and what this one adds.

    The order is that of the prompt: stable text first, so that providers can reuse the prefix.
    """

    name: str
    """The prompt's name; calls are accounted under it."""
    system: str
    user: str


class Usage(Part):
    """What one call cost. Tokens are the provider's own figures, or estimates where it gives none.

    `prompt_tokens` holds the cached ones too.
    """

    question: str
    calls: int
    prompt_tokens: int
    cached_tokens: int
    completion_tokens: int
    seconds: float
    repairs: int = 0
    model: str = ""
    estimated: bool = False
    """Whether the tokens are counted from characters, because the provider gave none."""


class Model(Protocol):
    """Anything that answers questions with typed answers."""

    def ask(
        self,
        question: Question,
        answer: type[AnswerType],
        *,
        objections: Callable[[AnswerType], Sequence[str]] = lambda answer: (),
    ) -> AnswerType:
        """Return an answer that is valid and to which `objections` has none left.

        Raises:
            ModelError: no such answer could be had; its status says why.
        """


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


class ModelPatch(Part):
    """Changes to the conceptual model: whole elements to put in place of those of the same name or id, or to add."""

    entities: tuple[Entity, ...] = ()
    relationships: tuple[Relationship, ...] = ()
    rules: tuple[BusinessRule, ...] = ()
    examples: tuple[Example, ...] = ()
    withdraw: tuple[str, ...] = ()
    """Entities by name, relationships as "source.role", rules and examples by id."""


class ColumnOverride(Part):
    """Another type, nullability or default than the program derived."""

    table: Name
    column: Name
    type: str | None = None
    nullable: bool | None = None
    default: str | None = None
    why: str
    facts: tuple[FactId, ...] = ()


class ForeignKeyOverride(Part):
    """Another delete action than the program derived."""

    table: Name
    name: Name
    on_delete: Action
    deferrable: bool = False
    why: str
    facts: tuple[FactId, ...] = ()


class AddedCheck(Check):
    """A condition that the schema misses."""

    table: Name


class AddedUnique(Unique):
    """A key that the schema misses."""

    table: Name


class SchemaReview(Part):
    """What a designer changes in the mapped schema, and the SQL of rules that span rows or tables."""

    columns: tuple[ColumnOverride, ...] = ()
    foreign_keys: tuple[ForeignKeyOverride, ...] = ()
    checks: tuple[AddedCheck, ...] = ()
    uniques: tuple[AddedUnique, ...] = ()
    routines: tuple[Routine, ...] = ()
    decisions: tuple[Decision, ...] = ()


class ReviewPatch(SchemaReview):
    """Changes to an earlier review."""

    withdraw: tuple[str, ...] = ()
    """Routines, checks and uniques by name; overrides as "table.column"."""


class WorkloadPatch(Part):
    """Changes to the workload."""

    queries: tuple[Query, ...] = ()
    withdraw: tuple[str, ...] = ()
    not_served: tuple[str, ...] = ()


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


class OperationsReview(Part):
    """Choices on running the database."""

    decisions: tuple[Decision, ...] = ()


class CritiqueFinding(Part):
    """An objection of the model."""

    severity: Literal["error", "warning"]
    place: str
    message: str
    help: str
    owner: Literal["model_entities", "plan_schema", "plan_indexes", "plan_operations"]


class Critique(Part):
    """The model's objections. It may object; it cannot accept."""

    findings: tuple[CritiqueFinding, ...] = ()
