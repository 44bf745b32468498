"""Unique constraints: over columns or expressions, of live rows only, within a tenant."""

from __future__ import annotations

from database_specialist.agent.dialects.identifiers import quote
from database_specialist.agent.mapping.draft import TableDraft
from database_specialist.agent.mapping.ground import Ground
from database_specialist.agent.mapping.naming import constraint_name, shorten
from database_specialist.agent.mapping.types import family
from database_specialist.agent.model.base import FactId
from database_specialist.agent.model.relational import Column, Unique

LIVE = "deleted_at"


def add_unique(
    ground: Ground,
    draft: TableDraft,
    columns: tuple[str, ...],
    *,
    why: str,
    where: str | None = None,
    rule: str | None = None,
    facts: tuple[FactId, ...] = (),
) -> None:
    """Add a unique constraint over columns, unless an equal one stands; then that one takes the rule's name."""
    where = _with_live_rows(draft, where)
    keys = _within_tenant(ground, draft, tuple(key_expression(ground, draft, name) for name in columns))
    if where is None and set(keys) == set(draft.key):
        return
    for number, other in enumerate(draft.uniques):
        if set(other.columns) == set(keys) and other.where == where:
            draft.uniques[number] = other.model_copy(update={"rule": other.rule or rule})
            return
    unique = Unique(name=draft.unused(columns, "key"), columns=keys, where=where, rule=rule, why=why, facts=facts)
    draft.uniques.append(unique if where is None else _without_condition(ground, draft, unique))


def key_expression(ground: Ground, draft: TableDraft, name: str) -> str:
    """Return how a column stands in a unique key: an e-mail address in lower case, others as they are."""
    column = draft.column(name)
    if column.logical_type == "email" and family(ground.engine) != "mysql":
        return f"(lower({quote(name, ground.engine)}))"
    return name


def _with_live_rows(draft: TableDraft, where: str | None) -> str | None:
    if draft.entity is None or not draft.entity.soft_delete or not draft.has(LIVE):
        return where
    return f"({where}) AND {LIVE} IS NULL" if where else f"{LIVE} IS NULL"


def _within_tenant(ground: Ground, draft: TableDraft, keys: tuple[str, ...]) -> tuple[str, ...]:
    tenant = ground.tenant_column
    scoped = draft.entity is not None and ground.is_scoped(draft.entity.name)
    if tenant is None or not scoped or tenant in keys:
        return keys
    targets = {name for key in draft.foreign_keys for name in key.columns}
    # A key that holds a reference is within the tenant already, for the reference is.
    return keys if targets & set(keys) else (tenant, *keys)


def _without_condition(ground: Ground, draft: TableDraft, unique: Unique) -> Unique:
    """Return the unique as it is where partial indexes exist; on MySQL a virtual column that is 1 or null stands in."""
    if family(ground.engine) != "mysql" or unique.where is None:
        return unique
    name = shorten(f"{constraint_name('', unique.columns, '').strip('_')}_applies")
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
