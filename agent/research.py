"""What to ask the research services. Built from engine and feature names only: never from the documents' prose."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from database_specialist.agent.model.base import Engine
from database_specialist.agent.model.brief import Stack

_TITLES = {"postgresql": "PostgreSQL", "mysql": "MySQL", "mariadb": "MariaDB", "sqlite": "SQLite"}
# A name or a version was read from the documents: what does not look like one stays here.
_NAME = re.compile(r"[\w.+#-]{1,30}(?: [\w.+#-]{1,30}){0,3}")
_VERSION = re.compile(r"\d{1,4}(?:\.\d{1,4}){0,3}")


@dataclass(frozen=True)
class Topic:
    """One question: the library it is about, and the words to search for."""

    library: str
    version: str | None
    feature: str
    query: str


@cache
def questions() -> dict[str, Any]:
    """Return research.toml."""
    return tomllib.loads(files("database_specialist.agent").joinpath("research.toml").read_text(encoding="utf-8"))


def topics(stack: Stack, *, engine: Engine | None = None) -> tuple[Topic, ...]:
    """List the questions worth asking about this stack, the engine's first, then those of the stores beside it.

    `engine` is the one that the run's settings ask for, where they do: the documents' version is not one of it.

    >>> [topic.query for topic in topics(Stack(engine="sqlite", origin="assumed", reason=""))][0]
    'SQLite INTEGER PRIMARY KEY, rowid tables'
    """
    chosen = engine or stack.engine
    version = stack.engine_version if chosen == stack.engine else None
    asked = [
        _topic(_TITLES[chosen], version, feature, words) for feature, words in questions()["engine"][chosen].items()
    ]
    return tuple(dict.fromkeys((*asked, *_of_stores(stack))))


def _of_stores(stack: Stack) -> Iterator[Topic]:
    for technology in stack.technologies:
        question = questions()["store"].get(technology.category)
        if question and _NAME.fullmatch(technology.name):
            yield _topic(technology.name, technology.version, question["feature"], question["words"])


def _topic(library: str, version: str | None, feature: str, words: str) -> Topic:
    known = version if version and _VERSION.fullmatch(version) else None
    return Topic(library, known, feature, " ".join(part for part in (library, known, words) if part))
