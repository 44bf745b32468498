"""Reading a catalog back from SQLite: its pragmas, and the text of CREATE for what they leave out."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any, cast

from database_specialist.agent.model.relational import Action
from database_specialist.agent.verification.catalog import (
    Catalog,
    ColumnFact,
    ConstraintFact,
    IndexFact,
    ObjectFact,
    TableFact,
)

Read = Callable[[str], Iterable[tuple[Any, ...]]]

_NAME = r'(?:"(?:[^"]|"")+"|`[^`]+`|\[[^\]]+\]|\w+)'
_NAMED = re.compile(rf"\bCONSTRAINT\s+({_NAME})\s+(CHECK|UNIQUE|FOREIGN\s+KEY|PRIMARY\s+KEY)\s*\(", re.IGNORECASE)
_ANY_CHECK = re.compile(rf"(?:\bCONSTRAINT\s+({_NAME})\s+)?\bCHECK\s*\(", re.IGNORECASE)
_OPAQUE = re.compile(r"'(?:[^']|'')*'|--[^\n]*|/\*.*?\*/", re.DOTALL)
_HIDDEN_GENERATED = (2, 3)


def sqlite_catalog(read: Read) -> Catalog:
    """Read the catalog through `read`."""
    objects = [(str(kind), str(name), str(table), str(sql or "")) for kind, name, table, sql in read(_OBJECTS)]
    tables = [(name, sql) for kind, name, _, sql in objects if kind == "table"]
    columns = [column for name, sql in tables for column in _columns(name, read)]
    constraints = [fact for name, sql in tables for fact in _constraints(name, sql, read)]
    texts = {name: sql for kind, name, _, sql in objects if kind == "index"}
    indexes = [fact for name, _ in tables for fact in _indexes(name, texts, read)]
    return Catalog(
        tables=tuple(TableFact(name) for name, _ in tables),
        columns=tuple(columns),
        constraints=tuple(sorted(constraints, key=repr)),
        indexes=tuple(sorted(indexes, key=repr)),
        views=tuple(ObjectFact(name, sql) for kind, name, _, sql in objects if kind == "view"),
        triggers=tuple(ObjectFact(name, sql, table) for kind, name, table, sql in objects if kind == "trigger"),
    )


_OBJECTS = """
SELECT type, name, tbl_name, sql FROM sqlite_master WHERE name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY type, name
"""


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _bare(name: str) -> str:
    return name[1:-1].replace('""', '"') if name[:1] in ('"', "`", "[") else name


def _columns(table: str, read: Read) -> Iterator[ColumnFact]:
    rows = enumerate(read(f"PRAGMA table_xinfo({_quoted(table)})"), 1)
    for position, (_, name, type_name, not_null, default, key, hidden) in rows:
        yield ColumnFact(
            table=table,
            position=position,
            name=str(name),
            type=str(type_name).upper(),
            nullable=not not_null and not key,
            default="" if default is None or hidden in _HIDDEN_GENERATED else str(default),
            generated="generated" if hidden in _HIDDEN_GENERATED else "",
        )


def _constraints(table: str, sql: str, read: Read) -> Iterator[ConstraintFact]:
    text = _OPAQUE.sub(lambda found: " " * len(found[0]), sql)
    names = _names(text)
    keys = [(int(row[5]), str(row[1])) for row in read(f"PRAGMA table_xinfo({_quoted(table)})") if row[5]]
    if keys:
        columns = tuple(name for _, name in sorted(keys))
        name = names.get(("PRIMARY KEY", columns), f"{table}_pkey")
        yield ConstraintFact(table, name, "primary key", f"PRIMARY KEY ({', '.join(columns)})", columns)
    yield from _uniques(table, names, read)
    yield from _foreign_keys(table, text, names, read)
    for found in _ANY_CHECK.finditer(text):
        inside = sql[found.end() : _closing(text, found.end())]
        yield ConstraintFact(table, _bare(found[1] or ""), "check", f"CHECK ({inside})", expression=inside)


def _names(text: str) -> dict[tuple[str, tuple[str, ...]], str]:
    """Return the names that CREATE gives to keys, by kind and columns."""
    names: dict[tuple[str, tuple[str, ...]], str] = {}
    for found in _NAMED.finditer(text):
        inside = text[found.end() : _closing(text, found.end())]
        columns = tuple(_bare(part.strip().split()[0]) for part in inside.split(",") if part.strip())
        names[" ".join(found[2].upper().split()), columns] = _bare(found[1])
    return names


def _closing(text: str, start: int) -> int:
    """Return where the parenthesis that was opened before `start` is closed."""
    depth = 1
    for place in range(start, len(text)):
        depth += {"(": 1, ")": -1}.get(text[place], 0)
        if depth == 0:
            return place
    return len(text)


def _uniques(table: str, names: dict[tuple[str, tuple[str, ...]], str], read: Read) -> Iterator[ConstraintFact]:
    for _, index, _, origin, _ in read(f"PRAGMA index_list({_quoted(table)})"):
        if origin == "u":
            columns = tuple(str(row[2]) for row in read(f"PRAGMA index_info({_quoted(str(index))})"))
            name = names.get(("UNIQUE", columns), "")
            yield ConstraintFact(table, name, "unique", f"UNIQUE ({', '.join(columns)})", columns)


def _foreign_keys(
    table: str, text: str, names: dict[tuple[str, tuple[str, ...]], str], read: Read
) -> Iterator[ConstraintFact]:
    keys: dict[int, list[tuple[Any, ...]]] = {}
    for row in read(f"PRAGMA foreign_key_list({_quoted(table)})"):
        keys.setdefault(int(row[0]), []).append(row)
    for rows in keys.values():
        ordered = sorted(rows, key=lambda row: int(row[1]))
        columns = tuple(str(row[3]) for row in ordered)
        parent, on_update, on_delete = str(ordered[0][2]), str(ordered[0][5]).lower(), str(ordered[0][6]).lower()
        name = names.get(("FOREIGN KEY", columns), "")
        referred = tuple(str(row[4]) for row in ordered if row[4] is not None) or _primary_key(parent, read)
        yield ConstraintFact(
            table=table,
            name=name,
            kind="foreign key",
            definition=f"FOREIGN KEY ({', '.join(columns)}) REFERENCES {parent} ({', '.join(referred)})"
            f" ON DELETE {on_delete.upper()} ON UPDATE {on_update.upper()}",
            columns=columns,
            ref_table=parent,
            ref_columns=referred,
            on_delete=cast(Action, on_delete),
            on_update=cast(Action, on_update),
            deferrable=_is_deferrable(text, name),
        )


def _primary_key(table: str, read: Read) -> tuple[str, ...]:
    keys = [(int(row[5]), str(row[1])) for row in read(f"PRAGMA table_xinfo({_quoted(table)})") if row[5]]
    return tuple(name for _, name in sorted(keys))


def _is_deferrable(text: str, name: str) -> bool:
    if not name:
        return False
    clause = re.search(rf'CONSTRAINT\s+["`\[]?{re.escape(name)}\b[^,]*?\)[^,]*?\)([^,]*)', text, re.IGNORECASE)
    return bool(clause and re.search(r"(?<!NOT )\bDEFERRABLE\b", clause[1], re.IGNORECASE))


def _indexes(table: str, texts: dict[str, str], read: Read) -> Iterator[IndexFact]:
    for _, name, unique, origin, _ in read(f"PRAGMA index_list({_quoted(table)})"):
        sql = texts.get(str(name), "")
        expressions, where = _index_text(sql)
        keys: list[str] = []
        for place, _, column, descending, _, is_key in read(f"PRAGMA index_xinfo({_quoted(str(name))})"):
            if is_key:
                shown = str(column) if column is not None else expressions[int(place)]
                keys.append(f"{shown} DESC" if descending else shown)
        yield IndexFact(
            table=table,
            name=str(name),
            definition=sql or f"{'UNIQUE ' if unique else ''}({', '.join(keys)})",
            method="btree",
            keys=tuple(keys),
            where=where,
            unique=bool(unique),
            of_constraint=origin in ("u", "pk"),
        )


def _index_text(sql: str) -> tuple[list[str], str]:
    """Return the keys of CREATE INDEX as they are written, expressions in parentheses, and its condition."""
    text = _OPAQUE.sub(lambda found: " " * len(found[0]), sql)
    start = text.find("(") + 1
    end = _closing(text, start)
    parts: list[str] = []
    depth, begin = 0, start
    for place in range(start, end + 1):
        depth += {"(": 1, ")": -1}.get(text[place : place + 1], 0)
        if place >= end or (text[place] == "," and depth == 0):
            parts.append(re.sub(r"\s+(ASC|DESC)$", "", sql[begin:place].strip(), flags=re.IGNORECASE))
            begin = place + 1
    keys = [part if part.startswith("(") and part.endswith(")") else f"({part})" for part in parts]
    condition = re.search(r"\bWHERE\b", text[end:], re.IGNORECASE)
    return keys, sql[end + condition.end() :].strip() if condition else ""
