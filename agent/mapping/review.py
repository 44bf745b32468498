"""Put a designer's review into the mapped schema: overrides, added constraints, routines."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from database_specialist.agent.answers.review import ColumnOverride, ForeignKeyOverride, SchemaReview
from database_specialist.agent.dialects.versions import major_version
from database_specialist.agent.mapping.ground import LEFT_OUT
from database_specialist.agent.mapping.uniques import NULLS_NOT_DISTINCT
from database_specialist.agent.model.base import Decision
from database_specialist.agent.model.entities import EntityModel
from database_specialist.agent.model.relational import Check, Column, ForeignKey, Schema, Table, Unique


def unenforced(entity_model: EntityModel, schema: Schema) -> str:
    """List the rules that no constraint and no routine of the schema holds, one a line."""
    held = {constraint.rule for table in schema.tables for constraint in table.constraints if constraint.rule} | {
        routine.rule for routine in schema.routines if routine.rule
    }
    lines = [
        f"{rule.id} ({rule.entity}): {rule.text}"
        for rule in entity_model.rules
        if rule.kind != "application" and rule.id not in held
    ]
    return "\n".join(lines) or "none"


def review_objections(review: SchemaReview, entity_model: EntityModel, schema: Schema) -> list[str]:
    """Say what in a review points at nothing."""
    return list(_objections(review, entity_model, schema))


def _objections(review: SchemaReview, entity_model: EntityModel, schema: Schema) -> Iterator[str]:
    for column in review.columns:
        table = schema.table(column.table)
        if table is None or table.column(column.column) is None:
            yield f"columns: there is no column {column.table}.{column.column}"
    for key in review.foreign_keys:
        table = schema.table(key.table)
        if table is None or all(each.name != key.name for each in table.foreign_keys):
            yield f"foreign_keys: {key.table} has no foreign key {key.name}"
    added = [(each.table, each.name) for each in review.checks] + [(each.table, each.name) for each in review.uniques]
    for owner, name in added:
        if schema.table(owner) is None:
            yield f"{name}: there is no table {owner}"
    rules = {rule.id for rule in entity_model.rules}
    for routine in review.routines:
        if routine.rule and routine.rule not in rules:
            yield f"routines: {routine.name} names {routine.rule}, which is no rule"
        if not routine.drop.strip():
            yield f"routines: {routine.name} has no drop"


_KEY_CHANGE = re.compile(
    r"\s*ALTER\s+TABLE\s+(?P<table>\w+)\s+DROP\s+CONSTRAINT\s+\w+\s*(?:,|;\s*ALTER\s+TABLE\s+(?P=table))\s*"
    r"ADD\s+(?:CONSTRAINT\s+\w+\s+)?PRIMARY\s+KEY\s*\((?P<columns>[\w\s,]+)\)\s*;?\s*",
    re.IGNORECASE,
)
"""A primary key put in place of the derived one: it belongs to the table, not behind it."""


def _key_changes(review: SchemaReview) -> dict[str, tuple[str, ...]]:
    """Return the columns of the primary keys that the review puts in place of derived ones, by table."""
    found = (_KEY_CHANGE.fullmatch(routine.create) for routine in review.routines)
    return {each["table"]: tuple(re.findall(r"\w+", each["columns"])) for each in found if each}


def reviewed(schema: Schema, review: SchemaReview) -> Schema:
    """Return the schema as reviewed. What a review names and the schema no longer has is passed over."""
    keys = _key_changes(review)
    tables = tuple(_with_key(_table(table, review, schema), keys.get(table.name)) for table in schema.tables)
    known = {routine.name for routine in schema.routines}
    added = (each for each in review.routines if each.name not in known and not _KEY_CHANGE.fullmatch(each.create))
    routines = (*schema.routines, *added)
    return schema.model_copy(
        update={
            "tables": tables,
            "routines": routines,
            "decisions": (*_still_true(schema.decisions, review), *_numbered(review, schema)),
        }
    )


def _still_true(decisions: Iterable[Decision], review: SchemaReview) -> Iterator[Decision]:
    """Yield the decisions without those that leave to the application a rule that the review holds."""
    held = {each.rule for each in review.routines} | {each.rule for each in review.checks}
    held |= {each.rule for each in review.uniques}
    for decision in decisions:
        if decision.choice != LEFT_OUT or held.isdisjoint(re.findall(r"\w+", decision.subject)):
            yield decision


def _with_key(table: Table, columns: tuple[str, ...] | None) -> Table:
    if columns is None or table.primary_key is None or any(table.column(name) is None for name in columns):
        return table
    return table.model_copy(update={"primary_key": table.primary_key.model_copy(update={"columns": columns})})


def _table(table: Table, review: SchemaReview, schema: Schema) -> Table:
    columns = {each.column: each for each in review.columns if each.table == table.name}
    keys = {each.name: each for each in review.foreign_keys if each.table == table.name}
    named = {constraint.name for constraint in table.constraints}
    checks = [
        Check.model_validate(each.model_dump(exclude={"table"}))
        for each in review.checks
        if each.table == table.name and each.name not in named
    ]
    can_equal_nulls = major_version(schema.engine_version, schema.engine) >= NULLS_NOT_DISTINCT
    uniques = [
        Unique.model_validate(
            each.model_dump(exclude={"table"}) | {"nulls_not_distinct": each.nulls_not_distinct and can_equal_nulls}
        )
        for each in review.uniques
        if each.table == table.name and each.name not in named
    ]
    return table.model_copy(
        update={
            "columns": tuple(_column(column, columns.get(column.name)) for column in table.columns),
            "foreign_keys": tuple(_foreign_key(key, keys.get(key.name)) for key in table.foreign_keys),
            "checks": (*table.checks, *checks),
            "uniques": (*table.uniques, *uniques),
        }
    )


def _column(column: Column, override: ColumnOverride | None) -> Column:
    if override is None:
        return column
    changes = {
        name: value
        for name, value in (("type", override.type), ("nullable", override.nullable), ("default", override.default))
        if value is not None
    }
    return column.model_copy(update=changes)


def _foreign_key(key: ForeignKey, override: ForeignKeyOverride | None) -> ForeignKey:
    if override is None:
        return key
    return key.model_copy(
        update={"on_delete": override.on_delete, "deferrable": override.deferrable, "why": override.why}
    )


def _numbered(review: SchemaReview, schema: Schema) -> Iterator[Decision]:
    """Give the review's decisions ids of their own, and turn its overrides into decisions."""
    number = len(schema.decisions)
    made = [
        *review.decisions,
        *(
            Decision(
                id="",
                topic="type",
                subject=f"{each.table}.{each.column}",
                choice=", ".join(
                    part
                    for part in (
                        each.type or "",
                        {True: "may be empty", False: "required", None: ""}[each.nullable],
                        f"default {each.default}" if each.default else "",
                    )
                    if part
                ),
                why=each.why,
                facts=each.facts,
            )
            for each in review.columns
        ),
    ]
    for offset, decision in enumerate(made, 1):
        yield decision.model_copy(update={"id": f"D{number + offset}"})
