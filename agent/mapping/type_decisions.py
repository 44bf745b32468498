"""The decisions on column types: one for each family of types that the schema uses."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from database_specialist.agent.mapping.draft import TableDraft
from database_specialist.agent.mapping.ground import Ground
from database_specialist.agent.mapping.types import family
from database_specialist.agent.model.entities import LogicalType
from database_specialist.agent.model.relational import Column

_TEXTS: tuple[LogicalType, ...] = ("short_text", "text", "code", "slug", "phone", "url", "file_ref", "language")


@dataclass(frozen=True)
class TypeChoice:
    """Why a family of logical types is kept as it is on one engine."""

    types: tuple[LogicalType, ...]
    choice: str
    why: str
    alternatives: tuple[tuple[str, str], ...]


_POSTGRESQL = (
    TypeChoice(
        _TEXTS,
        "text with a CHECK on the length",
        "the limit can be raised by replacing a constraint, and its name tells which column refused",
        (("varchar(n)", "the same storage, with an error that names no constraint"),),
    ),
    TypeChoice(
        ("email",),
        "text, compared through lower() where it is unique",
        "two spellings of one address are one address, and the address is kept as it was typed",
        (("citext", "an extension to install and to know about for each comparison, for one expression"),),
    ),
    TypeChoice(
        ("money",),
        "numeric with a fixed scale",
        "sums of amounts must come out exact to the last digit",
        (("double precision", "0.1 + 0.2 is not 0.3"), ("money", "its format follows the server's locale")),
    ),
    TypeChoice(
        ("decimal", "percentage"),
        "numeric with a fixed scale",
        "what was measured or agreed is kept with the digits it was stated with, and compares as it was written",
        (("double precision", "half the width, but 0.1 is stored as something near it, and = stops being reliable"),),
    ),
    TypeChoice(
        ("timestamp",),
        "timestamptz",
        "a moment, whatever the session's time zone",
        (("timestamp", "says a wall clock and not which one"),),
    ),
    TypeChoice(
        ("timestamp_range", "date_range"),
        "a range type",
        "overlap and containment are one operator with an index, and the bounds cannot be swapped",
        (("two columns", "each query would repeat the comparison of bounds"),),
    ),
    TypeChoice(
        ("json",),
        "jsonb",
        "its keys are not known beforehand; jsonb can be indexed",
        (("json", "keeps the text only"), ("columns", "nobody can name them yet")),
    ),
    TypeChoice(
        ("text_list",),
        "text[]",
        "words that have no attributes and are read whole",
        (("a child table", "a join and a key for each word that refers to nothing"),),
    ),
    TypeChoice(
        ("secret_hash",),
        "text holding a hash",
        "only the output of a password or token hash is stored, never the secret",
        (("bytea", "password hashes name their algorithm and cost in a text form"),),
    ),
)
_SQLITE = (
    TypeChoice(
        ("money", "decimal", "percentage"),
        "REAL; money with a CHECK that it has no more digits than its scale",
        "SQLite has no decimal; 15 digits are exact when each value is rounded to its scale",
        (
            (
                "INTEGER in minor units",
                "rules, examples and reports state amounts in whole units, and each would have to divide",
            ),
        ),
    ),
    TypeChoice(
        ("timestamp", "date", "time"),
        "TEXT in ISO 8601 (UTC) with a CHECK",
        "sorts as time, and SQLite's own date functions read it; the CHECK refuses any other spelling",
        (("INTEGER seconds", "nobody can read it in a query's result"),),
    ),
    TypeChoice(
        ("email",),
        "TEXT, unique over lower()",
        "two spellings of one address are one address",
        (("COLLATE NOCASE", "every comparison would ignore case, not only uniqueness"),),
    ),
)
_MYSQL = (
    TypeChoice(
        _TEXTS,
        "varchar(n)",
        "MySQL indexes a text column only by a prefix, and keeps it off the row",
        (("text", "a unique key over it would test a prefix only"),),
    ),
    TypeChoice(
        ("timestamp",),
        "datetime(6) in UTC",
        "a moment to the microsecond, not bound to 2038",
        (("timestamp", "ends in 2038 and changes with the session's time zone"),),
    ),
    TypeChoice(
        ("money", "decimal", "percentage"),
        "decimal with a fixed scale",
        "sums must come out exact",
        (("double", "0.1 + 0.2 is not 0.3"),),
    ),
    TypeChoice(
        ("email",),
        "varchar, unique under a case-insensitive collation",
        "two spellings of one address are one address",
        (("an index over lower()", "the collation compares so already, and MariaDB has no indexes over expressions"),),
    ),
)
CHOICES = {"postgresql": _POSTGRESQL, "sqlite": _SQLITE, "mysql": _MYSQL}


def record_types(ground: Ground, drafts: Sequence[TableDraft]) -> None:
    """Record each type choice that some column of the schema rests on."""
    for choice in CHOICES[family(ground.engine)]:
        columns = [
            (draft, column) for draft in drafts for column in draft.columns if column.logical_type in choice.types
        ]
        if columns:
            subject = ", ".join(f"{draft.name}.{column.name}" for draft, column in columns)
            ground.ledger.record(
                "type",
                subject,
                choice.choice,
                f"{_lead(columns)}: {choice.why}.",
                alternatives=choice.alternatives,
                facts=tuple(dict.fromkeys(fact for _, column in columns for fact in column.facts)),
            )


def _lead(columns: Sequence[tuple[TableDraft, Column]]) -> str:
    shown = [f"{draft.name}.{column.name}" for draft, column in columns[:4]]
    more = f" and {len(columns) - 4} more" if len(columns) > 4 else ""
    return f"{', '.join(shown)}{more}"
