"""The plan of the change: stage by stage, each written on what the one before it left."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from database_specialist.agent.changes import columns, constraints, converting, objects, tables
from database_specialist.agent.changes.drift import drift
from database_specialist.agent.changes.left import left_in_place
from database_specialist.agent.changes.loading import load
from database_specialist.agent.changes.renames import farewells, of_design, renames, require_old_names
from database_specialist.agent.changes.steps import Ground, Step
from database_specialist.agent.dialects import create_statements, index_statements, script
from database_specialist.agent.model.change import (
    Change,
    ChangeItem,
    ChangePhase,
    Existing,
    Fill,
    PreCheck,
    Rename,
    Undone,
)
from database_specialist.agent.model.operations import Migration
from database_specialist.agent.model.relational import Schema
from database_specialist.agent.model.workload import Indexes
from database_specialist.agent.verification.catalog import Catalog
from database_specialist.agent.verification.migrating import apply
from database_specialist.agent.verification.sandbox import Sandbox, StatementError

Stage = Callable[[Ground], Iterable[Step]]

_LOCK_TIMEOUT = "SET lock_timeout = '5s'"
_EXPAND: tuple[Stage, ...] = (
    tables.types,
    columns.relaxed_columns,
    columns.added_columns,
    columns.wider_types,
    columns.defaults,
    constraints.renamed_constraints,
    constraints.widened_checks,
    tables.partitions,
    tables.new_tables,
    converting.opened,
    constraints.plain_indexes,
)
_BACKFILL: tuple[Stage, ...] = (columns.backfills, converting.filled)
_CONTRACT: tuple[Stage, ...] = (
    converting.switched,
    converting.converted_in_place,
    columns.defaults,
    columns.required_columns,
    columns.identities,
    constraints.unique_keys,
    constraints.replaced_constraints,
    constraints.row_constraints,
    constraints.indexes,
    objects.functions,
    objects.triggers,
    objects.policies,
    objects.views,
    tables.comments,
)


def plan_change(
    existing: Existing,
    schema: Schema,
    indexes: Indexes,
    sandbox: Sandbox,
    *,
    renamed: Sequence[Rename] = (),
    filled: Sequence[Fill] = (),
) -> Change:
    """Plan the steps from the existing schema to the design.

    Raises:
        ConfigError: a rename names what is not there.
        DocumentError: the sandbox refuses the existing schema.
    """
    if schema.engine != "postgresql":
        why = f"Steps are planned for PostgreSQL only; for {schema.engine} compare with `database/schema.sql` by hand."
        return Change(origin=existing.origin, undone=(Undone(element="the whole change", why=why),))
    try:
        target = target_catalog(schema, indexes, sandbox)
    except StatementError as error:
        why = f"The design itself does not run: {error}"
        return Change(origin=existing.origin, undone=(Undone(element="the whole change", why=why),))
    with sandbox.database() as database:
        now = load(existing, database)
        values = {each.column: each.expression for each in filled}
        ground = Ground("postgresql", now, target, schema, database, now, values)
        planner = _Planner(ground)
        planner.run(renamed)
        return planner.change(existing, tuple(renamed), tuple(filled))


def target_catalog(schema: Schema, indexes: Indexes, sandbox: Sandbox) -> Catalog:
    """Return what the design makes of an empty database. Raises StatementError where it does not run."""
    with sandbox.database() as database:
        database.run(create_statements(schema))
        database.run(index_statements(indexes, schema.engine))
        return database.catalog()


@dataclass
class _Planner:
    ground: Ground
    steps: list[tuple[Step, Migration]] = field(default_factory=list)
    undone: dict[str, str] = field(default_factory=dict)
    unheard: list[Undone] = field(default_factory=list)

    def run(self, renamed: Sequence[Rename]) -> None:
        """Go through the stages in the order of their phases."""
        renamed = self._heard(renamed)
        self._stage(lambda ground: renames(ground, renamed), "expand")
        self.ground.before = self.ground.now
        for stage in _EXPAND:
            self._stage(stage, "expand")
        for stage in _BACKFILL:
            self._stage(stage, "backfill")
        self._stage(lambda ground: farewells(ground, renamed), "contract")
        for stage in _CONTRACT:
            self._stage(stage, "contract")

    def _heard(self, renamed: Sequence[Rename]) -> tuple[Rename, ...]:
        """Return the renames that the design bears out; what else a person said and it does not know is told."""
        require_old_names(self.ground.now, renamed)
        kept = of_design(self.ground.target, renamed)
        columns_of_design = {f"{column.table}.{column.name}" for column in self.ground.target.columns}
        self.unheard = [
            Undone(element=f"rename {each.old}={each.new}", why=f"The design holds no {each.new}.")
            for each in renamed
            if each not in kept
        ] + [
            Undone(element=f"fill {name}", why="The design has no such column.")
            for name in sorted(set(self.ground.fills) - columns_of_design)
        ]
        return kept

    def _stage(self, stage: Stage, phase: ChangePhase) -> None:
        """Write the steps of a stage, run each, and look again."""
        planned = tuple(stage(self.ground))
        for step in planned:
            migration = self._migration(step, phase)
            problem = apply(migration, "up", "postgresql", self.ground.database)
            if problem:
                self.undone |= {piece.element: f"PostgreSQL refuses it: {problem}" for piece in step.pieces}
            else:
                self.steps.append((step, migration))
        if planned:
            self.ground.now = self.ground.database.catalog()

    def _migration(self, step: Step, phase: ChangePhase) -> Migration:
        return Migration(
            number=len(self.steps) + 1,
            name=step.name,
            phase=phase,
            up=script((_LOCK_TIMEOUT, *step.up)),
            down=script((_LOCK_TIMEOUT, *step.down)) if step.is_reversible else "",
            transactional=not step.alone,
            reversible=step.is_reversible,
            note=step.note,
        )

    def change(self, existing: Existing, renamed: tuple[Rename, ...], filled: tuple[Fill, ...]) -> Change:
        """Return the plan, with what no step makes."""
        undone = dict(drift(self.ground.target, self.ground.now))
        return Change(
            origin=existing.origin,
            renames=renamed,
            fills=filled,
            items=tuple(self._items()),
            left=left_in_place(self.ground),
            undone=(
                *self.unheard,
                *(Undone(element=element, why=self.undone.get(element, why)) for element, why in undone.items()),
            ),
            prechecks=tuple(self._prechecks()),
            awaited=tuple(dict.fromkeys(self.ground.awaited)),
            migrations=tuple(migration for _, migration in self.steps),
        )

    def _items(self) -> Iterator[ChangeItem]:
        """Yield one item for each difference, with all the steps that it takes."""
        places: dict[tuple[str, str], list[str]] = {}
        notes: dict[tuple[str, str], list[str]] = {}
        for step, migration in self.steps:
            for piece in step.pieces:
                key = (piece.element, piece.change)
                places.setdefault(key, []).append(step_name(migration))
                if piece.note and piece.note not in notes.setdefault(key, []):
                    notes[key].append(piece.note)
        for (element, change), steps in places.items():
            note = " ".join(notes.get((element, change), ()))
            yield ChangeItem(element=element, change=change, steps=tuple(dict.fromkeys(steps)), note=note)

    def _prechecks(self) -> Iterator[PreCheck]:
        seen = set()
        for step, migration in self.steps:
            for check in step.checks:
                if check.sql not in seen:
                    seen.add(check.sql)
                    yield PreCheck(
                        element=check.element, table=check.table, sql=check.sql, for_step=step_name(migration)
                    )


def step_name(migration: Migration) -> str:
    """Return the name of a step as its files bear it.

    >>> step_name(Migration(number=3, name="fill_orders_currency", up="", down=""))
    '0003_fill_orders_currency'
    """
    return f"{migration.number:04d}_{migration.name}"
