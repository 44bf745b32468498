"""Looking over the mapped schema."""

from __future__ import annotations

from collections.abc import Sequence

from database_specialist.agent.answers.question import Amendment, Model
from database_specialist.agent.answers.review import ReviewAnswer, ReviewAnswerPatch, SchemaReview, amended_review
from database_specialist.agent.citing import unread_sources
from database_specialist.agent.designer.answered_review import (
    answer_objections,
    answered_patch,
    answered_review,
    pruned,
    review_misfits,
    shown_review,
    sql_problems,
)
from database_specialist.agent.designer.patching import patched_review
from database_specialist.agent.designer.schema_listing import listing
from database_specialist.agent.mapping.review import review_objections, unenforced
from database_specialist.agent.model.base import DecisionTopic
from database_specialist.agent.model.brief import Brief, Fact, FactKind, Research
from database_specialist.agent.model.entities import EntityModel
from database_specialist.agent.model.evidence import Finding
from database_specialist.agent.model.relational import Schema
from database_specialist.agent.reading.budget import Budget
from database_specialist.agent.reading.relevance import relevant
from database_specialist.agent.reading.shards import fitting
from database_specialist.tools.model_designer.questions import as_json, asked, engine_name, mending, quoted, told_once

# What this review may decide of the topics that research asks about.
_TOPICS = frozenset[DecisionTopic](("primary_key", "foreign_key", "type", "constraint", "enumeration"))
_PATCHED = "It takes names of routines, checks and foreign keys, `table.column`, and `table (column, column)` of a key."
_HIDDEN: tuple[FactKind, ...] = ("technology", "glossary", "role", "context", "functional")


def schema_review(
    model: Model,
    brief: Brief,
    entity_model: EntityModel,
    schema: Schema,
    *,
    research: Research,
    previous: SchemaReview | None,
    findings: Sequence[Finding],
) -> SchemaReview:
    """Ask for overrides and routines, or for the changes to them: also to those that a mended model left behind."""

    def objections(given: ReviewAnswer) -> list[str]:
        review = answered_review(given, entity_model, schema)
        gone = [f"{name} {problem}" for name, problem in sql_problems(review, schema)]
        unread = unread_sources(review.decisions, research)
        return [*answer_objections(given, schema), *review_objections(review, entity_model, schema), *gone, *unread]

    facts = _facts(brief, entity_model)
    if previous is None:
        question = asked(
            "review_schema",
            brief,
            facts=facts,
            schema=listing(schema),
            unenforced=unenforced(entity_model, schema),
            engine=engine_name(brief),
            research=quoted(research, _TOPICS),
        )
        amendment = Amendment(ReviewAnswerPatch, amended_review, _PATCHED)
        answer = model.ask(question, ReviewAnswer, objections=told_once(objections), amendment=amendment)
        return answered_review(answer, entity_model, schema)
    kept = pruned(previous, schema)
    found = (*findings, *_new(review_misfits(kept, entity_model, schema), findings))
    if not found:
        return kept
    text = f"{listing(schema)}\n\n{as_json(shown_review(kept, schema))}"
    patch = model.ask(
        mending("review_schema", brief, text, found, facts=facts), ReviewAnswerPatch, objections=told_once(objections)
    )
    return patched_review(kept, answered_patch(patch, entity_model, schema))


def _facts(brief: Brief, entity_model: EntityModel) -> tuple[Fact, ...]:
    cited = {fact for rule in entity_model.rules for fact in rule.facts}
    shown = relevant(brief, _HIDDEN, cited)
    return fitting(shown, max_tokens=Budget().statements, first=lambda fact: fact.id not in cited)


def _new(found: Sequence[Finding], known: Sequence[Finding]) -> list[Finding]:
    """Return the findings about what no known one is about."""
    places = {finding.place for finding in known}
    return [finding for finding in found if finding.place not in places]
