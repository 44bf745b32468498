"""The mapping itself: from an entity model to the schema of one engine."""

from __future__ import annotations

from collections.abc import Sequence

from database_specialist.agent.dialects.tables import needs_btree_gist
from database_specialist.agent.mapping import decisions
from database_specialist.agent.mapping.columns import (
    add_attribute_columns,
    add_key_column,
    add_soft_delete_column,
    generate_columns,
)
from database_specialist.agent.mapping.distinct import distinct_routines, with_distinct_names
from database_specialist.agent.mapping.draft import TableDraft
from database_specialist.agent.mapping.enforcement import record_enforcement
from database_specialist.agent.mapping.ground import Ground, links_of, references_by_source
from database_specialist.agent.mapping.keys import choose_key
from database_specialist.agent.mapping.minimums import minimum_routines
from database_specialist.agent.mapping.naming import table_names
from database_specialist.agent.mapping.normal_forms import normal_form
from database_specialist.agent.mapping.ordering import defer_cycles, in_creation_order
from database_specialist.agent.mapping.partitions import partition_tables
from database_specialist.agent.mapping.references import (
    add_reference_columns,
    add_supertype_key,
    add_tenant_column,
    join_tables,
)
from database_specialist.agent.mapping.rules import add_rules
from database_specialist.agent.mapping.tenancy import (
    bind_references_to_tenant,
    policies,
    record_tenancy,
    scope_join_tables,
)
from database_specialist.agent.mapping.type_decisions import record_types
from database_specialist.agent.mapping.uniques import add_unique
from database_specialist.agent.mapping.upkeep import upkeep_routines
from database_specialist.agent.mapping.withdrawal import withdraw
from database_specialist.agent.model.base import Engine
from database_specialist.agent.model.entities import Entity, EntityModel
from database_specialist.agent.model.evidence import Finding
from database_specialist.agent.model.relational import Extension, Schema, Table


def map_schema(
    entity_model: EntityModel,
    *,
    engine: Engine,
    engine_version: str | None = None,
    findings: Sequence[Finding] = (),
) -> Schema:
    """Derive the schema of `engine` from the entity model. The same model gives the same schema.

    `findings` are the objections to an earlier schema of the same model: rules whose SQL the engine refused are taken
    back, with a decision that quotes the engine.
    """
    ground = _ground(entity_model, engine, engine_version)
    drafts = {name: _entity_table(ground, entity) for name, entity in _distinct(entity_model).items()}
    joins = join_tables(ground)
    routines = bind_references_to_tenant(ground, drafts)
    scope_join_tables(ground, joins, drafts)
    routines += add_rules(ground, drafts)
    routines = withdraw(ground, drafts, routines, findings)
    partition_tables(ground, drafts, joins)
    routines += upkeep_routines(ground, drafts)
    routines += minimum_routines(ground, drafts)
    every = [*drafts.values(), *joins]
    deferred = defer_cycles(every, engine)
    tables = in_creation_order(with_distinct_names([draft.freeze() for draft in every]))
    _record(ground, drafts, joins)
    record_enforcement(ground, every, routines)
    decisions.record_cycles(ground, every, deferred)
    return Schema(
        engine=engine,
        engine_version=engine_version,
        extensions=_extensions(tables, engine),
        tables=tables,
        routines=tuple(distinct_routines(routines)),
        policies=policies(ground, drafts, joins),
        decisions=tuple(ground.ledger.entries),
        normal_forms=tuple(normal_form(draft) for draft in every),
    )


def _ground(model: EntityModel, engine: Engine, version: str | None) -> Ground:
    links = links_of(model)
    keys = {entity.name: choose_key(model, entity, links) for entity in model.entities}
    return Ground(
        model=model,
        engine=engine,
        version=version,
        tables=table_names(model),
        keys=keys,
        relationships=references_by_source(model),
    )


def _distinct(model: EntityModel) -> dict[str, Entity]:
    # Two entities of one name are a finding of the critic; the first one gets the table.
    entities: dict[str, Entity] = {}
    for entity in model.entities:
        entities.setdefault(entity.name, entity)
    return entities


def _entity_table(ground: Ground, entity: Entity) -> TableDraft:
    draft = TableDraft(
        name=ground.tables[entity.name],
        entity=entity,
        kind=entity.kind,
        comment=_comment(entity),
        facts=entity.facts,
        added_because=entity.added_because,
    )
    add_key_column(ground, draft)
    add_tenant_column(ground, draft)
    add_reference_columns(ground, draft)
    add_attribute_columns(ground, draft)
    add_soft_delete_column(ground, draft)
    add_supertype_key(ground, draft)
    generate_columns(ground, draft)
    _close_composite_key(ground, draft)
    _add_uniques(ground, draft)
    return draft


def _comment(entity: Entity) -> str:
    if not entity.append_only:
        return entity.description
    return f"{entity.description.rstrip('.')}. Append-only: the application's login is granted no UPDATE on it."


def _close_composite_key(ground: Ground, draft: TableDraft) -> None:
    assert draft.entity is not None
    key = ground.keys[draft.entity.name]
    if key.kind == "composite":
        draft.key = tuple(dict.fromkeys(column for part in key.parts for column in draft.names[part]))
        draft.columns.sort(key=lambda column: draft.key.index(column.name) if column.name in draft.key else 99)


def _add_uniques(ground: Ground, draft: TableDraft) -> None:
    entity = draft.entity
    assert entity is not None
    for attribute in entity.attributes:
        if attribute.unique and attribute.name in draft.names:
            why = f"{attribute.name} is unique: {attribute.meaning}"
            add_unique(ground, draft, draft.names[attribute.name], why=why, facts=attribute.facts)
    for each in ground.outgoing(entity.name):
        if each.cardinality == "one_to_one" and each.role in draft.names:
            why = f"One to one: a {each.target} has at most one {each.source}."
            add_unique(ground, draft, draft.names[each.role], why=why, facts=each.facts)
    for unique_set in entity.unique_sets:
        if unique_set and all(name in draft.names for name in unique_set):
            columns = tuple(dict.fromkeys(column for name in unique_set for column in draft.names[name]))
            why = f"{' and '.join(unique_set)} together identify one {entity.name.replace('_', ' ')}."
            add_unique(ground, draft, columns, why=why, null_is_a_value=len(columns) > 1, facts=entity.facts)


def _record(ground: Ground, drafts: dict[str, TableDraft], joins: list[TableDraft]) -> None:
    tables = list(drafts.values())
    decisions.record_keys(ground, tables, joins)
    decisions.record_specialisations(ground, tables)
    decisions.record_associations(ground, joins)
    decisions.record_deletions(ground, tables)
    record_types(ground, tables)
    decisions.record_enumerations(ground, tables)
    decisions.record_soft_deletes(ground, tables)
    decisions.record_logs(ground, tables)
    record_tenancy(ground, drafts)


def _extensions(tables: Sequence[Table], engine: Engine) -> tuple[Extension, ...]:
    if engine != "postgresql":
        return ()
    found = []
    for table in tables:
        for exclusion in table.exclusions:
            if needs_btree_gist(table, exclusion):
                found.append(
                    Extension(name="btree_gist", why=f"{exclusion.name} compares plain values in a GiST index.")
                )
        for column in table.columns:
            if column.logical_type == "vector":
                found.append(Extension(name="vector", why=f"{table.name}.{column.name} is an embedding."))
    return tuple({extension.name: extension for extension in reversed(found)}.values())[::-1]
