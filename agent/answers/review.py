"""What a designer changes in the mapped schema."""

from __future__ import annotations

from database_specialist.agent.answers.changes import merged, unknown
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


def amended_review(answer: ReviewAnswer, patch: ReviewAnswerPatch) -> tuple[ReviewAnswer, list[str]]:
    """Return an answer with changes to it, and what in them points at nothing."""
    gone = set(patch.withdraw)
    changed = ReviewAnswer(
        columns=merged(answer.columns, patch.columns, lambda each: f"{each.table}.{each.column}", gone),
        foreign_keys=merged(answer.foreign_keys, patch.foreign_keys, lambda each: each.name, gone),
        checks=merged(answer.checks, patch.checks, lambda each: each.name, gone),
        uniques=merged(answer.uniques, patch.uniques, _key_of, gone),
        routines=merged(answer.routines, patch.routines, lambda each: each.name, gone),
        decisions=merged(answer.decisions, patch.decisions, lambda each: f"{each.topic} {each.subject}", gone),
    )
    return changed, unknown(patch.withdraw, _names_of(answer) | _names_of(patch))


def _key_of(unique: UniqueAnswer) -> str:
    return f"{unique.table} ({', '.join(unique.columns)})"


def _names_of(answer: ReviewAnswer) -> set[str]:
    named = {each.name for each in answer.foreign_keys} | {each.name for each in answer.checks}
    named |= {each.name for each in answer.routines}
    named |= {f"{each.table}.{each.column}" for each in answer.columns} | {_key_of(each) for each in answer.uniques}
    return named | {f"{each.topic} {each.subject}" for each in answer.decisions}
