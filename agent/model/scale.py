"""What the server's planner makes of the queries at the stated volume, and what each index is worth there."""

from __future__ import annotations

from database_specialist.agent.model.base import Name, Part


class TableRead(Part):
    """One table as a plan reads it."""

    table: Name
    way: str
    """"index scan", "index only scan", "bitmap scan", "sequential scan"."""
    indexes: tuple[Name, ...] = ()
    rows: float
    """Rows of what is read, at the stated volume: of the partitions that are left, where it is partitioned."""
    partitions: int = 0
    """Partitions that are read; 0 when the table has none."""
    of_partitions: int = 0


class QueryPlan(Part):
    """One query, planned at the stated volume with all planned indexes, and once without them."""

    query: str
    reads: tuple[TableRead, ...]
    rows: float
    """Rows that the planner expects."""
    sorted_bytes: float = 0.0
    """What the largest sort or hash table is expected to hold; 0 when nothing is sorted as a whole."""
    costs_without: float
    """How many times the planner's cost is without the planned indexes; 1 when they change nothing."""
    pages: int | None = None
    """Pages that the plan touches when it runs on the sample; None for what writes."""
    pages_without: int | None = None
    """Pages that the plan without the planned indexes touches there. A short sample is soon read as a whole: it may be
    fewer where production's would be many more."""
    misestimate: float = 1.0
    """How far the planner is from the rows that came on the sample, as a factor, at the worst place of the plan."""

    @property
    def indexes(self) -> tuple[Name, ...]:
        """The indexes that the plan uses."""
        return tuple(dict.fromkeys(name for read in self.reads for name in read.indexes))


class IndexUse(Part):
    """What one planned index is worth, and what it costs."""

    index: Name
    table: Name
    used_by: tuple[str, ...]
    """The queries whose plan uses it at the stated volume."""
    costs_without: float = 1.0
    """How many times these queries cost, weighed by their frequency, when this index alone is missing."""
    hides_in_bytes: bool = False
    """A pattern operator class: the sandbox sorts text by its bytes, where a plain index does the same. A database that
    sorts by a language needs it for searches by the beginning; what it saves there was not weighed."""
    supports: tuple[Name, ...] = ()
    """Foreign keys that a delete in the table referred to follows by it."""
    deletes_cost_without: float = 1.0
    """How many times the planner's cost of that is without the index."""
    bytes_now: float
    bytes_year_3: float
    keeps_from_hot: tuple[str, ...] = ()
    """Updates of the workload that must write to every index because they change a column of this one."""


class IndexWeighed(Part):
    """An index that the search weighed, planned or not."""

    statement: str
    saves: float
    """Share of the planner's cost of a day: lost without it when it was chosen, won with it when it was not."""
    bytes_year_1: float


class IndexSearch(Part):
    """The plan compared with the best choice that a search found, in the same storage."""

    tried: int
    """Indexes that were built on the sample and weighed."""
    bytes_allowed: float
    planned_saves: float
    """Share of the planner's cost of a day that the planned indexes save, those of foreign keys apart."""
    found_saves: float
    added: tuple[IndexWeighed, ...] = ()
    """Chosen, and not planned."""
    dropped: tuple[str, ...] = ()
    """Planned, and not chosen."""
    rejected: tuple[IndexWeighed, ...] = ()
    """Neither planned nor chosen: those that would have saved most."""
