"""INSERT, UPDATE and DELETE statements of rows."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from database_specialist.agent.dialects.identifiers import quote
from database_specialist.agent.model.base import Engine
from database_specialist.agent.model.relational import Column, Schema, Table
from database_specialist.agent.sampling.literals import literal
from database_specialist.agent.sampling.scalars import Row, Value


def insert_statements(
    table: Table, rows: Sequence[Row], schema: Schema, *, also: Collection[str] = ()
) -> tuple[str, ...]:
    """Print the rows as one INSERT, or none without rows.

    Left out are generated columns, and those that are empty in all rows unless `also` names them.
    """
    if not rows:
        return ()
    engine = schema.engine
    columns = [column for column in table.columns if column.generated is None and _is_used(column, rows, also)]
    names = ", ".join(quote(column.name, engine) for column in columns)
    given = " OVERRIDING SYSTEM VALUE" if engine == "postgresql" and any(column.identity for column in columns) else ""
    values = ",\n".join(f"  ({_tuple(row, columns, engine)})" for row in rows)
    return (f"INSERT INTO {quote(table.name, engine)} ({names}){given} VALUES\n{values}",)


def update_statement(table: Table, row: Row, changed: Row, engine: Engine) -> str:
    """Print the UPDATE that makes `changed` of `row`."""
    news = {name: value for name, value in changed.items() if name not in row or row[name] != value}
    writable = {column.name for column in table.columns if column.generated is None}
    settings = _equations(table, {name: value for name, value in news.items() if name in writable}, engine)
    return f"UPDATE {quote(table.name, engine)} SET {', '.join(settings)} WHERE {_identity(table, row, engine)}"


def delete_statement(table: Table, row: Row, engine: Engine) -> str:
    """Print the DELETE of a row."""
    return f"DELETE FROM {quote(table.name, engine)} WHERE {_identity(table, row, engine)}"


def _identity(table: Table, row: Row, engine: Engine) -> str:
    names = table.primary_key.columns if table.primary_key else [c.name for c in table.columns if row.get(c.name)]
    return " AND ".join(_equations(table, {name: row[name] for name in names}, engine))


def _equations(table: Table, values: Mapping[str, Value], engine: Engine) -> list[str]:
    types = {column.name: column.type for column in table.columns}
    return [f"{quote(name, engine)} = {literal(value, types[name], engine)}" for name, value in values.items()]


def _is_used(column: Column, rows: Sequence[Row], also: Collection[str]) -> bool:
    return column.name in also or any(row.get(column.name) is not None for row in rows)


def _tuple(row: Row, columns: Sequence[Column], engine: Engine) -> str:
    return ", ".join(literal(row.get(column.name), column.type, engine) for column in columns)
