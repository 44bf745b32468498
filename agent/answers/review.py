"""What a designer changes in the mapped schema."""

from __future__ import annotations

from database_specialist.agent.answers.decisions import SchemaDecision
from database_specialist.agent.model.base import Decision, FactId, Name, Part
from database_specialist.agent.model.relational import Action, Check, Routine, Unique


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


class RoutineAnswer(Part):
    """The SQL that enforces a rule. Its table, its reason and what drops it are read from the SQL and the rule."""

    name: Name
    create: str
    """Statements, each ended by a semicolon."""
    rule: str | None = None
    why: str = ""
    facts: tuple[FactId, ...] = ()
    drop: str = ""
    """Only for statements that a DROP of the same name does not undo."""


class CheckAnswer(Part):
    """A condition that the schema misses."""

    table: Name
    name: Name
    expression: str
    rule: str | None = None
    why: str = ""
    facts: tuple[FactId, ...] = ()


class UniqueAnswer(Part):
    """A key that the schema misses."""

    table: Name
    columns: tuple[str, ...]
    """Column names, or expressions in parentheses."""
    where: str | None = None
    rule: str | None = None
    why: str = ""
    facts: tuple[FactId, ...] = ()


class ReviewAnswer(Part):
    """Overrides with reasons, and the SQL of rules that span rows or tables."""

    columns: tuple[ColumnOverride, ...] = ()
    foreign_keys: tuple[ForeignKeyOverride, ...] = ()
    checks: tuple[CheckAnswer, ...] = ()
    uniques: tuple[UniqueAnswer, ...] = ()
    routines: tuple[RoutineAnswer, ...] = ()
    decisions: tuple[SchemaDecision, ...] = ()


class ReviewAnswerPatch(ReviewAnswer):
    """Changes to an earlier review."""

    withdraw: tuple[str, ...] = ()
    """Names of routines, checks, uniques; overrides as "table.column"."""
