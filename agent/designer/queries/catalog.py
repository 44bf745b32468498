"""What a query writer asks the design: a table's entity, key, label, clock, state, owner, tenant and children."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property

from database_specialist.agent.designer.queries.lexicon import stem
from database_specialist.agent.dialects.identifiers import quote
from database_specialist.agent.mapping.types import NOW, TODAY
from database_specialist.agent.model.brief import Brief
from database_specialist.agent.model.entities import BusinessRule, Entity, EntityModel, Relationship
from database_specialist.agent.model.relational import Column, ForeignKey, Schema, Table

_CLOCKS = ("placed_at", "occurred_at", "recorded_at", "posted_at", "published_at", "sent_at", "created_at")
_LABELS = (
    "name",
    "title",
    "full_name",
    "label",
    "display_name",
    "username",
    "subject",
    "code",
    "sku",
    "number",
    "email",
)
_OPAQUE = ("_id", "_key", "_token", "_url", "_hash", "_ip", "_ref")
_HIDDEN = frozenset({"secret_hash", "binary", "vector"})
_BULKY = frozenset({"long_text", "json", *_HIDDEN})
_BOOKKEEPING = frozenset({"created_at", "updated_at", "deleted_at", "version"})
_TIMES = frozenset({"timestamp", "date"})
_FEW = 8
_BATCH = re.compile(r"\b(batch|batches|bulk)\b")


@dataclass(frozen=True)
class Catalog:
    """One design, indexed for the writing of queries."""

    brief: Brief
    model: EntityModel
    schema: Schema

    @cached_property
    def _by_entity(self) -> dict[str, Table]:
        return {table.entity: table for table in self.schema.tables if table.entity is not None}

    @cached_property
    def _children(self) -> dict[str, tuple[tuple[Table, ForeignKey], ...]]:
        found: dict[str, list[tuple[Table, ForeignKey]]] = {}
        for table in self.schema.tables:
            for key in table.foreign_keys:
                found.setdefault(key.ref_table, []).append((table, key))
        return {name: tuple(links) for name, links in found.items()}

    def table(self, entity: str) -> Table | None:
        """Return the table that an entity was mapped to."""
        return self._by_entity.get(entity)

    def entity(self, table: Table) -> Entity | None:
        """Return the entity behind a table; None for a plain join table."""
        return self.entity_named(table.entity) if table.entity else None

    def entity_named(self, name: str) -> Entity | None:
        """Return the entity of this name, or None."""
        return self._entities.get(name)

    def named(self, name: str) -> Table | None:
        """Return the table of this name, or None."""
        return self._tables.get(name)

    def roles(self, entity: str) -> tuple[str, ...]:
        """Return what the entity refers to, by role."""
        return tuple(link.role for link in self._relationships.get(entity, ()))

    def made_by(self, verb: str) -> tuple[str, ...]:
        """Return the entities whose last word is the noun of a verb, given as a stem: a booking of "book"."""
        return self._makers.get(verb, ())

    @cached_property
    def batches(self) -> tuple[str, ...]:
        """The texts, in small letters, of the facts that speak of batches."""
        texts = (fact.text.lower() for fact in self.brief.facts)
        return tuple(text for text in texts if _BATCH.search(text))

    @cached_property
    def _entities(self) -> dict[str, Entity]:
        return {entity.name: entity for entity in reversed(self.model.entities)}

    @cached_property
    def _tables(self) -> dict[str, Table]:
        return {table.name: table for table in reversed(self.schema.tables)}

    @cached_property
    def _relationships(self) -> dict[str, list[Relationship]]:
        found: dict[str, list[Relationship]] = {}
        for link in self.model.relationships:
            found.setdefault(link.source, []).append(link)
        return found

    @cached_property
    def _makers(self) -> dict[str, tuple[str, ...]]:
        found: dict[str, tuple[str, ...]] = {}
        for entity in self.model.entities:
            tail = stem(entity.name.split("_")[-1])
            found[tail] = (*found.get(tail, ()), entity.name)
        return found

    @cached_property
    def account(self) -> Table | None:
        """Return the table of those who log in: it holds the hash of a secret and what they are known by."""
        holders = [table for table in self.schema.tables if self._logs_in(table)]
        return max(holders, key=lambda table: len(self.children(table)), default=None)

    @staticmethod
    def _logs_in(table: Table) -> bool:
        types = {column.logical_type for column in table.columns}
        return table.kind == "core" and "secret_hash" in types and ("email" in types or bool(table.column("username")))

    def is_person(self, table: Table) -> bool:
        """Whether a row stands for somebody who acts: has an address to be reached at, or a secret to log in with."""
        types = {column.logical_type for column in table.columns}
        return bool(types & {"email", "secret_hash"}) and table.kind == "core"

    def children(self, table: Table) -> tuple[tuple[Table, ForeignKey], ...]:
        """Return the tables that refer to this one, with the key each does it by."""
        return self._children.get(table.name, ())

    def owned_children(self, table: Table) -> tuple[tuple[Table, ForeignKey], ...]:
        """Return the children that live and die with a row of this table."""
        return tuple((child, key) for child, key in self.children(table) if self.is_owned(child, key))

    def is_owned(self, child: Table, key: ForeignKey) -> bool:
        """Whether the key stands for an ownership of the entity model."""
        parent = self.named(key.ref_table)
        return any(
            link.ownership == "owned"
            for link in self._relationships.get(child.entity or "", ())
            if parent and link.target == parent.entity
        )

    def key(self, table: Table) -> tuple[Column, ...]:
        """Return the primary key's columns; empty when the table has none."""
        names = table.primary_key.columns if table.primary_key else ()
        return tuple(column for name in names if (column := table.column(name)))

    def clock(self, table: Table) -> Column | None:
        """Return the column that says when a row came to be."""
        times = [column for column in table.columns if column.logical_type in _TIMES and not column.nullable]
        named = {column.name: column for column in times}
        if known := next((named[name] for name in _CLOCKS if name in named), None):
            return known
        dated = [column for column in times if column.name not in _BOOKKEEPING]
        return dated[0] if dated else None

    def happens(self, table: Table) -> bool:
        """Whether rows stand for what happens (orders, visits), rather than for what is kept (products, people)."""
        is_counted = table.rows_per_day is not None and table.rows_per_day.origin == "given"
        return is_counted or table.kind not in ("core", "reference") or self.state(table) is not None

    def label(self, table: Table) -> Column | None:
        """Return the column that people know a row by."""
        for name in _LABELS:
            column = table.column(name)
            if column and column.logical_type not in _BULKY:
                return column
        texts = ("short_text", "code", "slug", "text")
        named = (c for c in table.columns if c.logical_type in texts and not c.name.endswith(_OPAQUE))
        return next(named, None)

    def state(self, table: Table) -> Column | None:
        """Return the column that holds the row's state."""
        entity = self.entity(table)
        if entity and entity.lifecycle and (column := self.attribute(table, entity.lifecycle.attribute)):
            return column
        return next((column for column in table.columns if column.values and column.name in ("status", "state")), None)

    def attribute(self, table: Table, attribute: str) -> Column | None:
        """Return the first column that an attribute or a role was mapped to."""
        return next((column for column in table.columns if column.attribute == attribute), table.column(attribute))

    def tenant_key(self, table: Table) -> Column | None:
        """Return the column that names the tenant, for a tenant-scoped table."""
        entity = self.entity(table)
        tenant = self.table(self.model.tenant) if self.model.tenant else None
        if tenant is None or (entity and not entity.tenant_scoped):
            return None
        names = [key.columns[0] for key in table.foreign_keys if key.ref_table == tenant.name]
        return table.column(names[0]) if names else None

    def deleted_mark(self, table: Table) -> Column | None:
        """Return the column that marks a row as deleted, where deletion is soft."""
        entity = self.entity(table)
        if entity is None or not entity.soft_delete:
            return None
        return table.column("deleted_at") or table.column("is_deleted")

    def foreign_key(self, table: Table, column: Column) -> ForeignKey | None:
        """Return the foreign key that the column takes part in."""
        return next((key for key in table.foreign_keys if column.name in key.columns), None)

    def link(self, source: Table, target: Table) -> ForeignKey | None:
        """Return the foreign key by which one table refers to another."""
        return next((key for key in source.foreign_keys if key.ref_table == target.name), None)

    def join_table(self, one: Table, other: Table) -> Table | None:
        """Return the table whose primary key or association links the two."""
        for table, _ in self.children(one):
            targets = {key.ref_table for key in table.foreign_keys}
            is_join = table.entity is None or table.kind == "association"
            if is_join and {one.name, other.name} <= targets:
                return table
        return None

    def overlap_rule(self, table: Table) -> BusinessRule | None:
        """Return the rule that keeps this table's ranges apart."""
        rules = (rule for rule in self.model.rules if rule.kind == "no_overlap" and rule.entity == table.entity)
        return next(rules, None)

    def shown(self, table: Table) -> tuple[Column, ...]:
        """Return what a list shows: key, label, keys of others, state, clock and the next few narrow columns."""
        tenant = self.tenant_key(table)
        skipped = {tenant.name} if tenant else set()
        columns = [column for column in table.columns if column.logical_type not in _BULKY]
        columns = [c for c in columns if c.name not in skipped and c.name not in ("deleted_at", "is_deleted")]
        first = [c for c in (*self.key(table), self.label(table), self.state(table), self.clock(table)) if c in columns]
        kept = {column.name for column in (*first, *columns[:_FEW])}
        return tuple(column for column in columns if column.name in kept)

    def whole(self, table: Table) -> tuple[Column, ...]:
        """Return what a detail screen shows: everything but secrets and binary content."""
        return tuple(column for column in table.columns if column.logical_type not in _HIDDEN)

    def scope(self, table: Table) -> str | None:
        """Return the condition that leaves soft-deleted rows out."""
        mark = self.deleted_mark(table)
        if mark is None:
            return None
        name = self.qualified(table, mark)
        return f"{name} IS NULL" if mark.nullable else f"{name} = FALSE"

    def qualified(self, table: Table, column: Column) -> str:
        """Return "table.column", quoted where the engine needs it."""
        return f"{self.quoted(table.name)}.{self.quoted(column.name)}"

    def quoted(self, name: str) -> str:
        """Return the name, quoted where the engine needs it."""
        return quote(name, self.schema.engine)

    def now(self, column: Column) -> str:
        """Return the present time, or day, in the form in which the column keeps it."""
        moments = TODAY if column.logical_type == "date" else NOW
        text = moments[self.schema.engine]
        return text[1:-1] if text.startswith("(") else text
