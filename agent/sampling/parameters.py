"""Real values for the parameters of a query, drawn from the seeded rows."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from database_specialist.agent.dialects.identifiers import quote
from database_specialist.agent.model.base import Engine
from database_specialist.agent.model.relational import Schema
from database_specialist.agent.model.workload import Parameter, Query

Fetch = Callable[[str], list[tuple[object, ...]]]


def parameter_values(query: Query, schema: Schema, fetch: Fetch) -> tuple[object, ...]:
    """Return one value a parameter, in the order of `query.parameters`.

    Parameters of the same table take their values from one row, so that they belong together; of two that share
    a source, the second is the end of a span and takes the column's greatest value. A parameter without a source,
    or whose table is empty, takes its example; without an example, a reference takes a row that it may refer to.
    """
    drawn: dict[str, object] = {}
    for table, columns in _by_table(query.parameters, schema).items():
        row = _row(table, columns, schema.engine, fetch)
        drawn.update({f"{table}.{column}": value for column, value in zip(columns, row, strict=False)})
    values: list[object] = []
    for place, parameter in enumerate(query.parameters):
        ends_span = parameter.source in {earlier.source for earlier in query.parameters[:place]} - {None}
        found = _greatest(parameter, schema, fetch) if ends_span else drawn.get(parameter.source or "")
        found = parameter.example if found is None else found
        values.append(_referred(parameter, schema, fetch) if found is None else found)
    return tuple(values)


def _referred(parameter: Parameter, schema: Schema, fetch: Fetch) -> object:
    """Fetch the least key that the column of the parameter may refer to, when no row refers to any yet."""
    name, _, column = (parameter.source or "").rpartition(".")
    table = schema.table(name)
    keys = [key for key in table.foreign_keys if column in key.columns] if table else []
    for key in keys:
        wanted = quote(key.ref_columns[key.columns.index(column)], schema.engine)
        rows = fetch(f"SELECT {wanted} FROM {quote(key.ref_table, schema.engine)} ORDER BY 1 LIMIT 1")
        if rows:
            return rows[0][0]
    return None


def _greatest(parameter: Parameter, schema: Schema, fetch: Fetch) -> object:
    """Fetch the last value of a column, in its own order: not every type has a max()."""
    table, _, column = (parameter.source or "").rpartition(".")
    if schema.table(table) is None:
        return None
    name = quote(column, schema.engine)
    rows = fetch(f"SELECT {name} FROM {quote(table, schema.engine)} WHERE {name} IS NOT NULL ORDER BY 1 DESC LIMIT 1")
    return rows[0][0] if rows else None


def _by_table(parameters: Sequence[Parameter], schema: Schema) -> dict[str, list[str]]:
    tables: dict[str, list[str]] = {}
    for parameter in parameters:
        name, _, column = (parameter.source or "").rpartition(".")
        table = schema.table(name) if name else None
        if table is not None and table.column(column) is not None:
            columns = tables.setdefault(name, [])
            columns += [] if column in columns else [column]
    return tables


def _row(table: str, columns: Sequence[str], engine: Engine, fetch: Fetch) -> tuple[object, ...]:
    """Fetch the first row in which all of the columns have a value, or else the first row."""
    names = [quote(column, engine) for column in columns]
    chosen = f"SELECT {', '.join(names)} FROM {quote(table, engine)}"
    complete = " AND ".join(f"{name} IS NOT NULL" for name in names)
    order = f"ORDER BY {', '.join(str(place) for place in range(1, len(names) + 1))} LIMIT 1"
    rows = fetch(f"{chosen} WHERE {complete} {order}") or fetch(f"{chosen} {order}")
    return tuple(rows[0]) if rows else ()
