"""Comparing what the model says with what the catalog says, table by table."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from database_specialist.agent.model.base import Engine
from database_specialist.agent.model.relational import Column, ForeignKey, Schema, Table, Unique
from database_specialist.agent.verification.catalog import Catalog, ColumnFact, ConstraintFact


def table_differences(table: Table, catalog: Catalog, types: Mapping[str, str], *, engine: Engine) -> tuple[str, ...]:
    """Return one line for each way in which a table differs from the model; `types` maps to the engine's spelling."""
    if table.name not in catalog.table_facts:
        return (f"table {table.name} does not exist",)
    lines = [*_columns(table, catalog, types, engine), *_keys(table, catalog), *_foreign_keys(table, catalog, engine)]
    lines += [*_named(table, catalog), *_additional(table, catalog)]
    if engine == "postgresql":
        lines += _partitions(table, catalog)
    return tuple(lines)


def type_differences(schema: Schema, catalog: Catalog) -> tuple[str, ...]:
    """Return one line for each enumeration, domain or extension that is missing or differs."""
    enums = {fact.name: fact.values for fact in catalog.enums}
    domains = {fact.name for fact in catalog.domains}
    lines = [
        f"type {enum.name} differs: {enums.get(enum.name)}"
        for enum in schema.enums
        if enums.get(enum.name) != enum.values
    ]
    lines += [f"domain {domain.name} does not exist" for domain in schema.domains if domain.name not in domains]
    lines += [
        f"extension {extension.name} is not installed"
        for extension in schema.extensions
        if extension.name not in catalog.extensions
    ]
    return tuple(lines)


def _columns(table: Table, catalog: Catalog, types: Mapping[str, str], engine: Engine) -> Iterator[str]:
    found = {fact.name: fact for fact in catalog.columns_of(table.name)}
    for column in table.columns:
        fact = found.pop(column.name, None)
        if fact is None:
            yield f"column {column.name} does not exist"
        else:
            yield from _column(column, fact, types, engine)
    for name in found:
        yield f"column {name} is not in the model"
    order = [fact.name for fact in catalog.columns_of(table.name)]
    modelled = [column.name for column in table.columns]
    if sorted(order) == sorted(modelled) and order != modelled:
        yield f"the columns stand in another order: {', '.join(order)}"


def _column(column: Column, fact: ColumnFact, types: Mapping[str, str], engine: Engine) -> Iterator[str]:
    expected = types.get(column.type, column.type)
    if fact.type != expected:
        yield f"column {column.name} is {fact.type}, the model says {expected}"
    if fact.nullable != column.nullable:
        yield f"column {column.name} is {_nullability(fact.nullable)}, the model says {_nullability(column.nullable)}"
    if bool(fact.generated) != bool(column.generated):
        yield f"column {column.name} is {'' if fact.generated else 'not '}generated, the model says otherwise"
    # Every INTEGER PRIMARY KEY of SQLite counts by itself, whether a design wants it or not.
    if engine != "sqlite" and fact.identity != column.identity:
        yield f"column {column.name} is {'an' if fact.identity else 'no'} identity, the model says otherwise"
    if bool(fact.default) != bool(column.default):
        yield f"column {column.name} has {'a' if fact.default else 'no'} default, the model says otherwise"


def _nullability(nullable: bool) -> str:
    return "nullable" if nullable else "NOT NULL"


def _keys(table: Table, catalog: Catalog) -> Iterator[str]:
    found = next((fact for fact in catalog.constraints_of(table.name) if fact.kind == "primary key"), None)
    expected = table.primary_key.columns if table.primary_key else ()
    columns = found.columns if found else ()
    if columns != expected:
        yield f"the primary key is ({', '.join(columns)}), the model says ({', '.join(expected)})"
    for unique in table.uniques:
        if not _has_unique(unique, table, catalog):
            yield f"unique {unique.name} ({', '.join(unique.columns)}) does not exist"


def _has_unique(unique: Unique, table: Table, catalog: Catalog) -> bool:
    if unique.where or any(column.startswith("(") for column in unique.columns):
        indexes = (index for index in catalog.indexes_of(table.name) if index.name == unique.name)
        return any(index.unique and bool(index.where) == bool(unique.where) for index in indexes)
    constraints = (fact for fact in catalog.constraints_of(table.name) if fact.kind == "unique")
    return any(fact.name in ("", unique.name) and fact.columns == unique.columns for fact in constraints)


def _comparable(description: str, engine: Engine) -> str:
    # InnoDB knows no difference between the two, and reports one for the other.
    return description.replace("no action", "restrict") if engine in ("mysql", "mariadb") else description


def _foreign_keys(table: Table, catalog: Catalog, engine: Engine) -> Iterator[str]:
    facts = [fact for fact in catalog.constraints_of(table.name) if fact.kind == "foreign key"]
    for key in table.foreign_keys:
        fact = next((fact for fact in facts if fact.name == key.name), None)
        if fact is None:
            yield f"foreign key {key.name} does not exist"
        elif _comparable(_described(fact), engine) != _comparable(_expected(key), engine):
            yield f"foreign key {key.name} is {_described(fact)}, the model says {_expected(key)}"


def _described(fact: ConstraintFact) -> str:
    deferrable = " deferrable" if fact.deferrable else ""
    return (
        f"({', '.join(fact.columns)}) to {fact.ref_table} ({', '.join(fact.ref_columns)})"
        f" on delete {fact.on_delete} on update {fact.on_update}{deferrable}"
    )


def _expected(key: ForeignKey) -> str:
    deferrable = " deferrable" if key.deferrable else ""
    return (
        f"({', '.join(key.columns)}) to {key.ref_table} ({', '.join(key.ref_columns)})"
        f" on delete {key.on_delete} on update {key.on_update}{deferrable}"
    )


def _named(table: Table, catalog: Catalog) -> Iterator[str]:
    names = {(fact.kind, fact.name) for fact in catalog.constraints_of(table.name)}
    for check in table.checks:
        if ("check", check.name) not in names:
            yield f"check {check.name} does not exist"
    for exclusion in table.exclusions:
        if ("exclusion", exclusion.name) not in names:
            yield f"exclusion constraint {exclusion.name} does not exist"


def _additional(table: Table, catalog: Catalog) -> Iterator[str]:
    known = {unique.name for unique in table.uniques} | {check.name for check in table.checks}
    known |= {key.name for key in table.foreign_keys} | {exclusion.name for exclusion in table.exclusions}
    for fact in catalog.constraints_of(table.name):
        if fact.kind != "primary key" and fact.name and fact.name not in known:
            yield f"{fact.kind} {fact.name} is not in the model"


def _partitions(table: Table, catalog: Catalog) -> Iterator[str]:
    found = {fact.name: fact.bounds for fact in catalog.partitions if fact.table == table.name}
    key = catalog.table_facts[table.name].partition_key
    if table.partitioning is None:
        if key:
            yield f"it is partitioned by {key}, the model says it is not"
        return
    if not key.upper().startswith(table.partitioning.method.upper()):
        yield f"it is partitioned by {key or 'nothing'}, the model says by {table.partitioning.method}"
    for partition in table.partitioning.partitions:
        if partition.name not in found:
            yield f"partition {partition.name} does not exist"
