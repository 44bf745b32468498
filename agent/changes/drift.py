"""What of the design a catalog lacks. What it holds beside the design is left alone, and no drift."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from database_specialist.agent.verification.catalog import Catalog, ColumnFact, TableFact

_PARTS = ("constraints", "indexes", "views", "functions", "triggers", "policies", "partitions", "domains")
_NAMES = ("sequences", "schemas", "extensions")
_SINGULAR = {
    "constraints": "constraint",
    "indexes": "index",
    "views": "view",
    "functions": "function",
    "triggers": "trigger",
    "policies": "policy",
    "partitions": "partition",
    "domains": "domain",
    "sequences": "sequence",
    "schemas": "schema",
    "extensions": "extension",
}


def drift(target: Catalog, found: Catalog) -> tuple[tuple[str, str], ...]:
    """Return an element and what is wrong with it for each thing that the target holds and `found` does not so hold.

    The places of columns within a table differ: what is added later stands last.
    """
    return tuple((*_tables(target, found), *_columns(target, found), *_enums(target, found), *_others(target, found)))


def _tables(target: Catalog, found: Catalog) -> Iterator[tuple[str, str]]:
    for fact in target.tables:
        there = found.table_facts.get(fact.name)
        if there is None:
            yield f"table {fact.name}", "it does not exist"
        elif not _is_same_table(fact, there):
            yield f"table {fact.name}", _table_difference(fact, there)


def _is_same_table(fact: TableFact, there: TableFact) -> bool:
    return there == replace(fact, comment=fact.comment or there.comment)


def _table_difference(fact: TableFact, there: TableFact) -> str:
    if fact.partition_key != there.partition_key:
        return (
            f"it is partitioned by {there.partition_key or 'nothing'}, the design says {fact.partition_key or 'not'}; "
            "that is no change of a table: make the new one beside it, copy in batches, and switch the names"
        )
    return "its comment differs" if fact.row_security == there.row_security else "its row-level security differs"


def _columns(target: Catalog, found: Catalog) -> Iterator[tuple[str, str]]:
    for fact in target.columns:
        there = next((each for each in found.columns_of(fact.table) if each.name == fact.name), None)
        if there is None:
            if fact.table in found.table_facts:
                yield f"column {fact.table}.{fact.name}", "it does not exist"
        elif differences := column_differences(fact, there):
            yield f"column {fact.table}.{fact.name}", "; ".join(differences)


def column_differences(fact: ColumnFact, there: ColumnFact) -> tuple[str, ...]:
    """Say in what a column is not as the design has it."""
    return tuple(
        f"its {name} is {getattr(there, name) or 'none'}, the design says {getattr(fact, name) or 'none'}"
        for name in ("type", "nullable", "default", "identity", "generated", "comment")
        if getattr(there, name) != getattr(fact, name) and (name != "comment" or fact.comment)
    )


def _enums(target: Catalog, found: Catalog) -> Iterator[tuple[str, str]]:
    there = {enum.name: enum.values for enum in found.enums}
    for enum in target.enums:
        values = there.get(enum.name, ())
        if tuple(value for value in values if value in enum.values) != enum.values:
            yield f"type {enum.name}", f"it holds {', '.join(values) or 'nothing'}"


def _others(target: Catalog, found: Catalog) -> Iterator[tuple[str, str]]:
    for part in (*_PARTS, *_NAMES):
        there = set(getattr(found, part))
        for fact in getattr(target, part):
            if fact not in there:
                yield f"{_SINGULAR[part]} {_label(fact)}", "it does not exist, or differs"


def _label(fact: object) -> str:
    if isinstance(fact, str):
        return fact
    table, name = getattr(fact, "table", ""), str(getattr(fact, "name", ""))
    return f"{table}.{name}" if table else name
