"""What code adds to a conceptual model that a chat model wrote: what follows from it without judgement."""

from __future__ import annotations

from database_specialist.agent.designer.model_examples import with_examples
from database_specialist.agent.designer.nouns import human
from database_specialist.agent.mapping.upkeep import asks_for_permanence
from database_specialist.agent.model.brief import Brief
from database_specialist.agent.model.entities import BusinessRule, Entity, EntityModel


def completed(model: EntityModel, brief: Brief) -> EntityModel:
    """Return the model with the rules that its flags state, and the examples that its elements ask for."""
    return with_examples(with_permanence(model), brief)


def with_permanence(model: EntityModel) -> EntityModel:
    """Return the model with a rule for each append-only entity: with a rule the table's trigger is proven to refuse."""
    told = {rule.entity for rule in model.rules if asks_for_permanence(rule)}
    first = max((int(rule.id[2:]) for rule in model.rules if rule.id[2:].isdigit()), default=0) + 1
    silent = [entity for entity in model.entities if entity.append_only and entity.name not in told]
    added = tuple(_permanence(entity, f"BR{number}") for number, entity in enumerate(silent, start=first))
    return model.model_copy(update={"rules": (*model.rules, *added)})


def _permanence(entity: Entity, number: str) -> BusinessRule:
    return BusinessRule(
        id=number,
        name=f"{entity.name}_unchanged"[:60],
        text=f"{human(entity.plural).capitalize()} are never changed once they are written.",
        kind="application",
        entity=entity.name,
        why="The table is append-only, and a trigger of its own keeps it so.",
        facts=entity.facts,
        added_because=None if entity.facts else entity.added_because,
    )
