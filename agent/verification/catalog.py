"""What a database says about itself: a frozen snapshot that can be compared."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from functools import cached_property
from typing import Literal, TypeVar

from database_specialist.agent.model.relational import Action

ConstraintKind = Literal["primary key", "foreign key", "unique", "check", "exclusion"]


@dataclass(frozen=True, order=True)
class TableFact:
    """A table. Those outside the default schema carry their schema in front of the name."""

    name: str
    comment: str = ""
    partition_key: str = ""
    """"RANGE (created_at)"; empty for an ordinary table."""
    row_security: bool = False


@dataclass(frozen=True, order=True)
class ColumnFact:
    """A column, with the engine's own spelling of its type."""

    table: str
    position: int
    name: str
    type: str
    nullable: bool
    default: str = ""
    identity: bool = False
    generated: str = ""
    comment: str = ""


@dataclass(frozen=True, order=True)
class ConstraintFact:
    """A constraint, with the engine's own definition of it."""

    table: str
    name: str
    kind: ConstraintKind
    definition: str
    columns: tuple[str, ...] = ()
    ref_table: str = ""
    ref_columns: tuple[str, ...] = ()
    on_delete: Action = "no action"
    on_update: Action = "no action"
    deferrable: bool = False
    expression: str = ""
    """A check's condition."""


@dataclass(frozen=True, order=True)
class IndexFact:
    """An index, those behind keys and unique constraints too."""

    table: str
    name: str
    definition: str
    method: str
    keys: tuple[str, ...]
    """Column names, or expressions in parentheses, each followed by " DESC" where it descends."""
    include: tuple[str, ...] = ()
    where: str = ""
    unique: bool = False
    valid: bool = True
    of_constraint: bool = False
    operator_classes: tuple[str, ...] = ()
    """One for each key; empty for the type's default."""


@dataclass(frozen=True, order=True)
class ObjectFact:
    """A view, a function, a trigger, a policy, a type or a domain: its name and its definition."""

    name: str
    definition: str
    table: str = ""
    """The table that a trigger or a policy stands on."""


@dataclass(frozen=True, order=True)
class PartitionFact:
    """One partition of a table."""

    table: str
    name: str
    bounds: str


@dataclass(frozen=True, order=True)
class EnumFact:
    """A named enumeration, its values in order."""

    name: str
    values: tuple[str, ...]


@dataclass(frozen=True)
class Catalog:
    """All that a design made in a database. Equal catalogs mean equal databases, rows apart; each part is sorted."""

    tables: tuple[TableFact, ...] = ()
    columns: tuple[ColumnFact, ...] = ()
    constraints: tuple[ConstraintFact, ...] = ()
    indexes: tuple[IndexFact, ...] = ()
    views: tuple[ObjectFact, ...] = ()
    functions: tuple[ObjectFact, ...] = ()
    triggers: tuple[ObjectFact, ...] = ()
    policies: tuple[ObjectFact, ...] = ()
    partitions: tuple[PartitionFact, ...] = ()
    enums: tuple[EnumFact, ...] = ()
    domains: tuple[ObjectFact, ...] = ()
    sequences: tuple[str, ...] = ()
    """Sequences that no identity column owns."""
    schemas: tuple[str, ...] = ()
    extensions: tuple[str, ...] = ()

    def columns_of(self, table: str) -> tuple[ColumnFact, ...]:
        """Return the columns of a table in their order."""
        return self._columns_by_table.get(table, ())

    def constraints_of(self, table: str) -> tuple[ConstraintFact, ...]:
        """Return the constraints of a table by name."""
        return self._constraints_by_table.get(table, ())

    def indexes_of(self, table: str) -> tuple[IndexFact, ...]:
        """Return the indexes of a table by name."""
        return self._indexes_by_table.get(table, ())

    @cached_property
    def table_facts(self) -> Mapping[str, TableFact]:
        """The tables by name."""
        return {fact.name: fact for fact in self.tables}

    @cached_property
    def _columns_by_table(self) -> Mapping[str, tuple[ColumnFact, ...]]:
        return _by_table(self.columns)

    @cached_property
    def _constraints_by_table(self) -> Mapping[str, tuple[ConstraintFact, ...]]:
        return _by_table(self.constraints)

    @cached_property
    def _indexes_by_table(self) -> Mapping[str, tuple[IndexFact, ...]]:
        return _by_table(self.indexes)


_OfTable = TypeVar("_OfTable", ColumnFact, ConstraintFact, IndexFact)


def _by_table(facts: Iterable[_OfTable]) -> Mapping[str, tuple[_OfTable, ...]]:
    grouped: dict[str, list[_OfTable]] = {}
    for fact in facts:
        grouped.setdefault(fact.table, []).append(fact)
    return {table: tuple(each) for table, each in grouped.items()}


def differences(expected: Catalog, found: Catalog) -> tuple[str, ...]:
    """Return one line for each thing that only one of two catalogs has, in the order of the parts."""
    lines: list[str] = []
    for field in fields(Catalog):
        before, after = getattr(expected, field.name), getattr(found, field.name)
        if before == after:
            continue
        known, there = set(before), set(after)
        lines += [f"missing {field.name}: {_label(fact)}" for fact in before if fact not in there]
        lines += [f"additional {field.name}: {_label(fact)}" for fact in after if fact not in known]
    return tuple(lines)


def _label(fact: object) -> str:
    if isinstance(fact, str):
        return fact
    table = getattr(fact, "table", "")
    name = str(getattr(fact, "name", ""))
    detail = str(getattr(fact, "definition", "") or getattr(fact, "type", "") or ", ".join(getattr(fact, "values", ())))
    return f"{table}.{name} {detail}".strip(". ") if table else f"{name} {detail}".strip()
