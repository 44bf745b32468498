"""The Schema: the physical design for one engine, derived by code from the EntityModel.

Types and expressions are SQL text of `engine`; `agent.mapping` writes them, `agent.dialects` prints the statements.
"""

from __future__ import annotations

from typing import Literal

from database_specialist.agent.model.base import Decision, Engine, FactId, Figure, Name, Part
from database_specialist.agent.model.entities import EntityKind, LogicalType, Sensitivity

Action = Literal["no action", "restrict", "cascade", "set null", "set default"]


class Column(Part):
    """A column, in the table's order."""

    name: Name
    type: str
    """Native SQL type: "bigint", "numeric(14,2)", "timestamptz"."""
    nullable: bool = False
    default: str | None = None
    """An SQL expression."""
    identity: bool = False
    generated: str | None = None
    """A stored generated column's expression."""
    comment: str = ""
    logical_type: LogicalType | None = None
    """None for columns that no attribute stands behind (keys)."""
    attribute: Name | None = None
    """The attribute or relationship role it was mapped from."""
    values: tuple[str, ...] = ()
    """The allowed values, when it is an enumeration."""
    minimum: float | None = None
    maximum: float | None = None
    sensitivity: Sensitivity = "internal"
    personal: bool = False
    facts: tuple[FactId, ...] = ()


class PrimaryKey(Part):
    """A primary key."""

    name: Name
    columns: tuple[Name, ...]


class Unique(Part):
    """A unique constraint; with `where` or expressions it is printed as a unique index."""

    name: Name
    columns: tuple[str, ...]
    """Column names, or expressions in parentheses: "(lower(email))"."""
    where: str | None = None
    nulls_not_distinct: bool = False
    rule: str | None = None
    """The business rule it enforces (BR1), when it does."""
    why: str = ""
    facts: tuple[FactId, ...] = ()


class Check(Part):
    """A check constraint."""

    name: Name
    expression: str
    rule: str | None = None
    why: str = ""
    facts: tuple[FactId, ...] = ()


class ForeignKey(Part):
    """A foreign key."""

    name: Name
    columns: tuple[Name, ...]
    ref_table: Name
    ref_columns: tuple[Name, ...]
    on_delete: Action = "no action"
    on_update: Action = "no action"
    deferrable: bool = False
    why: str = ""
    """Why this action: names the ownership it comes from."""
    facts: tuple[FactId, ...] = ()


class ExclusionElement(Part):
    """One part of an exclusion constraint."""

    expression: str
    operator: str


class Exclusion(Part):
    """An exclusion constraint (PostgreSQL)."""

    name: Name
    method: str = "gist"
    elements: tuple[ExclusionElement, ...]
    where: str | None = None
    rule: str | None = None
    why: str = ""
    facts: tuple[FactId, ...] = ()


class Partition(Part):
    """One partition."""

    name: Name
    bounds: str
    """"FOR VALUES FROM ('2026-01-01') TO ('2026-02-01')", or "DEFAULT"."""


class Partitioning(Part):
    """How a table is partitioned."""

    method: Literal["range", "list", "hash"]
    columns: tuple[Name, ...]
    interval: Literal["day", "week", "month", "quarter", "year"] | None = None
    partitions: tuple[Partition, ...]
    why: str


class Table(Part):
    """A table with all that belongs to it."""

    name: Name
    comment: str = ""
    entity: Name | None = None
    """The entity it was mapped from; None for a join table of a plain many-to-many."""
    kind: EntityKind = "core"
    columns: tuple[Column, ...]
    primary_key: PrimaryKey | None = None
    uniques: tuple[Unique, ...] = ()
    checks: tuple[Check, ...] = ()
    foreign_keys: tuple[ForeignKey, ...] = ()
    exclusions: tuple[Exclusion, ...] = ()
    partitioning: Partitioning | None = None
    append_only: bool = False
    rows: Figure | None = None
    rows_per_day: Figure | None = None
    retention_days: Figure | None = None
    facts: tuple[FactId, ...] = ()
    added_because: str | None = None

    @property
    def constraints(self) -> tuple[Unique | Check | Exclusion, ...]:
        """The constraints on the values of rows: all but the keys that identify and refer."""
        return (*self.uniques, *self.checks, *self.exclusions)

    def column(self, name: Name) -> Column | None:
        """Return the column of this name, or None."""
        return next((column for column in self.columns if column.name == name), None)


class EnumType(Part):
    """A named enumeration type."""

    name: Name
    values: tuple[str, ...]
    comment: str = ""


class Domain(Part):
    """A named domain."""

    name: Name
    base: str
    check: str | None = None
    comment: str = ""


class Extension(Part):
    """An extension that the schema needs."""

    name: Name
    why: str


class Routine(Part):
    """A function, or a function with its triggers, as SQL text. Executed and proven like the rest."""

    name: Name
    table: Name | None = None
    """The table whose trigger calls it."""
    create: str
    """Statements, each ended by a semicolon."""
    drop: str
    rule: str | None = None
    why: str
    facts: tuple[FactId, ...] = ()


class View(Part):
    """A view."""

    name: Name
    query: str
    comment: str = ""
    facts: tuple[FactId, ...] = ()


class Policy(Part):
    """A row-level security policy."""

    name: Name
    table: Name
    using: str
    check: str | None = None
    why: str = ""


class NormalForm(Part):
    """The verdict of the normal-form check on one table."""

    table: Name
    form: Literal["1NF", "2NF", "3NF", "BCNF"]
    dependencies: tuple[str, ...] = ()
    """The non-trivial dependencies that were tested: "order_id, line_no -> product_id, quantity"."""
    note: str = ""
    """Why a lower form is kept, or the derived value it holds."""


class Schema(Part):
    """The physical design. Tables stand in an order in which they can be created."""

    engine: Engine
    engine_version: str | None = None
    extensions: tuple[Extension, ...] = ()
    enums: tuple[EnumType, ...] = ()
    domains: tuple[Domain, ...] = ()
    tables: tuple[Table, ...]
    routines: tuple[Routine, ...] = ()
    views: tuple[View, ...] = ()
    policies: tuple[Policy, ...] = ()
    decisions: tuple[Decision, ...] = ()
    normal_forms: tuple[NormalForm, ...] = ()

    def table(self, name: Name) -> Table | None:
        """Return the table of this name, or None."""
        return next((table for table in self.tables if table.name == name), None)
