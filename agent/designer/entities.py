"""From the Brief to the EntityModel: the rules designer's conceptual design."""

from __future__ import annotations

from collections.abc import Sequence

from database_specialist.agent.designer.attributes import attribute, from_spec
from database_specialist.agent.designer.draft import Draft
from database_specialist.agent.designer.lexicon import DEFAULT, Lexicon
from database_specialist.agent.designer.nouns import human
from database_specialist.agent.designer.relationships import relate_customary
from database_specialist.agent.designer.selection import select_entities
from database_specialist.agent.model.brief import Brief, Research
from database_specialist.agent.model.entities import EntityModel
from database_specialist.agent.model.evidence import Finding


def model_entities(
    brief: Brief,
    *,
    research: Research,
    previous: EntityModel | None = None,
    findings: Sequence[Finding] = (),
    lexicon: Lexicon = DEFAULT,
) -> EntityModel:
    """Model the entities of a Brief by lexicon and convention; with `previous`, mend what the findings object to."""
    draft = Draft(brief, lexicon)
    select_entities(draft)
    _add_customary_attributes(draft)
    relate_customary(draft)
    return EntityModel(
        entities=tuple(entity.freeze() for entity in draft.entities.values()),
        relationships=tuple(draft.relationships),
    )


def _add_customary_attributes(draft: Draft) -> None:
    for entity in draft.entities.values():
        because = f"The documents name the {human(entity.name)} and leave its properties open; this one is customary."
        for spec in entity.archetype.attributes if entity.archetype else ():
            entity.attributes.setdefault(spec.name, from_spec(spec, entity.name, because, draft.lexicon))
        if not entity.attributes:
            entity.attributes["name"] = attribute("name", entity.name, because=because)
        for name in ("created_at", "updated_at"):
            entity.attributes.setdefault(
                name,
                attribute(name, entity.name, because=f"Support and audits ask when {human(entity.name)} rows changed."),
            )
