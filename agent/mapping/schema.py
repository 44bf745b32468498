"""The mapping itself: from an entity model to the schema of one engine."""

from __future__ import annotations

from collections.abc import Sequence

from database_specialist.agent.mapping.columns import add_attribute_columns, add_key_column
from database_specialist.agent.mapping.draft import TableDraft
from database_specialist.agent.mapping.ground import Ground
from database_specialist.agent.mapping.keys import choose_key
from database_specialist.agent.mapping.naming import constraint_name, table_names
from database_specialist.agent.mapping.ordering import in_creation_order
from database_specialist.agent.mapping.references import (
    add_reference_columns,
    add_supertype_key,
    add_tenant_column,
    join_tables,
)
from database_specialist.agent.model.base import Engine
from database_specialist.agent.model.entities import Entity, EntityModel
from database_specialist.agent.model.evidence import Finding
from database_specialist.agent.model.relational import Schema, Unique


def map_schema(
    entity_model: EntityModel,
    *,
    engine: Engine,
    engine_version: str | None = None,
    findings: Sequence[Finding] = (),
) -> Schema:
    """Derive the schema of `engine` from the entity model. The same model gives the same schema."""
    ground = _ground(entity_model, engine, engine_version)
    drafts = [_entity_table(ground, entity) for entity in _distinct(entity_model)] + join_tables(ground)
    return Schema(
        engine=engine,
        engine_version=engine_version,
        tables=in_creation_order([draft.freeze() for draft in drafts]),
        decisions=tuple(ground.ledger.entries),
    )


def _ground(model: EntityModel, engine: Engine, version: str | None) -> Ground:
    keys = {entity.name: choose_key(model, entity) for entity in model.entities}
    return Ground(model=model, engine=engine, version=version, tables=table_names(model), keys=keys)


def _distinct(model: EntityModel) -> list[Entity]:
    # Two entities of one name are a finding of the critic; the first one gets the table.
    return list({entity.name: entity for entity in reversed(model.entities)}.values())[::-1]


def _entity_table(ground: Ground, entity: Entity) -> TableDraft:
    draft = TableDraft(
        name=ground.tables[entity.name],
        entity=entity,
        kind=entity.kind,
        comment=entity.description,
        facts=entity.facts,
        added_because=entity.added_because,
    )
    add_key_column(ground, draft)
    add_tenant_column(ground, draft)
    add_reference_columns(ground, draft)
    add_attribute_columns(ground, draft)
    add_supertype_key(ground, draft)
    _close_composite_key(ground, draft)
    _add_unique_sets(draft)
    return draft


def _close_composite_key(ground: Ground, draft: TableDraft) -> None:
    assert draft.entity is not None
    key = ground.keys[draft.entity.name]
    if key.kind == "composite":
        draft.key = tuple(column for part in key.parts for column in draft.names[part])


def _add_unique_sets(draft: TableDraft) -> None:
    assert draft.entity is not None
    for unique_set in draft.entity.unique_sets:
        columns = tuple(column for name in unique_set for column in draft.names.get(name, ()))
        known = all(name in draft.names for name in unique_set) and bool(columns)
        present = [draft.key, *(each.columns for each in draft.uniques)]
        if known and not any(set(columns) == set(other) for other in present):
            draft.uniques.append(
                Unique(
                    name=constraint_name(draft.name, columns, "key"),
                    columns=columns,
                    why=f"{' and '.join(unique_set)} together identify one {draft.entity.name.replace('_', ' ')}.",
                    facts=draft.entity.facts,
                )
            )
