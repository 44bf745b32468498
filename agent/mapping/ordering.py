"""The order in which tables can be created: those referred to come first."""

from __future__ import annotations

from collections.abc import Sequence

from database_specialist.agent.mapping.draft import TableDraft
from database_specialist.agent.model.base import Engine
from database_specialist.agent.model.relational import ForeignKey, Table


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
        free = next((name for name in waiting if not open_references[name] & waiting.keys()), None)
        name = free or min(waiting, key=lambda each: len(open_references[each] & waiting.keys()))
        ordered.append(waiting.pop(name))
    return tuple(ordered)


def defer_cycles(drafts: Sequence[TableDraft], engine: Engine) -> list[ForeignKey]:
    """Make the foreign keys that close a cycle between tables deferrable, and return them.

    A key with RESTRICT is tested at once even when deferred, so on a deferrable key it becomes NO ACTION. MySQL has no
    deferrable keys: there the cycle is broken by the order of the statements only.
    """
    place = {table.name: number for number, table in enumerate(in_creation_order([each.freeze() for each in drafts]))}
    deferred = []
    for draft in drafts:
        for number, key in enumerate(draft.foreign_keys):
            if place.get(key.ref_table, -1) <= place[draft.name]:
                continue
            if engine not in ("mysql", "mariadb"):
                action = "no action" if key.on_delete == "restrict" else key.on_delete
                key = key.model_copy(update={"deferrable": True, "on_delete": action})
                draft.foreign_keys[number] = key
            deferred.append(key)
    return deferred
