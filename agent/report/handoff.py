"""Section "Handoff Notes for the Security Specialist": sensitivity, access paths, audit, retention."""

from __future__ import annotations

from database_specialist.agent.model.relational import Routine
from database_specialist.agent.report.context import Context
from database_specialist.agent.report.markdown import (
    bullets,
    code,
    codes,
    heading,
    marked,
    sections,
    sentence,
    table,
    text,
)
from database_specialist.agent.security import is_about

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
        heading(3, "Compliance"),
        bullets(_compliance(context)) or "No document names a law, a standard or a duty of confidentiality.",
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
    """List what each role does, role by role, and the tables that no query touches."""
    access = context.design.operations.access
    if not access:
        return "No query reads or writes a table, so no role needs a grant yet."
    roles = list(dict.fromkeys(path.role for path in access))
    named = {role.name for role in context.design.brief.roles}
    ours = [role for role in roles if role not in named]
    touched = {path.table for path in access}
    untouched = [t.name for t in context.design.relational_schema.tables if t.name not in touched]
    return sections(
        table(
            ("Role", "Table", "Operations", "By queries"),
            (
                (text(path.role), code(path.table), ", ".join(path.operations), ", ".join(map(text, path.queries)))
                for role in roles
                for path in access
                if path.role == role
            ),
        ),
        f"Not a role of the documents, but of this design: {', '.join(map(text, ours))}." if ours else "",
        f"No query touches {codes(untouched)}: nobody needs a grant on them yet." if untouched else "",
    )


def _audit(context: Context) -> str:
    tables = [t for t in context.design.relational_schema.tables if t.kind in _KINDS_OF_AUDIT]
    if not tables:
        return "No document asks for an audit trail or a history, and the schema holds none."
    return bullets(
        f"{code(t.name)}: {sentence(t.comment)}"
        + (" Append-only." if t.append_only and "append-only" not in t.comment.lower() else "")
        + (f" ({ground})" if (ground := context.ground(t.facts, t.added_because)) else "")
        for t in tables
    )


def _retention(context: Context) -> str:
    tables = context.design.relational_schema.tables
    kept = [(t, t.retention_days) for t in tables if t.retention_days]
    cited = {fact for _, days in kept for fact in days.facts}
    stated = [q for q in context.design.brief.quantities if q.metric == "retention" and q.figure.origin == "given"]
    # "invoice and payment" is told of when each of the two has its line.
    other = [q for q in stated if not all(any(is_about(s, t) for t, _ in kept) for s in q.subject.split(" and "))]
    return sections(
        table(
            ("Table", "Kept for", "Basis", "Facts"),
            ((code(t.name), marked(d), text(d.basis), context.cite(d.facts)) for t, d in kept),
        ),
        "Stated in the documents of what no single table is named after (Archival, above, says what is deleted when):"
        if other
        else "",
        bullets(f"{text(q.subject)}: {marked(q.figure)}, {sentence(q.figure.basis)}" for q in other),
        "" if cited or kept or other else "No document sets a retention period: nothing is deleted by age.",
    )


def _guarded(context: Context) -> list[str]:
    """Return the policies, and the routines; those of one purpose on many tables stand in one line."""
    schema = context.design.relational_schema
    policies = [f"{code(p.table)} policy {code(p.name)}: {code(p.using)} {sentence(p.why)}" for p in schema.policies]
    groups: dict[str, list[Routine]] = {}
    for routine in schema.routines:
        groups.setdefault(routine.why.replace(routine.table or "\0", "*"), []).append(routine)
    lines = []
    for members in groups.values():
        more = f" and {len(members) - 1} more like it" if len(members) > 1 else ""
        first = members[0]
        proof = "" if more or not (found := context.evidence("object", first.name)) else f" ({found})"
        lines.append(f"{code(first.name)}{more}: {sentence(first.why)}{proof}")
    return policies + lines


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
