"""SQL expressions evaluated in Python, with SQL's three-valued logic (None is NULL).

What is not known raises `NotEvaluated`: the caller then trusts the database, and says so.
"""

from __future__ import annotations

import hashlib
import math
import operator
import re
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from functools import lru_cache

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from database_specialist.agent.model.base import Engine
from database_specialist.agent.sampling.patterns import PatternError, python_pattern
from database_specialist.agent.sampling.scalars import (
    BASE,
    NotEvaluated,
    Range,
    Row,
    Value,
    alike,
    as_datetime,
    from_text,
    instant,
    interval,
)

_DIALECT = {"postgresql": "postgres", "sqlite": "sqlite", "mysql": "mysql", "mariadb": "mysql"}


@lru_cache(maxsize=4096)
def parse(expression: str, engine: Engine) -> exp.Expr:
    """Parse an expression of the engine's dialect; NotEvaluated when it cannot be."""
    try:
        return sqlglot.parse_one(expression, dialect=_DIALECT[engine])
    except (SqlglotError, RecursionError) as error:
        raise NotEvaluated(expression) from error


def columns_of(expression: exp.Expr) -> tuple[str, ...]:
    """Return the names of the columns in it, in order of appearance, once each."""
    return tuple(dict.fromkeys(column.name for column in expression.find_all(exp.Column, bfs=False)))


def evaluate(node: exp.Expr, row: Row) -> Value:
    """Return the value of the expression for this row; a column that the row lacks is not evaluated."""
    handler = _HANDLERS.get(type(node))
    if handler is None:
        raise NotEvaluated(type(node).__name__)
    try:
        return handler(node, row)
    except (TypeError, AttributeError, ArithmeticError, PatternError, KeyError, IndexError) as error:
        raise NotEvaluated(type(node).__name__) from error


def _operands(node: exp.Expr, row: Row) -> tuple[Value, Value]:
    return evaluate(node.this, row), evaluate(node.expression, row)


def _strict(apply: Callable[[Value, Value], Value]) -> Callable[[exp.Expr, Row], Value]:
    def handler(node: exp.Expr, row: Row) -> Value:
        left, right = _operands(node, row)
        if left is None or right is None:
            return None
        return apply(*alike(left, right))

    return handler


def _arithmetic(apply: Callable[[Value, Value], Value]) -> Callable[[exp.Expr, Row], Value]:
    def handler(node: exp.Expr, row: Row) -> Value:
        left, right = _operands(node, row)
        if left is None or right is None:
            return None
        if isinstance(left, date) and not isinstance(left, datetime):
            return _date_arithmetic(apply, left, right)
        return apply(left, right)

    return handler


def _date_arithmetic(apply: Callable[[Value, Value], Value], left: date, right: Value) -> Value:
    if isinstance(right, int):
        return apply(left, timedelta(days=right))
    if isinstance(right, timedelta):
        return apply(as_datetime(left), right)
    return apply(left, right).days


def _truth(value: Value) -> bool | None:
    # SQLite and MySQL have numbers for truth values.
    return None if value is None else bool(value)


def _both(left: Value, right: Value) -> bool | None:
    known = (_truth(left), _truth(right))
    return False if False in known else None if None in known else True


def _either(left: Value, right: Value) -> bool | None:
    known = (_truth(left), _truth(right))
    return True if True in known else None if None in known else False


def _and(node: exp.Expr, row: Row) -> Value:
    return _both(*_operands(node, row))


def _or(node: exp.Expr, row: Row) -> Value:
    return _either(*_operands(node, row))


def _not(node: exp.Expr, row: Row) -> Value:
    value = _truth(evaluate(node.this, row))
    return None if value is None else not value


def _is(node: exp.Expr, row: Row) -> Value:
    left, right = _operands(node, row)
    plain = isinstance(node.expression, exp.Null | exp.Boolean)
    same = left is right if plain or left is None or right is None else operator.eq(*alike(left, right))
    return same != bool(node.args.get("negate"))


def _in(node: exp.Expr, row: Row) -> Value:
    value = evaluate(node.this, row)
    if value is None or not node.expressions:
        if value is None:
            return None
        raise NotEvaluated(type(node).__name__)
    members = [evaluate(member, row) for member in node.expressions]
    if any(member is not None and operator.eq(*alike(value, member)) for member in members):
        return True
    return None if None in members else False


def _between(node: exp.Expr, row: Row) -> Value:
    value, low, high = (evaluate(node.args[key], row) for key in ("this", "low", "high"))
    above = None if value is None or low is None else operator.ge(*alike(value, low))
    below = None if value is None or high is None else operator.le(*alike(value, high))
    return _both(above, below)


def _equal(left: Value, right: Value) -> Value:
    return left in right if isinstance(right, list) and not isinstance(left, list) else left == right


def _divide(left: Value, right: Value) -> Value:
    if isinstance(left, int) and isinstance(right, int):
        return math.trunc(left / right)
    return left / right


def _remainder(left: Value, right: Value) -> Value:
    # SQL's % keeps the sign of the dividend; Decimal does, int does not.
    return int(Decimal(left) % Decimal(right)) if isinstance(left, int) and isinstance(right, int) else left % right


def _literal(node: exp.Expr, row: Row) -> Value:
    if node.args["is_string"]:
        return node.name
    return int(node.name) if re.fullmatch(r"\d+", node.name) else Decimal(node.name)


def _column(node: exp.Expr, row: Row) -> Value:
    if node.name not in row:
        raise NotEvaluated(node.name)
    return row[node.name]


_CASTS: dict[str, Callable[[Value], Value]] = {
    "DATE": lambda value: value.date() if isinstance(value, datetime) else from_text(str(value), date),
    "TEXT": str,
    "VARCHAR": str,
    "INT": int,
    "BIGINT": int,
    "DECIMAL": lambda value: Decimal(str(value)),
    "TIMESTAMPTZ": lambda value: instant(value) if isinstance(value, str) else as_datetime(value),
    "TIMESTAMP": lambda value: instant(value) if isinstance(value, str) else as_datetime(value),
    "INTERVAL": lambda value: interval(value, ""),
    "BOOLEAN": lambda value: from_text(value, bool) if isinstance(value, str) else bool(value),
}


def _cast(node: exp.Expr, row: Row) -> Value:
    value = evaluate(node.this, row)
    name = node.args["to"].this
    convert = _CASTS.get(getattr(name, "name", str(name)))
    return value if value is None or convert is None or isinstance(value, Range) else convert(value)


def _case(node: exp.Expr, row: Row) -> Value:
    for branch in node.args["ifs"]:
        if node.this is None:
            met = evaluate(branch.this, row)
        else:
            met = evaluate(exp.EQ(this=node.this.copy(), expression=branch.this.copy()), row)
        if met is True:
            return evaluate(branch.args["true"], row)
    default = node.args.get("default")
    return None if default is None else evaluate(default, row)


def _length(node: exp.Expr, row: Row) -> Value:
    value = evaluate(node.this, row)
    return None if value is None else len(value)


def _lower(node: exp.Expr, row: Row) -> Value:
    value = evaluate(node.this, row)
    return value.low if isinstance(value, Range) else None if value is None else value.lower()


def _upper(node: exp.Expr, row: Row) -> Value:
    value = evaluate(node.this, row)
    return value.high if isinstance(value, Range) else None if value is None else value.upper()


def _one(apply: Callable[[Value], Value]) -> Callable[[exp.Expr, Row], Value]:
    def handler(node: exp.Expr, row: Row) -> Value:
        value = evaluate(node.this, row)
        return None if value is None else apply(value)

    return handler


def _trim(node: exp.Expr, row: Row) -> Value:
    value = evaluate(node.this, row)
    if value is None or node.expression:
        return None if value is None else value.strip(evaluate(node.expression, row))
    return value.strip(" ")


def _coalesce(node: exp.Expr, row: Row) -> Value:
    values = (evaluate(part, row) for part in (node.this, *node.expressions))
    return next((value for value in values if value is not None), None)


def _extreme(pick: Callable[[list[Value]], Value]) -> Callable[[exp.Expr, Row], Value]:
    def handler(node: exp.Expr, row: Row) -> Value:
        values = [evaluate(part, row) for part in (node.this, *node.expressions)]
        known = [value for value in values if value is not None]
        return pick(known) if known else None

    return handler


def _round(node: exp.Expr, row: Row) -> Value:
    value = evaluate(node.this, row)
    decimals = node.args.get("decimals")
    places = 0 if decimals is None else evaluate(decimals, row)
    return None if value is None else Decimal(value).quantize(Decimal(1).scaleb(-places), rounding="ROUND_HALF_UP")


def _like(flags: re.RegexFlag) -> Callable[[exp.Expr, Row], Value]:
    def handler(node: exp.Expr, row: Row) -> Value:
        value, pattern = _operands(node, row)
        if value is None or pattern is None:
            return None
        parts = [".*" if c == "%" else "." if c == "_" else re.escape(c) for c in pattern]
        return re.fullmatch("".join(parts), str(value), flags | re.DOTALL) is not None

    return handler


def _regexp(ignore_case: bool) -> Callable[[exp.Expr, Row], Value]:
    def handler(node: exp.Expr, row: Row) -> Value:
        value, pattern = _operands(node, row)
        if value is None or pattern is None:
            return None
        flags = "(?i)" if ignore_case else ""
        return re.search(flags + python_pattern(pattern).pattern, str(value)) is not None

    return handler


def _glob(node: exp.Expr, row: Row) -> Value:
    value, pattern = _operands(node, row)
    if value is None or pattern is None:
        return None
    parts = re.findall(r"\[\^?\]?[^\]]*\]|.", pattern, re.DOTALL)
    known = {"*": ".*", "?": "."}
    translated = [known.get(part, part if len(part) > 1 else re.escape(part)) for part in parts]
    return re.fullmatch("".join(translated), str(value), re.DOTALL) is not None


_EXTRACTS: dict[str, Callable[[datetime], Value]] = {
    "YEAR": lambda moment: moment.year,
    "MONTH": lambda moment: moment.month,
    "DAY": lambda moment: moment.day,
    "HOUR": lambda moment: moment.hour,
    "MINUTE": lambda moment: moment.minute,
    "SECOND": lambda moment: moment.second,
    "DOW": lambda moment: (moment.weekday() + 1) % 7,
    "ISODOW": lambda moment: moment.isoweekday(),
    "EPOCH": lambda moment: int(moment.timestamp()),
}


def _extract(node: exp.Expr, row: Row) -> Value:
    value = evaluate(node.expression, row)
    part = _EXTRACTS.get(node.this.name.upper())
    if part is None or isinstance(value, (timedelta, time)):
        raise NotEvaluated(type(node).__name__)
    return None if value is None else part(as_datetime(value))


def _truncate(node: exp.Expr, row: Row) -> Value:
    value = evaluate(node.this, row)
    parts = ("YEAR", "MONTH", "DAY", "HOUR", "MINUTE", "SECOND")
    unit = node.args["unit"].name.upper()
    if unit not in parts:
        raise NotEvaluated(type(node).__name__)
    if value is None:
        return None
    fields = dict(zip(("month", "day", "hour", "minute", "second"), (1, 1, 0, 0, 0), strict=True))
    reset = {name: zero for name, zero in fields.items() if parts.index(name.upper()) > parts.index(unit)}
    return as_datetime(value).replace(microsecond=0, **reset)


def _position(node: exp.Expr, row: Row) -> Value:
    text, part = evaluate(node.this, row), evaluate(node.args["substr"], row)
    return None if text is None or part is None else text.find(part) + 1


def _array(node: exp.Expr, row: Row) -> Value:
    return [evaluate(member, row) for member in node.expressions]


def _array_size(node: exp.Expr, row: Row) -> Value:
    value = evaluate(node.this, row)
    return len(value) or None if value is not None else None


def _overlaps(left: Value, right: Value) -> Value:
    return left.overlaps(right) if isinstance(left, Range) else bool(set(left) & set(right))


def _contains(left: Value, right: Value) -> Value:
    if not isinstance(left, Range):
        return set(right) <= set(left)
    return left.contains(right) if not isinstance(right, Range) else NotImplemented


def _same(node: exp.Expr, row: Row) -> Value:
    left, right = _operands(node, row)
    if left is None or right is None:
        return left is right
    return operator.eq(*alike(left, right))


def _json_type(value: Value) -> str:
    kinds = {dict: "object", list: "array", str: "string", bool: "boolean", int: "number", Decimal: "number"}
    return kinds[type(value)]


def _range(values: list[Value]) -> Value:
    low, high = values[0], values[1]
    return Range(low, high, values[2] if len(values) > 2 else "[)")


def _moment(values: list[Value]) -> Value:
    # SQLite's date functions answer NULL to what is no date.
    if not values or values[0] is None:
        return None
    try:
        return as_datetime(alike(values[0], BASE)[0])
    except NotEvaluated:
        return None


_FUNCTIONS: dict[str, Callable[[list[Value]], Value]] = {
    "num_nonnulls": lambda values: sum(value is not None for value in values),
    "num_nulls": lambda values: sum(value is None for value in values),
    "jsonb_typeof": lambda values: None if values[0] is None else _json_type(values[0]),
    "json_typeof": lambda values: None if values[0] is None else _json_type(values[0]),
    "json_valid": lambda values: None if values[0] is None else 1,
    "cardinality": lambda values: None if values[0] is None else len(values[0]),
    "octet_length": lambda values: None if values[0] is None else len(_as_bytes(values[0])),
    "isempty": lambda values: None if values[0] is None else values[0].low == values[0].high is not None,
    "upper_inf": lambda values: None if values[0] is None else values[0].high is None,
    "lower_inf": lambda values: None if values[0] is None else values[0].low is None,
    "julianday": lambda values: None if (at := _moment(values)) is None else Decimal(at.timestamp()) / 86400,
    "datetime": _moment,
    "date": lambda values: None if (at := _moment(values)) is None else at.date(),
    **{f"{kind}range": _range for kind in ("tstz", "ts", "date", "int4", "int8", "num")},
}


def _as_bytes(value: Value) -> bytes:
    return value if isinstance(value, bytes) else str(value).encode()


def _anonymous(node: exp.Expr, row: Row) -> Value:
    apply = _FUNCTIONS.get(node.name.lower())
    if apply is None:
        raise NotEvaluated(type(node).__name__)
    return apply([evaluate(argument, row) for argument in node.expressions])


_HANDLERS: dict[type[exp.Expr], Callable[[exp.Expr, Row], Value]] = {
    exp.Column: _column,
    exp.Literal: _literal,
    exp.Null: lambda node, row: None,
    exp.Boolean: lambda node, row: bool(node.this),
    exp.Paren: lambda node, row: evaluate(node.this, row),
    exp.Collate: lambda node, row: evaluate(node.this, row),
    exp.And: _and,
    exp.Or: _or,
    exp.Not: _not,
    exp.EQ: _strict(_equal),
    exp.NEQ: _strict(operator.ne),
    exp.GT: _strict(operator.gt),
    exp.GTE: _strict(operator.ge),
    exp.LT: _strict(operator.lt),
    exp.LTE: _strict(operator.le),
    exp.NullSafeEQ: _same,
    exp.NullSafeNEQ: lambda node, row: not _same(node, row),
    exp.Is: _is,
    exp.In: _in,
    exp.Between: _between,
    exp.Add: _arithmetic(operator.add),
    exp.Sub: _arithmetic(operator.sub),
    exp.Mul: _arithmetic(operator.mul),
    exp.Div: _arithmetic(_divide),
    exp.Mod: _arithmetic(_remainder),
    exp.Neg: _one(operator.neg),
    exp.Abs: _one(abs),
    exp.MD5: _one(lambda value: hashlib.md5(value.encode(), usedforsecurity=False).hexdigest()),
    exp.Cast: _cast,
    exp.Case: _case,
    exp.Length: _length,
    exp.Lower: _lower,
    exp.Upper: _upper,
    exp.Trim: _trim,
    exp.Coalesce: _coalesce,
    exp.Greatest: _extreme(max),
    exp.Least: _extreme(min),
    exp.Round: _round,
    exp.Like: _like(re.NOFLAG),
    exp.ILike: _like(re.IGNORECASE),
    exp.RegexpLike: _regexp(ignore_case=False),
    exp.RegexpILike: _regexp(ignore_case=True),
    exp.Glob: _glob,
    exp.Extract: _extract,
    exp.TimestampTrunc: _truncate,
    exp.StrPosition: _position,
    exp.DPipe: _arithmetic(lambda left, right: f"{left}{right}"),
    exp.Array: _array,
    exp.Any: lambda node, row: evaluate(node.this, row),
    exp.ArraySize: _array_size,
    exp.ArrayOverlaps: _strict(_overlaps),
    exp.ArrayContainsAll: _strict(_contains),
    exp.CurrentTimestamp: lambda node, row: BASE,
    exp.CurrentDate: lambda node, row: BASE.date(),
    exp.Interval: lambda node, row: interval(node.this.name, node.args["unit"].name if node.args.get("unit") else ""),
    exp.Anonymous: _anonymous,
}
