"""Attributes: what a name, a written type or an archetype says about a value."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from database_specialist.agent.designer.knowledge import DEFAULT, AttributeSpec, Lexicon
from database_specialist.agent.designer.nouns import human, name_words
from database_specialist.agent.model.brief import DeclaredAttribute
from database_specialist.agent.model.entities import Attribute

_WRITTEN = (
    (r"uuid|guid", "uuid"),
    (r"bigserial|bigint|int8|long|bigint unsigned", "big_integer"),
    (r"serial|smallint|tinyint\(1\)|int|integer|int4|int2|mediumint|year", "integer"),
    (r"bool(ean)?|bit", "boolean"),
    (r"timestamp.*|datetime.*|instant|offsetdatetime|localdatetime", "timestamp"),
    (r"date", "date"),
    (r"time( .*)?|localtime", "time"),
    (r"interval|duration", "duration"),
    (r"money", "money"),
    (r"numeric.*|decimal.*|number|real|float.*|double.*|dec.*", "decimal"),
    (r"jsonb?|object|record<.*|map<.*", "json"),
    (r"bytea|blob|binary|varbinary.*|bytes|buffer", "binary"),
    (r"inet|cidr", "ip_address"),
    (r"(text|string|varchar.*|character varying.*)(\[\]| array)|string\[\]|array|list<string>", "text_list"),
    (r"(medium|long|tiny)?text|clob", "long_text"),
    (r"geography.*|geometry.*|point", "geo_point"),
    (r"vector.*", "vector"),
    (r"email", "email"),
    (r"url|uri", "url"),
)
_LENGTH = re.compile(r"(?:char|varchar|character varying|string)\s*\(\s*(\d+)")
_SCALE = re.compile(r"(?:numeric|decimal)\s*\(\s*\d+\s*,\s*(\d+)\s*\)")
_UNITS = {"ms": "milliseconds", "ttl": "seconds"}
"""Units that are written short."""
_TEXTUAL = frozenset(
    {
        "short_text",
        "text",
        "long_text",
        "code",
        "slug",
        "email",
        "phone",
        "url",
        "file_ref",
        "secret_hash",
        "currency",
        "country",
        "language",
        "enum",
        "ip_address",
    }
)


def setting_of(name: str, lexicon: Lexicon = DEFAULT) -> Mapping[str, Any]:
    """Return what the lexicon says about an attribute's name; an empty mapping when it says nothing.

    >>> setting_of("billing_email")["type"], setting_of("unit_price")["type"]
    ('email', 'money')
    """
    for pattern in lexicon.patterns:
        if any(_matches(name, form) for form in pattern.names):
            return pattern.settings
    return {}


@lru_cache(maxsize=100_000)
def _matches(name: str, form: str) -> bool:
    if form.startswith("*") and form.endswith("*"):
        return form[1:-1] in name
    if form.startswith("*"):
        return name.endswith(form[1:])
    if form.endswith("*"):
        return name.startswith(form[:-1])
    return name == form


def attribute(
    name: str,
    entity: str,
    *,
    lexicon: Lexicon = DEFAULT,
    facts: tuple[str, ...] = (),
    because: str | None = None,
    **given: Any,
) -> Attribute:
    """Make an attribute from its name; `given` values win over the lexicon's."""
    settings = {key: value for key, value in setting_of(name, lexicon).items()}
    measure, _, unit = name.rpartition("_")
    meaning = settings.pop("meaning", "{name} of the {entity}.").format(
        name=human(name), entity=human(entity), measure=human(measure or name), unit=_UNITS.get(unit, unit)
    )
    values: dict[str, Any] = {"type": "short_text", **settings, **{k: v for k, v in given.items() if v is not None}}
    if values["type"] != settings.get("type", "short_text") and "type" in given:
        values = {"type": given["type"], **{k: v for k, v in given.items() if v is not None}}
        values |= {k: settings[k] for k in ("personal", "sensitivity") if k in settings}
    return _finished(name, meaning[:1].upper() + meaning[1:], values, facts, because)


def _finished(
    name: str, meaning: str, values: dict[str, Any], facts: tuple[str, ...], because: str | None
) -> Attribute:
    kind = values["type"]
    if kind == "enum":
        values["values"] = tuple(dict.fromkeys(values.get("values", ())))
        if not values["values"]:
            values |= {"type": "short_text", "length": 40}
            values.pop("default", None)
        elif values.get("default") not in values["values"]:
            starts = values.get("required", True) and name in ("status", "state")
            values["default"] = values["values"][0] if starts else None
    if kind == "money":
        values.setdefault("scale", 2)
    if kind == "short_text":
        values.setdefault("length", 200)
    if kind not in _TEXTUAL:
        values.pop("length", None)
    if kind == "boolean" and values.get("default") is None:
        values["default"] = name in ("is_active", "is_available", "active", "enabled", "available", "is_open")
    if values.get("default") == "now" and kind != "timestamp":
        values.pop("default")
    for bound in ("minimum", "maximum"):
        if values.get(bound) is not None:
            values[bound] = float(values[bound])
    if values.get("unique"):
        values["required"] = values.get("required", True)
    return Attribute.model_validate(
        {"name": name, "meaning": meaning, **values, "facts": facts, "added_because": None if facts else because}
    )


def from_spec(spec: AttributeSpec, entity: str, because: str, lexicon: Lexicon = DEFAULT) -> Attribute:
    """Make a customary attribute."""
    return attribute(
        spec.name,
        entity,
        lexicon=lexicon,
        because=because,
        required=spec.required,
        unique=spec.unique or None,
        type=spec.type,
        values=spec.values or None,
        default=spec.values[0] if spec.values and spec.required else None,
    )


def from_declared(declared: DeclaredAttribute, entity: str, fact: str, lexicon: Lexicon = DEFAULT) -> Attribute:
    """Make an attribute from a column or field as it was written."""
    written = (declared.type or "").strip().lower()
    name = "_".join(name_words(declared.name))
    kind = "enum" if declared.values else logical_type(written)
    by_name = setting_of(name, lexicon).get("type")
    if kind is None or (by_name and _is_closer(by_name, kind)):
        kind = by_name or "text"
    if kind == "enum" and not declared.values:
        kind = "short_text"
    length = _LENGTH.search(written)
    scale = _SCALE.search(written)
    return attribute(
        name,
        entity,
        lexicon=lexicon,
        facts=(fact,) if fact else (),
        because="It is declared in the documents." if not fact else None,
        type=kind,
        required=declared.required if declared.required is not None else True,
        unique=declared.unique or None,
        default=_default(declared.default, kind),
        values=declared.values or None,
        length=int(length[1]) if length else None,
        scale=int(scale[1]) if scale and kind in ("decimal", "money") else None,
    )


def logical_type(written: str) -> str | None:
    """Return the logical type of a written one, or None when it says nothing.

    >>> [logical_type(text) for text in ("varchar(40)", "numeric(10,2)", "timestamptz", "status_enum")]
    ['short_text', 'decimal', 'timestamp', None]
    """
    plain = written.lower().removesuffix("?").removesuffix("!").strip()
    plain = re.split(r"\s+(?:not null|null|primary|unique|default|references|@)", plain)[0].strip()
    for pattern, kind in _WRITTEN:
        if re.fullmatch(pattern, plain):
            return kind
    if re.match(r"(?:n?varchar|char|character|string|str|citext|enum)", plain):
        return "short_text"
    return None


def _is_closer(by_name: str, written: str) -> bool:
    """Whether the name's meaning refines the written type: a varchar named e-mail is an e-mail address."""
    if written in ("short_text", "long_text", "text"):
        return by_name in _TEXTUAL - {"enum", "short_text", "long_text", "text"}
    return written == "decimal" and by_name in ("money", "percentage")


def _default(value: Any, kind: str) -> Any:
    if isinstance(value, str):
        lower = value.lower().strip("'\"")
        if "now()" in lower or "current_timestamp" in lower:
            return "now" if kind == "timestamp" else None
        if "uuid" in lower or "autoincrement" in lower or "nextval" in lower:
            return None
        if kind == "boolean" and lower in ("true", "false", "1", "0"):
            return lower in ("true", "1")
        if kind in ("integer", "big_integer", "decimal", "money"):
            return float(lower) if re.fullmatch(r"-?\d+(\.\d+)?", lower) else None
        return value.strip("'\"")
    return value
