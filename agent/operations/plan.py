"""The operations part, from all that was designed before it."""

from __future__ import annotations

from collections.abc import Sequence

from database_specialist.agent.model.brief import Brief
from database_specialist.agent.model.entities import EntityModel
from database_specialist.agent.model.evidence import Finding
from database_specialist.agent.model.operations import MigrationFormat, Operations
from database_specialist.agent.model.relational import Schema
from database_specialist.agent.model.workload import Indexes, Workload
from database_specialist.agent.operations.access import access_paths
from database_specialist.agent.operations.backup import plan_backup
from database_specialist.agent.operations.capacity import survey
from database_specialist.agent.operations.deployment import plan_deployment
from database_specialist.agent.operations.load import accesses
from database_specialist.agent.operations.mending import mend
from database_specialist.agent.operations.migrations import plan_migrations
from database_specialist.agent.operations.nosql import plan_nosql
from database_specialist.agent.operations.scaling import plan_scaling
from database_specialist.agent.sampling.seed import make_seed
from database_specialist.agent.sampling.trial import Trial


def plan_operations(
    brief: Brief,
    entity_model: EntityModel,
    schema: Schema,
    workload: Workload,
    indexes: Indexes,
    *,
    findings: Sequence[Finding] = (),
    accepts: Trial | None = None,
    migration_format: MigrationFormat = "plain",
) -> Operations:
    """Plan capacity, scaling, migrations, seeding, deployment, backup and other stores.

    With `findings` of the critic: the elements that they name are withdrawn, the rest stays as it was.
    `accepts` is asked for each row of the seed, see `make_seed`. `migration_format` is the tool that will run them.
    """
    found = accesses(workload, schema)
    ground = survey(brief, schema, indexes, found)
    migrations = plan_migrations(schema, indexes)
    backup = plan_backup(ground)
    scaling = plan_scaling(ground)
    planned = Operations(
        capacity=ground.capacity,
        scaling=scaling,
        migrations=migrations,
        migration_format=migration_format,
        seed=make_seed(entity_model, schema, accepts=accepts),
        deployment=plan_deployment(ground, migrations, backup, migration_format),
        backup=backup,
        nosql=plan_nosql(ground, entity_model, scaling.caches),
        access=access_paths(found),
    )
    return mend(planned, findings, schema)
