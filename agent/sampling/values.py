"""One plausible value for a column: a pure function of the column, the row's number and the attempt.

Texts are unique by construction as long as the row's number is: what makes a word list end is a number
after the word. So values of different rows rarely meet, on whichever rows they are made.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from functools import cached_property
from random import Random
from struct import pack
from uuid import UUID

from database_specialist.agent.model.entities import LogicalType
from database_specialist.agent.model.relational import Column
from database_specialist.agent.sampling import texts, words
from database_specialist.agent.sampling.scalars import BASE, Range, Value

RETRY = 1000
"""Attempt n of row r draws the texts of row r + n * RETRY, which no seed reaches."""


@dataclass(frozen=True)
class Draw:
    """Where a value stands. Equal draws give equal values."""

    column: Column
    native_type: str
    """The column's type, with a domain's base in the domain's place."""
    entity: str
    """Singular name of what the table holds."""
    row: int
    attempt: int = 0
    position: int = 0
    """The column's place in the table: later columns hold later times."""
    low: datetime = BASE
    """First instant of the table's partitions, or the base date."""
    high: datetime | None = None
    seed: int = 7

    @property
    def number(self) -> int:
        """The number that makes texts different from row to row."""
        return self.row + self.attempt * RETRY

    @cached_property
    def random(self) -> Random:
        """A stream of this place alone."""
        return Random(f"{self.seed}:{self.entity}:{self.column.name}:{self.row}:{self.attempt}")

    @property
    def limit(self) -> int:
        """The longest text that the column takes."""
        counted = re.search(r"char\w*(?: varying)?\s*\((\d+)\)", self.native_type.lower())
        return int(counted[1]) if counted else 4000


def draw_value(draw: Draw) -> Value:
    """Return a value of the column's logical type, within its values and bounds."""
    if draw.column.values and kind_of(draw.column, draw.native_type) != "boolean":
        # By one at each attempt: RETRY is a multiple of the usual numbers of values, and would draw the same again.
        return draw.column.values[(draw.row + draw.attempt) % len(draw.column.values)]
    value = _MAKERS[kind_of(draw.column, draw.native_type)](draw)
    return _fitted(value, draw) if isinstance(value, str) else value


def kind_of(column: Column, native_type: str) -> LogicalType:
    """Return the column's logical type, read from the native type where no attribute stands behind it."""
    lowered = native_type.lower()
    if column.logical_type in ("date_range", "timestamp_range") and "range" not in lowered:
        return "date" if column.logical_type == "date_range" else "timestamp"  # one of two bounds
    if column.logical_type is not None:
        return column.logical_type
    return next((kind for pattern, kind in _NATIVE if re.match(pattern, lowered)), "short_text")


_NATIVE: tuple[tuple[str, LogicalType], ...] = (
    (r"(text|varchar\(\d+\)|character varying)\[\]", "text_list"),
    (r"tinyint\(1\)|bool", "boolean"),
    (r"interval", "duration"),
    (r"(small|big|tiny|medium)?int|serial", "integer"),
    (r"numeric|decimal|real|double|float", "decimal"),
    (r"timestamp|datetime", "timestamp"),
    (r"daterange", "date_range"),
    (r"ts(tz)?range", "timestamp_range"),
    (r"date", "date"),
    (r"time", "time"),
    (r"uuid|binary\(16\)", "uuid"),
    (r"json", "json"),
    (r"bytea|blob|varbinary", "binary"),
    (r"inet|cidr", "ip_address"),
    (r"point|geo", "geo_point"),
    (r"vector", "vector"),
)


def _fitted(text: str, draw: Draw) -> str:
    """Shorten a text from the left: what makes it unique stands at its end."""
    return text if len(text) <= draw.limit else text[-draw.limit :].strip().rjust(min(draw.limit, 1), "x")


def _short_text(draw: Draw) -> str:
    name = draw.column.name.lower()
    make = texts.short_text(name)
    if make is not None:
        return make(draw.entity, draw.number)
    if re.search(r"(^|_)(hash|token|fingerprint|checksum)|(hash|token|fingerprint|checksum)$", name):
        return _digest(draw)
    return f"{name.replace('_', ' ').capitalize()} {texts.pick(words.WORDS, draw.number)}"


def _text(draw: Draw) -> str:
    make = texts.by_name(draw.column.name)
    if make is not None:
        return make(draw.entity, draw.number)
    sentence = words.SENTENCES[draw.number % len(words.SENTENCES)]
    return sentence if draw.number < len(words.SENTENCES) else f"{sentence} ({draw.number + 1})"


def _code(draw: Draw) -> str:
    make = texts.by_name(draw.column.name)
    if make is not None:
        return make(draw.entity, draw.number)
    prefix = draw.column.name if len(draw.column.name) <= 3 else "".join(part[0] for part in draw.entity.split("_"))
    return f"{prefix.upper()}-{draw.number + 1:05}"


def _slug(draw: Draw) -> str:
    return re.sub(r"[^a-z0-9]+", "-", texts.subject(draw.entity, draw.number).lower()).strip("-")


def _file(draw: Draw) -> str:
    return f"{draw.entity.replace('_', '-')}/{draw.number + 1:05}.pdf"


def _digest(draw: Draw) -> str:
    return texts.digest(f"{draw.entity}.{draw.column.name}.{draw.number}")


_TAX_RATES = (0, 5, 7, 10, 19, 20, 21)
_WHOLE: tuple[tuple[str, int, int], ...] = (
    (r"year", 2020, 2026),
    (r"quantity|count|amount|seats|copies", 1, 6),
    (r"rating|stars|score", 1, 5),
    (r"month", 1, 12),
    (r"percent", 0, 100),
    (r"stock|capacity|size|weight", 10, 250),
)


def _bounds(draw: Draw, low: float, high: float) -> tuple[float, float]:
    """Narrow the usual span to what the column allows."""
    minimum, maximum = draw.column.minimum, draw.column.maximum
    if minimum is not None:
        low, high = (low, high) if low >= minimum and high > minimum else (minimum, minimum + max(high - low, 1))
    if maximum is not None:
        high = min(high, maximum)
        low = low if low <= high else max(maximum - 100, minimum if minimum is not None else maximum - 100)
    return low, high


def _integer(draw: Draw) -> int:
    name = draw.column.name.lower()
    usual = next(((low, high) for pattern, low, high in _WHOLE if re.search(pattern, name)), (1, 100))
    low, high = _bounds(draw, *usual)
    return draw.random.randint(int(-(-low // 1)), max(int(-(-low // 1)), int(high)))


def _ordinal(draw: Draw) -> int:
    """Count up: positions, numbers and whatever else must differ from row to row."""
    low = int(draw.column.minimum or 1)
    return low + draw.number


def _decimal(draw: Draw) -> Decimal:
    found = re.search(r"\((\d+)\s*(?:,\s*(\d+))?\)", draw.native_type)
    scale = int(found[2] or 0) if found else 2
    widest = 10 ** (int(found[1]) - scale) - 1 if found else 10**9
    low, high = _bounds(draw, min(5, widest), min(200, widest))
    step = Decimal(1).scaleb(-scale)
    amount = (
        Decimal(str(low)) + (Decimal(str(high)) - Decimal(str(low))) * Decimal(draw.random.randint(1, 9999)) / 10000
    )
    return max(amount.quantize(step), Decimal(str(low)).quantize(step, rounding="ROUND_CEILING"))


def _percentage(draw: Draw) -> Value:
    low, high = _bounds(draw, 0, 100)
    rates = [rate for rate in _TAX_RATES if low <= rate <= high]
    if rates and re.search(r"(^|_)(tax|vat)(_|$)", draw.column.name.lower()):
        rate = rates[draw.number % len(rates)]
        return rate if kind_of(draw.column, draw.native_type) == "integer" else Decimal(rate).quantize(Decimal("0.01"))
    if kind_of(draw.column.model_copy(update={"logical_type": None}), draw.native_type) == "integer":
        return draw.random.randint(int(low), int(high))
    return (Decimal(str(low)) + Decimal(str(high - low)) * draw.random.randint(0, 20) / 20).quantize(Decimal("0.01"))


_STEP = timedelta(hours=29, minutes=30)
"""From one row's times to the next one's: longer than a day, so that bookings of an hour never meet."""


def _instant(draw: Draw) -> datetime:
    name = draw.column.name.lower()
    later = 24 * 30 if re.search(r"expir|due|valid_until|deadline", name) else draw.position
    moment = draw.low + _STEP * (draw.row % RETRY + draw.attempt) + timedelta(hours=later)
    # Rows of examples are numbered from far above: they stand in the months before the seed, not decades after it.
    moment -= timedelta(days=30) * (draw.row // RETRY)
    if draw.high is None or draw.low <= moment < draw.high:
        return moment
    span = int((draw.high - draw.low).total_seconds())
    return draw.low + timedelta(seconds=(draw.number * 7919 + draw.position * 3600) % max(span, 1))


def _date(draw: Draw) -> date:
    if re.search(r"birth|dob", draw.column.name.lower()):
        return date(1960, 1, 1) + timedelta(days=draw.number * 313 % 16000)
    return _instant(draw).date()


def _time(draw: Draw) -> time:
    return time((8 + draw.position + draw.number) % 24, draw.number * 15 % 60)


def _uuid(draw: Draw) -> UUID:
    """Make a version 7 UUID of a fixed time, so that keys sort in the order of insertion."""
    milliseconds = int(BASE.timestamp() * 1000) + draw.number
    tail = draw.random.getrandbits(74)
    return UUID(int=milliseconds << 80 | 0x7 << 76 | (tail >> 62) << 64 | 0b10 << 62 | tail & (1 << 62) - 1)


def _point(draw: Draw) -> str:
    longitude, latitude = 13.4 + draw.number % 50 / 100, 52.5 + draw.number % 40 / 100
    wanted = draw.native_type.lower()
    if wanted.startswith("point"):
        return f"({longitude:.4f},{latitude:.4f})"  # printed as ST_GeomFromText where the engine has no literal
    if wanted.startswith("geo"):
        return f"SRID=4326;POINT({longitude:.4f} {latitude:.4f})"
    return f"{latitude:.4f},{longitude:.4f}"


def _vector(draw: Draw) -> Value:
    if draw.native_type.lower().startswith("blob"):
        return b"".join(pack("<f", draw.random.random()) for _ in range(3))
    counted = re.search(r"\((\d+)\)", draw.native_type)
    return "[" + ",".join(f"{draw.random.random():.3f}" for _ in range(int(counted[1]) if counted else 3)) + "]"


def _day_range(draw: Draw) -> Range:
    start = _instant(draw).date()
    return Range(start, start + timedelta(days=1))


def _instant_range(draw: Draw) -> Range:
    start = _instant(draw)
    return Range(start, start + timedelta(hours=1))


_ORDINAL = re.compile(r"(^|_)(no|nr|number|position|ordinal|sequence|sort_order|rank|line|version|seq|index)$")


def is_ordinal(column: Column) -> bool:
    """Say whether the column counts: a position, a line number, a version."""
    return bool(_ORDINAL.search(column.name.lower()))


_MAKERS: dict[LogicalType, Callable[[Draw], Value]] = {
    "short_text": _short_text,
    "text": _text,
    "long_text": _text,
    "code": _code,
    "slug": _slug,
    "email": lambda draw: texts.email(draw.entity, draw.number),
    "phone": lambda draw: texts.phone(draw.entity, draw.number),
    "url": lambda draw: texts.url(draw.entity, draw.number),
    "file_ref": _file,
    "integer": lambda draw: _ordinal(draw) if is_ordinal(draw.column) else _integer(draw),
    "big_integer": lambda draw: _ordinal(draw) if is_ordinal(draw.column) else _integer(draw),
    "decimal": _decimal,
    "money": _decimal,
    "percentage": _percentage,
    "boolean": lambda draw: draw.random.random() < 0.7,
    "date": _date,
    "time": _time,
    "timestamp": _instant,
    "duration": lambda draw: timedelta(minutes=15 * draw.random.randint(1, 8)),
    "date_range": _day_range,
    "timestamp_range": _instant_range,
    "enum": _short_text,
    "json": lambda draw: {"note": words.WORDS[draw.number % len(words.WORDS)], "count": draw.number},
    "text_list": lambda draw: [words.WORDS[(draw.number + step) % len(words.WORDS)].lower() for step in (0, 5)],
    "binary": lambda draw: bytes.fromhex(_digest(draw)[:16]),
    "uuid": _uuid,
    "secret_hash": _digest,
    "ip_address": lambda draw: texts.ip_address(draw.entity, draw.number),
    "currency": lambda draw: words.CURRENCIES[draw.number % len(words.CURRENCIES)],
    "country": lambda draw: words.COUNTRIES[draw.number % len(words.COUNTRIES)],
    "language": lambda draw: words.LANGUAGES[draw.number % len(words.LANGUAGES)],
    "geo_point": _point,
    "vector": _vector,
}
