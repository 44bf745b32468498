"""Constraints and indexes, added without a scan under a lock that stops the table, and replaced without a gap."""

from __future__ import annotations

import re
from collections.abc import Iterator

from database_specialist.agent.changes.prechecks import precheck
from database_specialist.agent.changes.steps import Check, Ground, Piece, Step, short
from database_specialist.agent.changes.tables import definition
from database_specialist.agent.verification.catalog import ConstraintFact, IndexFact

_VALUE = re.compile(r"'((?:[^']|'')*)'")


def renamed_constraints(ground: Ground) -> Iterator[Step]:
    """Give constraints and indexes the names that the design has for them: nothing is built or read."""
    for table in ground.shared():
        up, down, pieces = [], [], []
        start = f"ALTER TABLE {ground.name(table)} RENAME CONSTRAINT"
        for fact, there in _alike_constraints(table, ground):
            new, old = ground.column(fact.name), ground.column(there.name)
            up.append(f"{start} {old} TO {new}")
            down.append(f"{start} {new} TO {old}")
            pieces.append(Piece(f"{fact.kind} {table}.{fact.name}", f"was named {there.name}"))
        for index, found in _alike_indexes(table, ground):
            new, old = ground.name(index.name), ground.name(found.name)
            up.append(f"ALTER INDEX {old} RENAME TO {new}")
            down.append(f"ALTER INDEX {new} RENAME TO {old}")
            pieces.append(Piece(f"index {index.name}", f"was named {found.name}"))
        if up:
            yield Step(short("names", table), tuple(up), tuple(reversed(down)), tuple(pieces))


def _alike_constraints(table: str, ground: Ground) -> Iterator[tuple[ConstraintFact, ConstraintFact]]:
    there = list(ground.now.constraints_of(table))
    wanted = {fact.name for fact in ground.target.constraints_of(table)}
    known = {fact.name for fact in there}
    for fact in ground.target.constraints_of(table):
        same = next((each for each in there if _is_same(fact, each) and each.name not in wanted), None)
        if fact.name not in known and same is not None:
            there.remove(same)
            yield fact, same


def _is_same(fact: ConstraintFact, other: ConstraintFact) -> bool:
    return fact.kind == other.kind and fact.definition == other.definition


def _alike_indexes(table: str, ground: Ground) -> Iterator[tuple[IndexFact, IndexFact]]:
    there = [index for index in ground.now.indexes_of(table) if not index.of_constraint and index.valid]
    wanted = {index.name for index in ground.target.indexes_of(table)}
    known = {index.name for index in there}
    for index in ground.target.indexes_of(table):
        if index.of_constraint or index.name in known:
            continue
        same = next((each for each in there if _shape(each) == _shape(index) and each.name not in wanted), None)
        if same is not None:
            there.remove(same)
            yield index, same


def _shape(index: IndexFact) -> str:
    return index.definition.replace(f"INDEX {index.name} ON", "INDEX ON", 1)


def widened_checks(ground: Ground) -> Iterator[Step]:
    """Replace lists of values by longer ones before new rows use the new values: no row can break the longer list."""
    for fact, old in _replaced(ground):
        if fact.kind != "check" or not _is_wider(fact, old):
            continue
        start = f"ALTER TABLE {ground.name(fact.table)}"
        new, before = ground.column(fact.name), ground.column(old.name)
        new_values = [value for value in _values(fact) if value not in _values(old)]
        piece = Piece(_element(fact), f"takes {', '.join(new_values)} as well", _was_named(fact, old))
        yield Step(
            short("widen", fact.name),
            (f"{start} DROP CONSTRAINT {before}", f"{start} ADD CONSTRAINT {new} {fact.definition} NOT VALID"),
            (f"{start} DROP CONSTRAINT {new}", f"{start} ADD CONSTRAINT {before} {old.definition}"),
            (piece,),
            note="A row with a new value stops the way down.",
        )
        yield _validation([fact], (piece,), ground)


def _values(fact: ConstraintFact) -> tuple[str, ...]:
    if not re.search(r"= ANY \(", fact.expression):
        return ()
    return tuple(found[1] for found in _VALUE.finditer(fact.expression))


def _is_wider(fact: ConstraintFact, old: ConstraintFact) -> bool:
    """Say whether a check is the other's list of values with more of them, and nothing else."""
    before, after = _values(old), _values(fact)
    same_form = _VALUE.sub("''", fact.expression).replace("''::text, ", "").replace("''::character varying, ", "")
    old_form = _VALUE.sub("''", old.expression).replace("''::text, ", "").replace("''::character varying, ", "")
    return bool(before) and set(before) < set(after) and same_form == old_form


def _replaced(ground: Ground) -> Iterator[tuple[ConstraintFact, ConstraintFact]]:
    """Yield each constraint that takes the place of another: of the same name, or a check of the same columns."""
    for table in ground.shared():
        there = {fact.name: fact for fact in ground.now.constraints_of(table)}
        wanted = {fact.name for fact in ground.target.constraints_of(table)}
        for fact in ground.target.constraints_of(table):
            old = there.get(fact.name)
            if old is None and fact.kind == "check":
                others = (each for each in there.values() if each.kind == "check" and each.name not in wanted)
                old = next((each for each in others if each.columns == fact.columns and _lists_both(each, fact)), None)
            if old is None and fact.kind == "foreign key":
                others = (each for each in there.values() if each.name not in wanted)
                old = next((each for each in others if _refers_alike(each, fact)), None)
            if old is not None and not _is_same(fact, old) and old.kind == fact.kind:
                yield fact, old


def _refers_alike(first: ConstraintFact, second: ConstraintFact) -> bool:
    same = ("kind", "columns", "ref_table", "ref_columns")
    return all(getattr(first, name) == getattr(second, name) for name in same)


def _lists_both(first: ConstraintFact, second: ConstraintFact) -> bool:
    return bool(_values(first)) and bool(_values(second))


def _missing(ground: Ground) -> Iterator[ConstraintFact]:
    """Yield the constraints that are missing and take no other's place."""
    replaced = {(fact.table, fact.name) for fact, _ in _replaced(ground)}
    for table in ground.shared():
        known = {fact.name for fact in ground.now.constraints_of(table)}
        columns = {column.name for column in ground.now.columns_of(table)}
        for fact in ground.target.constraints_of(table):
            if fact.name not in known and (table, fact.name) not in replaced and set(fact.columns) <= columns:
                yield fact


def _element(fact: ConstraintFact) -> str:
    return f"{fact.kind} {fact.table}.{fact.name}"


def _was_named(fact: ConstraintFact, old: ConstraintFact) -> str:
    return f"It takes the place of {old.name}." if old.name != fact.name else ""


def unique_keys(ground: Ground) -> Iterator[Step]:
    """Build each unique index beside the writers, then make a constraint of it."""
    for fact in _missing(ground):
        if fact.kind not in ("unique", "primary key"):
            continue
        if fact.kind == "primary key" and any(
            each.kind == "primary key" for each in ground.now.constraints_of(fact.table)
        ):
            continue  # another key stands there, and others may refer to it
        start, name = f"ALTER TABLE {ground.name(fact.table)}", ground.column(fact.name)
        drop, piece = f"{start} DROP CONSTRAINT {name}", Piece(_element(fact), f"added: {fact.definition}")
        asked = precheck(fact, ground)
        if ground.is_partitioned(fact.table):
            up = f"{start} ADD CONSTRAINT {name} {fact.definition}"
            note = "A partitioned table takes no index CONCURRENTLY: writers wait while it is built."
            yield Step(short("add", fact.name), (up,), (drop,), (piece,), asked, note=note)
            continue
        index = next(each for each in ground.target.indexes_of(fact.table) if each.name == fact.name)
        build, away = _concurrently(index.definition), f"DROP INDEX CONCURRENTLY {ground.name(fact.name)}"
        yield Step(short("build", fact.name), (build,), (away,), (piece,), asked, alone=True)
        kind = "PRIMARY KEY" if fact.kind == "primary key" else "UNIQUE"
        deferred = " DEFERRABLE" + fact.definition.partition(" DEFERRABLE")[2] if fact.deferrable else ""
        attach = f"{start} ADD CONSTRAINT {name} {kind} USING INDEX {ground.name(fact.name)}{deferred}"
        # Dropping the constraint takes its index along: the way down of the step before has to find one.
        again = index.definition.replace(" ON public.", " ON ")
        yield Step(short("attach", fact.name), (attach,), (drop, again), (piece,))


def _concurrently(text: str) -> str:
    return re.sub(r"^(CREATE (?:UNIQUE )?INDEX) ", r"\1 CONCURRENTLY ", definition(text))


def row_constraints(ground: Ground) -> Iterator[Step]:
    """Add checks and foreign keys NOT VALID, validate them in a step of their own; exclusions as they can be."""
    for table in ground.shared():
        facts = [fact for fact in _missing(ground) if fact.table == table]
        light = [fact for fact in facts if fact.kind in ("check", "foreign key")]
        if light:
            start = f"ALTER TABLE {ground.name(table)}"
            pieces = tuple(Piece(_element(fact), f"added: {fact.definition}") for fact in light)
            yield Step(
                short("constrain", table),
                tuple(f"{start} ADD CONSTRAINT {ground.column(f.name)} {f.definition} NOT VALID" for f in light),
                tuple(f"{start} DROP CONSTRAINT {ground.column(f.name)}" for f in reversed(light)),
                pieces,
            )
            yield _validation(light, pieces, ground)
        for fact in facts:
            if fact.kind == "exclusion":
                yield _exclusion(fact, ground)


def _validation(facts: list[ConstraintFact], pieces: tuple[Piece, ...], ground: Ground) -> Step:
    table = facts[0].table
    start = f"ALTER TABLE {ground.name(table)}"
    names = {fact.name: ground.column(fact.name) for fact in facts}
    unvalidated = [
        statement
        for fact in facts
        for statement in (
            f"{start} DROP CONSTRAINT {names[fact.name]}",
            f"{start} ADD CONSTRAINT {names[fact.name]} {fact.definition} NOT VALID",
        )
    ]
    return Step(
        short("validate", facts[0].name if len(facts) == 1 else table),
        tuple(f"{start} VALIDATE CONSTRAINT {name}" for name in names.values()),
        tuple(unvalidated),
        pieces,
        tuple(check for fact in facts for check in precheck(fact, ground)),
    )


def _exclusion(fact: ConstraintFact, ground: Ground) -> Step:
    start, name = f"ALTER TABLE {ground.name(fact.table)}", ground.column(fact.name)
    note = "PostgreSQL builds an exclusion constraint under its strongest lock only: do it when the table is idle."
    return Step(
        short("exclude", fact.name),
        (f"{start} ADD CONSTRAINT {name} {fact.definition}",),
        (f"{start} DROP CONSTRAINT {name}",),
        (Piece(_element(fact), f"added: {fact.definition}", note),),
        precheck(fact, ground),
        note=note,
    )


def replaced_constraints(ground: Ground) -> Iterator[Step]:
    """Put a changed check or foreign key beside the old one, validate it, then let it take the old one's name."""
    for fact, old in _replaced(ground):
        if fact.kind not in ("check", "foreign key"):
            continue
        start = f"ALTER TABLE {ground.name(fact.table)}"
        fresh, name, before = ground.column(f"{fact.name}_new"), ground.column(fact.name), ground.column(old.name)
        add = f"{start} ADD CONSTRAINT {fresh} {fact.definition} NOT VALID"
        drop = f"{start} DROP CONSTRAINT {fresh}"
        piece = Piece(_element(fact), f"{old.definition} becomes {fact.definition}", _was_named(fact, old))
        yield Step(short("renew", fact.name), (add,), (drop,), (piece,))
        validate = f"{start} VALIDATE CONSTRAINT {fresh}"
        asked = precheck(fact, ground)
        yield Step(short("validate", fact.name), (validate,), (drop, add), (piece,), asked)
        yield Step(
            short("switch", fact.name),
            (f"{start} DROP CONSTRAINT {before}", f"{start} RENAME CONSTRAINT {fresh} TO {name}"),
            (
                f"{start} RENAME CONSTRAINT {name} TO {fresh}",
                f"{start} ADD CONSTRAINT {before} {old.definition.removesuffix(' NOT VALID')}",
            ),
            (piece,),
            note="Rows that only the new condition lets in stop the way down.",
        )


def plain_indexes(ground: Ground) -> Iterator[Step]:
    """Build the indexes that refuse no row, on columns that are as they shall be, before the new release."""
    types = {(column.table, column.name): column.type for column in ground.now.columns}
    changing = [
        (column.table, column.name)
        for column in ground.target.columns
        if types.get((column.table, column.name), column.type) != column.type
    ]
    later = {
        f"index {index.name}"
        for index in ground.target.indexes
        if index.unique or any(index.table == table and _names(index, column) for table, column in changing)
    }
    return (step for step in indexes(ground) if not any(piece.element in later for piece in step.pieces))


def _names(index: IndexFact, column: str) -> bool:
    return re.search(rf"\b{re.escape(column)}\b", index.definition.partition(" USING ")[2]) is not None


def indexes(ground: Ground) -> Iterator[Step]:
    """Build the indexes that are missing beside the writers, each alone in its step; replace those that differ."""
    for table in ground.shared():
        there = {index.name: index for index in ground.now.indexes_of(table)}
        columns = {column.name for column in ground.now.columns_of(table)}
        for index in ground.target.indexes_of(table):
            old = there.get(index.name)
            plain = {key.removesuffix(" DESC") for key in (*index.keys, *index.include) if not key.startswith("(")}
            if index.of_constraint or not plain <= columns or (old is not None and old.definition == index.definition):
                continue
            if old is None:
                yield _index(index, index.name, ground)
            elif not old.of_constraint and not ground.is_partitioned(table):
                yield from _replaced_index(index, old, ground)


def _index(index: IndexFact, name: str, ground: Ground) -> Step:
    element = f"index {index.name}"
    unique = _unique_check(index, ground)
    if ground.is_partitioned(index.table):
        note = "A partitioned table takes no index CONCURRENTLY: writers wait while it is built."
        up, down = definition(index.definition).replace(" ON ONLY ", " ON "), f"DROP INDEX {ground.name(name)}"
        piece = Piece(element, "added", note)
        return Step(short("index", name), (up,), (down,), (piece,), unique, note=note)
    text = index.definition.replace(f"INDEX {ground.name(index.name)} ON", f"INDEX {ground.name(name)} ON", 1)
    return Step(
        short("index", name),
        (_concurrently(text),),
        (f"DROP INDEX CONCURRENTLY {ground.name(name)}",),
        (Piece(element, f"added on {index.table} ({', '.join(index.keys)})"),),
        unique,
        alone=True,
    )


def _replaced_index(index: IndexFact, old: IndexFact, ground: Ground) -> Iterator[Step]:
    fresh = f"{index.name}_new"
    yield _index(index, fresh, ground)
    name, new = ground.name(index.name), ground.name(fresh)
    piece = Piece(f"index {index.name}", f"({', '.join(old.keys)}) becomes ({', '.join(index.keys)})")
    yield Step(
        short("switch", index.name),
        (f"DROP INDEX CONCURRENTLY {name}", f"ALTER INDEX {new} RENAME TO {name}"),
        (f"ALTER INDEX {name} RENAME TO {new}", _concurrently(old.definition)),
        (piece,),
        alone=True,
    )


def _unique_check(index: IndexFact, ground: Ground) -> tuple[Check, ...]:
    if not index.unique:
        return ()
    keys = ", ".join(key if key.startswith("(") else ground.column(key) for key in index.keys)
    conditions = [index.where] if index.where else []
    conditions += [] if "NULLS NOT DISTINCT" in index.definition else [f"({keys}) IS NOT NULL"]
    where = f" WHERE {' AND '.join(conditions)}" if conditions else ""
    sql = (
        f"SELECT count(*) FROM (SELECT 1 FROM {ground.name(index.table)}{where} "
        f"GROUP BY {keys} HAVING count(*) > 1) AS repeated"
    )
    return (Check(f"index {index.name}", index.table, sql),)
