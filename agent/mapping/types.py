"""Column types: the table of `types.toml`, applied to one attribute."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files
from typing import Any

from database_specialist.agent.dialects.identifiers import literal
from database_specialist.agent.model.base import Engine
from database_specialist.agent.model.entities import Attribute, LogicalType

NOW = {
    "postgresql": "now()",
    "sqlite": "(strftime('%Y-%m-%dT%H:%M:%SZ', 'now'))",
    "mysql": "(utc_timestamp(6))",
    "mariadb": "(utc_timestamp(6))",
}
TODAY = {
    "postgresql": "CURRENT_DATE",
    "sqlite": "(date('now'))",
    "mysql": "(utc_date())",
    "mariadb": "(utc_date())",
}
NEW_UUID = {
    "postgresql": "uuidv7()",
    "sqlite": "(lower(hex(randomblob(4)) || '-' || hex(randomblob(2)) || '-4' || substr(hex(randomblob(2)), 2) || '-a' "
    "|| substr(hex(randomblob(2)), 2) || '-' || hex(randomblob(6))))",
    "mysql": "(uuid())",
    "mariadb": "(uuid())",
}
_PRECISE = ("decimal", "money", "percentage")
"""Types whose length is all their digits."""
KEY_TYPE = {"postgresql": "bigint", "sqlite": "INTEGER", "mysql": "bigint", "mariadb": "bigint"}


@cache
def type_table() -> dict[str, dict[str, Any]]:
    """Return the rows of `types.toml` by logical type."""
    text = files("database_specialist.agent.mapping").joinpath("types.toml").read_text("utf-8")
    return tomllib.loads(text)


def family(engine: Engine) -> str:
    """Return the engine whose types it shares: MariaDB has those of MySQL."""
    return "mysql" if engine == "mariadb" else engine


def native_type(attribute: Attribute, engine: Engine) -> str:
    """Return the column type of an attribute."""
    row = type_table()[attribute.type]
    return str(row[family(engine)]).format(**_parameters(attribute, row))


def plain_type(logical: LogicalType, engine: Engine) -> str:
    """Return the column type of a logical type with its usual length and scale."""
    return native_type(Attribute(name="x", meaning="", type=logical), engine)


def new_uuid(engine: Engine, major: int) -> str:
    """Return the default that makes a key. PostgreSQL has uuidv7() since 18."""
    if engine == "postgresql" and major < 18:
        return "gen_random_uuid()"
    return NEW_UUID[engine]


def default_expression(attribute: Attribute, engine: Engine, major: int) -> str | None:
    """Return the default of an attribute as SQL, or None."""
    value = attribute.default
    if value is None:
        return None
    if value == "now" and attribute.type == "timestamp":
        return NOW[engine]
    if value in ("now", "today") and attribute.type == "date":
        return TODAY[engine]
    if value == "new_uuid" and attribute.type == "uuid":
        return new_uuid(engine, major)
    return _literal_default(attribute, value, engine)


def length_of(attribute: Attribute) -> int | None:
    """Return the greatest length to enforce, or None where the type has none."""
    if attribute.type in _PRECISE:
        return None
    if attribute.length is not None:
        return attribute.length
    row = type_table()[attribute.type]
    return int(row["length"]) if row.get("limit") else None


def scale_of(attribute: Attribute) -> int:
    """Return the digits after the point."""
    row = type_table()[attribute.type]
    return attribute.scale if attribute.scale is not None else int(row.get("scale", 0))


def _parameters(attribute: Attribute, row: dict[str, Any]) -> dict[str, int]:
    length = attribute.length or int(row.get("length", 0))
    if attribute.type == "enum":
        length = max([length, *(len(value) for value in attribute.values)])
    scale = scale_of(attribute)
    whole = int(row.get("precision", 0)) - int(row.get("scale", 0))
    if attribute.type in _PRECISE and attribute.length is not None:
        whole = attribute.length - scale
    whole = max(whole, _whole_digits(attribute))
    return {"length": length, "precision": whole + scale, "scale": scale}


def _whole_digits(attribute: Attribute) -> int:
    bounds = [abs(bound) for bound in (attribute.minimum, attribute.maximum) if bound is not None]
    return max((len(str(int(bound))) for bound in bounds), default=0)


def _literal_default(attribute: Attribute, value: str | int | float | bool, engine: Engine) -> str:
    if isinstance(value, bool):
        return str(int(value)) if engine == "sqlite" else str(value).lower()
    if isinstance(value, int | float):
        return repr(value)
    if engine in ("mysql", "mariadb") and attribute.type in ("long_text", "json", "text_list"):
        return f"({literal(value, engine)})"
    return literal(value, engine)
