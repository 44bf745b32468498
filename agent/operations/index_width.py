"""Index bytes of a row on PostgreSQL: keys and unique constraints, the planned indexes, exclusion constraints.

    btree entry = 8 header + keys aligned, padded to 8, + 4 line pointer; a leaf of 8192 - 24 - 16 is filled to 90 %

https://www.postgresql.org/docs/current/btree.html. Duplicate keys are not compressed in this arithmetic
(deduplication makes foreign-key indexes smaller in practice), so it errs to the safe side.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from database_specialist.agent.model.relational import Column, Schema, Table
from database_specialist.agent.model.workload import Indexes
from database_specialist.agent.operations.figures import number
from database_specialist.agent.operations.row_width import (
    AVERAGES,
    LINE_POINTER,
    PAGE,
    PAGE_HEADER,
    Bytes,
    Width,
    column_width,
    laid_out,
    padded,
)

TUPLE_HEADER = 8
BTREE_SPECIAL = 16
LEAF_FILL = 0.9
_MOST_ENTRY = 2704
_GIST_FILL = 0.7
_TRIGRAM_BYTES = 3
_LEXEME_BYTES = 2


@dataclass(frozen=True)
class Entry:
    """An index as the arithmetic sees it."""

    name: str
    method: str
    keys: tuple[str, ...]
    """Column names or expressions, included columns last."""
    is_partial: bool = False
    operator_classes: tuple[str, ...] = ()


def entries(table: Table, indexes: Indexes) -> tuple[Entry, ...]:
    """Return every index of a table: primary key, unique and exclusion constraints, then the planned ones."""
    found = [Entry(table.primary_key.name, "btree", table.primary_key.columns)] if table.primary_key else []
    found += [Entry(unique.name, "btree", unique.columns, bool(unique.where)) for unique in table.uniques]
    found += [
        Entry(e.name, e.method, tuple(element.expression for element in e.elements), bool(e.where))
        for e in table.exclusions
    ]
    found += [
        Entry(
            index.name,
            index.method.lower(),
            (*(key.expression for key in index.keys), *index.include),
            bool(index.where),
            tuple(key.operator_class or "" for key in index.keys),
        )
        for index in indexes.planned
        if index.table == table.name
    ]
    return tuple(found)


def key_widths(keys: Sequence[str], table: Table, schema: Schema) -> list[Width]:
    """Return the widths of index keys; an expression is taken as wide as the columns it names."""
    widths: list[Width] = []
    for key in keys:
        named = [table.column(key)] if table.column(key) else _columns_named(key, table)
        widths += [column_width(column, schema) for column in named if column is not None]
    return widths or [Width(8, 8)]


def _columns_named(expression: str, table: Table) -> list[Column | None]:
    words = re.findall(r"[A-Za-z_]\w*", expression)
    return [table.column(word) for word in dict.fromkeys(words) if table.column(word)]


def entry_bytes(entry: Entry, table: Table, schema: Schema) -> Bytes:
    """Return the index bytes of one row."""
    widths = key_widths(entry.keys, table, schema)
    if entry.method in ("gin", "brin", "gist", "spgist", "hash", "hnsw", "ivfflat"):
        found = _estimated(entry, widths)
    else:
        found = _btree(widths)
    if not entry.is_partial:
        return Bytes(found.value, f"{entry.name} {found.basis}")
    share = AVERAGES["share"]["partial_index"]
    return Bytes(found.value * share, f"{entry.name} {found.basis} x {share:.0%} of the rows (partial, assumed)")


def _btree(widths: Sequence[Width]) -> Bytes:
    entry = min(padded(TUPLE_HEADER + laid_out(widths), 8), _MOST_ENTRY) + LINE_POINTER
    per_leaf = max(1, int((PAGE - PAGE_HEADER - BTREE_SPECIAL) * LEAF_FILL // entry))
    basis = f"{number(entry - LINE_POINTER)} + {LINE_POINTER}, {per_leaf} a leaf = {number(PAGE / per_leaf)}"
    return Bytes(PAGE / per_leaf, basis)


def _estimated(entry: Entry, widths: Sequence[Width]) -> Bytes:
    content = sum(width.content for width in widths)
    if entry.method == "gin":
        trigrams = any("trgm" in name for name in entry.operator_classes)
        value = content * _TRIGRAM_BYTES if trigrams else max(8.0, content / 6 * _LEXEME_BYTES * 6)
        return Bytes(value, f"GIN ~{number(value)} (assumed)")
    if entry.method == "brin":
        return Bytes(0.01, "BRIN ~0.01 (assumed)")
    if entry.method == "hash":
        return Bytes(27.0, "hash 16 + 4 at 75 % fill ~27 (assumed)")
    if entry.method in ("hnsw", "ivfflat"):
        value = content + (6 * 32 if entry.method == "hnsw" else 16)
        return Bytes(value * 1.1, f"{entry.method} ~{number(value * 1.1)} (assumed)")
    value = (padded(TUPLE_HEADER + sum(max(w.in_row, 16) for w in widths), 8) + LINE_POINTER) / _GIST_FILL
    return Bytes(value, f"GiST ~{number(value)} at {_GIST_FILL:.0%} fill (assumed)")


def index_bytes(table: Table, schema: Schema, indexes: Indexes) -> Bytes:
    """Return the bytes of all indexes for one row, with the arithmetic."""
    found = [entry_bytes(entry, table, schema) for entry in entries(table, indexes)]
    total = sum(part.value for part in found)
    if not found:
        return Bytes(0, "no index")
    return Bytes(total, "; ".join(part.basis for part in found) + f"; together {number(total)} B")
