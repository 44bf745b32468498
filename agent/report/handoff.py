"""Section "Handoff Notes for the Security Specialist": sensitivity, access paths, audit, retention."""

from __future__ import annotations

from database_specialist.agent.report.context import Context
from database_specialist.agent.report.markdown import bullets, code, codes, heading, marked, sections, table, text

_KINDS_OF_AUDIT = frozenset({"audit", "history"})


def handoff(context: Context) -> str:
    """Render the section."""
    return sections(
        heading(2, "Handoff Notes for the Security Specialist"),
        heading(3, "Column sensitivity"),
        _sensitivity(context),
        heading(3, "Access paths by role"),
        _access(context),
        heading(3, "Audit and history"),
        _audit(context),
        heading(3, "Retention"),
        _retention(context),
        heading(3, "Row-level security and routines") if _guarded(context) else "",
        bullets(_guarded(context)),
        heading(3, "Compliance") if _compliance(context) else "",
        bullets(_compliance(context)),
        heading(3, "Left to the Security Specialist"),
        bullets(_open(context)),
    )


def _sensitivity(context: Context) -> str:
    rows = [
        (
            code(table_.name),
            code(column.name),
            column.sensitivity,
            "yes" if column.personal else "no",
            text(column.comment),
        )
        for table_ in context.design.relational_schema.tables
        for column in table_.columns
        if column.personal or column.sensitivity in {"confidential", "restricted"}
    ]
    if not rows:
        return "No column holds personal, confidential or restricted data."
    return table(("Table", "Column", "Classification", "Personal data", "What it holds"), rows)


def _access(context: Context) -> str:
    return table(
        ("Role", "Table", "Operations", "By queries"),
        (
            (text(path.role), code(path.table), ", ".join(path.operations), codes(path.queries))
            for path in context.design.operations.access
        ),
    )


def _audit(context: Context) -> str:
    tables = [t for t in context.design.relational_schema.tables if t.kind in _KINDS_OF_AUDIT]
    if not tables:
        return "No document asks for an audit trail or a history, and the schema holds none."
    return bullets(
        f"{code(t.name)}: {text(t.comment)}{' Append-only.' if t.append_only else ''} "
        f"({context.ground(t.facts, t.added_because)})"
        for t in tables
    )


def _retention(context: Context) -> str:
    rows = [
        (code(t.name), marked(t.retention_days), text(t.retention_days.basis), context.cite(t.retention_days.facts))
        for t in context.design.relational_schema.tables
        if t.retention_days
    ]
    return table(("Table", "Kept for", "Basis", "Facts"), rows) or "No document sets a retention period."


def _guarded(context: Context) -> list[str]:
    schema = context.design.relational_schema
    policies = [f"{code(p.table)} policy {code(p.name)}: {code(p.using)} {text(p.why)}" for p in schema.policies]
    return policies + [f"{code(r.name)}: {text(r.why)}" for r in schema.routines]


def _compliance(context: Context) -> list[str]:
    facts = [fact for fact in context.design.brief.in_scope if fact.kind == "compliance"]
    return [f"{text(fact.text)} ({code(str(fact.span))})" for fact in facts]


def _open(context: Context) -> list[str]:
    """Name what this design leaves open, by its own columns and roles."""
    columns = [
        f"{t.name}.{c.name}"
        for t in context.design.relational_schema.tables
        for c in t.columns
        if c.sensitivity == "restricted"
    ]
    roles = list(dict.fromkeys(path.role for path in context.design.operations.access))
    notes = ["Grants: the scripts grant nothing; the table of access paths above is what each role needs."]
    if columns:
        notes.append(f"Encryption and key management of {codes(columns)}.")
    if roles:
        notes.append(f"Mapping of the roles {', '.join(text(role) for role in roles)} to database logins.")
    return notes
