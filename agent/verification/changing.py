"""Proofs of the change from an existing schema, on tables that hold rows.

existing schema --rows--> up, each statement's locks read --> the design, the rows as they were
                      --> down --> the existing schema, the rows as they were --> up again --> the design
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from database_specialist.agent.changes.drift import drift
from database_specialist.agent.changes.loading import load
from database_specialist.agent.changes.planning import step_name, target_catalog
from database_specialist.agent.dialects import bind, split_statements
from database_specialist.agent.model.change import Change, Existing
from database_specialist.agent.model.locks import Footprint
from database_specialist.agent.model.operations import Migration
from database_specialist.agent.model.relational import Schema
from database_specialist.agent.verification.catalog import Catalog, differences
from database_specialist.agent.verification.change_rows import (
    Rows,
    Sides,
    empty_unfit,
    fill_existing,
    give_values,
    seed_existing,
)
from database_specialist.agent.verification.locks import LOCKS, Measuring, Touch
from database_specialist.agent.verification.migrating import apply
from database_specialist.agent.verification.records import Parts, Recorder
from database_specialist.agent.verification.sandbox import Database, StatementError
from database_specialist.agent.verification.structure import one_line

LOADED = "The existing schema is made anew in the sandbox, and filled with rows."
CHECKED = "The questions to the rows that are there count none on the sandbox's rows."
UP = "The steps up give the design, as far as they promise it."
KEPT = "No row is lost on the way up, and no column that the change leaves alone holds another value."
LOCKS_READ = "What each statement of the change locks, rewrites and scans was read while it ran on tables with rows."
QUERIES = "Every query of the design is taken by the schema that the steps up give."
DOWN = "The steps down, in reverse, give the existing schema again."
BACK = "After the way down every row is as it was."
AGAIN = "The steps up once more give the design."
_CLAIMS = (CHECKED, UP, KEPT, LOCKS_READ, QUERIES, DOWN, BACK, AGAIN)
_MOST = 10
_BROKEN = "up: 23"
"""The class of what PostgreSQL says when rows break a constraint."""

PREFIX = "change/"
"""Before the names of steps of the change, to tell them from those of the first deployment."""

ReadSchema = Callable[[Catalog], Schema]
"""Returns what a catalog holds as a schema."""


@dataclass(frozen=True)
class Changing:
    """What is proven of a change."""

    existing: Existing
    change: Change
    read_schema: ReadSchema


def prove_change(changing: Changing, parts: Parts, recorder: Recorder) -> None:
    """Prove the change on a database of its own; where a step fails, what follows is not checked."""
    if not changing.change.migrations:
        why = "the existing schema is the design already" if changing.change.is_nothing else "no step was planned"
        skip_change(recorder, why)
        return
    target = target_catalog(parts.schema, parts.indexes, recorder.sandbox)
    with _filled(changing, target, parts, recorder) as (database, sides, rows):
        rows.renamed = {each.old: each.new for each in changing.change.renames if "." not in each.old}
        rows.emptied = empty_unfit(changing.change, database)
        rows.count(database)
        recorder.passed("change", "existing schema", LOADED, rows.told)
        _Proof(changing.change, parts, recorder, database, sides, rows).run()


@contextmanager
def _filled(
    changing: Changing, target: Catalog, parts: Parts, recorder: Recorder
) -> Iterator[tuple[Database, Sides, Rows]]:
    """Give a database with the existing schema and rows: many where the filler can, else a few."""
    with recorder.sandbox.database() as database:
        before = load(changing.existing, database)
        sides = Sides(before, target, changing.read_schema(before), parts.schema, changing.change.renames)
        rows = fill_existing(sides, database)
        if rows is not None:
            yield database, sides, rows
            return
    with recorder.sandbox.database() as database:
        load(changing.existing, database)
        yield database, sides, seed_existing(sides, database)


def skip_change(recorder: Recorder, why: str) -> None:
    """Record that nothing was proven."""
    _skip(recorder, why, LOADED, *_CLAIMS)


def _skip(recorder: Recorder, why: str, *claims: str) -> None:
    for claim in claims:
        recorder.not_checked("change", "change", claim, why)


@dataclass
class _Proof:
    change: Change
    parts: Parts
    recorder: Recorder
    database: Database
    sides: Sides
    rows: Rows
    touched: list[Footprint] = field(default_factory=list)
    taken_out: list[str] = field(default_factory=list)

    def run(self) -> None:
        self._ask()
        if not self._up():
            return
        self._judge_up(UP)
        self._judge_rows()
        self._judge_locks()
        self._judge_queries()
        if self._down():
            self._again()

    def _ask(self) -> None:
        """Put the questions whose columns are there before the first step."""
        problems, asked = [], 0
        for check in self.change.prechecks:
            try:
                found = int(str(self.database.execute(check.sql).rows[0][0]))
            except StatementError:
                continue  # it asks about a column that a step adds or renames
            asked += 1
            if found:
                problems.append(f"{check.element}: {found}")
        self.recorder.judged("change", "pre-checks", CHECKED, tuple(problems), detail=f"{asked} questions, no row")

    def _up(self) -> bool:
        for migration in self.change.migrations:
            give_values(self.change, migration.name, self.parts, self.sides, self.database)
            problem = self._measured(migration)
            if problem.startswith(_BROKEN) and self._takes_out(migration):
                problem = self._measured(migration)
            if problem:
                self._fail(migration, UP, problem, KEPT, LOCKS_READ, QUERIES, DOWN, BACK, AGAIN)
                return False
        return True

    def _takes_out(self, migration: Migration) -> bool:
        """Empty the tables whose made-up rows a step refuses, where the user's own rows are asked about the same."""
        tables = {each.table for each in self.change.prechecks if each.for_step == step_name(migration)}
        if not tables:
            return False
        apply(migration, "down", self.parts.schema.engine, self.database)  # what a failed build leaves behind
        for table in sorted(tables):
            self.rows.take_out(table, self.database)
            self.taken_out.append(f"{table} before {step_name(migration)}")
        return True

    def _fail(self, migration: Migration, claim: str, problem: str, *left: str) -> None:
        self.recorder.failed("change", f"{PREFIX}{step_name(migration)}", claim, problem)
        _skip(self.recorder, f"{step_name(migration)} failed", *left)

    def _measured(self, migration: Migration) -> str:
        """Run a step statement by statement, each measured; return a problem or ""."""
        if not isinstance(self.database, Measuring):
            return apply(migration, "up", self.parts.schema.engine, self.database)
        for statement in split_statements(migration.up, self.parts.schema.engine):
            try:
                touches = self.database.footprint(statement, alone=not migration.transactional)
            except StatementError as error:
                return f"up: {error} in: {one_line(statement)}"
            self.touched += self._footprints(migration, statement, touches)
        return ""

    def _footprints(self, migration: Migration, statement: str, touches: Iterable[Touch]) -> Iterator[Footprint]:
        for touch in touches:
            if self.rows.has_rows(touch.table):
                yield Footprint(
                    migration=f"{PREFIX}{step_name(migration)}",
                    statement=one_line(statement),
                    table=touch.table,
                    lock=touch.lock,
                    rewrites=touch.rewrites,
                    scans=touch.scans,
                )

    def _judge_up(self, claim: str) -> None:
        promised = {each.element for each in self.change.undone}
        found = [
            f"{name}: {why}" for name, why in drift(self.sides.wanted, self.database.catalog()) if name not in promised
        ]
        more = [f"and {len(found) - _MOST} more"] if len(found) > _MOST else []
        detail = (
            f"{len(self.change.migrations)} steps; {_size(self.sides.wanted)} of the design are there as it has them"
        )
        if promised:
            detail += f", but for {len(promised)} that no step makes"
        if self.taken_out:
            detail += f"; rows made up were taken out, as they did not fit: {', '.join(self.taken_out)}"
        self.recorder.judged("change", "change", claim, (*found[:_MOST], *more), detail=detail)

    def _judge_rows(self) -> None:
        problems, notes = self.rows.compared(self.database, self.change)
        detail = "; ".join((self.rows.size, *notes))
        self.recorder.judged("change", "rows", KEPT, problems, detail=detail)

    def _judge_locks(self) -> None:
        self.recorder.footprints += self.touched
        if not isinstance(self.database, Measuring):
            _skip(self.recorder, f"no measure of locks is written for {self.recorder.sandbox.engine}", LOCKS_READ)
            return
        worst = max((each.lock for each in self.touched), key=LOCKS.index, default="")
        rewritten = sorted({each.table for each in self.touched if each.rewrites})
        detail = f"at most {worst or 'no lock'}; rewrites {', '.join(rewritten) or 'nothing'}"
        self.recorder.passed("change", "locks", LOCKS_READ, detail)

    def _judge_queries(self) -> None:
        """Prepare each query: what a step dragged along, or did not make, shows here."""
        engine, queries = self.parts.schema.engine, self.parts.workload.queries
        problems = []
        for query in queries:
            sql, names = bind(query.sql, query, engine=engine)
            types = {parameter.name: parameter.type for parameter in query.parameters}
            declared = f"({', '.join(types[name] for name in names)})" if names else ""
            try:
                self.database.execute(f"PREPARE asked{declared} AS {sql}")
                self.database.execute("DEALLOCATE asked")
            except StatementError as error:
                problems.append(f"{query.id}: {error}")
        if problems and self.change.undone:
            why = f"parts of the design are made by no step, and so: {'; '.join(problems)}"
            self.recorder.not_checked("change", "queries", QUERIES, why)
            return
        self.recorder.judged("change", "queries", QUERIES, tuple(problems), detail=f"{len(queries)} prepared")

    def _down(self) -> bool:
        for migration in reversed(self.change.migrations):
            problem = apply(migration, "down", self.parts.schema.engine, self.database) if migration.down else ""
            if problem:
                self._fail(migration, DOWN, problem, BACK, AGAIN)
                return False
        kept = self._kept_values()
        found = tuple(
            each for each in differences(self.sides.before, self.database.catalog()) if not _is_of(each, kept)
        )
        detail = f"{_size(self.sides.before)}, as they were"
        if kept:
            detail += f"; not reversible, as their steps say: {', '.join(kept)}"
        self.recorder.judged("change", "change", DOWN, found[:_MOST], detail=detail)
        problems, _ = self.rows.compared(self.database, None)
        self.recorder.judged("change", "rows", BACK, problems, detail=self.rows.size)
        return not found

    def _kept_values(self) -> tuple[str, ...]:
        """Return the types whose steps are marked as without a way back."""
        one_way = {step_name(each) for each in self.change.migrations if not each.reversible}
        items = (item for item in self.change.items if one_way & set(item.steps))
        return tuple(item.element.removeprefix("type ") for item in items)

    def _again(self) -> None:
        for migration in self.change.migrations:
            if not migration.reversible:
                continue  # it still stands
            give_values(self.change, migration.name, self.parts, self.sides, self.database)
            problem = apply(migration, "up again", self.parts.schema.engine, self.database)
            if problem:
                self._fail(migration, AGAIN, problem)
                return
        self._judge_up(AGAIN)


def _is_of(difference: str, types: Sequence[str]) -> bool:
    return any(difference.split(": ")[1].split()[0] == name for name in types if "enums:" in difference)


def _size(catalog: Catalog) -> str:
    counts = {name: len(getattr(catalog, name)) for name in ("tables", "columns", "constraints", "indexes", "triggers")}
    return ", ".join(f"{number} {name}" for name, number in counts.items() if number)
