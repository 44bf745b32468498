"""Values printed as SQL literals, and literals of examples read as values."""

from __future__ import annotations

import json
import re
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from uuid import UUID

from database_specialist.agent.model.base import Engine, Scalar
from database_specialist.agent.model.relational import Column
from database_specialist.agent.sampling.scalars import BASE, NotEvaluated, Range, Value, from_text
from database_specialist.agent.sampling.values import kind_of

_WHOLE = re.compile(r"(big)?int(eger)?\b", re.IGNORECASE)


def literal(value: Value, native_type: str, engine: Engine) -> str:
    """Print the value as a literal for a column of this native type.

    >>> literal("O'Hara", "text", "postgresql")
    "'O''Hara'"
    """
    if value is None:
        return "NULL"
    if isinstance(value, bool):
        return str(int(value)) if engine == "sqlite" else str(value).upper()
    if isinstance(value, int | Decimal):
        return format(value, "f") if isinstance(value, Decimal) else str(value)
    if isinstance(value, float):
        return repr(value)
    if isinstance(value, datetime | timedelta) and _WHOLE.match(native_type):
        return str(int(value.timestamp() if isinstance(value, datetime) else value.total_seconds()))
    if isinstance(value, bytes):
        return f"'\\x{value.hex()}'" if engine == "postgresql" else f"X'{value.hex()}'"
    if isinstance(value, UUID) and native_type.lower().startswith(("binary", "blob")):
        return f"X'{value.hex}'"
    if native_type.lower() == "point" and engine in ("mysql", "mariadb"):
        return f"ST_GeomFromText('POINT{str(value).replace(',', ' ')}')"
    return quoted(_text(value, native_type, engine), engine)


def quoted(text: str, engine: Engine) -> str:
    """Print a text as a string literal."""
    doubled = text.replace("'", "''")
    return f"'{doubled.replace(chr(92), chr(92) * 2)}'" if engine in ("mysql", "mariadb") else f"'{doubled}'"


def _text(value: Value, native_type: str, engine: Engine) -> str:
    if isinstance(value, datetime):
        return _moment(value, engine)
    if isinstance(value, timedelta):
        return _duration(value, engine)
    if isinstance(value, Range):
        return _range(value, engine)
    if isinstance(value, list) and native_type.endswith("[]"):
        return "{" + ",".join(json.dumps(member, ensure_ascii=False) for member in value) + "}"
    if isinstance(value, list | dict):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, date | time):
        return value.isoformat()
    return str(value)


def _moment(value: datetime, engine: Engine) -> str:
    text = value.astimezone(UTC).replace(tzinfo=None).isoformat(sep="T" if engine == "sqlite" else " ")
    return text + {"postgresql": "+00", "sqlite": "Z"}.get(engine, "")


def _duration(value: timedelta, engine: Engine) -> str:
    minutes, seconds = divmod(int(value.total_seconds()), 60)
    hours, minutes = divmod(minutes, 60)
    if engine == "postgresql":
        return f"PT{hours}H{minutes}M{seconds}S"
    return f"{hours:02}:{minutes:02}:{seconds:02}"


def _range(value: Range, engine: Engine) -> str:
    ends = ("" if end is None else _text(end, "", engine) for end in (value.low, value.high))
    return value.bounds[0] + ",".join(ends) + value.bounds[1]


def read_literal(value: Scalar | list[Scalar], column: Column, engine: Engine) -> Value:
    """Read a value of an example as the column's own type; what cannot be read stays as it is."""
    kind = kind_of(column, column.type)
    if isinstance(value, list) and len(value) == 2 and kind in ("date_range", "timestamp_range"):
        low, high = (read_literal(end, column.model_copy(update={"logical_type": kind[:-6]}), engine) for end in value)
        return Range(low, high)
    if isinstance(value, float):
        return Decimal(str(value))
    if not isinstance(value, str) or kind not in _PYTHON:
        return value
    if value in ("now", "today"):
        return BASE if kind == "timestamp" else BASE.date() if kind == "date" else value
    try:
        return from_text(value, _PYTHON[kind])
    except NotEvaluated:
        return value


_PYTHON: dict[str, type] = {
    "timestamp": datetime,
    "date": date,
    "time": time,
    "uuid": UUID,
    "decimal": Decimal,
    "money": Decimal,
    "duration": timedelta,
}
