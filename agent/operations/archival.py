"""What happens to rows older than a table's retention."""

from __future__ import annotations

from database_specialist.agent.dialects.identifiers import quote
from database_specialist.agent.model.base import Figure
from database_specialist.agent.model.relational import Table
from database_specialist.agent.operations.capacity import Ground
from database_specialist.agent.operations.figures import counted, listed, size
from database_specialist.agent.operations.growth import retention
from database_specialist.agent.operations.naming import (
    age_column,
    batched_delete,
    database_name,
    older_than,
    shell_query,
)


def plan_archival(ground: Ground) -> tuple[str, ...]:
    """Return one line for each table with a retention, and one that names the growing tables without."""
    limited = [(table, kept) for table in ground.schema.tables if (kept := retention(table, ground.brief))]
    lines = [_line(table, kept, ground) for table, kept in limited]
    open_ended = sorted(
        (found for found in ground.capacity.tables if found.table not in {table.name for table, _ in limited}),
        key=lambda found: (-found.bytes_year_5.value, found.table),
    )[:3]
    growing = [found for found in open_ended if found.rows_per_day.value >= 1]
    if growing:
        sizes = listed(f"{found.table} ({size(found.bytes_year_5.value)} in year 5)" for found in growing)
        lines.append(
            f"No document limits how long {sizes} are kept: nothing of them is archived until a period is set."
        )
    return tuple(lines)


def _line(table: Table, period: Figure, ground: Ground) -> str:
    days = round(period.value)
    kept = f"{table.name}: {counted(days, 'day')} ({period.origin})"
    if table.partitioning is not None and table.partitioning.interval is not None:
        return f"{kept}. First {_dump(table, ground)}; then the detached partition is dropped."
    column = age_column(table)
    delete = batched_delete(table, column, days, ground.engine) if column is not None else None
    if column is None or delete is None:
        return (
            f"{kept}. No required column of {table.name} says how old a row is: its rows leave with "
            f"{listed(key.ref_table for key in table.foreign_keys)}."
        )
    return f"{kept}. First {_copy_out(table, days, ground)}; then, until no row is left: {shell_query(delete, ground)}"


def _dump(table: Table, ground: Ground) -> str:
    database = database_name(ground.brief.project)
    if ground.engine == "postgresql":
        return f"pg_dump --format=custom --table='{table.name}_*' --file={table.name}.dump --dbname={database}"
    return f"mysqldump --single-transaction {database} {table.name} > {table.name}.sql"


def _copy_out(table: Table, days: int, ground: Ground) -> str:
    column = age_column(table)
    assert column is not None
    query = f"SELECT * FROM {quote(table.name, ground.engine)} WHERE {older_than(column, days, ground.engine)}"
    if ground.engine == "postgresql":
        return shell_query(f"\\copy ({query}) TO '{table.name}.csv' WITH (FORMAT csv, HEADER)", ground)
    return f"{shell_query(query, ground)} > {table.name}.tsv"
