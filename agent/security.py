"""What the Security Specialist is handed: the notes of the document's last section, as data.

Everything is derived from the design; nothing here decides. The document's text is checked against it by a test.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from database_specialist.agent.contract import (
    AuditTable,
    Duty,
    Guard,
    RetentionPeriod,
    RoleAccess,
    SecurityNotes,
    SensitiveColumn,
)
from database_specialist.agent.indexing.access import accesses
from database_specialist.agent.model.brief import Brief
from database_specialist.agent.model.operations import AccessPath
from database_specialist.agent.model.relational import Schema, Table
from database_specialist.agent.model.workload import Query, Workload

_AUDIT = frozenset({"audit", "history"})


def security_notes(brief: Brief, schema: Schema, workload: Workload, access: Sequence[AccessPath]) -> SecurityNotes:
    """Gather who may see what: in the order of the tables, and of the roles in the workload."""
    return SecurityNotes(
        sensitive_columns=_sensitive(schema),
        access=_access(brief, schema, workload, access),
        audit=_audit(brief, schema),
        retention=_retention(brief, schema),
        guards=tuple(
            Guard(name=routine.name, table=routine.table, rule=routine.rule, does=routine.why)
            for routine in schema.routines
        ),
        policies=schema.policies,
        compliance=tuple(
            Duty(text=fact.text, source=str(fact.span)) for fact in brief.in_scope if fact.kind == "compliance"
        ),
    )


def _sensitive(schema: Schema) -> tuple[SensitiveColumn, ...]:
    return tuple(
        SensitiveColumn(
            table=table.name,
            column=column.name,
            classification=column.sensitivity,
            personal=column.personal,
            holds=column.comment,
        )
        for table in schema.tables
        for column in table.columns
        if column.personal or column.sensitivity in {"confidential", "restricted"}
    )


def _access(brief: Brief, schema: Schema, workload: Workload, access: Sequence[AccessPath]) -> tuple[RoleAccess, ...]:
    stated = {role.name for role in brief.roles}
    return tuple(
        RoleAccess(
            **path.model_dump(),
            is_of_the_documents=path.role in stated,
            narrowed_by=_narrowed_by(path, schema, [q for i in path.queries if (q := workload.query(i))]),
        )
        for path in access
    )


def _narrowed_by(path: AccessPath, schema: Schema, queries: Iterable[Query]) -> tuple[str, ...]:
    """Return the references by which each query of the path picks its rows: the ground for row-level policies."""
    table = schema.table(path.table)
    found = [asked.equal for query in queries for asked in accesses(query, schema) if asked.table == path.table]
    if table is None or not found:
        return ()
    references = dict.fromkeys(column for key in table.foreign_keys for column in key.columns)
    return tuple(column for column in references if all(column in equal for equal in found))


def _audit(brief: Brief, schema: Schema) -> tuple[AuditTable, ...]:
    return tuple(
        AuditTable(
            table=table.name,
            append_only=table.append_only,
            holds=table.comment,
            sources=_spans(brief, table.facts),
            added_because=table.added_because,
        )
        for table in schema.tables
        if table.kind in _AUDIT
    )


def _retention(brief: Brief, schema: Schema) -> tuple[RetentionPeriod, ...]:
    """Return the periods of the tables, and those that the documents state of something no one table is named after."""
    of_tables = [
        RetentionPeriod(subject=table.name, table=table.name, period=table.retention_days)
        for table in schema.tables
        if table.retention_days
    ]
    kept = [table for table in schema.tables if table.retention_days]
    others = [
        RetentionPeriod(subject=quantity.subject, period=quantity.figure)
        for quantity in brief.quantities
        if quantity.metric == "retention" and quantity.figure.origin == "given" and not _is_kept(quantity.subject, kept)
    ]
    return (*of_tables, *others)


def _is_kept(subject: str, tables: Sequence[Table]) -> bool:
    """Whether each thing of "invoice and payment" has a table whose period is told."""
    return all(any(is_about(part, table) for table in tables) for part in subject.split(" and "))


def is_about(subject: str, table: Table) -> bool:
    """Tell whether words such as "closed work order" name what a table holds."""
    words = subject.lower().replace("_", " ")
    names = [name.replace("_", " ") for name in (table.name, table.entity) if name]
    return any(f" {words}".endswith(f" {name}") for name in names)


def _spans(brief: Brief, facts: Iterable[str]) -> tuple[str, ...]:
    wanted = set(facts)
    return tuple(str(fact.span) for fact in brief.facts if fact.id in wanted)
