"""Looking over the mapped schema."""

from __future__ import annotations

from collections.abc import Sequence

from database_specialist.agent.answers.question import Model
from database_specialist.agent.answers.review import ReviewPatch, SchemaReview
from database_specialist.agent.citing import unread_sources
from database_specialist.agent.designer.patching import patched_review
from database_specialist.agent.mapping.review import review_objections, unenforced
from database_specialist.agent.model.base import DecisionTopic
from database_specialist.agent.model.brief import Brief, Research
from database_specialist.agent.model.entities import EntityModel
from database_specialist.agent.model.evidence import Finding
from database_specialist.agent.model.relational import Schema
from database_specialist.tools.model_designer.questions import as_json, asked, ddl, engine_name, mending, quoted

# What this review may decide of the topics that research asks about.
_TOPICS = frozenset[DecisionTopic](("primary_key", "foreign_key", "type", "constraint", "enumeration"))


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
    """Ask for overrides and routines, or for the changes to them."""

    def objections(given: SchemaReview) -> list[str]:
        unread = unread_sources(given.decisions, research)
        return [*review_objections(given, entity_model, schema), *unread]

    if previous is None:
        listed = unenforced(entity_model, schema)
        question = asked(
            "review_schema",
            brief,
            schema=ddl(schema),
            unenforced=listed,
            engine=engine_name(brief),
            research=quoted(research, _TOPICS),
        )
        return model.ask(question, SchemaReview, objections=objections)
    if not findings:
        return previous
    patch = model.ask(
        mending("review_schema", brief, as_json(previous), findings),
        ReviewPatch,
        objections=lambda given: objections(patched_review(previous, given)),
    )
    return patched_review(previous, patch)
