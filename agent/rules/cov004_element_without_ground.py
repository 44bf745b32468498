"""An element that rests on no fact and gives no reason was invented.

ISO/IEC/IEEE 29148, traceability:
https://www.iso.org/standard/72089.html
"""

from __future__ import annotations

from collections.abc import Iterator

from database_specialist.agent.model.entities import EntityModel
from database_specialist.agent.rules.rule import Objection, rule


@rule("COV004", "warning", "Element without a fact or a reason", owner="model_entities")
def element_without_ground(entity_model: EntityModel) -> Iterator[Objection]:
    """Object to entities, attributes, relationships and rules with neither facts nor `added_because`."""
    for place, facts, reason in _grounds(entity_model):
        if not facts and not reason:
            yield Objection(
                place=place,
                message=f"{place} rests on no fact of the documents, and no reason is given for adding it.",
                help=f"Name the facts that {place} comes from, say why it was added, or drop it.",
            )


def _grounds(model: EntityModel) -> Iterator[tuple[str, tuple[str, ...], str | None]]:
    for entity in model.entities:
        yield entity.name, entity.facts, entity.added_because
        for attribute in entity.attributes:
            yield f"{entity.name}.{attribute.name}", attribute.facts, attribute.added_because
    for relationship in model.relationships:
        yield f"{relationship.source}.{relationship.role}", relationship.facts, relationship.added_because
    for business_rule in model.rules:
        yield business_rule.id, business_rule.facts, business_rule.added_because
