"""A cascade ends at the first key that refuses: then nothing of it is deleted, whatever the document promises.

https://www.postgresql.org/docs/current/ddl-constraints.html#DDL-CONSTRAINTS-FK
"""

from __future__ import annotations

from collections.abc import Iterator

from database_specialist.agent.model.relational import ForeignKey, Schema, Table
from database_specialist.agent.rules.rule import Objection, rule
from database_specialist.agent.rules.walk import foreign_keys, listed


@rule("FK011", "warning", "Cascade that another key blocks", owner="plan_schema")
def cascade_that_is_blocked(schema: Schema) -> Iterator[Objection]:
    """Object to cascades whose deleted rows are referred to by a key that refuses, once for each cascade."""
    for table, key in foreign_keys(schema):
        if key.on_delete != "cascade":
            continue
        deleted = _deleted_with(key.ref_table, schema)
        blocking = [(other, held) for other, held in foreign_keys(schema) if _blocks(held, other, table, key, deleted)]
        if blocking:
            names, holders = listed(held.name for _, held in blocking), listed(other.name for other, _ in blocking)
            yield Objection(
                place=f"{table.name}.{key.name}",
                message=f"Deleting a row of {key.ref_table} is to delete its rows of {table.name}, and {names} blocks "
                f"it as soon as {holders} refers to one of them: then nothing is deleted.",
                help=f"Change {names} to CASCADE or SET NULL, or {key.name} to RESTRICT and delete in the order that "
                "the application knows.",
            )


def _blocks(held: ForeignKey, holder: Table, table: Table, key: ForeignKey, deleted: frozenset[str]) -> bool:
    if held.ref_table != table.name or held is key or holder.name == key.ref_table:
        return False
    # NO ACTION is tested at the end of the statement, when what the same deletion takes along is gone.
    return held.on_delete == "restrict" or (held.on_delete == "no action" and holder.name not in deleted)


def _deleted_with(name: str, schema: Schema) -> frozenset[str]:
    """Return the tables whose rows go when a row of this one does."""
    found = {name}
    waiting = [name]
    while waiting:
        here = waiting.pop()
        cascading = [key for key in foreign_keys(schema) if key[1].ref_table == here and key[1].on_delete == "cascade"]
        waiting += [table.name for table, _ in cascading if table.name not in found]
        found.update(table.name for table, _ in cascading)
    return frozenset(found)
