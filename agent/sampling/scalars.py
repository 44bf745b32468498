"""The values of sample rows: their types, how texts are read as them, and how they compare."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any, TypeAlias
from uuid import UUID

Value: TypeAlias = Any
"""None, bool, int, Decimal, str, date, datetime, time, timedelta, UUID, bytes, Range, list or dict."""

Row: TypeAlias = Mapping[str, Value]

BASE = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
"""The fixed now of all sample data: a Monday morning."""


class NotEvaluated(ValueError):
    """The expression holds something that is not evaluated here."""


@dataclass(frozen=True)
class Range:
    """A half-open range; None is an open end."""

    low: Value
    high: Value
    bounds: str = "[)"

    def overlaps(self, other: Range) -> bool:
        """Say whether both share a point; touching ends count when both are closed."""
        return _before(self, other) and _before(other, self)

    def contains(self, point: Value) -> bool:
        """Say whether the point lies inside."""
        return self.overlaps(Range(point, point, "[]"))


def _before(left: Range, right: Range) -> bool:
    if left.low is None or right.high is None:
        return True
    low, high = alike(left.low, right.high)
    closed = left.bounds[0] == "[" and right.bounds[1] == "]"
    return bool(low <= high if closed else low < high)


def alike(left: Value, right: Value) -> tuple[Value, Value]:
    """Return both as values of one type, as SQL would compare them."""
    if isinstance(left, str) and not isinstance(right, str):
        return from_text(left, type(right)), right
    if isinstance(right, str) and not isinstance(left, str):
        return left, from_text(right, type(left))
    if isinstance(left, datetime) != isinstance(right, datetime):
        return as_datetime(left), as_datetime(right)
    return left, right


def from_text(text: str, kind: type) -> Value:
    """Read a text as a value of this Python type; NotEvaluated when it is none."""
    reader = _READERS.get(kind)
    if reader is None:
        raise NotEvaluated(text)
    try:
        return reader(text)
    except (ValueError, InvalidOperation) as error:
        raise NotEvaluated(text) from error


def as_datetime(value: Value) -> Value:
    """Return a date as the midnight it begins with; anything else as it is."""
    if isinstance(value, date) and not isinstance(value, datetime):
        return datetime(value.year, value.month, value.day, tzinfo=UTC)
    return value


def instant(text: str) -> datetime:
    """Read an ISO timestamp, UTC where it names no zone."""
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


_READERS: dict[type, Callable[[str], Value]] = {
    int: lambda text: Decimal(text),
    Decimal: Decimal,
    bool: lambda text: text.lower() in ("t", "true", "1", "yes", "on"),
    datetime: instant,
    date: date.fromisoformat,
    time: time.fromisoformat,
    UUID: UUID,
    timedelta: lambda text: interval(text, ""),
    bytes: str.encode,
}


def interval(amount: str, unit: str) -> timedelta:
    """Read an interval, a month as 30 days; NotEvaluated for a unit that is not known."""
    days = {"day": 1, "days": 1, "week": 7, "weeks": 7, "month": 30, "months": 30, "year": 365, "years": 365}
    seconds = {"second": 1, "minute": 60, "hour": 3600, "seconds": 1, "minutes": 60, "hours": 3600}
    total = timedelta()
    for number, name in re.findall(r"(-?[\d.]+)\s*([a-zA-Z]*)", f"{amount} {unit}"):
        word = (name or unit).lower()
        if word not in days and word not in seconds:
            raise NotEvaluated(f"interval {amount} {unit}")
        total += timedelta(days=float(number) * days.get(word, 0), seconds=float(number) * seconds.get(word, 0))
    return total
