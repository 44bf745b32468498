"""The order in which tables can be created: those referred to come first."""

from __future__ import annotations

from collections.abc import Sequence

from database_specialist.agent.model.relational import Table


def in_creation_order(tables: Sequence[Table]) -> tuple[Table, ...]:
    """Return the tables so that each stands after those it refers to, wherever there is no cycle.

    Ties keep the given order. In a cycle the table with the fewest open references goes first; the key
    that points forward is added by ALTER TABLE.
    """
    waiting = {table.name: table for table in tables}
    open_references = {
        table.name: {key.ref_table for key in table.foreign_keys if key.ref_table != table.name} & waiting.keys()
        for table in tables
    }
    ordered: list[Table] = []
    while waiting:
        free = [name for name in waiting if not open_references[name] & waiting.keys()]
        name = free[0] if free else min(waiting, key=lambda each: len(open_references[each] & waiting.keys()))
        ordered.append(waiting.pop(name))
    return tuple(ordered)
