"""Objecting to a finished design."""

from __future__ import annotations

import re

from database_specialist.agent.answers.critique import Critique, CritiqueFinding
from database_specialist.agent.answers.question import Model
from database_specialist.agent.designer.schema_listing import listing
from database_specialist.agent.model.brief import Brief, Fact, FactKind
from database_specialist.agent.model.entities import EntityModel
from database_specialist.agent.model.evidence import Finding
from database_specialist.agent.model.relational import Schema
from database_specialist.agent.model.workload import Workload
from database_specialist.agent.reading.budget import Budget
from database_specialist.agent.reading.shards import fitting
from database_specialist.agent.rules.subject import Subject
from database_specialist.tools.model_designer.questions import asked

_WEIGHTS: tuple[FactKind, ...] = ("rule", "data", "functional", "compliance", "quantity")

_FACT = re.compile(r"\bF\d+\b")


def objections(model: Model, subject: Subject) -> tuple[Finding, ...]:
    """Ask for objections. A chat model may object; it cannot accept."""
    brief, schema, workload, entity_model = subject.brief, subject.schema, subject.workload, subject.entity_model
    if brief is None or schema is None or workload is None or entity_model is None:
        return ()
    question = asked(
        "criticise",
        brief,
        facts=fitting(brief.facts, max_tokens=Budget().statements, first=_weight),
        schema=listing(schema, personal=True),
        rules=_rules(entity_model, schema),
        queries=_served(workload),
    )
    critique = model.ask(question, Critique)
    return tuple(
        Finding(
            code="MODEL",
            severity="error" if each.severity == "error" and _is_grounded(each, brief) else "warning",
            place=each.place,
            message=each.message,
            help=each.help,
            owner=each.owner,
        )
        for each in critique.findings
    )


def _weight(fact: Fact) -> int:
    """Say which statements a critic needs most, where not all fit: rules, then what is to be possible and stored."""
    kept = fact.scope == "in" and fact.priority != "wont"
    return _WEIGHTS.index(fact.kind) if kept and fact.kind in _WEIGHTS else len(_WEIGHTS)


def _is_grounded(each: CritiqueFinding, brief: Brief) -> bool:
    """Say whether the objection names a statement: one that names none is an opinion, and no round is spent on it."""
    known = {fact.id for fact in brief.facts}
    return not known.isdisjoint(_FACT.findall(f"{each.place} {each.message} {each.help}"))


def _rules(entity_model: EntityModel, schema: Schema) -> str:
    """List the rules with what holds each."""
    holders: dict[str, str] = {each.rule: each.name for each in schema.routines if each.rule}
    holders |= {each.rule: each.name for table in schema.tables for each in table.constraints if each.rule}
    lines = [f"{rule.id} {rule.text} -> {holders.get(rule.id, 'application')}" for rule in entity_model.rules]
    return "\n".join(lines) or "none"


def _served(workload: Workload) -> str:
    lines = [f"{query.id} {query.name} ({' '.join(query.facts)})" for query in workload.queries]
    return "\n".join([*lines, *workload.not_served])
