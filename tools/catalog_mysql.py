"""Reading a catalog back from MySQL and MariaDB, through information_schema."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
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

Row = tuple[Any, ...]
Read = Callable[[str], Iterable[Row]]

_TABLES = """
SELECT table_name, table_comment FROM information_schema.tables
WHERE table_schema = database() AND table_type = 'BASE TABLE' ORDER BY table_name
"""
_COLUMNS = """
SELECT table_name, ordinal_position, column_name, column_type, is_nullable, column_default, extra,
       generation_expression, column_comment
FROM information_schema.columns WHERE table_schema = database() ORDER BY table_name, ordinal_position
"""
_KEYS = """
SELECT k.table_name, k.constraint_name, t.constraint_type, k.column_name, k.referenced_table_name,
       k.referenced_column_name
FROM information_schema.key_column_usage k
JOIN information_schema.table_constraints t
  ON t.constraint_schema = k.constraint_schema AND t.table_name = k.table_name
  AND t.constraint_name = k.constraint_name
WHERE k.table_schema = database() ORDER BY k.table_name, k.constraint_name, k.ordinal_position
"""
_ACTIONS = """
SELECT table_name, constraint_name, delete_rule, update_rule FROM information_schema.referential_constraints
WHERE constraint_schema = database()
"""
_CHECKS = """
SELECT t.table_name, c.constraint_name, c.check_clause
FROM information_schema.check_constraints c
JOIN information_schema.table_constraints t
  ON t.constraint_schema = c.constraint_schema AND t.constraint_name = c.constraint_name
  AND t.constraint_type = 'CHECK'{same_table}
WHERE c.constraint_schema = database()
"""
_INDEXES = """
SELECT table_name, index_name, non_unique, index_type, column_name, collation
FROM information_schema.statistics WHERE table_schema = database() ORDER BY table_name, index_name, seq_in_index
"""
_VIEWS = "SELECT table_name, view_definition FROM information_schema.views WHERE table_schema = database()"
_TRIGGERS = """
SELECT trigger_name, concat_ws(' ', action_timing, event_manipulation, action_statement), event_object_table
FROM information_schema.triggers WHERE trigger_schema = database()
"""
_ROUTINES = """
SELECT routine_name, routine_definition FROM information_schema.routines WHERE routine_schema = database()
"""


def mysql_catalog(read: Read, *, is_mariadb: bool) -> Catalog:
    """Read the catalog of the session's database through `read`."""
    # MariaDB names checks within their table, MySQL within the schema.
    checks = _CHECKS.format(same_table=" AND t.table_name = c.table_name" if is_mariadb else "")
    constraints = [*_keys(read), *(_check(*row) for row in read(checks) if not _is_of_type(*row))]
    keys = {(fact.table, fact.name) for fact in constraints}
    tables = tuple(TableFact(str(name), str(comment)) for name, comment in read(_TABLES))
    names = {table.name for table in tables}
    return Catalog(
        tables=tables,
        columns=tuple(_column(*row) for row in read(_COLUMNS) if str(row[0]) in names),
        constraints=tuple(sorted(constraints, key=repr)),
        indexes=_indexes(read, keys),
        views=tuple(ObjectFact(str(name), _text(definition)) for name, definition in read(_VIEWS)),
        functions=tuple(ObjectFact(str(name), _text(definition)) for name, definition in read(_ROUTINES)),
        triggers=tuple(ObjectFact(str(name), _text(text), str(table)) for name, text, table in read(_TRIGGERS)),
    )


def _text(value: Any) -> str:
    return value.decode(errors="replace") if isinstance(value, bytes) else str(value or "")


def _column(
    table: str,
    position: int,
    name: str,
    type_: Any,
    nullable: str,
    default: Any,
    extra: str,
    expression: Any,
    comment: str,
) -> ColumnFact:
    generated = _text(expression)
    # MariaDB says NULL where there is no default and the column takes NULL.
    has_default = default is not None and _text(default).upper() != "NULL" and not generated
    return ColumnFact(
        table=str(table),
        position=int(position),
        name=str(name),
        type=plain_type(_text(type_)),
        nullable=nullable == "YES",
        default=_text(default) if has_default else "",
        identity="auto_increment" in str(extra),
        generated=generated,
        comment=str(comment),
    )


def plain_type(name: str) -> str:
    """Return a type without the display width that only some versions add.

    >>> plain_type('bigint(20) unsigned'), plain_type('tinyint(1)'), plain_type('varchar(20)')
    ('bigint unsigned', 'tinyint', 'varchar(20)')
    """
    return re.sub(r"\b(tinyint|smallint|mediumint|int|bigint|year)\(\d+\)", r"\1", name.lower())


def _keys(read: Read) -> list[ConstraintFact]:
    actions = {(str(row[0]), str(row[1])): (str(row[2]).lower(), str(row[3]).lower()) for row in read(_ACTIONS)}
    grouped: dict[tuple[str, str, str], list[Row]] = {}
    for row in read(_KEYS):
        grouped.setdefault((str(row[0]), str(row[1]), str(row[2])), []).append(row)
    facts: list[ConstraintFact] = []
    for (table, name, kind), rows in grouped.items():
        columns = tuple(str(row[3]) for row in rows)
        if kind == "FOREIGN KEY":
            on_delete, on_update = actions[table, name]
            parent, referred = str(rows[0][4]), tuple(str(row[5]) for row in rows)
            definition = f"FOREIGN KEY ({', '.join(columns)}) REFERENCES {parent} ({', '.join(referred)}) {on_delete}"
            facts.append(
                ConstraintFact(
                    table,
                    name,
                    "foreign key",
                    definition,
                    columns,
                    parent,
                    referred,
                    cast(Action, on_delete),
                    cast(Action, on_update),
                )
            )
        else:
            word = "primary key" if kind == "PRIMARY KEY" else "unique"
            facts.append(ConstraintFact(table, name, cast(Any, word), f"{kind} ({', '.join(columns)})", columns))
    return facts


def _is_of_type(table: str, name: str, clause: Any) -> bool:
    """Say whether MariaDB added the check by itself: its JSON is a text that must be valid."""
    return re.sub(r"[`\s]", "", _text(clause)).lower() == f"json_valid({name})".lower()


def _check(table: str, name: str, clause: Any) -> ConstraintFact:
    return ConstraintFact(str(table), str(name), "check", f"CHECK ({_text(clause)})", expression=_text(clause))


def _indexes(read: Read, keys: set[tuple[str, str]]) -> tuple[IndexFact, ...]:
    grouped: dict[tuple[str, str], list[Row]] = {}
    for row in read(_INDEXES):
        grouped.setdefault((str(row[0]), str(row[1])), []).append(row)
    facts = []
    for (table, name), rows in grouped.items():
        columns = tuple(f"{row[4] or '(expression)'}{' DESC' if row[5] == 'D' else ''}" for row in rows)
        method = str(rows[0][3]).lower()
        facts.append(
            IndexFact(
                table=table,
                name=name,
                definition=f"{method} ({', '.join(columns)})",
                method=method,
                keys=columns,
                unique=not int(rows[0][2]),
                of_constraint=(table, name) in keys,
            )
        )
    return tuple(facts)
