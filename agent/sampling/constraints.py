"""What a row of a table must satisfy, read once from the Schema and parsed."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property, lru_cache

from sqlglot import exp

from database_specialist.agent.model.base import Engine
from database_specialist.agent.model.entities import EntityModel
from database_specialist.agent.model.relational import Column, Exclusion, Schema, Table, Unique
from database_specialist.agent.sampling.expressions import columns_of, evaluate, parse
from database_specialist.agent.sampling.guarded import Guarded, at_any_time, guarded_rules
from database_specialist.agent.sampling.scalars import BASE, NotEvaluated, Range, Row, Value, alike
from database_specialist.agent.sampling.sharing import Same
from database_specialist.agent.sampling.solving import Goal


@dataclass(frozen=True)
class UniqueKey:
    """A primary key or a unique constraint."""

    name: str
    parts: tuple[exp.Expr, ...]
    where: Goal | None = None
    nulls_not_distinct: bool = False
    ignores_case: bool = False

    def key(self, row: Row) -> tuple[str, ...] | None:
        """Return what must not occur twice; None when the row is outside of the constraint."""
        try:
            if self.where and evaluate(self.where.condition, row) is not True:
                return None
            values = [evaluate(part, row) for part in self.parts]
        except NotEvaluated:
            return None
        if None in values and not self.nulls_not_distinct:
            return None
        return tuple(repr(value).casefold() if self.ignores_case else repr(value) for value in values)


@dataclass(frozen=True)
class Conflict:
    """An exclusion constraint: two rows must not meet in all of its elements."""

    name: str
    elements: tuple[tuple[exp.Expr, str], ...]
    where: Goal | None = None

    def meets(self, row: Row, other: Row) -> bool:
        """Say whether the rows exclude each other."""
        try:
            if self.where and not all(evaluate(self.where.condition, each) is True for each in (row, other)):
                return False
            return all(_meet(evaluate(part, row), evaluate(part, other), sign) for part, sign in self.elements)
        except NotEvaluated:
            return False


def _meet(left: Value, right: Value, sign: str) -> bool:
    if left is None or right is None:
        return False
    if sign == "&&":
        return isinstance(left, Range) and isinstance(right, Range) and left.overlaps(right)
    left, right = alike(left, right)
    return bool(left != right if sign == "<>" else left == right)


@dataclass(frozen=True)
class Conditions:
    """All of it, for one table."""

    goals: tuple[tuple[str, Goal], ...]
    """Check constraints with their names; domains' checks bear the domain's name."""
    uniques: tuple[UniqueKey, ...]
    exclusions: tuple[Conflict, ...]
    constants: Mapping[str, Value]
    """Columns that a check or a generated expression fixes to one value."""
    native_types: Mapping[str, str]
    generated: tuple[tuple[str, exp.Expr], ...]
    window: tuple[datetime, datetime | None]
    """First and last instant that the partitions hold."""
    not_evaluated: tuple[str, ...]
    """Constraints that cannot be read here."""
    at_insert: frozenset[str] = frozenset()
    """Names of goals that a row meets when it is made, and may leave behind."""

    @cached_property
    def never_both_null(self) -> frozenset[str]:
        """Columns of unique constraints for which two NULLs are the same value."""
        counting = (
            key
            for key in self.uniques
            if key.nulls_not_distinct or not all(isinstance(part, exp.Column) for part in key.parts)
        )
        return frozenset(name for key in counting for part in key.parts for name in columns_of(part))

    def derive(self, row: dict[str, Value]) -> None:
        """Fill in the generated columns; one that cannot be computed is left out."""
        for name, expression in self.generated:
            row.pop(name, None)
            try:
                row[name] = evaluate(expression, row)
            except NotEvaluated:
                continue


def read_conditions(entity_model: EntityModel, schema: Schema) -> Mapping[str, Conditions]:
    """Return the conditions by table, each read when it is first asked for.

    Every example makes rows in a few tables: to read all tables for each would be quadratic in the design's size.
    """
    return _reading(Same(entity_model), Same(schema))


@lru_cache(maxsize=4)
def _reading(entity_model: Same[EntityModel], schema: Same[Schema]) -> _Reading:
    return _Reading(entity_model.part, schema.part)


class _Reading(dict[str, Conditions]):
    def __init__(self, entity_model: EntityModel, schema: Schema) -> None:
        super().__init__()
        self._entity_model, self._schema = entity_model, schema

    def __missing__(self, name: str) -> Conditions:
        table = self._schema.table(name)
        if table is None:
            raise KeyError(name)
        self[name] = conditions_of(table, self._entity_model, self._schema)
        return self[name]


def conditions_of(table: Table, entity_model: EntityModel, schema: Schema) -> Conditions:
    """Read a table's constraints, and the business rules that triggers enforce in their place."""
    engine = schema.engine
    sources = [(check.name, check.expression) for check in table.checks] + _domain_checks(table, schema)
    parsed = [(name, _parsed(text, engine)) for name, text in sources]
    guarded = guarded_rules(table, entity_model, schema)
    parsed += [(guard.name, guard.condition) for guard in guarded if not guard.span]
    goals = tuple(
        (name, Goal(timed))
        for name, expression in parsed
        if expression is not None
        for timed in at_any_time(expression)
    )
    generated = tuple(
        (column.name, expression)
        for column in table.columns
        if column.generated and (expression := _parsed(column.generated, engine)) is not None
    )
    return Conditions(
        goals=goals,
        uniques=_uniques(table, engine),
        exclusions=(*_conflicts(table.exclusions, engine), *(_overlap(guard) for guard in guarded if guard.span)),
        constants={**_constants(goals), **_constant_columns(generated)},
        native_types={column.name: _native_type(column, schema) for column in table.columns},
        generated=generated,
        window=_window(table),
        not_evaluated=tuple(name for name, expression in parsed if expression is None),
        at_insert=frozenset(guard.name for guard in guarded if guard.at_insert),
    )


def _parsed(text: str, engine: Engine) -> exp.Expr | None:
    try:
        return parse(text, engine)
    except NotEvaluated:
        return None


def _native_type(column: Column, schema: Schema) -> str:
    return next((domain.base for domain in schema.domains if domain.name == column.type), column.type)


def _domain_checks(table: Table, schema: Schema) -> list[tuple[str, str]]:
    checks = {domain.name: domain.check for domain in schema.domains if domain.check}
    return [
        (column.type, re.sub(r"\bvalue\b", f'"{column.name}"', checks[column.type], flags=re.IGNORECASE))
        for column in table.columns
        if column.type in checks
    ]


def _uniques(table: Table, engine: Engine) -> tuple[UniqueKey, ...]:
    keys = [Unique(name=table.primary_key.name, columns=table.primary_key.columns)] if table.primary_key else []
    found = (_unique(unique, table, engine) for unique in (*keys, *table.uniques))
    return tuple(key for key in found if key is not None)


def _unique(unique: Unique, table: Table, engine: Engine) -> UniqueKey | None:
    parts = [exp.column(name) if table.column(name) else _parsed(name, engine) for name in unique.columns]
    where = _parsed(unique.where, engine) if unique.where else None
    if any(part is None for part in parts) or (unique.where and where is None):
        return None
    return UniqueKey(
        name=unique.name,
        parts=tuple(part for part in parts if part is not None),
        where=Goal(where) if where is not None else None,
        nulls_not_distinct=unique.nulls_not_distinct,
        ignores_case=engine in ("mysql", "mariadb") or any("citext" in column.type for column in table.columns),
    )


def _conflicts(exclusions: tuple[Exclusion, ...], engine: Engine) -> tuple[Conflict, ...]:
    conflicts = []
    for exclusion in exclusions:
        elements = [(_parsed(element.expression, engine), element.operator) for element in exclusion.elements]
        where = _parsed(exclusion.where, engine) if exclusion.where else None
        known = tuple((part, sign) for part, sign in elements if part is not None)
        if len(known) == len(elements):
            conflicts.append(Conflict(exclusion.name, known, Goal(where) if where is not None else None))
    return tuple(conflicts)


def _overlap(guard: Guarded) -> Conflict:
    span = exp.Anonymous(this="tstzrange", expressions=[exp.column(name) for name in guard.span])
    elements = [*((exp.column(name), "=") for name in guard.equal), (span, "&&")]
    return Conflict(guard.name, tuple(elements), Goal(guard.condition) if guard.condition is not None else None)


def _constants(goals: tuple[tuple[str, Goal], ...]) -> dict[str, Value]:
    """Read `kind = 'car'`: the discriminator of a specialisation fixes its column."""
    fixed: dict[str, Value] = {}
    for _, goal in goals:
        condition = goal.condition.unnest()
        if isinstance(condition, exp.EQ) and isinstance(condition.this, exp.Column):
            try:
                fixed[condition.this.name] = evaluate(condition.expression, {})
            except NotEvaluated:
                continue
    return fixed


def _constant_columns(generated: tuple[tuple[str, exp.Expr], ...]) -> dict[str, Value]:
    row: dict[str, Value] = {}
    for name, expression in generated:
        try:
            row[name] = evaluate(expression, {})
        except NotEvaluated:
            continue
    return row


_BOUND = re.compile(r"'(\d{4}-\d\d-\d\d[^']*)'")


def _window(table: Table) -> tuple[datetime, datetime | None]:
    """Return the span of time that range partitions hold; nine o'clock of the base date, open, without any."""
    partitions = table.partitioning.partitions if table.partitioning else ()
    found = [_BOUND.findall(partition.bounds) for partition in partitions]
    spans = sorted((_midnight(pair[0]), _midnight(pair[1])) for pair in found if len(pair) == 2)
    if not spans:
        return BASE, None
    last = spans[-1][1]
    return (BASE, last) if spans[0][0] <= BASE < last else (spans[0][0], last)


def _midnight(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
