"""Conditions that many queries share: by key, within the tenant, after the last row seen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from database_specialist.agent.designer.queries.catalog import Catalog
from database_specialist.agent.designer.queries.statement import Bindings
from database_specialist.agent.model.relational import Column, Table


def by_key(catalog: Catalog, table: Table, binds: Bindings) -> list[str]:
    """Return the equality on every column of the primary key."""
    return [f"{catalog.qualified(table, column)} = {binds.of(table, column)}" for column in catalog.key(table)]


def in_tenant(catalog: Catalog, table: Table, binds: Bindings, present: Sequence[str] = ()) -> list[str]:
    """Return the tenant's condition and the one that leaves soft-deleted rows out."""
    found: list[str] = []
    column = catalog.tenant_key(table)
    if column is not None and not any(part.startswith(f"{catalog.qualified(table, column)} =") for part in present):
        found.append(f"{catalog.qualified(table, column)} = {binds.of(table, column)}")
    scope = catalog.scope(table)
    return [*found, scope] if scope else found


def keyset(
    catalog: Catalog,
    table: Table,
    keys: Sequence[Column],
    binds: Bindings,
    *,
    descending: bool,
    ranks: Mapping[str, str] | None = None,
) -> list[str]:
    """Return the condition that goes on after the last row of the page before.

    `ranks` are sorted by in place of the columns of those names.
    """
    word, ranks = "before" if descending else "after", ranks or {}
    names = [ranks.get(key.name) or catalog.qualified(table, key) for key in keys]
    values = [
        binds.bind(f"{word}_{key.name}_rank", "integer", example=0)
        if key.name in ranks
        else binds.of(table, key, name=f"{word}_{key.name}")
        for key in keys
    ]
    sign = "<" if descending else ">"
    if not keys:
        return []
    if len(keys) == 1:
        return [f"{names[0]} {sign} {values[0]}"]
    if catalog.schema.engine in ("mysql", "mariadb") or table.partitioning is not None:
        # MySQL uses no index, and PostgreSQL leaves out no partition, for a comparison of rows: so the first
        # column bounds the scan.
        rest = _expanded(names[1:], values[1:], sign)
        return [f"{names[0]} {sign}= {values[0]}", f"({names[0]} {sign} {values[0]} OR {rest})"]
    return [f"({', '.join(names)}) {sign} ({', '.join(values)})"]


def _expanded(names: Sequence[str], values: Sequence[str], sign: str) -> str:
    if len(names) == 1:
        return f"{names[0]} {sign} {values[0]}"
    rest = _expanded(names[1:], values[1:], sign)
    return f"({names[0]} {sign} {values[0]} OR ({names[0]} = {values[0]} AND {rest}))"
