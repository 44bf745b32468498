"""Mend a row until every condition holds: a local search over moves read from the conditions themselves.

`ends_at > starts_at` is not left to luck: it says that `ends_at` may become a little more than `starts_at`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from random import Random

from sqlglot import exp

from database_specialist.agent.sampling.expressions import columns_of, evaluate
from database_specialist.agent.sampling.patterns import PatternError, text_for
from database_specialist.agent.sampling.scalars import NotEvaluated, Row, Value, alike

Moves = Iterator[dict[str, Value]]

_STEPS = 120
"""Moves tried before the row is given up."""


@dataclass(frozen=True)
class Goal:
    """A condition, and whether it is to hold or (for an example to reject) to fail."""

    condition: exp.Expr
    wanted: bool = True

    def met(self, row: Row) -> bool:
        """Say so as the database would: a check fails only when it is false. What is not evaluated is trusted."""
        try:
            value = evaluate(self.condition, row)
        except NotEvaluated:
            return True
        return self.wanted if value is None else bool(value) == self.wanted


@dataclass(frozen=True)
class Choices:
    """What may be changed: a column's next value, and whether it may be NULL."""

    redraw: Mapping[str, Callable[[int], Value]]
    nullable: frozenset[str]


def solve(
    row: dict[str, Value], goals: Sequence[Goal], choices: Choices, derive: Callable[[dict[str, Value]], None]
) -> dict[str, Value] | None:
    """Return a row that meets all goals, or None. `derive` fills in the generated columns."""
    random = Random(7)
    current = dict(row)
    derive(current)
    for step in range(_STEPS):
        unmet = [goal for goal in goals if not goal.met(current)]
        if not unmet:
            return current
        current = _step(current, unmet[0], goals, _Mover(choices, step, random), derive)
    return None


def _step(
    row: dict[str, Value],
    goal: Goal,
    goals: Sequence[Goal],
    mover: _Mover,
    derive: Callable[[dict[str, Value]], None],
) -> dict[str, Value]:
    """Take the first move that leaves fewer goals unmet, or else any move."""
    unmet = sum(not each.met(row) for each in goals)
    tried: list[dict[str, Value]] = []
    for move in mover.moves(goal.condition, goal.wanted, row):
        changed = {**row, **move}
        derive(changed)
        if sum(not each.met(changed) for each in goals) < unmet:
            return changed
        tried.append(changed)
    return mover.random.choice(tried) if tried else row


@dataclass(frozen=True)
class _Mover:
    choices: Choices
    step: int
    random: Random

    def moves(self, node: exp.Expr, wanted: bool, row: Row) -> Moves:
        """Yield changes of free columns that may make the condition true, or false; the directed ones first."""
        yield from self._directed(node, wanted, row)
        yield from self._undirected(node, row)

    def _directed(self, node: exp.Expr, wanted: bool, row: Row) -> Moves:
        if isinstance(node, exp.Paren):
            yield from self._directed(node.this, wanted, row)
        elif isinstance(node, exp.Not):
            yield from self._directed(node.this, not wanted, row)
        elif isinstance(node, exp.And | exp.Or):
            for part in (node.this, node.expression):
                if Goal(part, wanted).met(row) is False or not isinstance(node, exp.And):
                    yield from self._directed(part, wanted, row)
        elif type(node) in _COMPARISONS:
            yield from self._comparison(node, wanted, row)
        elif isinstance(node, exp.Column) and node.name in self.choices.redraw:
            yield {node.name: wanted}
        else:
            yield from self._predicate(node, wanted, row)

    def _comparison(self, node: exp.Expr, wanted: bool, row: Row) -> Moves:
        sign = _COMPARISONS[type(node)] if wanted else _NEGATED[_COMPARISONS[type(node)]]
        if sign in ("=", "<>"):
            yield from self._statement(node.this, node.expression, sign == "=", row)
            yield from self._statement(node.expression, node.this, sign == "=", row)
        yield from self._towards(node.this, node.expression, sign, row)
        yield from self._towards(node.expression, node.this, _FLIPPED[sign], row)

    def _statement(self, side: exp.Expr, other: exp.Expr, alike: bool, row: Row) -> Moves:
        """Make one side as true as the other, or not: `(role = 'guest') = (host_id IS NOT NULL)`."""
        if not isinstance(side.unnest(), exp.Predicate | exp.Connector | exp.Not):
            return
        try:
            target = evaluate(other, row)
        except NotEvaluated:
            return
        if isinstance(target, bool):
            yield from self._directed(side, target == alike, row)

    def _towards(self, side: exp.Expr, other: exp.Expr, sign: str, row: Row) -> Moves:
        side = side.unnest()
        column = side.this if isinstance(side, exp.Length | exp.Lower | exp.Upper | exp.Trim | exp.Cast) else side
        if not isinstance(column, exp.Column) or column.name not in self.choices.redraw:
            return
        try:
            target = evaluate(other, row)
        except NotEvaluated:
            return
        if target is None:
            return
        if isinstance(side, exp.Length) and isinstance(target, int):
            yield {column.name: _of_length(str(row.get(column.name) or "x"), target + _OFFSET[sign])}
            return
        present = row.get(column.name)
        target = alike(target, present)[0] if isinstance(target, str) and present is not None else target
        if isinstance(target, list):
            yield from ({column.name: member} for member in target)
            return
        for offset in (_OFFSET[sign], _OFFSET[sign] * 2):
            moved = nudged(target, offset)
            yield {column.name: _like_present(moved, present)}

    def _predicate(self, node: exp.Expr, wanted: bool, row: Row) -> Moves:
        column = node.this.this if isinstance(node.this, exp.Collate) else node.this
        if not isinstance(column, exp.Column) or column.name not in self.choices.redraw:
            return
        name = column.name
        if isinstance(node, exp.Is) and isinstance(node.expression, exp.Null):
            if wanted == bool(node.args.get("negate")):
                yield {name: self._drawn(name)}
            elif name in self.choices.nullable:
                yield {name: None}
        elif isinstance(node, exp.In) and wanted:
            yield from ({name: evaluate(member, row)} for member in node.expressions)
        elif isinstance(node, exp.Between) and wanted:
            yield from ({name: evaluate(node.args[end], row)} for end in ("low", "high"))
        elif isinstance(node, exp.RegexpLike | exp.RegexpILike | exp.Like | exp.ILike | exp.Glob) and wanted:
            yield from self._matching(name, node)

    def _matching(self, name: str, node: exp.Expr) -> Moves:
        pattern = node.expression.name
        if isinstance(node, exp.Like | exp.ILike):
            yield {name: pattern.replace("%", "x").replace("_", "x")}
            return
        if isinstance(node, exp.Glob):
            pattern = pattern.replace(".", "\\.").replace("*", ".*").replace("?", ".")
        try:
            yield {name: text_for(pattern, Random(f"{name}:{self.step}:{self._drawn(name)}"))}
        except PatternError:
            return

    def _undirected(self, node: exp.Expr, row: Row) -> Moves:
        names = [name for name in columns_of(node) if name in self.choices.redraw]
        for name in names:
            if name in self.choices.nullable and row.get(name) is not None:
                yield {name: None}
            yield {name: self._drawn(name)}
        for name in names:
            for other in columns_of(node):
                if other != name and type(row.get(other)) is type(row.get(name)) and row.get(other) is not None:
                    yield from ({name: nudged(row[other], offset)} for offset in (0, 1, -1))

    def _drawn(self, name: str) -> Value:
        return self.choices.redraw[name](self.step + 1)


_COMPARISONS: dict[type[exp.Expr], str] = {
    exp.EQ: "=",
    exp.NullSafeEQ: "=",
    exp.NEQ: "<>",
    exp.NullSafeNEQ: "<>",
    exp.GT: ">",
    exp.GTE: ">=",
    exp.LT: "<",
    exp.LTE: "<=",
}
_NEGATED = {"=": "<>", "<>": "=", ">": "<=", ">=": "<", "<": ">=", "<=": ">"}
_FLIPPED = {"=": "=", "<>": "<>", ">": "<", ">=": "<=", "<": ">", "<=": ">="}
_OFFSET = {"=": 0, "<>": 1, ">": 1, ">=": 0, "<": -1, "<=": 0}


def nudged(value: Value, steps: int) -> Value:
    """Return a value a little more or less: one, an hour, a day."""
    if isinstance(value, bool):
        return value != bool(steps % 2)
    if isinstance(value, int | Decimal):
        return value + steps
    if isinstance(value, datetime):
        return value + timedelta(hours=steps)
    if isinstance(value, date):
        return value + timedelta(days=steps)
    if isinstance(value, timedelta):
        return value + timedelta(minutes=15 * steps)
    return f"{value}{'x' * abs(steps)}" if isinstance(value, str) else value


def _like_present(value: Value, present: Value) -> Value:
    if isinstance(present, date) and not isinstance(present, datetime) and isinstance(value, datetime):
        return value.date()
    if isinstance(present, int) and not isinstance(present, bool) and isinstance(value, Decimal):
        return int(value)
    return value


def _of_length(text: str, length: int) -> str:
    return (text * (max(length, 0) // len(text) + 1))[: max(length, 0)]
