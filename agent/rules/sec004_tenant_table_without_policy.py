"""Without a policy one forgotten WHERE shows a tenant the rows of another.

https://www.postgresql.org/docs/current/ddl-rowsecurity.html
"""

from __future__ import annotations

from collections.abc import Iterator

from database_specialist.agent.model.entities import EntityModel
from database_specialist.agent.model.relational import Schema
from database_specialist.agent.rules.rule import Objection, rule


@rule("SEC004", "warning", "Tenant table without a policy", owner="plan_schema")
def tenant_table_without_policy(schema: Schema, entity_model: EntityModel) -> Iterator[Objection]:
    """Object to tenant-scoped PostgreSQL tables without a row-level policy; once, where there is no policy at all."""
    tenant = next((table for table in schema.tables if table.entity == entity_model.tenant), None)
    if entity_model.tenant is None or tenant is None or schema.engine != "postgresql":
        return
    guarded = {policy.table for policy in schema.policies}
    scoped = {entity.name for entity in entity_model.entities if entity.tenant_scoped}
    bare = [table.name for table in schema.tables if table.entity in scoped and table.name not in guarded]
    for name in bare if guarded else bare[:1]:
        others = "" if guarded else f", like {len(bare) - 1} more tables"
        yield Objection(
            place=name,
            message=f"{name} holds rows of every {entity_model.tenant} and has no policy{others}: one query that "
            "forgets the condition shows all of them.",
            help=f"Add a row-level security policy to {name} on the key of {tenant.name}.",
        )
