"""The backup plan: jobs, recovery to a point in time, disaster recovery and archival, with the commands to run."""

from __future__ import annotations

import math
import re
import tomllib
from dataclasses import dataclass
from importlib.resources import files
from string import Template
from typing import Any

from database_specialist.agent.dialects.versions import major_version
from database_specialist.agent.model.base import Decision, Figure, Option
from database_specialist.agent.model.brief import Brief, Metric, Quantity
from database_specialist.agent.model.operations import Backup, BackupJob
from database_specialist.agent.operations.archival import plan_archival
from database_specialist.agent.operations.capacity import Ground
from database_specialist.agent.operations.figures import (
    DAY_SECONDS,
    GIB,
    MIB,
    assumed,
    counted,
    derived,
    number,
    size,
    span,
    unique,
)
from database_specialist.agent.operations.growth import busiest
from database_specialist.agent.operations.naming import check_query, database_name, shell_query, slug

PACKED = 3
"""Compressed backups are about a third of the data. Assumed."""
RESTORE_RATE = 100 * MIB
REPLAY_RATE = 50 * MIB
PREPARE_SECONDS = 900
"""Noticing, deciding and providing a server."""
RETENTION_DAYS = 30
LOGICAL_DAYS = 90
LARGE_DUMP = 100 * GIB
RPO_SECONDS = 300
RTO_SECONDS = 4 * 3600
_STANDBY = re.compile(r"\b(?:multi-az|hot standby|warm standby|zone-redundant standby|standby)\b", re.IGNORECASE)

_PLATFORMS: list[dict[str, Any]] = tomllib.loads(
    files("database_specialist.agent.operations").joinpath("platforms.toml").read_text(encoding="utf-8")
)["platform"]


@dataclass(frozen=True)
class _Plan:
    """What is fixed before the jobs are written."""

    platform: dict[str, Any]
    named_by: str | None
    rpo: Figure
    rto: Figure
    retention: Figure
    values: dict[str, str]


def plan_backup(ground: Ground) -> Backup:
    """Write the backup plan for the engine and platform that the Brief names."""
    plan = _plan(ground)
    platform = plan.platform
    return Backup(
        rpo=plan.rpo,
        rto=plan.rto,
        jobs=tuple(_job(job, plan, ground) for job in platform["job"]),
        point_in_time=tuple(_fill(line, plan) for line in platform["point_in_time"]),
        disaster_recovery=tuple(_fill(line, plan) for line in platform["disaster_recovery"]),
        archival=plan_archival(ground),
        restore_test=_restore_test(plan, ground),
        decisions=(_platform_decision(plan, ground), _objective_decision(plan, ground)),
    )


def _plan(ground: Ground) -> _Plan:
    platform, named_by = choose_platform(ground.brief)
    rpo = _objective(ground.brief, "rpo") or _assumed_rpo(platform, ground)
    rto = _objective(ground.brief, "rto") or assumed(
        RTO_SECONDS, "s", f"no document gives an RTO; {span(RTO_SECONDS)} covers {_restore_words(ground)}"
    )
    kept = _quantity(ground.brief, "backup_retention")
    retention = kept.figure if kept else assumed(RETENTION_DAYS, "days", "no document says how long backups are kept")
    return _Plan(platform, named_by, rpo, rto, retention, _values(ground, rpo, retention))


def choose_platform(brief: Brief) -> tuple[dict[str, Any], str | None]:
    """Return the platform's templates, and the name in the documents that chose it (None: self-managed)."""
    stack = brief.stack
    names = [stack.platform] if stack.platform else []
    names += [tech.name for tech in stack.technologies if tech.category in ("platform", "relational")]
    for name in names:
        for platform in _PLATFORMS:
            words = platform["match"]
            if stack.engine in platform["engines"] and any(_named(word, name) for word in words):
                return platform, name
    return next(p for p in _PLATFORMS if not p["match"] and stack.engine in p["engines"]), None


def _named(word: str, name: str) -> bool:
    return re.search(rf"\b{re.escape(word)}\b", name.lower()) is not None


def _quantity(brief: Brief, metric: Metric) -> Quantity | None:
    return next((quantity for quantity in brief.quantities if quantity.metric == metric), None)


def _objective(brief: Brief, metric: Metric) -> Figure | None:
    """The strictest objective that is not another store's own: documents give Redis or a search engine theirs."""
    engine = brief.stack.engine
    others = [tech.name for tech in brief.stack.technologies if tech.category not in ("relational", "platform")]
    found = [
        quantity.figure
        for quantity in brief.quantities
        if quantity.metric == metric
        and (engine in quantity.subject.lower() or not any(_named(o.lower(), quantity.subject) for o in others))
    ]
    return min(found, key=lambda figure: figure.value, default=None)


def _assumed_rpo(platform: dict[str, Any], ground: Ground) -> Figure:
    lost = sum(found.per_day.value for found in ground.rows.values()) * RPO_SECONDS / DAY_SECONDS
    basis = (
        f"no document gives an RPO; {span(RPO_SECONDS)} of this load are about {number(math.ceil(lost))} new rows, "
        f"most of {busiest(ground.rows, most=1)}"
    )
    return assumed(max(RPO_SECONDS, platform["rpo_seconds"]), "s", basis)


def _values(ground: Ground, rpo: Figure, retention: Figure) -> dict[str, str]:
    capacity, project = ground.capacity, slug(ground.brief.project)
    largest = ground.largest
    base = capacity.bytes_year_1.value
    days = max(1, round(retention.value))
    table = ground.schema.table(largest.table)
    check = check_query(table, ground.engine) if table is not None else "SELECT 1"
    engine = ground.engine
    return {
        "project": project,
        "database": database_name(ground.brief.project),
        "bucket": f"{project}-backups",
        "retention_days": str(min(35, days)),
        "history_seconds": str(min(30, days) * DAY_SECONDS),
        "full_backups": str(max(2, math.ceil(days / 7))),
        "archive_timeout": str(max(10, min(60, int(rpo.value // 2) or 10))),
        "rpo": span(rpo.value),
        "base_size": size(base),
        "base_packed": size(base / PACKED),
        "log_day": size(capacity.wal_bytes_per_day.value),
        "largest": largest.table,
        "largest_size": size(largest.bytes_year_1.value),
        "busiest": busiest(ground.rows, most=2),
        "check_command": shell_query(check, ground),
        "dump_command": _dump_command(ground),
        "aurora_engine": f"aurora-{engine}",
        "azure_server": "postgres" if engine == "postgresql" else "mysql",
        "cloud_sql_log": "--enable-point-in-time-recovery" if engine == "postgresql" else "--enable-bin-log",
    }


def _dump_command(ground: Ground) -> str:
    database = database_name(ground.brief.project)
    if ground.engine == "postgresql":
        # pg_dump is of the server's version or later, and packs with zstd since 16.
        is_new = major_version(ground.schema.engine_version, ground.engine) >= 16
        packing = "zstd" if is_new else "6"
        return f"pg_dump --format=custom --compress={packing} --file={database}.dump --dbname={database}"
    client = "mariadb-dump" if ground.engine == "mariadb" else "mysqldump"
    return f"{client} --single-transaction --routines --triggers --result-file={database}.sql {database}"


def _fill(line: str, plan: _Plan) -> str:
    return Template(line).substitute(plan.values)


def _job(job: dict[str, Any], plan: _Plan, ground: Ground) -> BackupJob:
    days = _days(job["days"], plan, ground)
    return BackupJob(
        kind=job["kind"],
        frequency=_fill(job["frequency"], plan),
        retention=counted(days, "day"),
        size=_size(job, days, ground),
        commands=tuple(_fill(command, plan) for command in job["commands"]),
        why=_fill(job["why"], plan),
    )


def _days(name: str, plan: _Plan, ground: Ground) -> float:
    """Dumps are kept longer than the other backups, as long as they are small."""
    is_small = ground.capacity.bytes_year_1.value < LARGE_DUMP
    kept = plan.retention.value
    fixed = {"week": 7, "log_week": 7, "logical": max(LOGICAL_DAYS, kept) if is_small else kept}
    return fixed.get(name, kept)


def _size(job: dict[str, Any], days: float, ground: Ground) -> Figure:
    """Logs and increments take their days; a provider's snapshots one copy and what changed since; others are full."""
    base, log = ground.capacity.bytes_year_1.value, ground.capacity.wal_bytes_per_day.value
    packed = f"/ {PACKED} packed (assumed)"
    if job["size"] in ("log", "incremental"):
        value = log * days / PACKED
        return derived(value, "bytes", f"{size(log)} a day x {counted(days, 'day')} {packed} = {size(value)}")
    is_daily = "daily" in job["frequency"]
    copies = max(1, math.ceil(days if is_daily else days / 7))
    if job["kind"] == "snapshot":
        value = base + min(log, base) * (copies - 1)
        basis = f"{size(base)} at the end of year 1, stored once, + {counted(copies - 1, 'earlier day')} x "
        return derived(value, "bytes", f"{basis}{size(min(log, base))} of changed blocks = {size(value)}")
    value = base * copies / PACKED
    noun = "daily copies" if is_daily else "weekly copies"
    noun = noun if copies > 1 else "copy"
    basis = f"{size(base)} at the end of year 1 x {copies} {noun} {packed} = {size(value)}"
    return derived(value, "bytes", basis)


def _restore_seconds(ground: Ground) -> float:
    capacity = ground.capacity
    copied = capacity.bytes_year_1.value / PACKED / RESTORE_RATE
    return PREPARE_SECONDS + copied + capacity.wal_bytes_per_day.value / REPLAY_RATE


def _restore_words(ground: Ground) -> str:
    capacity = ground.capacity
    copied, replayed = capacity.bytes_year_1.value / PACKED, capacity.wal_bytes_per_day.value
    return (
        f"a restore in year 1 of {span(math.ceil(_restore_seconds(ground)))}: {PREPARE_SECONDS // 60} minutes to "
        f"notice and provide a server, {size(copied)} packed at {size(RESTORE_RATE)}/s, {size(replayed)} of log at "
        f"{size(REPLAY_RATE)}/s (rates assumed)"
    )


def _restore_test(plan: _Plan, ground: Ground) -> str:
    tables = sorted(ground.capacity.tables, key=lambda found: (-found.bytes_year_1.value, found.table))[:3]
    names = ", ".join(found.table for found in tables)
    return (
        f"Monthly: restore {plan.values['project']} to a spare host at a random time of the last "
        f"{counted(int(plan.values['retention_days']), 'day')}, compare row counts and newest "
        f"rows of {names} with the primary at that time, and note the duration: "
        f"it must stay below the RTO of {span(plan.rto.value)}."
    )


def _platform_decision(plan: _Plan, ground: Ground) -> Decision:
    platform, engine = plan.platform, ground.engine
    named = (
        f"The documents name {plan.named_by}, and {plan.platform['name']} is its managed {engine}"
        if plan.named_by
        else f"No document names a managed {engine} service, so the commands are for a server of the team's own"
    )
    why = f"{named}; it has to hold {plan.values['base_size']} in year 1 and {plan.values['log_day']} of log a day"
    dump = Option(
        choice="only a nightly logical dump",
        rejected_because=f"it could lose a day, {size(ground.capacity.wal_bytes_per_day.value)} of changes to "
        f"{plan.values['busiest']}, against an RPO of {span(plan.rpo.value)}",
    )
    return Decision(
        id="OP-backup-platform",
        topic="backup",
        subject=plan.values["database"],
        choice=platform["name"],
        why=why + ".",
        alternatives=(dump,),
        facts=ground.brief.stack.facts,
    )


def _objective_decision(plan: _Plan, ground: Ground) -> Decision:
    mechanism, bound = _fill(plan.platform["mechanism"], plan), plan.platform["rpo_seconds"]
    met = f"RPO {span(plan.rpo.value)} ({plan.rpo.origin}) is met by {mechanism}"
    if plan.rpo.value < bound:
        met = (
            f"RPO {span(plan.rpo.value)} ({plan.rpo.origin}) is tighter than {mechanism} ({span(bound)}): "
            "a synchronous standby holds every commit"
        )
    needed = _restore_seconds(ground)
    restored = f"RTO {span(plan.rto.value)} ({plan.rto.origin}) is met by {_restore_words(ground)}"
    if plan.rto.value < needed:
        restored = (
            f"RTO {span(plan.rto.value)} ({plan.rto.origin}) is shorter than {_restore_words(ground)}: "
            "a standby is promoted, and the backup serves disasters"
        )
    return Decision(
        id="OP-backup-objectives",
        topic="backup",
        subject=plan.values["database"],
        choice=_choice(plan, needed, named_standby(ground.brief)),
        why=f"{met}; {restored}.",
        facts=unique((*plan.rpo.facts, *plan.rto.facts)),
    )


def named_standby(brief: Brief) -> str | None:
    """Return the words by which the documents have a standby: "Multi-AZ"."""
    found = (_STANDBY.search(fact.text) for fact in brief.in_scope)
    return next((match.group() for match in found if match), None)


def _choice(plan: _Plan, needed: float, standing: str | None) -> str:
    standby = plan.rpo.value < plan.platform["rpo_seconds"] or plan.rto.value < needed
    if standby:
        return "backups and a standby"
    return f"backups beside the {standing} of the documents" if standing else "backups without a standby"


def needs_standby(ground: Ground) -> bool:
    """Say whether the objectives cannot be met by restoring a backup."""
    plan = _plan(ground)
    return _choice(plan, _restore_seconds(ground), None) == "backups and a standby"
