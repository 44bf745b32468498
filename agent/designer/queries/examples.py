"""Values that a new row can take beside the rows that are there already."""

from __future__ import annotations

from database_specialist.agent.designer.queries.catalog import Catalog
from database_specialist.agent.model.base import Scalar
from database_specialist.agent.model.relational import Column, Table

_FAR = {
    "timestamp": ("2099-01-05T09:00:00Z", "2099-01-05T10:00:00Z"),
    "date": ("2099-01-05", "2099-01-06"),
    "time": ("23:58:00", "23:59:00"),
    "timestamp_range": ("[2099-01-05 09:00+00,2099-01-05 10:00+00)",),
    "date_range": ("[2099-01-05,2099-01-06)",),
}
_NUMBERS = frozenset({"integer", "big_integer", "decimal", "money", "percentage"})


def fresh_example(catalog: Catalog, table: Table, column: Column) -> Scalar:
    """Return a value that no stored row has, where a unique key or a rule against overlaps asks for one; else None."""
    rule = catalog.overlap_rule(table)
    if rule and column.attribute in rule.attributes and column.logical_type in _FAR:
        spans = [name for name in rule.attributes if _is_time(catalog, table, name)]
        values = _FAR[column.logical_type]
        place = spans.index(column.attribute) if column.attribute in spans else 0
        return _written(values[min(place, len(values) - 1)], catalog)
    if not _is_unique(table, column):
        return None
    found = _unlike(column)
    return _written(found, catalog) if isinstance(found, str) else found


def _written(value: str, catalog: Catalog) -> str:
    """Return a time in the form that the engine reads: MySQL takes neither T nor Z."""
    is_time = value.startswith("2099") and value.endswith("Z")
    plain = catalog.schema.engine in ("mysql", "mariadb")
    return value.replace("T", " ").removesuffix("Z") if is_time and plain else value


def _is_time(catalog: Catalog, table: Table, name: str) -> bool:
    column = catalog.attribute(table, name)
    return column is not None and column.logical_type in _FAR


def _is_unique(table: Table, column: Column) -> bool:
    sets = [unique.columns for unique in table.uniques]
    if table.primary_key:
        sets.append(table.primary_key.columns)
    return any(column.name in text.replace("(", " ").replace(")", " ").split() for keys in sets for text in keys)


def _unlike(column: Column) -> Scalar:
    if column.values:
        return None
    if column.logical_type == "email":
        return "new.person@example.org"
    if column.logical_type == "uuid" or column.type.lower() == "uuid":
        return "0190f5fe-7c00-7a00-8000-00000000beef"
    if column.logical_type in _NUMBERS:
        return int(column.maximum) if column.maximum is not None else 987654
    if column.logical_type in _FAR:
        return _FAR[column.logical_type][0]
    if column.logical_type in ("url", "file_ref"):
        return "https://example.org/new"
    if column.logical_type == "phone":
        return "+15550199"
    if column.logical_type in ("currency", "country", "language"):
        return None
    return f"new-{column.name.replace('_', '-')}"[: _room(column)]


def _room(column: Column) -> int:
    size = column.type.partition("(")[2].partition(")")[0]
    return int(size) if size.isdigit() else 60
