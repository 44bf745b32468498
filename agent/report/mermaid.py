"""The entity-relationship diagram, as Mermaid text.

https://mermaid.js.org/syntax/entityRelationshipDiagram.html
"""

from __future__ import annotations

import re

from database_specialist.agent.model.relational import Column, ForeignKey, Schema, Table

# Above this many tables a diagram with every column cannot be read; it then shows the keys only.
MAX_TABLES_WITH_COLUMNS = 24

# What the grammar takes for its own where a bare name begins with it.
_KEYWORD = re.compile(
    r"end|erDiagram|style|class|subgraph|title|acc|one|many|only|zero|optionally|to|direction|u(?![a-z])", re.IGNORECASE
)


def er_diagram(schema: Schema) -> str:
    """Return an `erDiagram` of all tables and foreign keys."""
    short = len(schema.tables) > MAX_TABLES_WITH_COLUMNS
    lines = ["erDiagram"]
    for table in schema.tables:
        lines += [
            f"    {_name(table.name)} {{",
            *(_column(table, c) for c in table.columns if not short or _is_key(table, c)),
        ]
        lines.append("    }")
    lines += [_edge(table, key) for table in schema.tables for key in table.foreign_keys]
    return "\n".join(lines)


def _name(name: str) -> str:
    """Return a name, in quotes where it is no plain word; what the grammar cannot take even there becomes `_`."""
    if re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", name) and not _KEYWORD.match(name):
        return name
    plain = re.sub(r"[^\w .$-]+", "_", name)
    return f'"{plain}"'


def _word(text: str) -> str:
    """Return a type as one word: the grammar knows no spaces, commas or brackets there."""
    word = re.sub(r"[^A-Za-z0-9_]+", "_", text).strip("_")
    return word if word[:1].isalpha() and word not in {"PK", "FK", "UK"} else f"t_{word}"


def _column(table: Table, column: Column) -> str:
    marks = []
    if table.primary_key and column.name in table.primary_key.columns:
        marks.append("PK")
    if any(column.name in key.columns for key in table.foreign_keys):
        marks.append("FK")
    if any(unique.columns == (column.name,) and unique.where is None for unique in table.uniques):
        marks.append("UK")
    optional = ' "optional"' if column.nullable else ""
    return f"        {_word(column.type)} {_word(column.name)}{' ' + ', '.join(marks) if marks else ''}{optional}"


def _is_key(table: Table, column: Column) -> bool:
    in_primary = table.primary_key is not None and column.name in table.primary_key.columns
    return in_primary or any(column.name in key.columns for key in table.foreign_keys)


def _edge(table: Table, key: ForeignKey) -> str:
    nullable = any(column.nullable for column in table.columns if column.name in key.columns)
    parent = "|o" if nullable else "||"
    child = "o|" if _is_unique(table, key.columns) else "o{"
    line = "--" if table.primary_key and set(key.columns) <= set(table.primary_key.columns) else ".."
    label = "_".join(key.columns).removesuffix("_id")
    return f'    {_name(key.ref_table)} {parent}{line}{child} {_name(table.name)} : "{_word(label)}"'


def _is_unique(table: Table, columns: tuple[str, ...]) -> bool:
    keys = [set(unique.columns) for unique in table.uniques if unique.where is None]
    if table.primary_key:
        keys.append(set(table.primary_key.columns))
    return any(key <= set(columns) for key in keys)
