"""Modelling the entities."""

from __future__ import annotations

from collections.abc import Sequence

from database_specialist.agent.answers.entities import ModelPatch
from database_specialist.agent.answers.question import Model
from database_specialist.agent.designer.consistency import model_objections
from database_specialist.agent.designer.model_volumes import with_volumes
from database_specialist.agent.designer.patching import patched_model
from database_specialist.agent.model.brief import Brief, Research
from database_specialist.agent.model.entities import EntityModel
from database_specialist.agent.model.evidence import Finding
from database_specialist.agent.reading.listing import figures, mark_of
from database_specialist.tools.model_designer.questions import as_json, asked, mending


def modelled(
    model: Model, brief: Brief, *, research: Research, previous: EntityModel | None, findings: Sequence[Finding]
) -> EntityModel:
    """Ask for the conceptual model, or for the changes to it."""
    if previous is None:
        question = asked("model_entities", brief, reading=figures(brief), research=_quoted(research))
        entity_model = model.ask(question, EntityModel, objections=lambda given: model_objections(given, brief))
    elif findings:
        mend = mending("model_entities", brief, as_json(previous), findings)
        patch = model.ask(
            mend, ModelPatch, objections=lambda given: model_objections(patched_model(previous, given), brief)
        )
        entity_model = patched_model(previous, patch)
    else:
        return previous
    return with_volumes(entity_model, brief)


def _quoted(research: Research) -> str:
    """Quote what research found, each behind its own mark."""
    lines = []
    for source in research.sources:
        quoted = f"{source.title} ({source.url})\n{source.excerpt}"
        mark = mark_of(quoted)
        lines.append(f"{source.id}\n{mark}\n{quoted}\n{mark}")
    return "\n\n".join(lines) or "none"
