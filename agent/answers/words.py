"""The words of the entity notation: those that are printed, and others that mean the same."""

from __future__ import annotations

from collections.abc import Mapping

from database_specialist.agent.model.entities import Sensitivity

TEXTUAL = ("short_text", "text", "long_text", "code", "slug", "email", "phone", "url", "file_ref", "secret_hash")
"""Types whose size is a greatest length."""

NUMERIC = ("decimal", "money", "percentage")
"""Types whose size is all digits and those after the point."""

SYNONYMS: Mapping[str, str] = {
    **dict.fromkeys(("string", "varchar", "char", "nvarchar"), "short_text"),
    **dict.fromkeys(("longtext", "markdown", "html", "clob"), "long_text"),
    **dict.fromkeys(("int", "smallint", "int4"), "integer"),
    **dict.fromkeys(("bigint", "int8"), "big_integer"),
    **dict.fromkeys(("numeric", "float", "double", "real"), "decimal"),
    "percent": "percentage",
    "bool": "boolean",
    **dict.fromkeys(("datetime", "timestamptz"), "timestamp"),
    "interval": "duration",
    "daterange": "date_range",
    "tstzrange": "timestamp_range",
    "jsonb": "json",
    **dict.fromkeys(("text[]", "string[]", "string_list"), "text_list"),
    **dict.fromkeys(("bytes", "bytea", "blob"), "binary"),
    **dict.fromkeys(("password_hash", "token_hash"), "secret_hash"),
    **dict.fromkeys(("inet", "ip"), "ip_address"),
    "uri": "url",
    "point": "geo_point",
    "currency_code": "currency",
    "country_code": "country",
    **dict.fromkeys(("language_code", "locale"), "language"),
    **dict.fromkeys(("file", "file_path"), "file_ref"),
    "guid": "uuid",
}
"""Other names of a type that can mean nothing else."""

FLAGS: Mapping[str, tuple[str, bool]] = {
    **dict.fromkeys(("required", "not null", "mandatory", "not_null"), ("required", True)),
    **dict.fromkeys(("optional", "null", "nullable"), ("required", False)),
    "unique": ("unique", True),
    **dict.fromkeys(("immutable", "readonly", "read_only", "unchanging"), ("immutable", True)),
    **dict.fromkeys(("personal", "pii"), ("personal", True)),
}

SENSITIVITIES = ("public", "internal", "confidential", "restricted")


def own_sensitivity(kind: str, *, personal: bool) -> Sensitivity:
    """Return the sensitivity of a value when its line names none."""
    if kind == "secret_hash":
        return "restricted"
    return "confidential" if personal else "internal"
