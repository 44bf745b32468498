"""The typed migrations, cut into statements: what each tool's files are written from."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from database_specialist.agent.dialects import split_statements
from database_specialist.agent.model.base import Engine
from database_specialist.agent.model.operations import Migration

_LOCK_TIMEOUT = re.compile(r"SET\s+(?:LOCAL\s+)?lock_timeout\b", re.IGNORECASE)
# An unknown column fails on every engine, and its name says why.
REFUSAL = "SELECT this_step_cannot_be_undone"
"""What stands for the way down of a step that has none, where a tool would take an empty one as done."""


@dataclass(frozen=True)
class Way:
    """One direction of a step."""

    script: str
    """As it stands in the design."""
    statements: tuple[str, ...]
    transactional: bool

    @property
    def lines(self) -> tuple[str, ...]:
        """The statements, each with its semicolon."""
        return tuple(ended(statement) for statement in self.statements)

    @property
    def without_timeout(self) -> tuple[str, ...]:
        """The statements with their semicolons, less those that set how long to wait for a lock."""
        return tuple(ended(each) for each in self.statements if not _LOCK_TIMEOUT.match(each))


@dataclass(frozen=True)
class Step:
    """A migration. `down` has no statements when it cannot be undone."""

    number: int
    name: str
    """Of letters, digits and underscores."""
    phase: str
    note: str
    engine: Engine
    up: Way
    down: Way

    @property
    def label(self) -> str:
        """Its name in the order of all: "0008_indexes"."""
        return f"{self.number:04d}_{self.name}"

    @property
    def version(self) -> str:
        """Its number as text: "0008"."""
        return f"{self.number:04d}"

    @property
    def transactional(self) -> bool:
        """Whether both ways run inside a transaction."""
        return self.up.transactional and self.down.transactional


def steps_of(migrations: Iterable[Migration], engine: Engine) -> tuple[Step, ...]:
    """Return the migrations as steps, in their order."""
    return tuple(_step(migration, engine) for migration in migrations)


def _step(migration: Migration, engine: Engine) -> Step:
    return Step(
        number=migration.number,
        name=re.sub(r"\W+", "_", migration.name).strip("_") or "step",
        phase=migration.phase,
        note=" ".join(migration.note.split()),
        engine=engine,
        up=_way(migration.up, migration, engine),
        down=_way(migration.down if migration.reversible else "", migration, engine),
    )


def _way(sql: str, migration: Migration, engine: Engine) -> Way:
    statements = split_statements(sql, engine)
    # SQLite ignores its foreign-key switch inside a transaction.
    switches = any(statement.upper().startswith("PRAGMA") for statement in statements)
    return Way(sql, statements, migration.transactional and not switches)


def ended(statement: str) -> str:
    r"""Return a statement with its semicolon, which no comment at its end swallows.

    >>> ended("SELECT 1"), ended("SELECT 1 -- one")
    ('SELECT 1;', 'SELECT 1 -- one\n;')
    """
    return f"{statement}\n;" if "--" in statement.rpartition("\n")[2] else f"{statement};"


def has_inner_semicolon(statement: str) -> bool:
    """Say whether a tool that cuts at semicolons would cut this one: a body, or a text that holds one."""
    return ";" in statement


def client_lines(step: Step, way: Way) -> tuple[str, ...]:
    """Return the statements as the engine's own client takes them: MySQL's needs another delimiter around a body."""
    if step.engine not in ("mysql", "mariadb"):
        return way.lines
    return tuple(
        f"DELIMITER //\n{each}\n//\nDELIMITER ;" if has_inner_semicolon(each) else ended(each)
        for each in way.statements
    )


def commented(step: Step) -> str:
    """Return what is to be known of a step, as SQL comments."""
    about = f"-- {step.label}, phase {step.phase}"
    return f"{about}\n-- {step.note}" if step.note else about
