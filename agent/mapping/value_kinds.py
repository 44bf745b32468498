"""What kind of value each part of a condition has: finds comparisons that the engine would refuse.

It speaks only of what it knows: a part of unknown kind is taken as it stands, and the engine has the last word.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Literal

from sqlglot import exp

from database_specialist.agent.mapping.types import family
from database_specialist.agent.model.base import Engine
from database_specialist.agent.model.relational import Column

Kind = Literal["number", "text", "boolean", "date", "time", "timestamp", "interval", "uuid", "json", "array", "other"]

_LOGICAL: dict[str, Kind] = {
    **dict.fromkeys(("integer", "big_integer", "decimal", "money", "percentage"), "number"),
    **dict.fromkeys(("short_text", "text", "long_text", "code", "slug", "email", "phone", "url", "file_ref"), "text"),
    **dict.fromkeys(("enum", "secret_hash", "currency", "country", "language"), "text"),
    "boolean": "boolean",
    "date": "date",
    "time": "time",
    "timestamp": "timestamp",
    "uuid": "uuid",
    "json": "json",
    "text_list": "array",
}
_NATIVE: tuple[tuple[str, Kind], ...] = (
    (r".*\[\]|.*range|point|geometry|inet|bytea|vector.*|.*blob", "other"),
    (r"(small|big|tiny)?int(eger)?\b.*|numeric.*|decimal.*|real|double.*|float.*", "number"),
    (r"text|varchar.*|char.*|mediumtext", "text"),
    (r"bool(ean)?", "boolean"),
    (r"date", "date"),
    (r"timestamp.*|datetime.*", "timestamp"),
    (r"time.*", "time"),
    (r"interval", "interval"),
    (r"uuid", "uuid"),
)
_SPELLED = {
    "number": r"[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?",
    "date": r"\d{4}-\d{1,2}-\d{1,2}.*|now|today|tomorrow|yesterday|epoch|-?infinity|allballs",
    "time": r"\d{1,2}:\d{2}.*|now|allballs",
    "boolean": r"t(rue)?|f(alse)?|y(es)?|no?|on|off|1|0",
    "uuid": r"[{]?[0-9a-f-]{32,36}[}]?",
    "array": r"\{.*\}",
}
_SPELLED["timestamp"] = _SPELLED["date"]
_COMPARED = (exp.EQ, exp.NEQ, exp.GT, exp.GTE, exp.LT, exp.LTE, exp.NullSafeEQ, exp.NullSafeNEQ)
_MOMENTS = ("date", "timestamp")


class Mismatch(Exception):
    """Two parts of a condition that cannot stand together; the message says which."""


def kind_of_column(column: Column, engine: Engine) -> Kind | None:
    """Return what kind of values a column holds, by its meaning or, for a key, by its type."""
    if column.logical_type is not None:
        known = _LOGICAL.get(column.logical_type)
        if column.logical_type == "duration":
            return "interval" if family(engine) == "postgresql" else "number"
        return known
    return _kind_of_type(column.type)


def _kind_of_type(native: str) -> Kind | None:
    return next((kind for pattern, kind in _NATIVE if re.fullmatch(pattern, native.lower())), None)


def mismatch(tree: exp.Expr, kinds: Mapping[str, Kind | None], *, must_be_true: bool) -> str | None:
    """Say what in an expression over columns can never be run, or None. `kinds` is by column name."""
    try:
        found = _Kinds(kinds).of(tree)
        if must_be_true:
            _Kinds(kinds).expect(tree, found, "boolean")
    except Mismatch as fault:
        return str(fault)
    return None


class _Kinds:
    """The kinds of the parts of one expression; None is unknown, "literal" a quoted text that may yet become any."""

    def __init__(self, columns: Mapping[str, Kind | None]) -> None:
        self._columns = columns

    def of(self, node: exp.Expr | None) -> str | None:
        """Return the kind of a part, after looking at all parts inside it."""
        if node is None:
            return None
        if isinstance(node, exp.Column):
            return self._columns.get(node.name)
        if isinstance(node, exp.Literal):
            return "literal" if node.is_string else "number"
        if isinstance(node, exp.Paren | exp.Neg):
            return self.of(node.this)
        if isinstance(node, exp.Connector | exp.Not):
            return self._logic(node)
        if isinstance(node, exp.Predicate) and not isinstance(node, exp.SubqueryPredicate):
            return self._predicate(node)
        if isinstance(node, exp.Add | exp.Sub | exp.Mul | exp.Div | exp.Mod):
            return self._arithmetic(node)
        return self._value(node)

    def _value(self, node: exp.Expr) -> str | None:
        for child in node.iter_expressions():
            self.of(child)
        if isinstance(node, exp.Cast):
            return _kind_of_type(node.to.sql(dialect="postgres"))
        if isinstance(node, exp.Length | exp.Lower | exp.Upper):
            self._no_mix(node, self.of(node.this), "text", but=("array", "other"))
            return "number" if isinstance(node, exp.Length) else "text"
        if isinstance(node, exp.Abs | exp.Round):
            self.expect(node.this, self.of(node.this), "number")
            return "number"
        if isinstance(node, exp.Coalesce):
            return next((kind for each in (node.this, *node.expressions) if (kind := self.of(each))), None)
        if isinstance(node, exp.Boolean):
            return "boolean"
        if isinstance(node, exp.CurrentDate):
            return "date"
        return "timestamp" if isinstance(node, exp.CurrentTimestamp) else None

    def _logic(self, node: exp.Expr) -> str:
        for each in node.iter_expressions():
            self.expect(each, self.of(each), "boolean")
        return "boolean"

    def _predicate(self, node: exp.Expr) -> str:
        if isinstance(node, _COMPARED):
            self._compare(node, node.this, node.expression)
        elif isinstance(node, exp.Between):
            self._compare(node, node.this, node.args["low"])
            self._compare(node, node.this, node.args["high"])
        elif isinstance(node, exp.In):
            for member in node.expressions:
                self._compare(node, node.this, member)
        elif isinstance(node, exp.Like | exp.ILike | exp.RegexpLike | exp.RegexpILike):
            self._no_mix(node, self.of(node.this), "text")
        else:
            for each in node.iter_expressions():
                self.of(each)
        return "boolean"

    def _compare(self, whole: exp.Expr, left: exp.Expr, right: exp.Expr) -> None:
        first, second = self.of(left), self.of(right)
        for kind, other, part in ((first, second, right), (second, first, left)):
            if other == "literal" and kind not in (None, "literal"):
                self.expect(part, other, str(kind))
                return
        if None in (first, second) or first == second or {first, second} == set(_MOMENTS):
            return
        if "literal" not in (first, second):
            raise Mismatch(f"{_shown(whole)} compares a {first} with a {second}")

    def _arithmetic(self, node: exp.Expr) -> str | None:
        first, second = self.of(node.this), self.of(node.expression)
        if None in (first, second) or "interval" in (first, second) or "literal" in (first, second):
            return None if "interval" not in (first, second) else first if first in ("timestamp", "interval") else None
        if first == second == "number":
            return "number"
        if first in _MOMENTS and second in _MOMENTS and isinstance(node, exp.Sub):
            return "number" if first == second == "date" else "interval"
        if (first, second) == ("date", "number") and isinstance(node, exp.Add | exp.Sub):
            return "date"
        if {first, second} & {"time", "other", "json", "array"}:
            return None
        raise Mismatch(f"{_shown(node)} calculates with a {first} and a {second}")

    def expect(self, part: exp.Expr, kind: str | None, wanted: str) -> None:
        """Refuse a part that is of another kind, or a quoted text that does not spell one of this kind."""
        if kind == "literal":
            spelled = _SPELLED.get(wanted)
            text = part.unnest().name if isinstance(part.unnest(), exp.Literal) else ""
            if spelled and text and not re.fullmatch(spelled, text.strip(), re.IGNORECASE):
                raise Mismatch(f"{_shown(part)} is no {wanted}")
        elif kind not in (None, wanted):
            raise Mismatch(f"{_shown(part)} is a {kind} where a {wanted} is needed")

    def _no_mix(self, whole: exp.Expr, kind: str | None, wanted: str, but: tuple[str, ...] = ()) -> None:
        if kind not in (None, "literal", wanted, *but):
            raise Mismatch(f"{_shown(whole)} treats a {kind} as {wanted}")


def _shown(node: exp.Expr) -> str:
    return node.sql(dialect="postgres")[:80]
