"""Relationships become foreign keys and join tables; ownership decides what a deletion does."""

from __future__ import annotations

from database_specialist.agent.mapping.draft import TableDraft
from database_specialist.agent.mapping.ground import Ground
from database_specialist.agent.mapping.keys import key_type
from database_specialist.agent.mapping.naming import constraint_name, join_table_name, role_column, shorten, snake
from database_specialist.agent.mapping.volumes import link_figures
from database_specialist.agent.model.entities import Relationship
from database_specialist.agent.model.relational import Action, Column, ForeignKey

_ACTIONS: dict[str, Action] = {"owned": "cascade", "referenced": "restrict", "independent": "set null"}


def add_supertype_key(ground: Ground, draft: TableDraft) -> None:
    """Tie a subtype's key to its supertype's row, which it is a part of."""
    entity = draft.entity
    if entity is None or entity.supertype is None or ground.keys[entity.name].kind != "shared":
        return
    target = ground.tables[entity.supertype]
    draft.foreign_keys.append(
        ForeignKey(
            name=constraint_name(draft.name, ["id"], "fkey"),
            columns=("id",),
            ref_table=target,
            ref_columns=("id",),
            on_delete="cascade",
            why=f"A row of {draft.name} is the special part of one row of {target} and goes with it.",
            facts=entity.facts,
        )
    )


def add_tenant_column(ground: Ground, draft: TableDraft) -> None:
    """Draw the column of the tenant that a row belongs to, unless a relationship will."""
    entity, column = draft.entity, ground.tenant_column
    assert entity is not None
    if column is None or not ground.is_scoped(entity.name) or _tenant_relationship(ground, entity.name):
        return
    tenant = str(ground.model.tenant)
    target = ground.tables[tenant]
    draft.columns.append(
        Column(
            name=column,
            type=key_type(ground, tenant),
            comment=f"The {tenant} that this row belongs to.",
            attribute=tenant,
            facts=entity.facts,
        )
    )
    draft.names.setdefault(tenant, (column,))
    draft.foreign_keys.append(
        ForeignKey(
            name=constraint_name(draft.name, [column], "fkey"),
            columns=(column,),
            ref_table=target,
            ref_columns=("id",),
            on_delete="restrict",
            why=f"A {tenant} with rows in {draft.name} is archived first; no single DELETE takes its data along.",
            facts=entity.facts,
        )
    )


def add_reference_columns(ground: Ground, draft: TableDraft) -> None:
    """Draw the foreign keys of the relationships whose source this table's entity is."""
    entity = draft.entity
    assert entity is not None
    for relationship in ground.outgoing(entity.name):
        if relationship.role not in draft.names:
            _add_reference(ground, draft, relationship)


def _add_reference(ground: Ground, draft: TableDraft, relationship: Relationship) -> None:
    name = reference_column(ground, relationship)
    draft.names[relationship.role] = (name,)
    if draft.has(name):
        return
    target = ground.tables[relationship.target]
    action = _ACTIONS[relationship.ownership]
    draft.columns.append(
        Column(
            name=name,
            type=key_type(ground, relationship.target),
            nullable=not relationship.required or action == "set null",
            comment=_reference_comment(relationship, target),
            attribute=relationship.role,
            facts=relationship.facts,
        )
    )
    draft.foreign_keys.append(
        ForeignKey(
            name=constraint_name(draft.name, [name], "fkey"),
            columns=(name,),
            ref_table=target,
            ref_columns=("id",),
            on_delete=action,
            why=deletion_reason(draft.name, target, relationship),
            facts=relationship.facts,
        )
    )


def reference_column(ground: Ground, relationship: Relationship) -> str:
    """Return the foreign-key column of a relationship; that of the tenant has one name everywhere."""
    if relationship.target == ground.model.tenant and _tenant_relationship(ground, relationship.source) == relationship:
        return str(ground.tenant_column)
    return role_column(relationship)


def _tenant_relationship(ground: Ground, entity: str) -> Relationship | None:
    candidates = [each for each in ground.outgoing(entity) if each.target == ground.model.tenant and each.required]
    named = [each for each in candidates if role_column(each) == ground.tenant_column]
    return named[0] if named else None


def deletion_reason(table: str, target: str, relationship: Relationship) -> str:
    """Say why the foreign key acts as it does, in terms of these two tables."""
    role = relationship.role.replace("_", " ")
    if relationship.ownership == "owned":
        return f"Rows of {table} are part of their {role} in {target} and are deleted with it."
    if relationship.ownership == "independent":
        return f"Rows of {table} outlive their {role}: when it leaves {target} the reference becomes null."
    return f"A row of {target} cannot be deleted while {table} refers to it as {role}."


def _reference_comment(relationship: Relationship, target: str) -> str:
    role = relationship.role.replace("_", " ")
    optional = "" if relationship.required else "; null when there is none"
    if relationship.meaning:
        return f"{relationship.meaning.rstrip('.')}{optional}."
    return f"The {role} of this {relationship.source.replace('_', ' ')}, a row of {target}{optional}."


def join_tables(ground: Ground) -> list[TableDraft]:
    """Draw the join table of each many-to-many relationship, with a composite primary key."""
    taken, drafts = list(ground.tables.values()), []
    for relationship in ground.model.relationships:
        known = relationship.source in ground.tables and relationship.target in ground.tables
        if relationship.cardinality == "many_to_many" and known:
            draft = _join_table(ground, relationship, join_table_name(ground.model, relationship, taken))
            taken.append(draft.name)
            drafts.append(draft)
    return drafts


def _join_table(ground: Ground, relationship: Relationship, name: str) -> TableDraft:
    source, target = ground.tables[relationship.source], ground.tables[relationship.target]
    left = shorten(f"{snake(relationship.source)}_id")
    right = role_column(relationship)
    if right == left:
        right = shorten(f"related_{right}")
    draft = TableDraft(
        name=name,
        kind="association",
        comment=f"Which {target} each row of {source} has as {relationship.role.replace('_', ' ')}, and the reverse.",
        key=(left, right),
        facts=relationship.facts,
        added_because=relationship.added_because or (None if relationship.facts else "A many-to-many relationship."),
        figures=link_figures(relationship, ground.model),
    )
    for column, entity, table in ((left, relationship.source, source), (right, relationship.target, target)):
        draft.columns.append(
            Column(name=column, type=key_type(ground, entity), comment=f"A row of {table}.", facts=relationship.facts)
        )
        draft.foreign_keys.append(
            ForeignKey(
                name=constraint_name(name, [column], "fkey"),
                columns=(column,),
                ref_table=table,
                ref_columns=("id",),
                on_delete="cascade",
                why=f"A link in {name} means nothing once its row of {table} is gone.",
                facts=relationship.facts,
            )
        )
    return draft
