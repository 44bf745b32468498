"""Sections "Data Migration Plans", "Backup and Recovery" and "NoSQL Considerations"."""

from __future__ import annotations

import json

from database_specialist.agent.dialects import split_statements
from database_specialist.agent.model.operations import BackupJob, Migration, MongoCollection, RedisKey, SearchIndex
from database_specialist.agent.report.context import Context
from database_specialist.agent.report.markdown import (
    code,
    codes,
    fence,
    heading,
    marked,
    numbered,
    sections,
    table,
    text,
)


def migration_file(migration: Migration, way: str) -> str:
    """Return the path of a migration's script below `database/migrations/`."""
    return f"{migration.number:04d}_{migration.name}.{way}.sql"


def migration_plans(context: Context) -> str:
    """Render the section on migrations."""
    operations = context.design.operations
    return sections(
        heading(2, "Data Migration Plans"),
        "\n".join(context.decision(decision) for decision in context.decisions("migration")),
        heading(3, "Versioning"),
        "Plain SQL pairs in `database/migrations/`, applied in the order of their numbers:",
        table(
            ("File", "Phase", "Statements up", "Statements down", "Reversible", "Note", "Evidence"),
            (_migration(context, migration) for migration in operations.migrations),
        ),
        heading(3, "Rollback"),
        _rollback(context),
        heading(3, "Seeding and test data"),
        _seed(context),
        heading(3, "Production deployment"),
        _deployment(context),
    )


def _migration(context: Context, migration: Migration) -> tuple[str, ...]:
    engine = context.design.relational_schema.engine
    return (
        code(migration_file(migration, "up")),
        migration.phase,
        str(len(split_statements(migration.up, engine))),
        str(len(split_statements(migration.down, engine))),
        "yes" if migration.reversible else "no",
        text(migration.note),
        context.evidence("migration", f"{migration.number:04d}_{migration.name}"),
    )


def _rollback(context: Context) -> str:
    migrations = context.design.operations.migrations
    order = [code(migration_file(migration, "down")) for migration in reversed(migrations)]
    proof = context.evidence("migration", "up-down-up")
    lines = [f"The down scripts run in reverse order: {', '.join(order)}."]
    if proof:
        lines.append(f"Up, down to an empty database, and up again was run ({proof}).")
    last = migrations[-1] if migrations else None
    if last is None or not last.reversible:
        return " ".join(lines)
    return sections(
        " ".join(lines),
        f"The newest step undone, in a transaction that is given up here ({code(migration_file(last, 'down'))}):",
        fence("sql", f"BEGIN;\n{last.down.strip()}\nROLLBACK;") if last.transactional else "",
    )


def _seed(context: Context) -> str:
    seed = context.design.operations.seed
    proofs = dict.fromkeys(
        context.evidence("seed", subject) for subject in ("seed", *seed.rows) if context.evidence("seed", subject)
    )
    shown = "; ".join(list(proofs)[:3])
    return sections(
        f"`database/seed.sql` holds {sum(seed.rows.values())} rows for {len(seed.rows)} tables. {text(seed.note)}"
        + (f" ({shown})" if shown else ""),
        table(("Table", "Rows"), ((code(name), str(count)) for name, count in seed.rows.items())),
    )


def _deployment(context: Context) -> str:
    parts = []
    for step in context.design.operations.deployment:
        lines = [f"**{step.number}. {step.phase.capitalize()}**: {text(step.action)}"]
        if step.commands:
            lines.append(fence("bash", "\n".join(step.commands)))
        if step.abort:
            lines.append(f"To go back from here: {text(step.abort)}")
        parts.append(sections(*lines))
    return sections(*parts)


def backup_and_recovery(context: Context) -> str:
    """Render the section on backup."""
    backup = context.design.operations.backup
    return sections(
        heading(2, "Backup and Recovery"),
        table(
            ("Objective", "Figure", "Basis"),
            (
                ("RPO: data that may be lost", marked(backup.rpo), text(backup.rpo.basis)),
                ("RTO: time to be back", marked(backup.rto), text(backup.rto.basis)),
            ),
        ),
        "\n".join(context.decision(decision) for decision in backup.decisions),
        heading(3, "Frequency and retention"),
        table(("Backup", "How often", "Kept for", "Size", "Why"), (_job(job) for job in backup.jobs)),
        *(fence("bash", "\n".join([f"# {job.kind}: {job.frequency}", *job.commands])) for job in backup.jobs),
        heading(3, "Point-in-time recovery"),
        fence("bash", "\n".join(backup.point_in_time)),
        heading(3, "Disaster recovery"),
        fence("bash", "\n".join(backup.disaster_recovery)),
        heading(3, "Archival"),
        numbered(map(text, backup.archival)),
        heading(3, "Restore test"),
        text(backup.restore_test),
    )


def _job(job: BackupJob) -> tuple[str, ...]:
    return (
        job.kind,
        text(job.frequency),
        text(job.retention),
        f"{marked(job.size)}: {text(job.size.basis)}",
        text(job.why),
    )


def nosql(context: Context) -> str:
    """Render the section on other stores."""
    stores = context.design.operations.nosql
    return sections(
        heading(2, "NoSQL Considerations (if applicable)"),
        "\n".join(context.decision(decision) for decision in stores.decisions),
        heading(3, "MongoDB / DocumentDB") if stores.mongodb else "",
        *(_collection(context, collection) for collection in stores.mongodb),
        heading(3, "Redis") if stores.redis else "",
        table(
            ("Key", "Type", "Fields", "TTL", "Purpose", "Memory", "Facts"),
            (_redis(context, key) for key in stores.redis),
        ),
        fence("text", "\n".join(key.example for key in stores.redis)) if stores.redis else "",
        heading(3, "Elasticsearch / OpenSearch") if stores.search else "",
        *(_search(context, index) for index in stores.search),
    )


def _json(value: object) -> str:
    return fence("json", json.dumps(value, indent=2, ensure_ascii=False))


def _collection(context: Context, collection: MongoCollection) -> str:
    proof = context.evidence("document_validator", collection.name) or "not run"
    return sections(
        f"**{code(collection.name)}**: {text(collection.purpose)} ({context.cite(collection.facts)})",
        _json({"$jsonSchema": collection.validator}),
        f"Indexes: {codes(collection.indexes)}" if collection.indexes else "",
        f"A document that the validator takes ({proof}):",
        _json(collection.example),
    )


def _redis(context: Context, key: RedisKey) -> tuple[str, ...]:
    return (
        code(key.pattern),
        key.type,
        text(key.fields),
        f"{key.ttl_seconds} s" if key.ttl_seconds else "none",
        text(key.purpose),
        f"{marked(key.memory)}: {text(key.memory.basis)}",
        context.cite(key.facts),
    )


def _search(context: Context, index: SearchIndex) -> str:
    return sections(
        f"**{code(index.name)}** from {code(index.source_table)}: {text(index.purpose)} ({context.cite(index.facts)})",
        _json({"settings": index.settings, "mappings": index.mappings}),
        f"Kept in step: {text(index.sync)}",
        _json(index.example_query),
    )
