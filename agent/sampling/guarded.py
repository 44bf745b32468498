"""Business rules that triggers enforce: the conditions behind the trigger's text, over the table's columns."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlglot import exp

from database_specialist.agent.mapping.lifecycles import beginning_name
from database_specialist.agent.mapping.naming import column_name
from database_specialist.agent.model.entities import BusinessRule, EntityModel
from database_specialist.agent.model.relational import Schema, Table
from database_specialist.agent.sampling.expressions import parse
from database_specialist.agent.sampling.scalars import BASE, NotEvaluated

LATEST = BASE.replace(year=2090)
"""No seed is planted after this."""


@dataclass(frozen=True)
class Guarded:
    """A rule of one table that a routine enforces."""

    name: str
    """The routine's name, which its error carries."""
    condition: exp.Expr | None = None
    """What must hold for a row or, with a span, which rows the rule is about."""
    equal: tuple[str, ...] = ()
    span: tuple[str, ...] = ()
    """The two bounds that must not overlap where the columns of `equal` agree."""
    at_insert: bool = False
    """Holds when the row is made, and not for ever."""


def guarded_rules(table: Table, entity_model: EntityModel, schema: Schema) -> tuple[Guarded, ...]:
    """Return the rules of kind check and no_overlap that the table's routines stand for, and the first state."""
    rules = {rule.id: rule for rule in entity_model.rules}
    found = (
        _guarded(routine.name, rules[routine.rule], entity_model, schema)
        for routine in schema.routines
        if routine.table == table.name and routine.rule in rules
    )
    return (*(guard for guard in found if guard is not None), *_beginnings(table, entity_model, schema))


def _beginnings(table: Table, entity_model: EntityModel, schema: Schema) -> Iterator[Guarded]:
    entity = entity_model.entity(table.entity) if table.entity else None
    if entity is None or entity.lifecycle is None:
        return
    names = {routine.name for routine in schema.routines if routine.table == table.name}
    for column in _columns(entity.name, entity.lifecycle.attribute, entity_model, schema):
        name = beginning_name(table.name, column)
        if name in names:
            first = exp.EQ(this=exp.column(column), expression=exp.Literal.string(entity.lifecycle.initial))
            yield Guarded(name, first, at_insert=True)


def _guarded(name: str, rule: BusinessRule, entity_model: EntityModel, schema: Schema) -> Guarded | None:
    condition = _condition(rule, entity_model, schema)
    if rule.kind == "check" and condition is not None:
        return Guarded(name, condition)
    if rule.kind != "no_overlap":
        return None
    columns = [each for part in rule.attributes for each in _columns(rule.entity, part, entity_model, schema)]
    return Guarded(name, condition, tuple(columns[:-2]), tuple(columns[-2:])) if len(columns) > 1 else None


def _condition(rule: BusinessRule, entity_model: EntityModel, schema: Schema) -> exp.Expr | None:
    if not rule.condition:
        return None
    try:
        expression = parse(rule.condition, "postgresql").copy()
    except NotEvaluated:
        return None
    for column in list(expression.find_all(exp.Column)):
        columns = _columns(rule.entity, column.name, entity_model, schema)
        column.this.replace(exp.to_identifier(columns[0] if columns else column.name))
    return expression


def _columns(entity: str, name: str, entity_model: EntityModel, schema: Schema) -> tuple[str, ...]:
    try:
        return column_name(entity_model, entity, name, engine=schema.engine)
    except (KeyError, StopIteration):
        return ()


def at_any_time(condition: exp.Expr) -> Iterator[exp.Expr]:
    """Yield the condition, or, when it reads the clock, what it says at the earliest and at the latest time.

    Who plants the seed does so on a day of their own; a row must be valid on all of them.
    """
    if not condition.find(exp.CurrentTimestamp, exp.CurrentDate):
        yield condition
        return
    for moment in (BASE, LATEST):
        yield condition.copy().transform(_stopped, moment)


def _stopped(node: exp.Expr, moment: datetime) -> exp.Expr:
    if isinstance(node, exp.CurrentDate):
        return exp.cast(exp.Literal.string(moment.date().isoformat()), "date")
    if isinstance(node, exp.CurrentTimestamp):
        return exp.cast(exp.Literal.string(moment.isoformat()), "timestamptz")
    return node
