"""What to ask the research services. Built from engine and feature names only: never from the documents' prose."""

from __future__ import annotations

from dataclasses import dataclass

from database_specialist.agent.model.brief import Stack

_TITLES = {"postgresql": "PostgreSQL", "mysql": "MySQL", "mariadb": "MariaDB", "sqlite": "SQLite"}
_QUESTIONS = (
    ("primary keys", "identity column or UUIDv7 primary key"),
    ("indexes", "composite, partial and covering index guidance"),
    ("partitioning", "declarative range partitioning and retention"),
    ("migrations", "schema change without downtime, lock timeout"),
    ("backup", "base backup, WAL or binary log archiving, point-in-time recovery"),
)
_FEATURES = {
    "key_value": "key expiry and memory sizing",
    "search": "index mapping and synchronisation from a relational database",
    "document_store": "schema validation",
}


@dataclass(frozen=True)
class Topic:
    """One question: the library it is about, and the words to search for."""

    library: str
    version: str | None
    feature: str
    query: str


def topics(stack: Stack) -> tuple[Topic, ...]:
    """List the questions worth asking about this stack, the engine's first."""
    engine = _TITLES[stack.engine]
    asked = [
        Topic(
            engine,
            stack.engine_version,
            feature,
            f"{engine} {stack.engine_version or ''} {question}".replace("  ", " "),
        )
        for feature, question in _QUESTIONS
    ]
    for technology in stack.technologies:
        question = _FEATURES.get(technology.category)
        if question:
            asked.append(Topic(technology.name, technology.version, question, f"{technology.name} {question}"))
    return tuple(asked)
