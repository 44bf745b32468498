"""Writing the queries."""

from __future__ import annotations

import re
from collections.abc import Sequence

from database_specialist.agent.answers.question import Amendment, Model
from database_specialist.agent.answers.workload import WorkloadAnswer, WorkloadPatch, amended_workload
from database_specialist.agent.designer.answered_workload import (
    answered,
    mended,
    misfits,
    refitted,
    shown,
    unserved_objections,
    workload_objections,
)
from database_specialist.agent.designer.merging_workloads import merged_workloads, workload_pieces
from database_specialist.agent.designer.schema_listing import listing
from database_specialist.agent.model.brief import Brief, Fact, FactKind
from database_specialist.agent.model.evidence import Finding
from database_specialist.agent.model.relational import Schema
from database_specialist.agent.model.workload import Workload
from database_specialist.agent.reading.budget import Budget
from database_specialist.agent.reading.listing import figures
from database_specialist.agent.reading.relevance import relevant
from database_specialist.agent.reading.shards import fitting
from database_specialist.tools.model_designer.parallel import asked_in_halves, asked_together
from database_specialist.tools.model_designer.questions import as_json, asked, engine_name, mending, told_once

_PATCHED = "Queries are replaced and withdrawn by their names."
_HIDDEN: tuple[FactKind, ...] = ("technology", "glossary", "context", "compliance", "data")


def queries(
    model: Model, brief: Brief, schema: Schema, *, previous: Workload | None, findings: Sequence[Finding]
) -> Workload:
    """Ask for the queries, or for the changes to them: also to those that a mended schema has left behind."""
    facts = relevant(brief, _HIDDEN)
    if previous is None:
        return _written(model, brief, schema, facts)
    kept = refitted(previous, schema)
    found = (*findings, *misfits(kept, schema))
    if not found:
        return kept
    text = f"{listing(schema, volumes=True)}\n\n{as_json(shown(kept, schema))}"
    named = _named(found, kept)
    facts = fitting(facts, max_tokens=Budget().statements, first=lambda fact: fact.id not in named)
    patch = model.ask(
        mending("write_workload", brief, text, found, facts=facts),
        WorkloadPatch,
        objections=told_once(lambda given: workload_objections(given, brief, schema)),
    )
    return mended(kept, patch, brief, schema)


def _named(findings: Sequence[Finding], workload: Workload) -> set[str]:
    """Return the statements that findings are about, by number or by a query that serves them."""
    words = {word for each in findings for word in re.findall(r"\w+", f"{each.place} {each.message} {each.help}")}
    return words | {fact for query in workload.queries if {query.id, query.name} & words for fact in query.facts}


def _written(model: Model, brief: Brief, schema: Schema, facts: tuple[Fact, ...]) -> Workload:
    """Ask for the queries of all these statements, in one call or in several that each can answer whole."""

    def ask(piece: tuple[Fact, ...]) -> Workload:
        question = asked(
            "write_workload",
            brief,
            facts=piece,
            schema=listing(schema, volumes=True),
            reading=figures(brief),
            engine=engine_name(brief),
        )
        answer = model.ask(
            question,
            WorkloadAnswer,
            objections=told_once(
                lambda given: [
                    *workload_objections(given, brief, schema),
                    *unserved_objections(given, piece, schema),
                ]
            ),
            amendment=Amendment(WorkloadPatch, amended_workload, _PATCHED),
        )
        return answered(answer, brief, schema)

    pieces = workload_pieces(brief, facts, budget=Budget())
    if len(pieces) == 1:
        return ask(pieces[0])
    parts = asked_together(pieces, lambda piece: asked_in_halves(piece, ask, _halves))
    return merged_workloads([part for several in parts for part in several], schema.engine)


def _halves(piece: tuple[Fact, ...]) -> tuple[tuple[Fact, ...], ...]:
    middle = len(piece) // 2
    return (piece[:middle], piece[middle:]) if middle else (piece,)
