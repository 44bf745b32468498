"""CREATE TABLE and what is printed with it."""

from __future__ import annotations

from database_specialist.agent.dialects.identifiers import literal, quote, quote_all
from database_specialist.agent.model.base import Engine
from database_specialist.agent.model.relational import (
    Column,
    Exclusion,
    ExclusionElement,
    ForeignKey,
    Partition,
    Schema,
    Table,
    Unique,
)


def create_table(table: Table, schema: Schema, forward: frozenset[str]) -> str:
    """Print CREATE TABLE; the foreign keys named in `forward` point at later tables and are left out."""
    engine = schema.engine
    lines = [_column(column, table, engine) for column in table.columns]
    lines += _constraints(table, engine, forward)
    body = ",\n  ".join(lines)
    return f"CREATE TABLE {quote(table.name, engine)} (\n  {body}\n){_options(table, engine)}"


def forward_keys(schema: Schema) -> tuple[str, ...]:
    """Return the names of the foreign keys whose target is created later. SQLite resolves names when rows come."""
    if schema.engine == "sqlite":
        return ()
    place = {table.name: number for number, table in enumerate(schema.tables)}
    return tuple(
        key.name
        for table in schema.tables
        for key in table.foreign_keys
        if place.get(key.ref_table, -1) > place[table.name]
    )


def alter_foreign_key(table: Table, key: ForeignKey, engine: Engine) -> str:
    """Print the ALTER TABLE that adds a foreign key once both tables stand."""
    return f"ALTER TABLE {quote(table.name, engine)} ADD {_foreign_key(table, key, engine)}"


def create_partition(table: Table, partition: Partition, engine: Engine) -> str:
    """Print one partition of a PostgreSQL table."""
    name = quote(partition.name, engine)
    return f"CREATE TABLE {name} PARTITION OF {quote(table.name, engine)} {partition.bounds}"


def unique_indexes(table: Table, engine: Engine) -> tuple[Unique, ...]:
    """Return the unique constraints that only an index can express: with a condition or an expression."""
    return tuple(each for each in table.uniques if each.where or any(key.startswith("(") for key in each.columns))


def unique_index(table: Table, unique: Unique, engine: Engine) -> str:
    """Print a unique constraint as a unique index."""
    keys = quote_all(unique.columns, engine)
    where = f" WHERE {unique.where}" if unique.where else ""
    nulls = " NULLS NOT DISTINCT" if unique.nulls_not_distinct and engine == "postgresql" else ""
    return f"CREATE UNIQUE INDEX {quote(unique.name, engine)} ON {quote(table.name, engine)} ({keys}){nulls}{where}"


def _column(column: Column, table: Table, engine: Engine) -> str:
    parts = [quote(column.name, engine), column.type]
    if column.generated:
        # InnoDB refuses a stored column over one that a foreign key's action writes; a virtual one may be indexed too.
        kind = "VIRTUAL" if engine in ("mysql", "mariadb") else "STORED"
        parts.append(f"GENERATED ALWAYS AS ({column.generated}) {kind}")
    if column.identity and engine == "postgresql":
        parts.append("GENERATED ALWAYS AS IDENTITY")
    elif (
        not column.nullable
        and not (column.generated and engine == "mariadb")
        and not (column.identity and engine == "sqlite")
    ):
        parts.append("NOT NULL")
    if column.identity and engine == "sqlite":
        parts.append("PRIMARY KEY")
    if column.identity and engine in ("mysql", "mariadb"):
        parts.append("AUTO_INCREMENT")
    if column.default is not None:
        parts.append(f"DEFAULT {column.default}")
    if engine in ("mysql", "mariadb") and column.comment:
        parts.append(f"COMMENT {literal(column.comment[:1024], engine)}")
    return " ".join(parts)


def _constraints(table: Table, engine: Engine, forward: frozenset[str]) -> list[str]:
    lines = []
    key = table.primary_key
    inline = engine == "sqlite" and any(column.identity for column in table.columns)
    if key is not None and not inline:
        name = "" if engine in ("mysql", "mariadb") else f"CONSTRAINT {quote(key.name, engine)} "
        lines.append(f"{name}PRIMARY KEY ({quote_all(key.columns, engine)})")
    indexed = {each.name for each in unique_indexes(table, engine)}
    for unique in table.uniques:
        if unique.name not in indexed:
            nulls = " NULLS NOT DISTINCT" if unique.nulls_not_distinct and engine == "postgresql" else ""
            lines.append(f"CONSTRAINT {quote(unique.name, engine)} UNIQUE{nulls} ({quote_all(unique.columns, engine)})")
    lines += [f"CONSTRAINT {quote(each.name, engine)} CHECK ({each.expression})" for each in table.checks]
    lines += [_foreign_key(table, each, engine) for each in table.foreign_keys if each.name not in forward]
    return lines + [_exclusion(table, each, engine) for each in table.exclusions]


def _foreign_key(table: Table, key: ForeignKey, engine: Engine) -> str:
    text = (
        f"CONSTRAINT {quote(key.name, engine)} FOREIGN KEY ({quote_all(key.columns, engine)})"
        f" REFERENCES {quote(key.ref_table, engine)} ({quote_all(key.ref_columns, engine)})"
    )
    if key.on_delete != "no action":
        text += f" ON DELETE {key.on_delete.upper()}{_null_columns(table, key, engine)}"
    if key.on_update != "no action":
        text += f" ON UPDATE {key.on_update.upper()}"
    deferred = key.deferrable and engine not in ("mysql", "mariadb")
    return f"{text} DEFERRABLE INITIALLY DEFERRED" if deferred else text


def _null_columns(table: Table, key: ForeignKey, engine: Engine) -> str:
    # Of a composite key only the nullable part is cleared (PostgreSQL 15 and later): the tenant stays.
    nullable = [name for name in key.columns if (column := table.column(name)) is not None and column.nullable]
    if key.on_delete != "set null" or engine != "postgresql" or len(nullable) == len(key.columns):
        return ""
    return f" ({quote_all(nullable, engine)})"


def needs_btree_gist(table: Table, exclusion: Exclusion) -> bool:
    """Say whether an equality of the constraint can only be indexed with the extension btree_gist."""
    return any(each.operator == "=" and not _is_point(table, each) for each in exclusion.elements)


def _is_point(table: Table, element: ExclusionElement) -> bool:
    """Say whether an equality may be written as the overlap of one-point ranges.

    PostgreSQL indexes ranges in GiST by itself, plain values with btree_gist only. An empty value would make the
    range endless, so the column has to be required.
    """
    column = table.column(element.expression)
    return column is not None and not column.nullable and column.type in {"smallint", "integer", "bigint"}


def _element(table: Table, element: ExclusionElement, engine: Engine) -> str:
    name = quote_all([element.expression], engine)
    if element.operator == "=" and _is_point(table, element):
        return f"int8range({name}, {name}, '[]') WITH &&"
    return f"{name} WITH {element.operator}"


def _exclusion(table: Table, exclusion: Exclusion, engine: Engine) -> str:
    elements = ", ".join(_element(table, each, engine) for each in exclusion.elements)
    where = f" WHERE ({exclusion.where})" if exclusion.where else ""
    return f"CONSTRAINT {quote(exclusion.name, engine)} EXCLUDE USING {exclusion.method} ({elements}){where}"


def _options(table: Table, engine: Engine) -> str:
    if engine == "sqlite":
        return " STRICT"
    if engine in ("mysql", "mariadb"):
        comment = f" COMMENT={literal(table.comment[:2048], engine)}" if table.comment else ""
        return f" ENGINE=InnoDB DEFAULT CHARSET=utf8mb4{comment}{_inline_partitions(table, engine)}"
    if table.partitioning is None:
        return ""
    columns = quote_all(table.partitioning.columns, engine)
    return f" PARTITION BY {table.partitioning.method.upper()} ({columns})"


def _inline_partitions(table: Table, engine: Engine) -> str:
    """Print the partitions of MySQL, which stand in CREATE TABLE; a range of dates is one of day numbers."""
    partitioning = table.partitioning
    if partitioning is None:
        return ""
    key = quote_all(partitioning.columns, engine)
    if any("TO_DAYS" in each.bounds for each in partitioning.partitions):
        key = f"TO_DAYS({key})"
    parts = ",\n  ".join(f"PARTITION {quote(each.name, engine)} {each.bounds}" for each in partitioning.partitions)
    return f"\nPARTITION BY {partitioning.method.upper()} ({key}) (\n  {parts}\n)"
