"""Names and small statements about this project's tables that several plans use."""

from __future__ import annotations

import re

from database_specialist.agent.dialects.identifiers import quote
from database_specialist.agent.model.base import Engine
from database_specialist.agent.model.relational import Column, Schema, Table
from database_specialist.agent.operations.capacity import Ground

_BIRTH = ("occurred_at", "recorded_at", "created_at", "placed_at", "logged_at", "sent_at")


def slug(project: str) -> str:
    """Name the project for hosts, stanzas and buckets.

    >>> slug("Corner Shop 2!")
    'corner-shop-2'
    """
    return re.sub(r"[^a-z0-9]+", "-", project.lower()).strip("-")[:40].strip("-") or "project"


def database_name(project: str) -> str:
    """Name the database.

    >>> database_name("Corner Shop")
    'corner_shop'
    """
    name = slug(project).replace("-", "_")
    return name if name[0].isalpha() else f"db_{name}"


def age_column(table: Table) -> Column | None:
    """Return the column that says how old a row is: a required date or timestamp, the likeliest name first."""
    dated = [
        column
        for column in table.columns
        if (column.logical_type in ("timestamp", "date") or column.type.lower().startswith("timestamp"))
        and not column.nullable
        and not column.name.startswith(("expires", "due", "ends", "updated", "valid"))
    ]
    partition_key = table.partitioning.columns[0] if table.partitioning is not None else None
    return min(
        dated,
        key=lambda column: (
            column.name != partition_key,
            _BIRTH.index(column.name) if column.name in _BIRTH else len(_BIRTH),
        ),
        default=None,
    )


def check_query(table: Table, engine: Engine) -> str:
    """Return a query that shows whether a restored table holds its rows, and up to when."""
    column = age_column(table)
    newest = f", max({quote(column.name, engine)}) AS newest" if column is not None else ""
    return f"SELECT count(*) AS {quote('rows_found', engine)}{newest} FROM {quote(table.name, engine)}"


def shell_query(sql: str, ground: Ground) -> str:
    """Wrap a query in the command line of the engine's client."""
    database = database_name(ground.brief.project)
    escaped = sql.replace("\\", "\\\\").replace('"', '\\"').replace("`", "\\`").replace("$", "\\$")
    if ground.engine == "sqlite":
        return f'sqlite3 {database}.db "{escaped}"'
    if ground.engine == "postgresql":
        return f'psql --dbname {database} --command "{escaped}"'
    return f'{ground.engine} {database} --execute "{escaped}"'


def older_than(column: Column, days: int, engine: Engine) -> str:
    """Return the condition that a row is older than some days."""
    name = quote(column.name, engine)
    if engine == "postgresql":
        return f"{name} < now() - interval '{days} days'"
    if engine == "sqlite":
        return f"{name} < datetime('now', '-{days} days')"
    return f"{name} < now() - INTERVAL {days} DAY"


def batched_delete(table: Table, column: Column, days: int, engine: Engine, *, rows: int = 5000) -> str | None:
    """Return a delete of the oldest rows in a bounded batch; None for a table without a single-column key."""
    if table.primary_key is None or len(table.primary_key.columns) != 1:
        return None
    key, name = quote(table.primary_key.columns[0], engine), quote(table.name, engine)
    condition, age = older_than(column, days, engine), quote(column.name, engine)
    if engine in ("mysql", "mariadb"):
        return f"DELETE FROM {name} WHERE {condition} ORDER BY {age} LIMIT {rows}"
    inner = f"SELECT {key} FROM {name} WHERE {condition} ORDER BY {age} LIMIT {rows}"
    return f"DELETE FROM {name} WHERE {key} IN ({inner})"


def referencing(table: str, schema: Schema) -> tuple[str, ...]:
    """Return the tables whose foreign keys point at this one, in the schema's order."""
    return tuple(
        other.name
        for other in schema.tables
        if other.name != table and any(key.ref_table == table for key in other.foreign_keys)
    )
