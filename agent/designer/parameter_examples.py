"""A value to run a query with, where no column of the schema holds one."""

from __future__ import annotations

import re

from database_specialist.agent.model.base import Engine, Scalar

_LATE = re.compile(r"(^|_)(to|until|till|end|ends|before|max|maximum|upper|latest|last)(_|$)")
_DAY = re.compile(r"(^|_)(day|date)(_|$)")
_MOMENT = re.compile(r"(^|_)(at|time|since|until|moment)$")
"""What a text is where the engine has no type for moments."""
_BY_TYPE: tuple[tuple[str, Scalar, Scalar], ...] = (
    (r"timestamp|datetime", "2026-01-01T00:00:00Z", "2026-12-31T00:00:00Z"),
    (r"date$", "2026-01-01", "2026-12-31"),
    (r"time", "09:00:00", "17:00:00"),
    (r"interval", "7 days", "30 days"),
    (r"uuid", "00000000-0000-4000-8000-000000000001", "00000000-0000-4000-8000-000000000002"),
    (r"json", "{}", "{}"),
    (r"bool", True, True),
    (r"int|serial", 1, 100),
    (r"numeric|decimal|real|double|float|money", 1, 100),
    (r"bytea|blob|binary", "00", "00"),
    (r"range", "empty", "empty"),
    (r"inet|cidr", "192.0.2.1", "192.0.2.2"),
)


def example_of(name: str, sql_type: str, engine: Engine) -> Scalar:
    """Return a value of the type; a later or larger one where the name says that it ends a span.

    >>> example_of("day", "date", "postgresql"), example_of("to_day", "date", "postgresql")
    ('2026-01-01', '2026-12-31')
    >>> example_of("ids", "bigint[]", "postgresql"), example_of("word", "text", "sqlite")
    ('{1}', 'word')
    """
    bare = re.sub(r"\(.*?\)", "", sql_type.lower()).strip()
    if bare.endswith("[]"):
        inner = example_of(name, bare.removesuffix("[]"), engine)
        return f'{{"{inner}"}}' if isinstance(inner, str) else f"{{{inner}}}"
    for pattern, early, late in _BY_TYPE:
        if re.search(pattern, bare):
            value = late if _LATE.search(name) else early
            # MySQL reads no time zone designator.
            is_moment = engine in ("mysql", "mariadb") and pattern.startswith("timestamp")
            return str(value).replace("T", " ").removesuffix("Z") if is_moment else value
    if _DAY.search(name):
        return example_of(name, "date", engine)
    return example_of(name, "timestamp", engine) if _MOMENT.search(name) else "word"
