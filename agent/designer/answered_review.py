"""A designer's review in its own short notation, and the SchemaReview that the program makes of it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from database_specialist.agent.answers.decisions import decided
from database_specialist.agent.answers.review import (
    AddedCheck,
    AddedUnique,
    CheckAnswer,
    ReviewAnswer,
    ReviewAnswerPatch,
    ReviewPatch,
    RoutineAnswer,
    SchemaReview,
    UniqueAnswer,
)
from database_specialist.agent.dialects.dropping import tables_of_triggers, undoing, without_undoing
from database_specialist.agent.mapping.review import reviewed
from database_specialist.agent.model.base import FactId
from database_specialist.agent.model.entities import EntityModel
from database_specialist.agent.model.evidence import Finding
from database_specialist.agent.model.relational import Routine, Schema, Table

_ROW_COLUMN = re.compile(r"\b(?:NEW|OLD)\.(\w+)", re.IGNORECASE)
_READ = re.compile(
    r"\b(?:FROM|JOIN|INSERT\s+INTO|DELETE\s+FROM|UPDATE)\s+(?:ONLY\s+)?(?P<name>[a-z_]\w*)\b(?!\s*[(.])", re.IGNORECASE
)
_ASIDE = re.compile(
    r"--[^\n]*|/\*.*?\*/|'(?:[^']|'')*'|\b(?:extract|substring|trim|overlay)\s*\([^()]*\bFROM\b|\bDISTINCT\s+FROM\b",
    re.IGNORECASE | re.DOTALL,
)
"""Text, and the FROM that precedes no table."""
_NO_TABLE = frozenset(
    {"new", "old", "set", "of", "or", "select", "lateral", "unnest", "only", "dual", "on", "loop", "nowait", "skip"}
)


def answered_review(answer: ReviewAnswer, model: EntityModel, schema: Schema) -> SchemaReview:
    """Return the review that an answer means."""
    return SchemaReview(
        columns=answer.columns,
        foreign_keys=answer.foreign_keys,
        checks=tuple(_check(each, model) for each in answer.checks),
        uniques=tuple(_unique(each, model) for each in answer.uniques),
        routines=tuple(_routine(each, model, schema) for each in answer.routines),
        decisions=tuple(decided(each) for each in answer.decisions),
    )


def answered_patch(answer: ReviewAnswerPatch, model: EntityModel, schema: Schema) -> ReviewPatch:
    """Return the changes that an answer means."""
    review = answered_review(answer, model, schema)
    return ReviewPatch(withdraw=answer.withdraw, **{name: getattr(review, name) for name in SchemaReview.model_fields})


def _ground(
    rule: str | None, why: str, facts: tuple[FactId, ...], model: EntityModel
) -> tuple[str, tuple[FactId, ...]]:
    """Return the reason and the statements: those of the rule, where none are given."""
    held = next((each for each in model.rules if each.id == rule), None)
    return (why or (f"{held.id}: {held.text}" if held else ""), facts or (held.facts if held else ()))


def _check(each: CheckAnswer, model: EntityModel) -> AddedCheck:
    why, facts = _ground(each.rule, each.why, each.facts, model)
    return AddedCheck(
        table=each.table, name=each.name, expression=each.expression, rule=each.rule, why=why, facts=facts
    )


def _unique(each: UniqueAnswer, model: EntityModel) -> AddedUnique:
    why, facts = _ground(each.rule, each.why, each.facts, model)
    words = "_".join(re.findall(r"\w+", " ".join(each.columns)))
    name = f"{each.table}_{words}{'_key' if each.where is None else '_where_key'}"[:63]
    return AddedUnique(
        table=each.table, name=name, columns=each.columns, where=each.where, rule=each.rule, why=why, facts=facts
    )


def _routine(each: RoutineAnswer, model: EntityModel, schema: Schema) -> Routine:
    why, facts = _ground(each.rule, each.why, each.facts, model)
    tables = tables_of_triggers(each.create, schema.engine)
    return Routine(
        name=each.name,
        table=tables[0] if tables else None,
        create=each.create,
        drop=each.drop.strip() or undoing(each.create, schema.engine),
        rule=each.rule,
        why=why or each.name.replace("_", " "),
        facts=facts,
    )


def shown_review(review: SchemaReview, schema: Schema) -> ReviewAnswer:
    """Return a review in the notation in which it was answered, without what the program read from elsewhere."""
    return ReviewAnswer(
        columns=review.columns,
        foreign_keys=review.foreign_keys,
        checks=tuple(
            CheckAnswer(table=each.table, name=each.name, expression=each.expression, rule=each.rule)
            for each in review.checks
        ),
        uniques=tuple(
            UniqueAnswer(table=each.table, columns=each.columns, where=each.where, rule=each.rule)
            for each in review.uniques
        ),
        routines=tuple(
            RoutineAnswer(
                name=each.name,
                create=each.create,
                rule=each.rule,
                drop="" if each.drop == undoing(each.create, schema.engine) else each.drop,
            )
            for each in review.routines
        ),
    )


def pruned(review: SchemaReview, schema: Schema) -> SchemaReview:
    """Return the review without overrides of what the schema no longer has: they override nothing."""
    keys = {(table.name, key.name) for table in schema.tables for key in table.foreign_keys}
    columns = {(table.name, column.name) for table in schema.tables for column in table.columns}
    return review.model_copy(
        update={
            "columns": tuple(each for each in review.columns if (each.table, each.column) in columns),
            "foreign_keys": tuple(each for each in review.foreign_keys if (each.table, each.name) in keys),
        }
    )


def review_misfits(review: SchemaReview, model: EntityModel, schema: Schema) -> tuple[Finding, ...]:
    """Return a finding for each part of an earlier review that no longer fits, and for each rule that nothing holds."""
    found = [_finding(name, f"{name} {problem}.") for name, problem in sql_problems(review, schema)]
    whole = reviewed(schema, review)
    held = {each.rule for table in whole.tables for each in table.constraints} | {r.rule for r in whole.routines}
    said = " ".join(f"{each.subject} {each.choice} {each.why}" for each in whole.decisions)
    found += [
        _finding(rule.id, f"{rule.id} ({rule.text}) is held by no constraint and no routine.")
        for rule in model.rules
        if rule.kind != "application" and rule.id not in held and not re.search(rf"\b({rule.id}|{rule.name})\b", said)
    ]
    return tuple(found)


def _finding(place: str, message: str) -> Finding:
    help = "Write it anew over the schema as it is now, or withdraw it."
    return Finding(code="COV006", severity="error", place=place, message=message, help=help, owner="plan_schema")


def sql_problems(review: SchemaReview, schema: Schema) -> Iterator[tuple[str, str]]:
    """Yield the name of each check, key or routine that names what the schema does not have, and what that is."""
    for check in review.checks:
        table = schema.table(check.table)
        if table is None:
            yield check.name, f"is on {check.table}, which the schema does not have"
    for unique in review.uniques:
        table = schema.table(unique.table)
        bare = [name for name in unique.columns if not name.startswith("(")]
        gone = [name for name in bare if table is None or table.column(name) is None]
        if gone:
            yield unique.name, f"is over {unique.table} ({', '.join(gone)}), which the schema does not have"
    for routine in review.routines:
        yield from ((routine.name, problem) for problem in _routine_problems(routine, review, schema))


def _routine_problems(routine: Routine, review: SchemaReview, schema: Schema) -> Iterator[str]:
    names = tables_of_triggers(routine.create, schema.engine)
    tables = [schema.table(name) for name in names]
    made = " ".join(each.create for each in review.routines)
    yield from (f"is on {name}, which the schema does not have" for name in names if not _is_known(name, schema, made))
    held = [table for table in tables if table is not None]
    if held and len(held) == len(tables):
        gone = _missing_columns(routine.create, held)
        if gone:
            yield f"names {', '.join(gone)}, which {' and '.join(table.name for table in held)} do not have"
    lost = sorted({m["name"].lower() for m in _READ.finditer(_ASIDE.sub(" ", routine.create))} - _NO_TABLE)
    unknown = [name for name in lost if not _is_known(name, schema, made)]
    if unknown:
        yield f"reads {', '.join(unknown)}, which the schema does not have"


def _missing_columns(create: str, tables: Iterable[Table]) -> list[str]:
    columns = {column.name for table in tables for column in table.columns}
    return sorted({f"NEW.{name}" for name in map(str.lower, _ROW_COLUMN.findall(create)) if name not in columns})


def _is_known(name: str, schema: Schema, made: str) -> bool:
    """Say whether a name is a table or view, or something that the routines name elsewhere: a variable, a CTE."""
    views = {view.name for view in schema.views}
    local = re.compile(
        rf"\b{re.escape(name)}\s+(?:AS\s+(?:NOT\s+)?(?:MATERIALIZED\s+)?\(|(?:record|[a-z_]+)(?:\[\])?\s*(?:;|:=)|[\w.]+%)"
        rf"|\b(?:TABLE|VIEW)\s+(?:IF\s+NOT\s+EXISTS\s+)?{re.escape(name)}\b"
        rf"|\b(?:NEW|OLD)\s+TABLE\s+(?:AS\s+)?{re.escape(name)}\b|\bIN\s+{re.escape(name)}\b",
        re.IGNORECASE,
    )
    return schema.table(name) is not None or name in views or bool(local.search(made)) or name.startswith("pg_")


def answer_objections(answer: ReviewAnswer, schema: Schema) -> list[str]:
    """Say what in an answer cannot be carried out as it is written."""
    found = []
    for routine in answer.routines:
        if not routine.drop.strip() and not undoing(routine.create, schema.engine):
            lone = ", ".join(without_undoing(routine.create, schema.engine)) or "nothing"
            found.append(f"routines: {routine.name} creates {lone}; write in `drop` what undoes it")
        if not (routine.rule or routine.why):
            found.append(f"routines: {routine.name} names neither a rule nor why it is there")
    for kind, group in (("checks", answer.checks), ("uniques", answer.uniques)):
        found += [
            f"{kind}: one on {each.table} names neither a rule nor why" for each in group if not (each.rule or each.why)
        ]
    return found
