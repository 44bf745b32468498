"""Ways through a schema that the rules share: columns, keys, access paths, type families, words of a name."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import chain

from database_specialist.agent.model.base import Figure, Part
from database_specialist.agent.model.relational import Column, ForeignKey, Schema, Table, Unique
from database_specialist.agent.model.workload import Index, Indexes

_TYPE_FAMILIES = {
    "integer": ("smallint", "integer", "int", "bigint", "int2", "int4", "int8", "mediumint", "tinyint", "serial",
                "bigserial", "smallserial", "serial4", "serial8"),
    "float": ("real", "double precision", "double", "float", "float4", "float8"),
    "decimal": ("numeric", "decimal", "money"),
    "text": ("text", "varchar", "character varying", "char", "character", "bpchar", "citext", "tinytext",
             "mediumtext", "longtext", "nvarchar", "nchar", "name", "clob"),
    "boolean": ("boolean", "bool"),
    "timestamp": ("timestamp", "timestamptz", "timestamp without time zone", "timestamp with time zone", "datetime"),
    "time": ("time", "timetz", "time with time zone", "time without time zone"),
    "date": ("date",),
    "uuid": ("uuid",),
    "json": ("json", "jsonb"),
    "binary": ("bytea", "blob", "tinyblob", "mediumblob", "longblob", "binary", "varbinary", "oid"),
}  # fmt: skip
_FAMILY = {name: family for family, names in _TYPE_FAMILIES.items() for name in names}


def base_type(sql_type: str) -> str:
    """Return the type without its length, lower case.

    >>> base_type("VARCHAR(255)"), base_type("timestamp(0) with time zone"), base_type("text[]")
    ('varchar', 'timestamp with time zone', 'text[]')
    """
    bare = re.sub(r"\([^)]*\)", "", sql_type.lower())
    return re.sub(r"\s+(unsigned|collate\b.*|character set\b.*)$", "", " ".join(bare.split()))


def family(sql_type: str) -> str:
    """Return the family of a type: "integer", "text", ...; the bare type itself when it belongs to none.

    >>> family("bigint"), family("numeric(14,2)"), family("tstzrange")
    ('integer', 'decimal', 'tstzrange')
    """
    bare = base_type(sql_type)
    return _FAMILY.get(bare, bare)


def length(sql_type: str) -> int | None:
    """Return the first number in the type's parentheses.

    >>> length("varchar(40)"), length("text")
    (40, None)
    """
    found = re.search(r"\(\s*(\d+)", sql_type)
    return int(found.group(1)) if found else None


def words(name: str) -> tuple[str, ...]:
    """Split an identifier into its words.

    >>> words("OrderLine_unitPrice")
    ('order', 'line', 'unit', 'price')
    """
    parted = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name)
    return tuple(re.findall(r"[^\W\d_]+|\d+", parted.lower()))


def columns(schema: Schema) -> Iterator[tuple[Table, Column]]:
    """Yield each column with its table, in declared order."""
    return ((table, column) for table in schema.tables for column in table.columns)


def foreign_keys(schema: Schema) -> Iterator[tuple[Table, ForeignKey]]:
    """Yield each foreign key with its table, in declared order."""
    return ((table, key) for table in schema.tables for key in table.foreign_keys)


def uniques(schema: Schema) -> Iterator[tuple[Table, Unique]]:
    """Yield each unique constraint with its table, in declared order."""
    return ((table, unique) for table in schema.tables for unique in table.uniques)


def tables_by_name(schema: Schema) -> dict[str, Table]:
    """Return the tables by name, for rules that look up many."""
    return {table.name: table for table in schema.tables}


def key_columns(table: Table) -> frozenset[str]:
    """Return the columns of the primary key."""
    return frozenset(table.primary_key.columns) if table.primary_key else frozenset()


def foreign_columns(table: Table) -> frozenset[str]:
    """Return the columns that stand in a foreign key."""
    return frozenset(chain.from_iterable(key.columns for key in table.foreign_keys))


def unique_sets(table: Table) -> tuple[tuple[str, ...], ...]:
    """Return the column lists that are unique over all rows: the primary key first, partial ones left out."""
    primary = (table.primary_key.columns,) if table.primary_key else ()
    return (*primary, *(unique.columns for unique in table.uniques if unique.where is None))


def index_columns(index: Index) -> tuple[str, ...]:
    """Return the keys of an index as text: column names, or expressions."""
    return tuple(key.expression for key in index.keys)


def access_paths(table: Table, indexes: Indexes) -> Iterator[tuple[str, ...]]:
    """Yield the key lists of every B-tree that can find rows of the table: keys first, then complete indexes."""
    yield from unique_sets(table)
    yield from (
        index_columns(index)
        for index in indexes.planned
        if index.table == table.name and index.where is None and index.method == "btree"
    )


def serves(path: Sequence[str], wanted: Sequence[str]) -> bool:
    """Say whether an index with these keys finds rows by all the wanted columns, in any order.

    >>> serves(("b", "a", "c"), ("a", "b")), serves(("a", "c"), ("a", "b"))
    (True, False)
    """
    return set(path[: len(wanted)]) == set(wanted)


def mentions(text: str, name: str) -> bool:
    """Say whether an SQL text mentions this identifier as a whole word.

    >>> mentions("(status)::text = 'new'", "status"), mentions("status_code > 1", "status")
    (True, False)
    """
    return re.search(rf"(?<![\w]){re.escape(name)}(?![\w])", text) is not None


def listed(names: Iterable[str]) -> str:
    """Join names for a sentence.

    >>> listed(("a", "b", "c"))
    'a, b, c'
    """
    return ", ".join(names)


def is_surrogate(table: Table, column: Column) -> bool:
    """Say whether the column is a key that the database makes up."""
    made_up = (
        column.identity or "nextval" in (column.default or "").lower() or base_type(column.type).endswith("serial")
    )
    return key_columns(table) == {column.name} and (made_up or "uuid" in (column.default or "").lower())


_LOG_WORDS = frozenset({"audit", "log", "logs", "history", "outbox", "event", "events", "activity", "activities"})
_MONEY_WORDS = frozenset(
    {"price", "amount", "cost", "fee", "fees", "balance", "salary", "wage", "subtotal", "revenue", "budget", "refund",
     "premium", "deposit", "payout", "credit", "debit"}
)  # fmt: skip
_MINOR_UNITS = frozenset({"cents", "minor", "pence", "micros"})


def is_log(table: Table) -> bool:
    """Say whether the table writes down what happened: it may point at what is gone."""
    return table.kind in ("audit", "outbox", "event", "history") or not _LOG_WORDS.isdisjoint(words(table.name))


def is_money(column: Column) -> bool:
    """Say whether the column holds an amount of money: by its logical type, or by its name where there is none."""
    if column.logical_type is not None:
        return column.logical_type == "money"
    named = [word for word in words(column.name) if word not in _MINOR_UNITS]
    numeric = family(column.type) in ("decimal", "float", "integer")
    return bool(named) and named[-1] in _MONEY_WORDS and numeric and base_type(column.type) != "money"


def singular(name: str) -> str:
    """Return the singular of a table's name, as far as its ending tells.

    >>> singular("companies"), singular("boxes"), singular("orders"), singular("status")
    ('company', 'box', 'order', 'status')
    """
    for ending, stem in (("ies", "y"), ("sses", "ss"), ("xes", "x"), ("ches", "ch"), ("shes", "sh")):
        if name.endswith(ending):
            return name.removesuffix(ending) + stem
    return name if name.endswith(("ss", "us", "is")) or not name.endswith("s") else name[:-1]


def projected_rows(table: Table, years: int = 5) -> float | None:
    """Return the rows after these years, deletions not counted; None when no figure is known."""
    if table.rows is None and table.rows_per_day is None:
        return None
    return (table.rows.value if table.rows else 0) + (
        table.rows_per_day.value if table.rows_per_day else 0
    ) * 365 * years


def figures(part: Part, path: str = "") -> Iterator[tuple[str, Figure]]:
    """Yield each figure of a part and of what it holds, with the way to it: "tables.orders.rows"."""
    for field in type(part).model_fields:
        value = getattr(part, field)
        for item in value if isinstance(value, tuple) else (value,):
            name = getattr(item, "name", None) or getattr(item, "id", None) or getattr(item, "table", None)
            here = ".".join(str(step) for step in (path, field, name if item is not value else None) if step)
            if isinstance(item, Figure):
                yield here, item
            elif isinstance(item, Part):
                yield from figures(item, here)


def reaches(table: Table, wanted: Callable[[Table], bool], tables: Mapping[str, Table]) -> bool:
    """Say whether the table, or one that its foreign keys lead to, is a wanted one."""
    seen = {table.name}
    waiting = [table]
    while waiting:
        here = waiting.pop()
        if wanted(here):
            return True
        ahead = [tables[key.ref_table] for key in here.foreign_keys if key.ref_table in tables]
        waiting += [other for other in ahead if other.name not in seen]
        seen.update(other.name for other in ahead)
    return False
