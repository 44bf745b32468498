"""How each column of a new row follows from a row of the seed: SQL expressions, the most varied first.

A row of the seed is valid in every way, so the last expression of each list is its value as it stands; what is
before it gives more distinct values, and is given up when a check refuses it.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from database_specialist.agent.dialects import quote
from database_specialist.agent.model.relational import Column, Schema, Table
from database_specialist.agent.sampling.filling.numbers import hashed, share, word, words

Expressions = tuple[str, ...]

_HOLDS_TEXT = re.compile(r"text|citext|(var)?char(acter)?( varying)?\b|bpchar", re.IGNORECASE)
_WHOLE = re.compile(r"(small|big)?int(eger)?\b|int[248]\b", re.IGNORECASE)
_DECIMAL = re.compile(r"numeric|decimal|real|double|float", re.IGNORECASE)
_ONE_OF_A_KIND = {"email", "phone", "url", "slug", "code", "file_ref", "secret_hash"}
_PROSE = {"text", "long_text"}
_TEMPLATE_NUMBER = "b._template"


@dataclass(frozen=True)
class Place:
    """Where a column stands, and what is known of it."""

    table: Table
    column: Column
    type: str
    """The column's type, with a domain's base in the domain's place."""
    is_unique: bool
    """Each row needs another value."""
    first_key: int = 0
    """Greatest value of the seed, for keys that are numbers."""
    target: int = 1000
    """Rows that the table is going to have."""

    @property
    def old(self) -> str:
        """The seed's value."""
        return f"b.{quote(self.column.name, 'postgresql')}"

    @property
    def salt(self) -> str:
        """What makes its hashes its own."""
        return f"{self.table.name}.{self.column.name}"


def expressions(place: Place) -> Expressions:
    """Return the expressions for a column, in terms of `b`: a row of the seed with `_n`, the new row's number."""
    for applies, make in _KINDS:
        if applies(place):
            return tuple(f"({each})::{place.type}" for each in dict.fromkeys((*make(place), place.old)))
    return (place.old,)


def base_type(column: Column, schema: Schema) -> str:
    """Return the column's type, with a domain's base in the domain's place."""
    return next((domain.base for domain in schema.domains if domain.name == column.type), column.type)


def _is_text(place: Place) -> bool:
    return bool(_HOLDS_TEXT.match(place.type)) and not place.type.endswith("[]")


def _is_time(place: Place) -> bool:
    return place.type.lower().startswith("timestamp")


def _unique_number(place: Place) -> Expressions:
    return (f"{place.first_key} + b._n",)


def _uuid(place: Place) -> Expressions:
    digest = f"md5('{place.salt}' || b._n)"
    if "uuidv7" in (place.column.default or "").lower():
        moment = "lpad(to_hex(1767225600000 + b._n), 12, '0')"
        return (f"{moment} || '7' || substr({digest}, 1, 3) || '8' || substr({digest}, 4, 15)",)
    return (digest,)


def _unique_text(place: Place) -> Expressions:
    digits = rf"substring({place.old} from '(\d+)\D*$')"
    number = f"({digits}::numeric - {_TEMPLATE_NUMBER} + b._n)"
    counted = (
        rf"coalesce(regexp_replace({place.old}, '\d+(\D*)$', "
        rf"lpad({number}::text, greatest(length({digits}), length({number}::text)), '0') || '\1'), "
        f"{place.old} || ' ' || b._n)"
    )
    letters = " || ".join(f"chr(65 + ((b._n * 7 + {place.first_key}) / {26**step} % 26)::integer)" for step in range(3))
    fitting = f"left({letters} || upper(md5(b._n::text)), length({place.old}))"
    digest = f"left(encode(sha256(('{place.salt}' || b._n)::bytea), 'hex'), length({place.old}))"
    if place.column.logical_type == "secret_hash":
        return digest, counted, f"{place.old} || b._n"
    return (
        counted,
        f"{place.old} || ' ' || b._n",
        f"{place.old} || '-' || b._n",
        f"{place.old} || b._n",
        fitting,
        digest,
    )


def _varied_text(place: Place) -> Expressions:
    if place.column.logical_type in _PROSE:
        return f"{place.old} || ' ' || {words('b._n', place.salt)}", f"{place.old} || ' ' || {word('b._n', place.salt)}"
    variants = max(10, round(5 * place.target**0.5))
    variant = f"floor({variants} * power({share('b._n', place.salt)}, 2))"
    return f"{place.old} || ' ' || {word(variant, place.salt)}", f"{place.old} || ({variant})::integer"


def _whole(place: Place) -> Expressions:
    return _bounded(place, f"round({place.old} * (0.25 + 1.5 * {share('b._n', place.salt)}))")


def _decimal(place: Place) -> Expressions:
    found = re.search(r",\s*(\d+)\s*\)", place.type)
    scale = int(found[1]) if found else 2
    return _bounded(place, f"round(({place.old} * (0.25 + 1.5 * {share('b._n', place.salt)}))::numeric, {scale})")


def _bounded(place: Place, value: str) -> Expressions:
    low, high = place.column.minimum, place.column.maximum
    value = f"greatest({value}, {low:g})" if low is not None else value
    return (f"least({value}, {high:g})" if high is not None else value,)


def _range(place: Place) -> Expressions:
    old, kind = place.old, place.type.lower()
    step = "b._days" if kind == "daterange" else "b._shift"
    bounds = f"CASE WHEN lower_inc({old}) THEN '[' ELSE '(' END || CASE WHEN upper_inc({old}) THEN ']' ELSE ')' END"
    moved = f"{kind}(lower({old}) + {step}, upper({old}) + {step}, {bounds})"
    return (f"CASE WHEN isempty({old}) THEN {old} ELSE {moved} END",)


def _json(place: Place) -> Expressions:
    number = hashed("b._n", place.salt)
    return (
        f"CASE jsonb_typeof({place.old}) WHEN 'object' THEN {place.old} || jsonb_build_object('n', {number} % 100000) "
        f"ELSE {place.old} END",
    )


_Kind = tuple[Callable[[Place], bool], Callable[[Place], Expressions]]
_KINDS: tuple[_Kind, ...] = (
    (lambda place: place.is_unique and bool(_WHOLE.match(place.type)), _unique_number),
    (lambda place: bool(place.column.values) and not place.is_unique, lambda place: ()),
    (lambda place: place.type.lower() == "uuid", _uuid),
    (
        lambda place: _is_text(place) and (place.is_unique or place.column.logical_type in _ONE_OF_A_KIND),
        _unique_text,
    ),
    (_is_text, _varied_text),
    (_is_time, lambda place: (f"{place.old} + b._shift",)),
    (lambda place: place.type.lower() == "date", lambda place: (f"{place.old} + b._days",)),
    (lambda place: place.type.lower() in ("daterange", "tstzrange", "tsrange"), _range),
    (lambda place: bool(_WHOLE.match(place.type)), _whole),
    (lambda place: bool(_DECIMAL.match(place.type)) and not place.type.endswith("[]"), _decimal),
    (lambda place: place.type.lower() == "jsonb", _json),
)
