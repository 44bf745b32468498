"""Finds the columns that the words of a fact name: in the table it is about, and in the tables next to that one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from database_specialist.agent.designer.queries.catalog import Catalog
from database_specialist.agent.designer.queries.lexicon import singular
from database_specialist.agent.designer.queries.matching import spoken
from database_specialist.agent.model.relational import Column, ForeignKey, Table

# Nearly every table has one of these: alone the word says nothing about which table is meant.
GENERIC = frozenset(
    {"name", "title", "status", "state", "type", "description", "note", "notes", "code", "number", "amount", "date"}
    | {
        "created",
        "updated",
        "deleted",
        "email",
        "phone",
        "time",
        "value",
        "quantity",
        "role",
        "file",
        "content",
        "size",
    }
)
# What follows one of these says why or when, not what is looked at.
_ENDS = frozenset({"while", "when", "because", "so", "if", "until", "unless", "whose", "before", "after"})


@dataclass(frozen=True)
class Place:
    """A column, and the way to it from the table that the fact is about."""

    table: Table
    column: Column
    key: ForeignKey | None = None
    """The key that ties the two tables, whichever of them holds it; None for a column of the table itself."""


def named_columns(words: Sequence[str], catalog: Catalog, table: Table) -> tuple[Place, ...]:
    """Return the columns that the words name, in their order; the longest phrase wins where several fit."""
    known = _phrases(catalog, table)
    longest = max((len(phrase) for phrase in known), default=0)
    said = [singular(word) for word in _told(words)]
    found: list[Place] = []
    start = 0
    while start < len(said):
        size = next((n for n in range(longest, 0, -1) if tuple(said[start : start + n]) in known), 0)
        if size:
            found.append(known[tuple(said[start : start + size])])
        start += size or 1
    return tuple(dict.fromkeys(place for place in found))


def _told(words: Sequence[str]) -> Sequence[str]:
    end = next((place for place, word in enumerate(words) if word in _ENDS), len(words))
    return words[:end]


def _phrases(catalog: Catalog, table: Table) -> dict[tuple[str, ...], Place]:
    found: dict[tuple[str, ...], Place] = {}
    own = {*_entity_words(table), *(singular(word) for word in table.name.split("_"))}
    for column in table.columns:
        for phrase in spoken(column.attribute or column.name):
            if phrase not in own:
                found.setdefault(tuple(phrase.split()), Place(table, column))
    for other, key in _neighbours(catalog, table):
        for words, column in _of_neighbour(catalog, table, other, key):
            found.setdefault(words, Place(other, column, key))
    return found


def _neighbours(catalog: Catalog, table: Table) -> Iterator[tuple[Table, ForeignKey]]:
    for key in table.foreign_keys:
        parent = catalog.named(key.ref_table)
        if parent is not None and parent.name != table.name and len(key.columns) == 1:
            yield parent, key
    for child, key in catalog.children(table):
        if child.name != table.name and child.kind in ("core", "line_item", "weak") and len(key.columns) == 1:
            yield child, key


def _of_neighbour(
    catalog: Catalog, table: Table, other: Table, key: ForeignKey
) -> Iterator[tuple[tuple[str, ...], Column]]:
    """Yield the ways to speak of a neighbour's columns: "site name", "city", and "site" for what it is known by."""
    entity = _entity_words(other)
    role = tuple(singular(word) for word in key.columns[0].removesuffix("_id").split("_"))
    is_parent = key.ref_table == other.name
    before = [entity, *([role] if is_parent and role != entity else []), *([entity[-1:]] if len(entity) > 1 else [])]
    for column in other.columns:
        if catalog.foreign_key(other, column) is not None:
            continue
        for phrase in spoken(column.attribute or column.name):
            words = tuple(phrase.split())
            yield from (((*head, *words), column) for head in before)
            if phrase not in GENERIC:
                yield words, column
    label = catalog.label(other)
    if is_parent and label is not None:
        yield from ((head, label) for head in before[:2])


def _entity_words(table: Table) -> tuple[str, ...]:
    words = (table.entity or table.name).lower().split("_")
    return (*words[:-1], singular(words[-1]))
