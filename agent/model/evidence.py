"""The Evidence: one record for each claim that was run. And the Verdict: what was found."""

from __future__ import annotations

from typing import Literal

from database_specialist.agent.model.base import FactId, Figure, Part
from database_specialist.agent.model.locks import Footprint
from database_specialist.agent.model.scale import IndexSearch, IndexUse, QueryPlan

CheckKind = Literal[
    "ddl",  # the whole DDL runs on an empty database
    "catalog",  # the catalog read back equals the model
    "object",  # an index, view, trigger, function or policy exists
    "seed",  # the seed rows go in
    "query",  # a query prepares and runs on the seeded rows
    "example_accept",
    "example_reject",
    "cascade",  # deleting a parent does what the document says
    "race",  # what one session alone may do, two at once may not; what waits for the commit is refused there
    "migration",  # up, down, up
    "change",  # from an existing schema to the design, and back
    "locks",  # what a migration's statements lock, rewrite and scan
    "recovery",  # a backup was taken, and restored to the rows of before
    "load",  # the workload's mix ran for a few seconds
    "search_mapping",
    "document_validator",
    "redis_command",
    "fill",  # a sample in the proportions of production goes in
    "plan",  # how a query is planned at the stated volume
    "index_use",  # which plans use an index there
    "partition",  # what queries read of partitions, and how the oldest leaves
    "index_search",  # whether a search finds a better choice
]

Depth = Literal["quick", "standard", "full"]
"""How much is proven: the design itself; its locks, backups and recovery as well; its load and every variant too."""

Status = Literal["EXECUTED", "STATIC", "NOT_CHECKED"]
"""Run on the engine; read or parsed only; neither."""

Stage = Literal[
    "read_requirements", "model_entities", "plan_schema", "plan_indexes", "plan_operations", "verify", "write_document"
]
"""The nodes that can own a fault."""


class Evidence(Part):
    """What was run to support one claim. Only what a second run reproduces: times are Measurements."""

    id: str
    """V1, V2, ..."""
    kind: CheckKind
    subject: str
    """The thing it is about, by name: "orders", "Q3", "EX7", "orders.orders_customer_id_fkey"."""
    claim: str
    status: Status
    passed: bool | None
    """None exactly when NOT_CHECKED."""
    engine: str
    """"postgresql 18.6", "sqlite 3.40.1", "sqlglot mysql"."""
    detail: str = ""
    """What came back, or the engine's own error text, or why it was not checked."""
    figure: Figure | None = None
    owner: Stage = "plan_schema"
    """The node to go back to when it failed."""


class EvidenceLog(Part):
    """All evidence of the last verification."""

    records: tuple[Evidence, ...]
    footprints: tuple[Footprint, ...] = ()
    """What the statements of the migrations did to tables with rows, where it was measured."""
    plans: tuple[QueryPlan, ...] = ()
    """The queries at the stated volume, where they were planned there."""
    index_uses: tuple[IndexUse, ...] = ()
    """The planned indexes at the stated volume."""
    index_search: IndexSearch | None = None
    """What a search over many more indexes found there, at full depth."""

    @property
    def failed(self) -> tuple[Evidence, ...]:
        """The claims that a run disproved."""
        return tuple(record for record in self.records if record.passed is False)


class Measurement(Part):
    """A time or a throughput: true of this run on this machine only, kept out of the document."""

    subject: str
    value: float
    unit: str


class Finding(Part):
    """An objection to the design."""

    code: str
    """Stable: "FK001"."""
    severity: Literal["error", "warning", "info"]
    """An error blocks acceptance."""
    place: str
    """"orders.customer_id", "Q3", "BR2"."""
    message: str
    """Names the object and says the consequence in plain words."""
    help: str
    """Starts with the change to make."""
    owner: Stage
    """The node that can mend it."""


class Coverage(Part):
    """Where a fact found its home."""

    fact: FactId
    elements: tuple[str, ...]
    """"table orders", "column orders.status", "rule BR2", "query Q4", "index ...", "assumption A1"."""


class Verdict(Part):
    """The critic's answer. `accepted` is computed: no error, no failed evidence."""

    accepted: bool
    round: int
    findings: tuple[Finding, ...] = ()
    coverage: tuple[Coverage, ...] = ()
    uncovered: tuple[FactId, ...] = ()
    """Functional facts, rules and data facts in scope that nothing stands for."""
