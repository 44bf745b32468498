"""Mentions of technologies; what they are called lives in `technologies.toml`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal

from database_specialist.agent.model.base import Engine
from database_specialist.agent.reading.vocabulary import load

Category = Literal[
    "relational",
    "document_store",
    "key_value",
    "search",
    "queue",
    "object_storage",
    "warehouse",
    "graph_store",
    "time_series",
    "orm",
    "framework",
    "language",
    "platform",
    "other",
]

STORES: tuple[Category, ...] = ("relational", "document_store", "key_value", "graph_store", "time_series")

_VERSION = re.compile(
    r"(?:\s+(?:version\s+|v\.?\s?)?|[:@/]|-v?)(\d{1,2}(?:\.\d{1,3}){0,2})(?:\.x"
    r"|\+)?(?![\w.]*\d)(?!\s*(?:%|\+?\s*(?:x|ms|s|gb|mb|tb|kb|k|m"
    r"|replicas?|nodes?|instances?|servers?|shards?|partitions?|tables?|databases?|cores?|connections?|clusters?|pods?"
    r"|primary|times?|seconds?|minutes?|hours?|days?|queries|requests|users|million|thousand)\b))",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Known:
    """An entry of `technologies.toml`."""

    name: str
    category: Category
    aliases: tuple[str, ...] = ()
    exact: tuple[str, ...] = ()
    engine: Engine | None = None
    usual_engine: Engine | None = None


@dataclass(frozen=True)
class Mention:
    """A technology named at a place of a text."""

    known: Known
    start: int
    end: int
    version: str | None


@cache
def catalogue() -> tuple[Known, ...]:
    """Return the known technologies, in the file's order."""
    entries = load("technologies.toml")["technology"]
    return tuple(_known(entry) for entry in entries)


def _known(entry: dict[str, Any]) -> Known:
    lists = {key: tuple(entry.get(key, ())) for key in ("aliases", "exact")}
    return Known(**{**entry, **lists})


@cache
def _names() -> tuple[re.Pattern[str], dict[str, Known]]:
    by_name: dict[str, Known] = {}
    parts: list[tuple[str, str]] = []
    for known in catalogue():
        for alias in known.aliases:
            by_name[alias.lower()] = known
            parts.append((alias, f"(?i:{re.escape(alias)})"))
        for alias in known.exact:
            by_name[alias.lower()] = known
            parts.append((alias, re.escape(alias)))
    # Longest first, so that "React Native" is not read as "React".
    ordered = sorted(parts, key=lambda part: (-len(part[0]), part[0]))
    alternatives = "|".join(expression for _, expression in ordered)
    return re.compile(rf"(?<![\w.@/-])(?:{alternatives})(?![\w-]*[A-Za-z])"), by_name


def find_technologies(text: str) -> Iterator[Mention]:
    """Yield the technologies that a text names, in order, each mention once."""
    expression, by_name = _names()
    for match in expression.finditer(text):
        known = by_name[match.group().lower()]
        version = _VERSION.match(text, match.end())
        yield Mention(known, match.start(), match.end(), version.group(1) if version else None)
