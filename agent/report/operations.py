"""Sections "Data Migration Plans", "Backup and Recovery" and "NoSQL Considerations"."""

from __future__ import annotations

import json
from collections.abc import Callable

from database_specialist.agent.dialects import split_statements
from database_specialist.agent.migrations.layouts import down_file, layouts, up_file
from database_specialist.agent.model.base import Engine
from database_specialist.agent.model.operations import (
    BackupJob,
    Migration,
    MigrationFormat,
    MongoCollection,
    RedisKey,
    SearchIndex,
)
from database_specialist.agent.operations.naming import database_name
from database_specialist.agent.report.changes import change_from_existing
from database_specialist.agent.report.context import Context, told
from database_specialist.agent.report.locks import lock_footprints
from database_specialist.agent.report.markdown import (
    bullets,
    code,
    codes,
    fence,
    heading,
    link,
    marked,
    number,
    quantity,
    sections,
    sentence,
    table,
    text,
    with_commands,
)
from database_specialist.agent.report.rehearsal import NOT_EXECUTED, job_note, rehearsal
from database_specialist.agent.report.sql import one_line


def migration_plans(context: Context) -> str:
    """Render the section on migrations."""
    operations = context.design.operations
    return sections(
        heading(2, "Data Migration Plans"),
        context.decided("migration"),
        heading(3, "Versioning"),
        layouts()[operations.migration_format].layout,
        table(
            ("File", "Phase", "Statements up", "Statements down", "Reversible", "Note"),
            (_migration(context, migration) for migration in operations.migrations),
        ),
        _proof(context),
        _tool(context),
        lock_footprints(context),
        change_from_existing(context),
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
        code(_file(context, migration, up_file)),
        migration.phase,
        str(len(split_statements(migration.up, engine))),
        str(len(split_statements(migration.down, engine))),
        "yes" if migration.reversible else "no",
        text(migration.note),
    )


def _proof(context: Context) -> str:
    records = [record for record in context.design.evidence.records if record.kind == "migration"]
    return bullets(f"{sentence(record.claim)} ({told((record,))})" for record in records)


def _file(context: Context, migration: Migration, of: Callable[[Migration, MigrationFormat, Engine], str]) -> str:
    design = context.design
    return of(migration, design.operations.migration_format, design.relational_schema.engine)


def _tool(context: Context) -> str:
    """Say what was run with the tool in whose layout the migrations are, and what was not."""
    operations = context.design.operations
    if operations.migration_format == "plain":
        return ""
    tool = layouts()[operations.migration_format]
    return (
        f"{link(tool.title, tool.page)} was not run with these files: NOT CHECKED. The records above are of the "
        "statements that the files hold, run by this program as each step says. In the tests of this program "
        f"{tool.ran}."
    )


def _rollback(context: Context) -> str:
    migrations = context.design.operations.migrations
    if not migrations:
        return "There is nothing to roll back: the schema has no tables."
    kept = [code(_file(context, migration, up_file)) for migration in migrations if not migration.reversible]
    last = migrations[-1]
    return sections(
        _way_down(context, migrations),
        f"Not reversible: {', '.join(kept)}. Restore the backup taken before it." if kept else "",
        *(
            (
                f"The newest step undone, in a transaction that is given up here "
                f"({code(_file(context, last, down_file))}):",
                fence("sql", f"BEGIN;\n{last.down.strip()}\nROLLBACK;"),
            )
            if last.reversible and last.transactional
            else ()
        ),
    )


def _way_down(context: Context, migrations: tuple[Migration, ...]) -> str:
    design = context.design
    if design.operations.migration_format == "plain":
        order = [code(_file(context, step, down_file)) for step in reversed(migrations) if step.down]
        return f"The down scripts run in reverse order: {', '.join(order)}."
    tool = layouts()[design.operations.migration_format]
    command = tool.down(migrations, design.relational_schema.engine, database_name(design.brief.project))
    return sections("The steps are undone in reverse order (the address is an example):", fence("bash", command))


def _seed(context: Context) -> str:
    seed = context.design.operations.seed
    proofs = dict.fromkeys(
        context.evidence("seed", subject) for subject in ("seed", *seed.rows) if context.evidence("seed", subject)
    )
    counts: dict[int, list[str]] = {}
    for name, rows in seed.rows.items():
        counts.setdefault(rows, []).append(name)
    proof = f" ({'; '.join(list(proofs)[:3])})" if proofs else ""
    return sections(
        f"`database/seed.sql` holds {sum(seed.rows.values())} rows for {len(seed.rows)} tables, in the order in which "
        f"they refer to each other. {sentence(seed.note)}{proof}",
        bullets(
            f"{rows} rows{' each' if len(names) > 1 else ''}: {codes(names)}"
            for rows, names in sorted(counts.items(), reverse=True)
        ),
    )


def _deployment(context: Context) -> str:
    parts = []
    for step in context.design.operations.deployment:
        lines = [f"**{step.number}. {step.phase.capitalize()}**: {with_commands(step.action)}"]
        if step.commands:
            lines.append(fence("bash", "\n".join(step.commands)))
        if step.abort:
            lines.append(f"To go back from here: {with_commands(step.abort)}")
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
        context.picture(
            "recovery",
            f"From the last backup to the service being back: RPO {quantity(backup.rpo)}, RTO {quantity(backup.rto)}",
        ),
        context.listed(backup.decisions),
        heading(3, "Frequency and retention"),
        table(("Backup", "How often", "Kept for", "Size", "Why"), (_job(job) for job in backup.jobs)),
        *(_commands(context, job) for job in backup.jobs),
        heading(3, "Point-in-time recovery"),
        _unexecuted(backup.point_in_time) or f"None: {_without_log(context)}",
        heading(3, "Disaster recovery"),
        _unexecuted(backup.disaster_recovery) or "No second place was given to recover in.",
        heading(3, "Archival"),
        bullets(map(with_commands, backup.archival))
        or "No document limits how long rows are kept: nothing is archived.",
        heading(3, "Restore test"),
        with_commands(backup.restore_test),
        rehearsal(context),
    )


def _commands(context: Context, job: BackupJob) -> str:
    about = f"# {job.kind}: {one_line(job.frequency)} ({job_note(context, job)})"
    return fence("bash", "\n".join([about, *job.commands]))


def _unexecuted(commands: tuple[str, ...]) -> str:
    return fence("bash", "\n".join([f"# {NOT_EXECUTED}", *commands])) if commands else ""


def _without_log(context: Context) -> str:
    return f"{context.engine} is restored to the moment of a copy; what came after the last one is lost."


def _job(job: BackupJob) -> tuple[str, ...]:
    return (
        job.kind,
        text(job.frequency),
        text(job.retention),
        f"{marked(job.size)}: {text(job.size.basis)}",
        with_commands(job.why),
    )


def nosql(context: Context) -> str:
    """Render the section on other stores."""
    stores = context.design.operations.nosql
    return sections(
        heading(2, "NoSQL Considerations (if applicable)"),
        context.listed(stores.decisions),
        heading(3, "MongoDB / DocumentDB") if stores.mongodb else "",
        *(_collection(context, collection) for collection in stores.mongodb),
        heading(3, "Redis") if stores.redis else "",
        table(
            ("Key", "Type", "Fields", "TTL", "Purpose", "Keys", "Memory", "Facts", "Evidence"),
            (_redis(context, key) for key in stores.redis),
        ),
        fence("text", "\n".join(key.example for key in stores.redis)),
        heading(3, "Elasticsearch / OpenSearch") if stores.search else "",
        *(_search(context, index) for index in stores.search),
    )


def _facts(context: Context, ids: tuple[str, ...]) -> str:
    cited = context.cite(ids)
    return f" Facts: {cited}." if cited else ""


def _json(value: object) -> str:
    return fence("json", json.dumps(value, indent=2, ensure_ascii=False))


def _collection(context: Context, collection: MongoCollection) -> str:
    proof = context.evidence("document_validator", collection.name) or "NOT CHECKED: no MongoDB in the sandbox"
    return sections(
        f"**{code(collection.name)}**: {sentence(collection.purpose)}{_facts(context, collection.facts)}",
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
        f"{key.ttl_seconds:,} s" if key.ttl_seconds else "none",
        text(key.purpose),
        f"{number(key.keys.value)} ({key.keys.origin})",
        f"{marked(key.memory)}: {text(key.memory.basis)}",
        context.cite(key.facts),
        context.evidence("redis_command", key.pattern) or "NOT CHECKED: no Redis in the sandbox",
    )


def _search(context: Context, index: SearchIndex) -> str:
    proof = context.evidence("search_mapping", index.name) or "NOT CHECKED: no search engine in the sandbox"
    about = f"{sentence(index.purpose)}{_facts(context, index.facts)}"
    return sections(
        f"**{code(index.name)}** from {code(index.source_table)}: {about} ({proof})",
        _json({"settings": index.settings, "mappings": index.mappings}),
        f"Kept in step: {sentence(index.sync)}",
        _json(index.example_query),
    )
