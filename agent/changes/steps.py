"""What a stage of the planning returns: steps, and what each is good for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from database_specialist.agent.dialects import quote
from database_specialist.agent.model.base import Engine
from database_specialist.agent.model.relational import Schema
from database_specialist.agent.verification.catalog import Catalog
from database_specialist.agent.verification.sandbox import Database


@dataclass(frozen=True)
class Piece:
    """One difference, and what a reader should know of it."""

    element: str
    change: str
    note: str = ""


@dataclass(frozen=True)
class Check:
    """A question to the user's rows that a step depends on."""

    element: str
    table: str
    sql: str


@dataclass(frozen=True)
class Step:
    """One migration to be, without its number."""

    name: str
    up: tuple[str, ...]
    down: tuple[str, ...]
    pieces: tuple[Piece, ...] = ()
    checks: tuple[Check, ...] = ()
    alone: bool = False
    """Whether no transaction may hold it."""
    note: str = ""
    is_reversible: bool = True


@dataclass
class Ground:
    """What the stages look at: the catalog as it stands now, and the one to come to."""

    engine: Engine
    now: Catalog
    target: Catalog
    schema: Schema
    """The design's own tables, for what is printed as a whole."""
    database: Database
    """Holds the existing schema without rows; each step is run here before the next is written."""
    before: Catalog
    """As it stood before the first stage, renames apart."""
    fills: Mapping[str, str] = field(default_factory=dict)
    """By "table.column": the value for the rows that are there."""
    awaited: list[str] = field(default_factory=list)
    """Columns that a person has to fill."""
    created: set[str] = field(default_factory=set)
    """What the steps put there beside the design: "view orders", "column orders.total_before"."""

    def name(self, relation: str) -> str:
        """Write the name of a table, an index or a type; outside the default schema it carries its schema."""
        return ".".join(quote(part, self.engine) for part in relation.split("."))

    def column(self, name: str) -> str:
        """Write the name of a column or a constraint."""
        return quote(name, self.engine)

    def shared(self) -> Sequence[str]:
        """Return the tables that both sides hold."""
        wanted = self.target.table_facts
        return [fact.name for fact in self.now.tables if fact.name in wanted]

    def is_partitioned(self, table: str) -> bool:
        """Say whether a table has partitions: much that is said of others is refused for it."""
        fact = self.now.table_facts.get(table)
        return fact is not None and bool(fact.partition_key)

    def keeps_partitioning(self, table: str) -> bool:
        """Say whether both sides cut the table in the same way."""
        return self.now.table_facts[table].partition_key == self.target.table_facts[table].partition_key


def short(*words: str) -> str:
    """Return a step's name of these words, short enough for a file."""
    return "_".join(word.replace(".", "_") for word in words)[:60].strip("_")
