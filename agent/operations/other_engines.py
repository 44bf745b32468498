"""Bytes of a row on InnoDB and on SQLite: simpler models, each stated in the basis it gives.

InnoDB keeps the row in the primary key's B-tree (5 header, 6 transaction id, 7 roll pointer, null bitmap, length
bytes) and the primary key in every secondary entry: https://dev.mysql.com/doc/refman/8.4/en/innodb-row-format.html.
SQLite keeps a record of type codes and values under a rowid: https://www.sqlite.org/fileformat2.html.
"""

from __future__ import annotations

import math

from database_specialist.agent.model.relational import Column, Schema, Table
from database_specialist.agent.model.workload import Indexes
from database_specialist.agent.operations.figures import number
from database_specialist.agent.operations.index_width import Entry, entries
from database_specialist.agent.operations.row_width import AVERAGES, Bytes, content_bytes, split_type

_INNODB_FIXED = {
    "tinyint": 1,
    "boolean": 1,
    "bool": 1,
    "smallint": 2,
    "mediumint": 3,
    "int": 4,
    "integer": 4,
    "float": 4,
    "bigint": 8,
    "double": 8,
    "date": 3,
    "time": 6,
    "datetime": 8,
    "timestamp": 7,
    "year": 1,
    "uuid": 16,
    "inet6": 16,
    "point": 25,
}
_INNODB_OVERHEAD = 18
_INNODB_SECONDARY = 5
_INNODB_FILL = 15 / 16 * 0.75
"""Leaves are filled to 15/16 when keys ascend; with random inserts and deletes about three quarters of that."""
_SQLITE_FILL = 0.85
_SQLITE_ROWID = 4


def row_bytes(table: Table, schema: Schema) -> Bytes:
    """Return the bytes of an average row in its page."""
    return _innodb_row(table) if schema.engine in ("mysql", "mariadb") else _sqlite_row(table)


def index_bytes(table: Table, schema: Schema, indexes: Indexes) -> Bytes:
    """Return the bytes of all secondary indexes for one row; the primary key holds the row itself."""
    is_innodb = schema.engine in ("mysql", "mariadb")
    primary = table.primary_key.columns if table.primary_key else ()
    found = [
        _entry(entry, table, primary, is_innodb=is_innodb)
        for entry in entries(table, indexes)
        if table.primary_key is None or entry.name != table.primary_key.name or _needs_own_tree(table, is_innodb)
    ]
    total = sum(part.value for part in found)
    return Bytes(total, "; ".join(part.basis for part in found) + f"; together {number(total)} B" if found else "none")


def _needs_own_tree(table: Table, is_innodb: bool) -> bool:
    """SQLite keeps a primary key apart unless it is a single integer column, the rowid itself."""
    primary = table.primary_key.columns if table.primary_key else ()
    column = table.column(primary[0]) if len(primary) == 1 else None
    return not is_innodb and not (column is not None and column.type.lower() == "integer")


def _entry(entry: Entry, table: Table, primary: tuple[str, ...], *, is_innodb: bool) -> Bytes:
    width = _innodb_bytes if is_innodb else _sqlite_bytes
    named = [table.column(key) for key in (*entry.keys, *(primary if is_innodb else ()))]
    keys = sum(width(column) for column in named if column is not None)
    overhead, fill = (_INNODB_SECONDARY, _INNODB_FILL) if is_innodb else (3 + len(entry.keys) + _SQLITE_ROWID, 0.85)
    value = (keys + overhead) / fill
    if entry.is_partial:
        value *= AVERAGES["share"]["partial_index"]
    return Bytes(value, f"{entry.name} ({number(keys)} + {overhead}) / {fill:.0%} = {number(value)}")


def _innodb_row(table: Table) -> Bytes:
    columns = sum(_innodb_bytes(column) * _filled(column) for column in table.columns)
    bitmap = math.ceil(sum(column.nullable for column in table.columns) / 8)
    value = (_INNODB_OVERHEAD + bitmap + columns) / _INNODB_FILL
    basis = (
        f"5 header + 6 transaction id + 7 roll pointer + {bitmap} null bitmap + {_listed(table, _innodb_bytes)} = "
        f"{number(_INNODB_OVERHEAD + bitmap + columns)} B in pages filled to {_INNODB_FILL:.0%} = {number(value)} B"
    )
    return Bytes(value, basis)


def _sqlite_row(table: Table) -> Bytes:
    columns = sum(_sqlite_bytes(column) * _filled(column) for column in table.columns)
    header = 3 + len(table.columns) + _SQLITE_ROWID
    value = (header + columns) / _SQLITE_FILL
    basis = (
        f"record header {header} (lengths, {len(table.columns)} type codes, rowid) + {_listed(table, _sqlite_bytes)} = "
        f"{number(header + columns)} B in pages filled to {_SQLITE_FILL:.0%} = {number(value)} B"
    )
    return Bytes(value, basis)


def _filled(column: Column) -> float:
    return float(AVERAGES["share"]["optional_filled"]) if column.nullable else 1.0


def _listed(table: Table, width: object) -> str:
    measure = _innodb_bytes if width is _innodb_bytes else _sqlite_bytes
    return " + ".join(
        f"{column.name} {number(measure(column))}" + (" x 50%" if column.nullable else "") for column in table.columns
    )


def _innodb_bytes(column: Column) -> float:
    name, arguments, _ = split_type(column.type.replace(" unsigned", "").replace(" UNSIGNED", ""))
    if name == "enum":
        return 1.0
    if name in ("decimal", "numeric"):
        precision, scale = (*arguments, 0)[:2] if arguments else (10, 0)
        return math.ceil((precision - scale) / 9 * 4) + math.ceil(scale / 9 * 4)
    if name == "binary" and arguments:
        return float(arguments[0])
    fixed = _INNODB_FIXED.get(name)
    return fixed if fixed is not None else 1 + content_bytes(column, name, arguments)


def _sqlite_bytes(column: Column) -> float:
    """Integers take as many bytes as their value needs: 4 for keys and counts; dates and times are text."""
    name, arguments, _ = split_type(column.type)
    kind = column.logical_type or ""
    if kind in ("date",):
        return 10.0
    if kind in ("timestamp", "time"):
        return 20.0 if kind == "timestamp" else 8.0
    if kind == "uuid":
        return 36.0 if name == "text" else 16.0
    if kind == "boolean":
        return 0.0
    if name in ("real", "double"):
        return 8.0
    if name in ("integer", "int", "bigint", "numeric", "decimal"):
        return 4.0
    return content_bytes(column, name, arguments)
