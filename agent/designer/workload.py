"""Writes the workload: the queries that the functional requirements imply, on the mapped tables."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from database_specialist.agent.designer.queries.catalog import Catalog
from database_specialist.agent.designer.queries.drafting import drafts_of, identifier_lookups
from database_specialist.agent.designer.queries.figures import Estimator
from database_specialist.agent.designer.queries.matching import Names, accesses, unread
from database_specialist.agent.designer.queries.statement import Draft
from database_specialist.agent.designer.queries.transitions import kept_changes
from database_specialist.agent.designer.queries.upkeep import upkeep
from database_specialist.agent.designer.workload_mending import mend
from database_specialist.agent.model.brief import Brief, Fact
from database_specialist.agent.model.entities import EntityModel
from database_specialist.agent.model.evidence import Finding
from database_specialist.agent.model.relational import Schema
from database_specialist.agent.model.workload import Query, Workload

_REPORT = re.compile(
    r"(a|the|each|one) ([a-z]+ )?(report|dashboard|statistic|overview|summary|list)s? (shows?|lists?)\b", re.I
)


def write_workload(
    brief: Brief,
    entity_model: EntityModel,
    schema: Schema,
    *,
    previous: Workload | None = None,
    findings: Sequence[Finding] = (),
) -> Workload:
    """Write the queries of every functional fact in scope, most frequent first within reads and writes.

    With `previous` it is a mending round: what the findings name is corrected or withdrawn, the rest stays.
    """
    fresh = _write(Catalog(brief, entity_model, schema))
    return mend(previous, fresh, schema, findings) if previous is not None else fresh


def _write(catalog: Catalog) -> Workload:
    names = Names.of(catalog.model.entities)
    drafts: list[Draft] = []
    not_served: list[str] = []
    for fact in catalog.brief.in_scope:
        if not _asks(fact):
            continue
        found = list(_serve(fact, catalog, names))
        drafts += found
        if not found:
            not_served.append(f"{fact.id}: {_why_not(fact, catalog, names)}")
    drafts += identifier_lookups(catalog)
    drafts += upkeep(catalog)
    return Workload(queries=_numbered(_merged(drafts), catalog), not_served=tuple(not_served))


def _asks(fact: Fact) -> bool:
    """Whether the fact wants rows read or written; a report is wanted however the sentence was sorted."""
    return fact.kind == "functional" or (fact.kind == "data" and _REPORT.match(fact.text) is not None)


def _serve(fact: Fact, catalog: Catalog, names: Names) -> Iterator[Draft]:
    for draft in kept_changes(catalog, fact.text, fact.id):
        yield replace(draft, facts=(fact.id,))
    for access in accesses(fact, catalog, names):
        for draft in drafts_of(access, catalog):
            yield replace(draft, facts=(fact.id,), role=draft.role or access.role)


def _why_not(fact: Fact, catalog: Catalog, names: Names) -> str:
    found = accesses(fact, catalog, names)
    table = catalog.table(found[0].entity) if found else None
    if table is None:
        return unread(fact, catalog, names)
    return f'"{fact.title or fact.text[:60]}" asks of {table.name} what its columns cannot answer ({found[0].intent}).'


def _merged(drafts: Iterable[Draft]) -> list[Draft]:
    """Join drafts of one name: the first one's statement, everybody's facts."""
    found: dict[str, Draft] = {}
    for draft in drafts:
        known = found.get(draft.name)
        facts = tuple(dict.fromkeys((*(known.facts if known else ()), *draft.facts)))
        found[draft.name] = replace(known or draft, facts=facts, role=(known.role if known else None) or draft.role)
    return list(found.values())


def _numbered(drafts: Sequence[Draft], catalog: Catalog) -> tuple[Query, ...]:
    estimator = Estimator(catalog)
    figures = [(draft, estimator.frequency(draft)) for draft in drafts]
    figures.sort(key=lambda pair: (pair[0].kind != "read", -pair[1].value))
    return tuple(
        Query(
            id=f"Q{number}",
            name=draft.name,
            purpose=draft.purpose,
            kind=draft.kind,
            sql=draft.sql,
            parameters=draft.parameters,
            returns=draft.returns,
            frequency=frequency,
            latency=estimator.latency(draft),
            staleness=draft.staleness,
            role=draft.role,
            facts=draft.facts,
        )
        for number, (draft, frequency) in enumerate(figures, start=1)
    )
