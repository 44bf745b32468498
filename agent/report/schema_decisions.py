"""Section "Schema Design Decisions": keys, foreign keys and cascades, types and constraints, normal forms."""

from __future__ import annotations

from collections.abc import Iterator

from database_specialist.agent.model.relational import ForeignKey, Table
from database_specialist.agent.report.context import Context
from database_specialist.agent.report.markdown import code, codes, heading, sections, table, text

_OTHER_TOPICS = (
    ("association", "Associations"),
    ("specialisation", "Specialisation"),
    ("tenancy", "Tenancy"),
    ("soft_delete", "Deletion"),
    ("history", "History"),
    ("audit", "Audit"),
)


def schema_decisions(context: Context) -> str:
    """Render the section."""
    return sections(
        heading(2, "Schema Design Decisions"),
        _engine(context),
        heading(3, "Primary keys"),
        _decisions(context, "primary_key"),
        _primary_keys(context),
        heading(3, "Foreign keys and cascades"),
        _decisions(context, "foreign_key"),
        _foreign_keys(context),
        heading(3, "Types and constraints"),
        _decisions(context, "type", "constraint", "enumeration"),
        _rules(context),
        _constraints(context),
        heading(3, "Normalization"),
        _decisions(context, "normal_form"),
        _normal_forms(context),
        *(_topic(context, topic, title) for topic, title in _OTHER_TOPICS),
    )


def _engine(context: Context) -> str:
    stack = context.design.brief.stack
    cited = context.cite(stack.facts)
    lines = [f"**Engine** ({stack.origin}): {text(stack.reason)}{f' ({cited})' if cited else ''}"]
    return sections(*lines, _decisions(context, "engine"))


def _decisions(context: Context, *topics: str) -> str:
    return "\n".join(context.decision(decision) for topic in topics for decision in context.decisions(topic))


def _topic(context: Context, topic: str, title: str) -> str:
    body = _decisions(context, topic)
    return sections(heading(3, title), body) if body else ""


def _primary_keys(context: Context) -> str:
    rows = []
    for each in context.design.relational_schema.tables:
        key = each.primary_key
        natural = [code(", ".join(unique.columns)) for unique in each.uniques]
        rows.append((code(each.name), codes(key.columns) if key else "none", "; ".join(natural)))
    return table(("Table", "Primary key", "Other keys"), rows)


def _foreign_keys(context: Context) -> str:
    rows = [_foreign_key(context, each, key) for each, key in _all_keys(context)]
    return table(("Foreign key", "Refers to", "On delete", "Why", "Evidence"), rows)


def _all_keys(context: Context) -> Iterator[tuple[Table, ForeignKey]]:
    for each in context.design.relational_schema.tables:
        for key in each.foreign_keys:
            yield each, key


def _foreign_key(context: Context, owner: Table, key: ForeignKey) -> tuple[str, ...]:
    return (
        code(f"{owner.name} ({', '.join(key.columns)})"),
        code(key.ref_table),
        key.on_delete + (", deferrable" if key.deferrable else ""),
        text(key.why),
        context.evidence("cascade", f"{owner.name}.{key.name}"),
    )


def _rules(context: Context) -> str:
    rows = []
    for rule in context.design.entity_model.rules:
        holders = _holders(context, rule.id)
        if rule.kind == "application":
            enforced = f"by the application: {text(rule.why)}"
        else:
            enforced = codes(holders) or "not enforced"
        rows.append((rule.id, text(rule.text), enforced, context.ground(rule.facts, rule.added_because)))
    return table(("Rule", "What must hold", "Enforced by", "Ground"), rows)


def _holders(context: Context, rule: str) -> list[str]:
    schema = context.design.relational_schema
    held = [
        f"{each.name}.{constraint.name}"
        for each in schema.tables
        for constraint in each.constraints
        if constraint.rule == rule
    ]
    return held + [routine.name for routine in schema.routines if routine.rule == rule]


def _constraints(context: Context) -> str:
    rows = [
        (code(f"{each.name}.{check.name}"), code(check.expression), text(check.why), context.cite(check.facts))
        for each in context.design.relational_schema.tables
        for check in each.checks
    ]
    return table(("Check", "Condition", "Why", "Facts"), rows)


def _normal_forms(context: Context) -> str:
    return table(
        ("Table", "Normal form", "Dependencies tested", "Note"),
        (
            (code(each.table), each.form, "; ".join(code(d) for d in each.dependencies), text(each.note))
            for each in context.design.relational_schema.normal_forms
        ),
    )
