"""Section "Schema Design Decisions": keys, foreign keys and cascades, types and constraints, normal forms."""

from __future__ import annotations

import re
from collections.abc import Iterator

from database_specialist.agent.model.entities import BusinessRule
from database_specialist.agent.model.relational import Check, ForeignKey, Table
from database_specialist.agent.report.context import Context
from database_specialist.agent.report.markdown import code, codes, heading, sections, sentence, table, text

_ONLY_LENGTH = re.compile(r"(?:char_)?length\([\w\"`]+\) <= \d+", re.IGNORECASE)
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
        context.decided("primary_key"),
        _primary_keys(context),
        heading(3, "Foreign keys and cascades"),
        context.decided("foreign_key"),
        _foreign_keys(context),
        heading(3, "Types and constraints"),
        context.decided("type", "constraint", "enumeration"),
        _rules(context),
        _constraints(context),
        heading(3, "Normalization"),
        context.decided("normal_form"),
        _normal_forms(context),
        *(_topic(context, topic, title) for topic, title in _OTHER_TOPICS),
    )


def _engine(context: Context) -> str:
    stack = context.design.brief.stack
    cited = context.cite(stack.facts)
    return sections(
        f"**{context.engine}** ({stack.origin}): {sentence(stack.reason)}{f' Facts: {cited}.' if cited else ''}",
        context.decided("engine"),
    )


def _topic(context: Context, topic: str, title: str) -> str:
    body = context.decided(topic)
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
    listed = table(("Foreign key", "Refers to", "On delete", "Why", "Evidence"), rows)
    return listed or "No table refers to another."


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
    rows = [_rule(context, rule) for rule in context.design.entity_model.rules]
    listed = table(("Rule", "What must hold", "Enforced by", "Ground", "Evidence"), rows)
    return listed or "The documents state no business rule beyond the columns' own ranges and references."


def _rule(context: Context, rule: BusinessRule) -> tuple[str, ...]:
    holders = _holders(context, rule.id)
    known = [d.id for d in context.decisions("constraint") if rule.id in d.subject.replace(":", " ").split()]
    if holders:
        enforced = codes(holders)
    elif known:
        enforced = f"the application ({text(known[-1])})"
    else:
        enforced = f"the application: {text(rule.why)}" if rule.kind == "application" else "**nothing**"
    proof = "; ".join(dict.fromkeys(found for name in holders if (found := context.refusals(name))))
    ground = context.ground(rule.facts, rule.added_because)
    return text(rule.id), text(rule.text), enforced, ground, proof


def _holders(context: Context, rule: str) -> list[str]:
    schema = context.design.relational_schema
    held = [constraint.name for each in schema.tables for constraint in each.constraints if constraint.rule == rule]
    return held + [routine.name for routine in schema.routines if routine.rule == rule]


def _constraints(context: Context) -> str:
    checks = [(each, check) for each in context.design.relational_schema.tables for check in each.checks]
    lengths = [check for _, check in checks if _ONLY_LENGTH.fullmatch(check.expression)]
    tested = [check for check in lengths if context.refusals(check.name)]
    return sections(
        table(
            ("Table", "Check", "Condition", "Why", "Facts", "Evidence"),
            (_check(context, each, check) for each, check in checks if check not in lengths),
        ),
        f"{len(lengths)} more checks only limit the length of a text column; they stand in the DDL as `<table>_<column>"
        f"_check`{f', and an example tried {len(tested)} of them' if tested else ''}."
        if lengths
        else "",
    )


def _check(context: Context, owner: Table, check: Check) -> tuple[str, ...]:
    return (
        code(owner.name),
        code(check.name),
        code(check.expression),
        text(check.why),
        context.cite(check.facts),
        context.refusals(check.name),
    )


def _normal_forms(context: Context) -> str:
    """Draw the tables together whose only dependencies are those of their keys; list the others."""
    plain: dict[str, list[str]] = {}
    rows = []
    for each in context.design.relational_schema.normal_forms:
        others = [d for d in each.dependencies if not _is_of_key(context, each.table, d)]
        if others or each.note:
            tested = "; ".join(map(code, others)) or "its keys only"
            rows.append((code(each.table), each.form, tested, text(each.note)))
        else:
            plain.setdefault(each.form, []).append(each.table)
    return sections(
        *(
            f"{form}: {codes(names)}. Tested: the primary key and every other key fix all columns of their table, "
            "and the documents state no dependency between the rest."
            for form, names in plain.items()
        ),
        table(("Table", "Normal form", "Dependencies besides the keys'", "Note"), rows),
    )


def _is_of_key(context: Context, name: str, dependency: str) -> bool:
    owner = context.design.relational_schema.table(name)
    if owner is None:
        return False
    keys = [owner.primary_key.columns] if owner.primary_key else []
    keys += [unique.columns for unique in owner.uniques if unique.where is None]
    left = frozenset(part.strip() for part in dependency.partition("->")[0].split(","))
    return left in {frozenset(key) for key in keys}
