"""Bytes of a row on PostgreSQL, from the column types and their alignment.

    page 8192 = header 24 + line pointers (4 a row) + tuples
    tuple     = header 23 (+ null bitmap), padded to 8, + columns, each aligned by its type, padded to 8

https://www.postgresql.org/docs/current/storage-page-layout.html
"""

from __future__ import annotations

import math
import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

from database_specialist.agent.model.relational import Column, Schema, Table
from database_specialist.agent.operations.figures import number

PAGE = 8192
PAGE_HEADER = 24
LINE_POINTER = 4
TUPLE_HEADER = 23
TOAST_LIMIT = 2000
TOAST_POINTER = 18

AVERAGES: dict[str, Any] = tomllib.loads(
    files("database_specialist.agent.operations").joinpath("averages.toml").read_text(encoding="utf-8")
)

# name -> (bytes, alignment), from pg_type.typlen and pg_type.typalign.
_FIXED: dict[str, tuple[int, int]] = {
    "boolean": (1, 1),
    "bool": (1, 1),
    "smallint": (2, 2),
    "int2": (2, 2),
    "integer": (4, 4),
    "int": (4, 4),
    "int4": (4, 4),
    "real": (4, 4),
    "float4": (4, 4),
    "date": (4, 4),
    "bigint": (8, 8),
    "int8": (8, 8),
    "double precision": (8, 8),
    "float8": (8, 8),
    "timestamp": (8, 8),
    "timestamptz": (8, 8),
    "timestamp with time zone": (8, 8),
    "timestamp without time zone": (8, 8),
    "time": (8, 8),
    "money": (8, 8),
    "timetz": (12, 8),
    "interval": (16, 8),
    "point": (16, 8),
    "uuid": (16, 1),
    "macaddr": (6, 4),
}
# Variable-length types whose content hardly varies: bytes after the length word.
_NEAR_FIXED = {
    "inet": 6,
    "cidr": 6,
    "daterange": 13,
    "int4range": 13,
    "tstzrange": 21,
    "tsrange": 21,
    "int8range": 21,
    "numrange": 24,
    "geography": 28,
    "geometry": 28,
}


@dataclass(frozen=True)
class Width:
    """What one column takes in a row."""

    content: float
    """Bytes of the value, without a length word."""
    align: int
    is_variable: bool = False

    @property
    def in_row(self) -> float:
        """Bytes with the length word; a value over the TOAST limit leaves a pointer."""
        if not self.is_variable:
            return self.content
        if self.content > TOAST_LIMIT:
            return TOAST_POINTER
        return self.content + (1 if self.content <= 126 else 4)

    @property
    def out_of_row(self) -> float:
        """Bytes in the TOAST table: chunks of 1,996 bytes with their headers."""
        return self.content * 2048 / 1996 if self.is_variable and self.content > TOAST_LIMIT else 0

    @property
    def is_aligned(self) -> bool:
        """Whether padding goes before it: a value with a one-byte length word needs none."""
        return not self.is_variable or 126 < self.content <= TOAST_LIMIT


@dataclass(frozen=True)
class Bytes:
    """A size and the arithmetic that gave it."""

    value: float
    basis: str


def split_type(native: str) -> tuple[str, tuple[int, ...], bool]:
    """Return a type's lower-case name, its arguments, and whether it is an array.

    >>> split_type("numeric(14,2)"), split_type("timestamp(3) with time zone"), split_type("text[]")
    (('numeric', (14, 2), False), ('timestamp with time zone', (3,), False), ('text', (), True))
    """
    arguments = re.search(r"\(([\d\s,]*)\)", native)
    name = re.sub(r"\([^)]*\)", "", native.replace("[]", "")).strip().strip('"').lower()
    numbers = tuple(int(part) for part in re.findall(r"\d+", arguments.group(1))) if arguments else ()
    return re.sub(r"\s+", " ", name), numbers, native.endswith("[]")


def content_bytes(column: Column, name: str, arguments: tuple[int, ...]) -> float:
    """Return the average bytes of a text-like value: its allowed values, else its kind, capped by its length."""
    if column.values:
        return round(sum(len(value.encode()) for value in column.values) / len(column.values), 1)
    kinds, natives = AVERAGES["content"], AVERAGES["content_of_native_type"]
    average = kinds.get(column.logical_type or "", natives.get(name, 24))
    if name in ("char", "character", "bpchar") and arguments:
        return float(arguments[0])
    return float(min(average, arguments[0]) if arguments and name != "vector" else average)


def column_width(column: Column, schema: Schema) -> Width:
    """Return the width of a column on PostgreSQL.

    >>> column_width(Column(name="id", type="bigint"), Schema(engine="postgresql", tables=()))
    Width(content=8, align=8, is_variable=False)
    """
    name, arguments, is_array = split_type(column.type)
    domain = next((domain for domain in schema.domains if domain.name.lower() == name), None)
    if domain is not None:
        return column_width(column.model_copy(update={"type": domain.base}), schema)
    if any(enum.name.lower() == name for enum in schema.enums):
        return Width(4, 4)
    if is_array:
        return Width(20 + AVERAGES["content"]["text_list"] * 1.5, 4, is_variable=True)
    if name in _FIXED:
        return Width(*_FIXED[name])
    if name in ("numeric", "decimal"):
        return Width(_numeric_bytes(arguments), 4, is_variable=True)
    if name in ("vector", "halfvec"):
        return Width(4 + (arguments[0] if arguments else 768) * (4 if name == "vector" else 2), 4, is_variable=True)
    return Width(_NEAR_FIXED.get(name) or content_bytes(column, name, arguments), 4, is_variable=True)


def _numeric_bytes(arguments: tuple[int, ...]) -> float:
    """Header 2, and 2 for each group of 4 digits; a value fills about half of the digits before the point."""
    precision, scale = (*arguments, 0)[:2] if arguments else (12, 2)
    return 2 + 2 * (math.ceil(max(1, (precision - scale) / 2) / 4) + math.ceil(scale / 4))


def padded(value: float, align: int) -> float:
    """Round up to a multiple.

    >>> padded(9, 8), padded(16, 8)
    (16, 16)
    """
    return math.ceil(value / align) * align


def laid_out(widths: Sequence[Width]) -> float:
    """Return the bytes of columns in order, with the padding before each."""
    offset = 0.0
    for width in widths:
        offset = (padded(offset, width.align) if width.is_aligned else offset) + width.in_row
    return offset


def tuple_bytes(table: Table, schema: Schema, *, with_optional: bool) -> float:
    """Return header and columns of one row, padded; without the optional columns they are NULL and take no bytes."""
    columns = [column for column in table.columns if with_optional or not column.nullable]
    bitmap = math.ceil(len(table.columns) / 8) if len(columns) < len(table.columns) else 0
    return padded(padded(TUPLE_HEADER + bitmap, 8) + laid_out([column_width(c, schema) for c in columns]), 8)


def row_bytes(table: Table, schema: Schema) -> Bytes:
    """Return the heap bytes of an average row, its share of the page included, with the arithmetic."""
    full, bare = (tuple_bytes(table, schema, with_optional=flag) for flag in (True, False))
    share = AVERAGES["share"]["optional_filled"]
    mean = full if full == bare else share * full + (1 - share) * bare
    per_page = max(1, int((PAGE - PAGE_HEADER) // (mean + LINE_POINTER)))
    toast = _toast(table, schema)
    basis = f"24 header + {_columns(table, schema)}, aligned and padded = {number(full)} B"
    if full != bare:
        basis += (
            f"; optional columns NULL: {number(bare)} B; {share:.0%} of the rows filled (assumed): {number(mean)} B"
        )
    basis += f"; + {LINE_POINTER} line pointer; ({PAGE:,} - {PAGE_HEADER}) / {number(mean + LINE_POINTER)} = "
    basis += f"{per_page} rows a page; {PAGE:,} / {per_page} = {number(PAGE / per_page)} B"
    if toast:
        basis += f"; + {number(toast)} B TOAST"
    return Bytes(PAGE / per_page + toast, basis)


def _toast(table: Table, schema: Schema) -> float:
    share = AVERAGES["share"]["optional_filled"]
    return sum(column_width(column, schema).out_of_row * (share if column.nullable else 1) for column in table.columns)


def _columns(table: Table, schema: Schema) -> str:
    widths = [(column.name, column_width(column, schema)) for column in table.columns]
    return " + ".join(f"{name} {'~' if width.is_variable else ''}{number(width.in_row)}" for name, width in widths)
