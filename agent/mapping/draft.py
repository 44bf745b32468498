"""A table while it is being drawn: each step adds to it, the last one freezes it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from database_specialist.agent.mapping.naming import constraint_name
from database_specialist.agent.mapping.volumes import Slot, counted
from database_specialist.agent.model.base import FactId, Figure
from database_specialist.agent.model.entities import Entity, EntityKind
from database_specialist.agent.model.relational import (
    Check,
    Column,
    Exclusion,
    ForeignKey,
    Partitioning,
    PrimaryKey,
    Table,
    Unique,
)


@dataclass
class TableDraft:
    """One table under construction."""

    name: str
    entity: Entity | None = None
    kind: EntityKind = "core"
    comment: str = ""
    columns: list[Column] = field(default_factory=list)
    key: tuple[str, ...] = ()
    uniques: list[Unique] = field(default_factory=list)
    checks: list[Check] = field(default_factory=list)
    foreign_keys: list[ForeignKey] = field(default_factory=list)
    exclusions: list[Exclusion] = field(default_factory=list)
    partitioning: Partitioning | None = None
    names: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """Attribute or role -> its columns here."""
    figures: Mapping[Slot, Figure] = field(default_factory=dict)
    """Of a join table; an entity has its own."""
    facts: tuple[FactId, ...] = ()
    added_because: str | None = None

    def has(self, column: str) -> bool:
        """Say whether a column of this name stands already."""
        return any(each.name == column for each in self.columns)

    def column(self, name: str) -> Column:
        """Return the column of this name; KeyError when there is none."""
        return {each.name: each for each in self.columns}[name]

    def replace(self, column: Column) -> None:
        """Put a changed column in the place of the one with its name."""
        self.columns = [column if each.name == column.name else each for each in self.columns]

    def unused(self, parts: Iterable[str], suffix: str) -> str:
        """Return a constraint name that nothing in this table bears yet."""
        parts = list(parts)
        taken = {each.name for each in self.uniques} | {each.name for each in self.checks}
        taken |= {each.name for each in self.foreign_keys} | {each.name for each in self.exclusions}
        name, number = constraint_name(self.name, parts, suffix), 2
        while name in taken:
            name, number = constraint_name(self.name, [*parts, str(number)], suffix), number + 1
        return name

    def freeze(self) -> Table:
        """Return the finished table."""
        entity = self.entity
        figures = counted(entity) if entity else self.figures
        return Table(
            name=self.name,
            comment=self.comment,
            entity=entity.name if entity else None,
            kind=self.kind,
            columns=tuple(self.columns),
            primary_key=PrimaryKey(name=constraint_name(self.name, (), "pkey"), columns=self.key),
            uniques=tuple(self.uniques),
            checks=tuple(self.checks),
            foreign_keys=tuple(self.foreign_keys),
            exclusions=tuple(self.exclusions),
            partitioning=self.partitioning,
            append_only=bool(entity and entity.append_only),
            rows=figures.get("rows"),
            rows_per_day=figures.get("rows_per_day"),
            retention_days=entity.retention_days if entity else None,
            facts=self.facts,
            added_because=self.added_because,
        )
