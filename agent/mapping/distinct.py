"""Names that the schema uses once: an index, a table and a constraint share one namespace on some engine."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from database_specialist.agent.mapping.naming import shorten
from database_specialist.agent.model.relational import Check, Exclusion, ForeignKey, PrimaryKey, Routine, Table, Unique

_Named = TypeVar("_Named", PrimaryKey, Unique, Check, ForeignKey, Exclusion)


def with_distinct_names(tables: Sequence[Table]) -> list[Table]:
    """Number the constraints whose name another element of the schema bears already."""
    taken = {table.name for table in tables}
    taken |= {each.name for table in tables if table.partitioning for each in table.partitioning.partitions}
    return [_renamed(table, taken) for table in tables]


def distinct_routines(routines: Sequence[Routine]) -> list[Routine]:
    """Keep the first routine of each name, shared functions before the triggers that call them."""
    first = {routine.name: routine for routine in reversed(routines)}
    kept = [routine for routine in routines if first[routine.name] is routine]
    return sorted(kept, key=lambda each: each.table is not None)


def _renamed(table: Table, taken: set[str]) -> Table:
    key = table.primary_key
    return table.model_copy(
        update={
            "primary_key": None if key is None else _each((key,), taken)[0],
            "uniques": _each(table.uniques, taken),
            "checks": _each(table.checks, taken),
            "foreign_keys": _each(table.foreign_keys, taken),
            "exclusions": _each(table.exclusions, taken),
        }
    )


def _each(elements: tuple[_Named, ...], taken: set[str]) -> tuple[_Named, ...]:
    renamed = []
    for element in elements:
        name, number = element.name, 2
        while name in taken:
            name, number = shorten(f"{element.name}_{number}"), number + 1
        taken.add(name)
        renamed.append(element if name == element.name else element.model_copy(update={"name": name}))
    return tuple(renamed)
