"""What verification needs of a database engine. `tools` holds the engines; tests bring their own."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Literal, Protocol

from database_specialist.agent.verification.catalog import Catalog


class StatementError(Exception):
    """The engine refused a statement. The facts are the engine's own; what it did not say is None.

    `sqlstate` is the SQLSTATE of PostgreSQL and MySQL; SQLite's failures carry the state that PostgreSQL
    would give (23505, 23503, ...), so that callers compare one vocabulary.
    """

    def __init__(
        self,
        message: str,
        *,
        sqlstate: str | None = None,
        constraint: str | None = None,
        table: str | None = None,
        column: str | None = None,
        position: int | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.sqlstate = sqlstate
        self.constraint = constraint
        self.table = table
        self.column = column
        self.position = position

    def __str__(self) -> str:
        return f"{self.sqlstate}: {self.message}" if self.sqlstate else self.message


@dataclass(frozen=True)
class Result:
    """What a statement gave back."""

    rows: tuple[tuple[object, ...], ...] = ()
    """At most as many as the sandbox's row cap."""
    row_count: int = 0
    """Rows returned or changed."""
    truncated: bool = False
    """There were more rows than were counted."""


class Database(Protocol):
    """One empty database of its own, dropped at the end."""

    def execute(self, sql: str, params: Sequence[object] = ()) -> Result:
        """Run one statement, with the engine's own placeholders (`$1` in PostgreSQL, `?` elsewhere).

        Raises:
            StatementError: the engine refused it, or it took too long or too much.
        """

    def prepared(self, sql: str, types: Sequence[str], values: Sequence[object]) -> Result:
        """Prepare one statement with parameters of these types, and run it with these values."""

    def run(self, statements: Iterable[str]) -> None:
        """Run statements in order; the first that fails ends it."""

    def trial(self) -> AbstractContextManager[None]:
        """Open a transaction that is rolled back at the end, whatever happens inside."""

    def clone(self) -> AbstractContextManager[Database]:
        """Make a copy with all rows, dropped at the end. Not inside a trial."""

    def catalog(self) -> Catalog:
        """Read back what the database holds."""

    def normal_types(self, types: Sequence[str]) -> dict[str, str]:
        """Return the engine's own spelling of each type."""

    def check_deferred(self) -> None:
        """Check all deferred constraints now, inside the open trial."""


class Sandbox(Protocol):
    """An engine to prove a design on."""

    @property
    def engine(self) -> str:
        """Name and version: "postgresql 18.6"."""

    @property
    def status(self) -> Literal["EXECUTED", "STATIC"]:
        """Whether statements are run, or only parsed."""

    @property
    def shimmed(self) -> tuple[str, ...]:
        """Names of the extensions that a stand-in of ours provides here."""

    @property
    def note(self) -> str:
        """Why nothing is run, when `status` is STATIC; else empty."""

    def elapsed(self) -> float:
        """Return the seconds since the sandbox was opened: the core has no clock of its own."""

    def database(self) -> AbstractContextManager[Database]:
        """Make an empty database."""
