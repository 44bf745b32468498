"""Unique constraints: over columns or expressions, of live rows only, within a tenant."""

from __future__ import annotations

import re
from itertools import combinations

from database_specialist.agent.dialects.identifiers import quote
from database_specialist.agent.mapping.draft import TableDraft
from database_specialist.agent.mapping.ground import Ground
from database_specialist.agent.mapping.naming import shorten
from database_specialist.agent.mapping.types import family
from database_specialist.agent.model.base import FactId
from database_specialist.agent.model.relational import Column, Unique

LIVE = "deleted_at"
NULLS_NOT_DISTINCT = 15
"""The first version of PostgreSQL with NULLS NOT DISTINCT."""
_WIDE = re.compile(r"mediumtext|json|longblob|varchar\((?:7[0-9]{2}|[89][0-9]{2}|[0-9]{4,})\)")


def add_unique(
    ground: Ground,
    draft: TableDraft,
    columns: tuple[str, ...],
    *,
    why: str,
    where: str | None = None,
    name: str | None = None,
    rule: str | None = None,
    null_is_a_value: bool = False,
    facts: tuple[FactId, ...] = (),
) -> None:
    """Add a unique constraint over columns, unless an equal one stands; then that one takes the rule's name.

    With `null_is_a_value` two rows that lack the same optional part are the same, as in a natural key.
    """
    if _has_no_equality(ground, draft, columns):
        return
    where = _with_live_rows(draft, where)
    optional = tuple(each for each in columns if null_is_a_value and draft.column(each).nullable)
    keys = tuple(key_expression(ground, draft, each, optional=each in optional) for each in columns)
    keys = _within_tenant(ground, draft, columns, keys, optional)
    if where is None and set(keys) == set(draft.key):
        return
    for number, other in enumerate(draft.uniques):
        if set(other.columns) == set(keys) and other.where == where:
            draft.uniques[number] = other.model_copy(update={"rule": other.rule or rule})
            return
    native = ground.engine == "postgresql" and ground.major >= NULLS_NOT_DISTINCT
    unique = Unique(
        name=name or draft.unused(columns, "key"),
        columns=keys,
        where=where,
        nulls_not_distinct=bool(optional) and native,
        rule=rule,
        why=why,
        facts=facts,
    )
    draft.uniques.append(unique if where is None else _without_condition(ground, draft, unique))
    if optional:
        _record_optional(ground, draft, columns, optional, facts)
    if optional and ground.engine == "postgresql" and not native:
        _among_nulls(draft, unique, optional)


def _among_nulls(draft: TableDraft, unique: Unique, optional: tuple[str, ...]) -> None:
    """Add a partial unique index for each way in which optional parts may be missing: what NULLS NOT DISTINCT does."""
    for size in range(1, len(optional) + 1):
        for missing in combinations(optional, size):
            rest = tuple(key for key in unique.columns if key not in missing)
            tests = [f"{quote(name, 'postgresql')} IS NULL" for name in missing] + [unique.where or ""]
            where = " AND ".join(test for test in tests if test)
            if rest:
                name = draft.unused([*missing, "missing"], "key")
                draft.uniques.append(unique.model_copy(update={"name": name, "columns": rest, "where": where}))


def _record_optional(
    ground: Ground,
    draft: TableDraft,
    columns: tuple[str, ...],
    optional: tuple[str, ...],
    facts: tuple[FactId, ...],
) -> None:
    missing, whole = " or ".join(optional), ", ".join(columns)
    means = {
        "postgresql": "NULLS NOT DISTINCT"
        if ground.major >= NULLS_NOT_DISTINCT
        else f"partial unique indexes, for NULLS NOT DISTINCT came with PostgreSQL {NULLS_NOT_DISTINCT}",
        "sqlite": "coalesce() in the index",
    }.get(ground.engine, "a generated column that is never null")
    ground.ledger.record(
        "constraint",
        f"{draft.name} ({whole})",
        f"a missing {missing} counts as a value",
        f"({whole}) identifies a row of {draft.name}, so two that agree in the rest and both lack {missing} are one "
        f"row written twice. Kept by {means}.",
        alternatives=(
            ("UNIQUE as it is by default", f"any number of equal rows of {draft.name} without {missing} would pass"),
            (f"{missing} required", "no statement says that it is always known"),
        ),
        facts=facts,
    )


def key_expression(ground: Ground, draft: TableDraft, name: str, *, optional: bool = False) -> str:
    """Return how a column stands in a unique key: an e-mail address in lower case, others as they are."""
    column = draft.column(name)
    written = quote(name, ground.engine)
    if family(ground.engine) == "mysql":
        if optional:
            return _with_null(draft, column, written)
        return _hashed(ground, draft, column) if _WIDE.match(column.type) else name
    if column.logical_type == "email":
        return f"(lower({written}))"
    return f"(coalesce({written}, ''))" if optional and ground.engine == "sqlite" else name


def _with_null(draft: TableDraft, column: Column, written: str) -> str:
    name = shorten(f"{column.name}_or_none")
    if not draft.has(name):
        draft.columns.append(
            Column(
                name=name,
                type="varchar(64)",
                generated=f"sha2(coalesce(cast({written} AS char), ''), 256)",
                comment=f"Stands for {column.name} in a unique key, where MySQL takes two nulls for different.",
            )
        )
    return name


def _hashed(ground: Ground, draft: TableDraft, column: Column) -> str:
    name = shorten(f"{column.name}_sha256")
    if not draft.has(name):
        draft.columns.append(
            Column(
                name=name,
                type="varchar(64)",
                nullable=True,
                generated=f"sha2({quote(column.name, ground.engine)}, 256)",
                comment=f"Stands for {column.name} in a unique key, where InnoDB takes 3072 bytes at most.",
            )
        )
    return name


def _has_no_equality(ground: Ground, draft: TableDraft, columns: tuple[str, ...]) -> bool:
    points = [name for name in columns if draft.column(name).type in ("point", "geometry")]
    if points:
        ground.ledger.record(
            "constraint",
            f"{draft.name} ({', '.join(columns)})",
            "not unique",
            f"Two points are the same within a tolerance that nobody stated for {draft.name}.{points[0]}.",
            alternatives=(("unique over the point's text", "the same place with one more digit would pass"),),
        )
    return bool(points)


def _with_live_rows(draft: TableDraft, where: str | None) -> str | None:
    if draft.entity is None or not draft.entity.soft_delete or not draft.has(LIVE):
        return where
    return f"({where}) AND {LIVE} IS NULL" if where else f"{LIVE} IS NULL"


def _within_tenant(
    ground: Ground, draft: TableDraft, columns: tuple[str, ...], keys: tuple[str, ...], optional: tuple[str, ...]
) -> tuple[str, ...]:
    tenant = ground.tenant_column
    scoped = draft.entity is not None and ground.is_scoped(draft.entity.name)
    if tenant is None or not scoped or tenant in keys:
        return keys
    targets = {name for key in draft.foreign_keys for name in key.columns if not draft.column(name).nullable}
    # A key that holds a reference is within the tenant already, for the reference is: unless it may be null.
    return keys if targets & set(columns) - set(optional) else (tenant, *keys)


def _without_condition(ground: Ground, draft: TableDraft, unique: Unique) -> Unique:
    """Return the unique as it is where partial indexes exist; on MySQL a virtual column that is 1 or null stands in."""
    if family(ground.engine) != "mysql" or unique.where is None:
        return unique
    name = shorten(f"{unique.name.removeprefix(draft.name + '_').removesuffix('_key')}_applies")
    if not draft.has(name):
        draft.columns.append(
            Column(
                name=name,
                type="tinyint",
                nullable=True,
                generated=f"CASE WHEN {unique.where} THEN 1 END",
                comment=f"1 where {unique.name} applies, else null: MySQL has no partial unique index.",
            )
        )
    return unique.model_copy(update={"columns": (*unique.columns, name), "where": None})
