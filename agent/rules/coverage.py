"""Where each fact of the Brief found its home: the elements of the design that name it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from database_specialist.agent.model.brief import Brief, Fact, FactKind
from database_specialist.agent.model.entities import EntityModel
from database_specialist.agent.model.evidence import Coverage
from database_specialist.agent.model.operations import Operations
from database_specialist.agent.model.relational import Check, Exclusion, ForeignKey, Schema, Table, Unique
from database_specialist.agent.model.workload import Workload
from database_specialist.agent.rules.rule import Objection
from database_specialist.agent.rules.subject import Subject

BUILT_KINDS = ("functional", "rule", "data")
"""The kinds of facts that ask for something to be built."""


class Element(NamedTuple):
    """A thing of the design that names the facts it comes from."""

    label: str
    facts: tuple[str, ...]
    is_home: bool = True
    """Whether a fact is served by it; a glossary entry or an excuse only mentions the fact."""


def elements(subject: Subject) -> tuple[Element, ...]:
    """Return every element that names facts, in the order of the design."""
    found: list[Element] = []
    if subject.schema:
        found += _of_schema(subject.schema)
    if subject.entity_model:
        tables = {table.entity for table in subject.schema.tables} if subject.schema else set()
        found += _of_entity_model(subject.entity_model, tables)
    if subject.workload:
        found += _of_workload(subject.workload)
    if subject.operations:
        found += _of_operations(subject.operations)
    if subject.brief:
        found += _of_brief(subject.brief)
    return tuple(element for element in found if element.facts)


def coverage(subject: Subject) -> tuple[Coverage, ...]:
    """Return, for each fact of the Brief that something names, the elements that name it, in the facts' order."""
    homes = _by_fact(elements(subject))
    facts = subject.brief.facts if subject.brief else ()
    return tuple(Coverage(fact=fact.id, elements=homes[fact.id]) for fact in facts if fact.id in homes)


def uncovered(subject: Subject) -> tuple[Fact, ...]:
    """Return the functional facts, rules and data facts in scope that nothing serves."""
    homes = _by_fact(element for element in elements(subject) if element.is_home)
    facts = subject.brief.in_scope if subject.brief else ()
    return tuple(fact for fact in facts if fact.kind in BUILT_KINDS and fact.id not in homes)


def excuses(subject: Subject) -> dict[str, str]:
    """Return what the design says openly about the facts it does not serve: fact id -> reason."""
    found: dict[str, str] = {}
    for line in subject.workload.not_served if subject.workload else ():
        fact_id, _, reason = line.partition(" ")
        found.setdefault(fact_id.rstrip(":,.;"), reason.strip(" :-"))
    for unplaced in subject.entity_model.unplaced if subject.entity_model else ():
        for fact_id in unplaced.facts:
            found.setdefault(fact_id, unplaced.reason)
    return found


def unserved(subject: Subject, kind: FactKind) -> Iterator[Objection]:
    """Object to each fact of this kind without a home: as a warning where the design says openly why."""
    said = excuses(subject)
    for fact in uncovered(subject):
        if fact.kind == kind:
            reason = f" Said openly: {said[fact.id]}" if fact.id in said else ""
            yield Objection(
                place=fact.id,
                message=f"Nothing in the design serves {fact.id} ({fact.span}): {_shown(fact)}.{reason}",
                help=f"Add the element that serves {fact.id}, or state under unplaced why there is none.",
                severity="warning" if reason else None,
            )


def _shown(fact: Fact) -> str:
    return fact.text.rstrip(".:") if len(fact.text) <= 120 else f"{fact.text[:117]}.."


def _by_fact(found: Iterable[Element]) -> dict[str, tuple[str, ...]]:
    homes: dict[str, dict[str, None]] = {}
    for element in found:
        for fact_id in element.facts:
            homes.setdefault(fact_id, {})[element.label] = None
    return {fact_id: tuple(labels) for fact_id, labels in homes.items()}


def _of_schema(schema: Schema) -> Iterator[Element]:
    for table in schema.tables:
        yield from _of_table(table)
    for routine in schema.routines:
        yield Element(f"routine {routine.name}", routine.facts)
    for view in schema.views:
        yield Element(f"view {view.name}", view.facts)
    for decision in schema.decisions:
        yield Element(f"decision {decision.id}", decision.facts)


def _of_table(table: Table) -> Iterator[Element]:
    yield Element(f"table {table.name}", table.facts)
    for column in table.columns:
        yield Element(f"column {table.name}.{column.name}", column.facts)
    constraints: tuple[Unique | Check | ForeignKey | Exclusion, ...] = (
        *table.uniques,
        *table.checks,
        *table.foreign_keys,
        *table.exclusions,
    )
    for constraint in constraints:
        yield Element(f"constraint {constraint.name}", constraint.facts)
    for figure in (table.rows, table.rows_per_day, table.retention_days):
        yield Element(f"volume of {table.name}", figure.facts if figure else ())


def _of_entity_model(model: EntityModel, tables: set[str | None]) -> Iterator[Element]:
    for entity in model.entities:
        if entity.name not in tables:
            yield Element(f"entity {entity.name}", entity.facts)
            for attribute in entity.attributes:
                yield Element(f"attribute {entity.name}.{attribute.name}", attribute.facts)
        if entity.lifecycle:
            yield Element(f"lifecycle {entity.name}.{entity.lifecycle.attribute}", entity.lifecycle.facts)
    for relationship in model.relationships:
        yield Element(f"relationship {relationship.source}.{relationship.role}", relationship.facts)
    for rule in model.rules:
        yield Element(f"rule {rule.id}", rule.facts)
    for example in model.examples:
        yield Element(f"example {example.id}", example.facts)
    for unplaced in model.unplaced:
        yield Element("unplaced", unplaced.facts, is_home=False)


def _of_workload(workload: Workload) -> Iterator[Element]:
    for query in workload.queries:
        yield Element(f"query {query.id}", query.facts)
    for line in workload.not_served:
        fact_id = line.partition(" ")[0].rstrip(":,.;")
        yield Element("not served", (fact_id,), is_home=False)


def _of_operations(operations: Operations) -> Iterator[Element]:
    nosql, backup, scaling = operations.nosql, operations.backup, operations.scaling
    for collection in nosql.mongodb:
        yield Element(f"collection {collection.name}", collection.facts)
    for key in nosql.redis:
        yield Element(f"redis key {key.pattern}", key.facts)
    for index in nosql.search:
        yield Element(f"search index {index.name}", index.facts)
    for decision in (*scaling.decisions, *backup.decisions, *nosql.decisions):
        yield Element(f"decision {decision.id}", decision.facts)
    for label, figure in (("RPO", backup.rpo), ("RTO", backup.rto)):
        yield Element(f"backup {label}", figure.facts)


def _of_brief(brief: Brief) -> Iterator[Element]:
    for quantity in brief.quantities:
        yield Element(f"quantity {quantity.id}", quantity.figure.facts)
    for assumption in brief.assumptions:
        yield Element(f"assumption {assumption.id}", assumption.figure.facts if assumption.figure else ())
    for contradiction in brief.contradictions:
        yield Element("contradiction", contradiction.facts, is_home=False)
    for technology in brief.stack.technologies:
        yield Element(f"technology {technology.name}", technology.facts, is_home=False)
    for role in brief.roles:
        yield Element(f"role {role.name}", role.facts, is_home=False)
    for term in brief.glossary:
        yield Element(f"term {term.term}", term.facts, is_home=False)
