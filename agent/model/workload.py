"""The Workload: the queries that the requirements imply. And the Indexes that serve them."""

from __future__ import annotations

from typing import Literal

from database_specialist.agent.model.base import FactId, Figure, Name, Part, Scalar


class Parameter(Part):
    """A parameter of a query, written `:name` in its SQL."""

    name: Name
    type: str
    """Native SQL type, used in the cast when the query is prepared."""
    source: str | None = None
    """"table.column" whose values it takes; a real value is drawn from the seeded rows when it is run."""
    example: Scalar = None
    """A literal, where no column holds its values (a page size, a search word)."""


class Query(Part):
    """One access pattern."""

    id: str
    """Q1, Q2, ..."""
    name: Name
    purpose: str
    kind: Literal["read", "write"]
    sql: str
    """One statement, with `:name` parameters, without a final semicolon."""
    parameters: tuple[Parameter, ...] = ()
    returns: Literal["one", "page", "list", "aggregate", "nothing"] = "list"
    frequency: Figure
    """Executions a day."""
    latency: Figure | None = None
    """The target in ms, where the documents set one."""
    staleness: Literal["fresh", "seconds", "minutes", "hours"] = "fresh"
    """How old an answer may be: what decides between primary, replica and cache."""
    role: str | None = None
    """Who asks, by the role's name in the Brief."""
    facts: tuple[FactId, ...] = ()


class Workload(Part):
    """All access patterns, most frequent first within reads and writes."""

    queries: tuple[Query, ...]
    not_served: tuple[str, ...] = ()
    """Functional facts that no query serves, one line each: the fact's id, then the reason."""

    def query(self, query_id: str) -> Query | None:
        """Return the query of this id, or None."""
        return next((query for query in self.queries if query.id == query_id), None)


class IndexKey(Part):
    """One key of an index."""

    expression: str
    """A column's name, or an expression in parentheses."""
    descending: bool = False
    operator_class: str | None = None


class Index(Part):
    """A planned index. Primary keys and unique constraints are not repeated here."""

    name: Name
    table: Name
    method: str = "btree"
    keys: tuple[IndexKey, ...]
    include: tuple[Name, ...] = ()
    where: str | None = None
    serves: tuple[str, ...]
    """Query ids and foreign-key names: never empty in an accepted design."""
    reason: str

    @property
    def hides_in_bytes(self) -> bool:
        """Whether a plain index does the same where text is sorted by its bytes: a pattern operator class."""
        return any((key.operator_class or "").endswith("_pattern_ops") for key in self.keys)


class RejectedIndex(Part):
    """An index that was considered and not taken."""

    table: Name
    keys: tuple[str, ...]
    reason: str
    covered_by: Name | None = None


class IndexBudget(Part):
    """The storage that the planned indexes may take, and take, at the rows of the first year. Keys do not count."""

    bytes_allowed: float
    bytes_planned: float
    bytes_of_foreign_keys: float
    """Of these, the bytes of indexes that foreign keys need: they stay even where they exceed what is allowed."""


class Indexes(Part):
    """The index plan."""

    planned: tuple[Index, ...]
    rejected: tuple[RejectedIndex, ...] = ()
    budget: IndexBudget | None = None
    """None: no storage budget was set."""
