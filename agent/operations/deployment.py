"""The production procedure: expand, backfill, switch, contract, each step with its commands and its way back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from database_specialist.agent.migrations.layouts import layouts
from database_specialist.agent.model.operations import Backup, DeploymentStep, Migration, MigrationFormat
from database_specialist.agent.model.relational import Table
from database_specialist.agent.model.workload import Index
from database_specialist.agent.operations.capacity import Ground, settings_memory
from database_specialist.agent.operations.engine_commands import Commands, commands_for
from database_specialist.agent.operations.figures import counted, listed, number, size
from database_specialist.agent.operations.naming import check_query, database_name, slug

LIVE_ROWS = 100_000
"""Rows from which building an index in one transaction holds up writers noticeably. Assumed."""
CONTRACT_DAYS = 7

Phase = Literal["prepare", "expand", "backfill", "switch", "contract", "verify"]
_Step = tuple[Phase, str, tuple[str, ...], str]


@dataclass(frozen=True)
class _Runner:
    """How migrations are run: script by script with the engine's client, or by the tool whose layout they are in."""

    ground: Ground
    commands: Commands
    format: MigrationFormat

    def up(self, steps: Sequence[Migration]) -> tuple[str, ...]:
        if self.format == "plain" or not steps:
            return tuple(self.commands.migrate(_file(step, "up"), step.transactional) for step in steps)
        return (layouts()[self.format].up(steps, self.ground.engine, self.commands.database),)

    def down(self, steps: Sequence[Migration]) -> str:
        if self.format == "plain":
            downs = ", ".join(_file(migration, "down") for migration in reversed(steps))
            return f"run {downs} in this order."
        return f"undo them with {layouts()[self.format].title}, as Rollback says."


def plan_deployment(
    ground: Ground, migrations: Sequence[Migration], backup: Backup, migration_format: MigrationFormat = "plain"
) -> tuple[DeploymentStep, ...]:
    """Write the procedure for the first release, and for a database that already holds rows."""
    commands = commands_for(ground)
    runner = _Runner(ground, commands, migration_format)
    steps: list[_Step] = [_prepare(ground, commands, backup), _expand(migrations, ground, runner)]
    live = _live_indexes(ground)
    if live:
        steps.append(_expand_live(live, ground, commands))
    steps.append(_backfill(migrations, ground, runner))
    steps += [_verify(ground, commands), _switch(ground, commands), _contract(migrations, ground, runner)]
    return tuple(
        DeploymentStep(number=number, phase=phase, action=action, commands=lines, abort=abort)
        for number, (phase, action, lines, abort) in enumerate(steps, start=1)
    )


def _prepare(ground: Ground, commands: Commands, backup: Backup) -> _Step:
    database, capacity = database_name(ground.brief.project), ground.capacity
    disk = capacity.bytes_year_1.value
    memory = settings_memory(capacity.cache_bytes)
    action = (
        f"Provide {database}: {size(disk * 2)} of disk (twice the {size(disk)} of year 1), {memory} of buffers for the "
        f"hot set, {counted(capacity.connections.value, 'connection')}; then take the backup to return to."
    )
    taken = next((job.commands[-1] for job in backup.jobs if job.kind in ("base", "snapshot")), "")
    lines = (*commands.provide(memory, round(capacity.connections.value)), taken)
    return "prepare", action, tuple(line for line in lines if line), commands.unprovide()


def _expand(migrations: Sequence[Migration], ground: Ground, runner: _Runner) -> _Step:
    first = [migration for migration in migrations if migration.phase == "expand"]
    action = (
        f"Apply migrations {_numbers(first)}: they create {len(ground.schema.tables)} tables and their indexes and "
        f"change nothing that an older release reads. {runner.commands.lock_words()}"
    )
    abort = f"{runner.commands.failed_words()} After a success: {runner.down(first)}"
    return "expand", action, runner.up(first), abort


def _live_indexes(ground: Ground) -> list[Index]:
    """The planned indexes on the tables that will be large; a partitioned table takes none concurrently."""
    large = {
        table.name
        for table in ground.schema.tables
        if table.partitioning is None and ground.size_of(table.name).rows_year_1.value >= LIVE_ROWS
    }
    return [index for index in ground.indexes.planned if index.table in large]


def _expand_live(live: Sequence[Index], ground: Ground, commands: Commands) -> _Step:
    tables = listed(
        f"{name} ({counted(ground.size_of(name).rows_year_1.value, 'row')} in year 1)"
        for name in dict.fromkeys(index.table for index in live)
    )
    action = (
        f"Where {tables} already hold rows, take these commands in place of the index migration: they build the "
        "indexes without stopping writers, one at a time."
    )
    lines = tuple(commands.build_live(index) for index in live)
    names = listed((index.name for index in live), most=3)
    return "expand", action, (*lines, *commands.invalid_indexes()), commands.undo_live(names, live[0].name)


def _backfill(migrations: Sequence[Migration], ground: Ground, runner: _Runner) -> _Step:
    filled = [migration for migration in migrations if migration.phase == "backfill"]
    reference = [table.name for table in ground.schema.tables if table.kind == "reference"]
    busiest = _largest_tables(ground, most=2)
    action = f"Load the lists {listed(reference)} from the release's own data. " if reference else ""
    action += (
        f"Check the foreign keys of {listed(table.name for table in busiest)} against the rows that are there "
        "and refresh their statistics; writers go on meanwhile."
    )
    commands = runner.commands
    lines = [*runner.up(filled)]
    lines += [line for table in busiest for line in commands.validate(table)]
    lines += list(commands.analyze([table.name for table in busiest]))
    names = listed(table.name for table in busiest)
    abort = f"Stop: nothing was changed in {names}; mend the rows that are reported and repeat."
    return "backfill", action, tuple(lines), abort


def _largest_tables(ground: Ground, *, most: int) -> list[Table]:
    order = sorted(ground.capacity.tables, key=lambda found: (-found.bytes_year_1.value, found.table))
    found = (ground.schema.table(part.table) for part in order[:most])
    return [table for table in found if table is not None]


def _verify(ground: Ground, commands: Commands) -> _Step:
    tables = _largest_tables(ground, most=3)
    count = len(ground.schema.tables)
    action = (
        f"All {count} tables and {len(ground.indexes.planned)} planned indexes exist, every constraint is valid, and "
        f"{listed(table.name for table in tables)} answer."
    )
    lines = [*commands.existence(count), *(commands.query(check_query(table, ground.engine)) for table in tables)]
    return "verify", action, tuple(lines), "Do not switch: run the down scripts of the expand step."


def _switch(ground: Ground, commands: Commands) -> _Step:
    frequent = sorted(ground.accesses, key=lambda access: -access.query.frequency.value)[:2]
    ids = listed(f"{access.query.id} ({access.query.name})" for access in frequent)
    peak = ground.capacity.peak_queries_per_second
    action = (
        f"Start the release that uses the new tables on one instance, then on all, and watch {ids} up to the peak of "
        f"{number(peak.value)} queries/s."
    )
    written = listed(table.name for table in _largest_tables(ground, most=2))
    abort = (
        "Start the release before this one: every table it knows is still there. Rows written meanwhile stay in "
        f"{written}."
    )
    return "switch", action, commands.watch(), abort


def _contract(migrations: Sequence[Migration], ground: Ground, runner: _Runner) -> _Step:
    last = [migration for migration in migrations if migration.phase == "contract"]
    action = f"After {CONTRACT_DAYS} days without the older release: "
    if last:
        action += f"apply {_numbers(last)}. "
    else:
        action += "this release removes nothing. "
    action += (
        f"Look which of the {len(ground.indexes.planned)} planned indexes {slug(ground.brief.project)} has not used."
    )
    lines = (*runner.up(last), *runner.commands.unused_indexes())
    abort = runner.down(last) if last else "nothing was changed."
    return "contract", action, lines, f"{abort[0].upper()}{abort[1:]}"


def _file(migration: Migration, way: str) -> str:
    return f"database/migrations/{migration.number:04d}_{migration.name}.{way}.sql"


def _numbers(migrations: Sequence[Migration]) -> str:
    numbers = [f"{migration.number:04d}" for migration in migrations]
    return f"{numbers[0]} to {numbers[-1]}" if len(numbers) > 1 else "".join(numbers) or "none"
