"""Tenants are kept apart: references stay within one tenant, and rows are seen by one tenant."""

from __future__ import annotations

from collections.abc import Mapping

from database_specialist.agent.dialects.identifiers import quote
from database_specialist.agent.mapping.draft import TableDraft
from database_specialist.agent.mapping.ground import Ground
from database_specialist.agent.mapping.guards import Guard, guard_routine
from database_specialist.agent.mapping.keys import key_type
from database_specialist.agent.mapping.naming import constraint_name
from database_specialist.agent.model.relational import Column, ForeignKey, Policy, Routine, Unique


def bind_references_to_tenant(ground: Ground, drafts: Mapping[str, TableDraft]) -> list[Routine]:
    """Widen references between scoped tables by the tenant; return the triggers where a key cannot be widened."""
    tenant = ground.tenant_column
    if tenant is None:
        return []
    scoped = {draft.name: draft for name, draft in drafts.items() if ground.is_scoped(name)}
    routines, widened = [], []
    for draft in scoped.values():
        for number, key in enumerate(draft.foreign_keys):
            if key.ref_table not in scoped or tenant in key.columns:
                continue
            if key.on_delete == "set null" and (ground.engine != "postgresql" or ground.major < 15):
                routines.append(_same_tenant_guard(ground, draft, key, tenant))
                continue
            draft.foreign_keys[number] = _widened(key, tenant)
            widened.append(key.ref_table)
    for name in dict.fromkeys(widened):
        _add_target(scoped[name], tenant)
    return routines


def scope_join_tables(ground: Ground, joins: list[TableDraft], drafts: Mapping[str, TableDraft]) -> None:
    """Give a join table the tenant of its two sides, when both have one."""
    tenant = ground.tenant_column
    scoped = {draft.name: draft for name, draft in drafts.items() if ground.is_scoped(name)}
    for draft in joins:
        if tenant is None or not all(key.ref_table in scoped for key in draft.foreign_keys):
            continue
        comment = f"The {ground.model.tenant} that both sides belong to."
        column = Column(name=tenant, type=key_type(ground, str(ground.model.tenant)), comment=comment)
        draft.columns.insert(0, column)
        draft.foreign_keys = [_widened(key, tenant) for key in draft.foreign_keys]
        for key in draft.foreign_keys:
            _add_target(scoped[key.ref_table], tenant)


def policies(ground: Ground, drafts: Mapping[str, TableDraft], joins: list[TableDraft]) -> tuple[Policy, ...]:
    """Return a row-level security policy for each table with a tenant (PostgreSQL)."""
    tenant = ground.tenant_column
    if tenant is None or ground.engine != "postgresql":
        return ()
    native = key_type(ground, str(ground.model.tenant))
    current = f"nullif(current_setting('app.{tenant}', true), '')::{native}"
    scoped = [draft for name, draft in drafts.items() if ground.is_scoped(name)] + joins
    return tuple(
        Policy(
            name=constraint_name(draft.name, ["tenant"], "policy"),
            table=draft.name,
            using=f"{quote(tenant, ground.engine)} = {current}",
            check=f"{quote(tenant, ground.engine)} = {current}",
            why=f"A session sees and writes the rows of {draft.name} of its own {ground.model.tenant} only.",
        )
        for draft in scoped
        if draft.has(tenant)
    )


def record_tenancy(ground: Ground, drafts: Mapping[str, TableDraft]) -> None:
    """Record how tenants are kept apart."""
    tenant = ground.tenant_column
    scoped = [draft.name for name, draft in drafts.items() if ground.is_scoped(name)]
    if tenant is None or not scoped:
        return
    security = (
        f"; row-level security compares it with the setting app.{tenant}, which the application sets per transaction. "
        "The owner of the tables, who migrates them, is exempt; the application's login must be another role"
        if ground.engine == "postgresql"
        else f"; {ground.engine} has no row-level security, so each query names {tenant}"
    )
    ground.ledger.record(
        "tenancy",
        ", ".join(scoped),
        f"one schema, {tenant} in every row",
        f"Each of these {len(scoped)} tables carries {tenant} itself, unique keys hold within it, and references "
        f"between them include it, so that a row cannot point at another {ground.model.tenant}'s row{security}.",
        alternatives=(
            (
                f"a schema for each {ground.model.tenant}",
                f"{len(scoped)} tables times the number of {ground.tables[str(ground.model.tenant)]} to migrate",
            ),
            (
                f"a database for each {ground.model.tenant}",
                f"queries over all {ground.tables[str(ground.model.tenant)]} would need another store",
            ),
            (
                f"{tenant} only on top-level tables",
                "each policy would need a join, and a reference could cross tenants",
            ),
        ),
    )


def _widened(key: ForeignKey, tenant: str) -> ForeignKey:
    return key.model_copy(
        update={
            "columns": (tenant, *key.columns),
            "ref_columns": (tenant, *key.ref_columns),
            "why": f"{key.why} {tenant} is part of the key, so the reference cannot leave the tenant.",
        }
    )


def _add_target(draft: TableDraft, tenant: str) -> None:
    columns = (tenant, *draft.key)
    if not any(each.columns == columns and each.where is None for each in draft.uniques):
        draft.uniques.append(
            Unique(
                name=draft.unused(columns, "key"),
                columns=columns,
                why=f"Target of the references to {draft.name} that stay within one tenant.",
            )
        )


def _same_tenant_guard(ground: Ground, draft: TableDraft, key: ForeignKey, tenant: str) -> Routine:
    engine, column = ground.engine, quote(key.columns[0], ground.engine)
    name = constraint_name(draft.name, [key.columns[0], "tenant"], "check")
    found = (
        f"EXISTS (SELECT 1 FROM {quote(key.ref_table, engine)} AS target "
        f"WHERE target.id = NEW.{column} AND target.{tenant} = NEW.{tenant})"
    )
    guard = Guard(
        name=name,
        table=draft.name,
        events=("insert", "update"),
        columns=(tenant, key.columns[0]),
        broken=f"NEW.{column} IS NOT NULL AND NOT {found}",
        message=f"{draft.name}.{key.columns[0]} must stay within one {ground.model.tenant}",
    )
    why = (
        f"{key.name} sets {key.columns[0]} to null; {engine} would clear {tenant} with it in a composite key, "
        "so a trigger keeps the reference within one tenant."
    )
    return guard_routine(guard, engine, why=why)
