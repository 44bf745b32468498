"""Named parameters, as a driver wants them."""

from __future__ import annotations

from database_specialist.agent.dialects.tokens import token_pattern
from database_specialist.agent.model.base import Engine
from database_specialist.agent.model.workload import Query


def bind(sql: str, query: Query, *, engine: Engine = "postgresql") -> tuple[str, tuple[str, ...]]:
    """Write `:name` as the engine's placeholder and return the names in the order of the values.

    PostgreSQL's `$1` may stand several times for one value; `?` of the others takes a value each time.
    Only parameters that the query declares are touched: `:00` in a string or `::date` are not parameters.
    """
    declared = {parameter.name for parameter in query.parameters}
    names: list[str] = []
    parts: list[str] = []
    for match in token_pattern(engine).finditer(sql):
        name = match["parameter"][1:] if match["parameter"] else ""
        if name not in declared:
            parts.append(match[0])
            continue
        if engine != "postgresql" or name not in names:
            names.append(name)
        parts.append(f"${names.index(name) + 1}" if engine == "postgresql" else "?")
    return "".join(parts), tuple(names)
