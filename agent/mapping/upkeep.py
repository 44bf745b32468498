"""What triggers keep up beside the business rules: change times, values that never change, logs, limits."""

from __future__ import annotations

import re
from collections.abc import Mapping

from database_specialist.agent.dialects.identifiers import quote
from database_specialist.agent.mapping.draft import TableDraft
from database_specialist.agent.mapping.ground import Ground
from database_specialist.agent.mapping.guards import Event, Guard, guard_routine, is_distinct
from database_specialist.agent.mapping.naming import constraint_name, snake
from database_specialist.agent.mapping.types import NOW
from database_specialist.agent.mapping.uniques import LIVE
from database_specialist.agent.model.entities import BusinessRule, Entity, Relationship
from database_specialist.agent.model.relational import Column, Routine

_CHANGED = ("updated_at", "modified_at", "last_modified_at", "last_updated_at", "changed_at")
_UNCHANGING = re.compile(
    r"\b(never|not|cannot|no)\b[^.;]*\b(chang|modif|alter|updat|edit|overwrit)|\bappend[- ]only\b|\bimmutable\b",
    re.IGNORECASE,
)
_NOT_COMPARABLE = ("point", "json", "geometry")


def upkeep_routines(ground: Ground, drafts: Mapping[str, TableDraft]) -> list[Routine]:
    """Return the triggers that keep up each table, in the tables' order."""
    routines: list[Routine] = []
    for draft in drafts.values():
        touched = _change_time(ground, draft)
        if touched and ground.engine == "postgresql":
            column = next(each.name for each in draft.columns if each.name in _CHANGED)
            if all(each.name != _touch_name(column) for each in routines):
                routines.append(_touch_function(column))
        routines += touched
        routines += _append_only(ground, draft) or _immutable(ground, draft)
    return routines + _limits(ground, drafts)


def _touch_function(column: str) -> Routine:
    name = _touch_name(column)
    target = quote(column, "postgresql")
    return Routine(
        name=name,
        create=f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$\n"
        f"BEGIN\n  NEW.{target} := now();\n  RETURN NEW;\nEND\n$$;",
        drop=f"DROP FUNCTION {name}();",
        why=f"One function sets {column} for every table that has it.",
    )


def _touch_name(column: str) -> str:
    return f"set_{column}"


def _change_time(ground: Ground, draft: TableDraft) -> list[Routine]:
    column = next((each for each in draft.columns if each.name in _CHANGED and each.logical_type == "timestamp"), None)
    if column is None or (draft.entity is not None and draft.entity.append_only):
        return []
    name, engine = constraint_name(draft.name, [column.name], "touch"), ground.engine
    table, trigger, target = quote(draft.name, engine), quote(name, engine), quote(column.name, engine)
    on = ""
    comparable = all(each.type not in _NOT_COMPARABLE for each in draft.columns)
    when = " WHEN (OLD.* IS DISTINCT FROM NEW.*)" if comparable else ""
    if engine == "postgresql":
        create = (
            f"CREATE TRIGGER {trigger} BEFORE UPDATE ON {table}\n  FOR EACH ROW{when}\n"
            f"  EXECUTE FUNCTION {_touch_name(column.name)}();"
        )
        on = f" ON {table}"
    elif engine == "sqlite":
        create = (
            f"CREATE TRIGGER {trigger} AFTER UPDATE ON {table}\nFOR EACH ROW WHEN NEW.{target} IS OLD.{target}\nBEGIN\n"
            f"  UPDATE {table} SET {target} = {NOW[engine]} WHERE rowid = NEW.rowid;\nEND;"
        )
    else:
        create = f"CREATE TRIGGER {trigger} BEFORE UPDATE ON {table}\nFOR EACH ROW SET NEW.{target} = {NOW[engine]};"
    why = f"{draft.name}.{column.name} is the time of the last change, whoever makes it."
    return [Routine(name=name, table=draft.name, create=create, drop=f"DROP TRIGGER {trigger}{on};", why=why)]


def _immutable(ground: Ground, draft: TableDraft) -> list[Routine]:
    entity = draft.entity
    assert entity is not None
    fixed = [
        name
        for attribute in entity.attributes
        if attribute.immutable and attribute.generated is None
        for name in draft.names.get(attribute.name, ())
        if name not in draft.key and draft.column(name).type not in _NOT_COMPARABLE
    ]
    if not fixed:
        return []
    guard = Guard(
        name=constraint_name(draft.name, ["immutable"], ""),
        table=draft.name,
        events=("update",),
        columns=tuple(fixed),
        broken=_changed(ground, fixed),
        message=f"{', '.join(fixed)} of {draft.name} cannot change once written",
    )
    why = f"{', '.join(fixed)} stand as they were written."
    return [guard_routine(guard, ground.engine, why=why)]


def is_unchanging(rule: BusinessRule, entity: Entity) -> bool:
    """Say whether a statement asks that rows of an append-only entity stay as they were written."""
    return rule.entity == entity.name and entity.append_only and asks_for_permanence(rule)


def asks_for_permanence(rule: BusinessRule) -> bool:
    """Say whether a rule without a condition asks that rows are never changed."""
    return rule.kind == "application" and _UNCHANGING.search(rule.text) is not None


def _append_only(ground: Ground, draft: TableDraft) -> list[Routine]:
    entity = draft.entity
    assert entity is not None
    stated = next((rule for rule in ground.model.rules if is_unchanging(rule, entity)), None)
    if not (entity.append_only and (entity.kind == "audit" or stated)):
        return []
    cleared = {name for key in draft.foreign_keys if key.on_delete == "set null" for name in key.columns}
    made = {each.name for each in draft.columns if each.name in draft.key and each.attribute is None}
    kept = [each.name for each in draft.columns if _can_compare(each) and each.name not in cleared | made]
    tests = [_changed(ground, kept)] if kept else []
    tests += [
        f"(NEW.{quote(name, ground.engine)} IS NOT NULL AND {_changed(ground, [name])})" for name in sorted(cleared)
    ]
    update = Guard(
        name=constraint_name(draft.name, ["append_only"], ""),
        table=draft.name,
        events=("update",),
        broken=" OR ".join(tests) or "TRUE",
        message=f"{draft.name} is append-only: what it says is never changed",
    )
    why = f"{draft.name} is a record of what happened; a correction is a further row."
    rule = stated.id if stated else None
    routines = [guard_routine(update, ground.engine, why=why, rule=rule, facts=entity.facts)]
    return routines + _no_delete(ground, draft)


def _no_delete(ground: Ground, draft: TableDraft) -> list[Routine]:
    entity = draft.entity
    assert entity is not None
    goes_with_owner = any(key.on_delete == "cascade" for key in draft.foreign_keys)
    if goes_with_owner or (entity.retention_days is not None and draft.partitioning is None):
        # Deleting is how the retention period, or the deletion of the owner, is kept.
        return []
    events: tuple[Event, ...] = ("delete",)
    guard = Guard(
        name=constraint_name(draft.name, ["no_delete"], ""),
        table=draft.name,
        events=events,
        broken="1 = 1",
        message=f"{draft.name} is append-only: its rows are not deleted one by one",
    )
    why = f"Rows of {draft.name} leave with their partition or by the archiving job, which disables this trigger."
    return [guard_routine(guard, ground.engine, why=why, facts=entity.facts)]


def _changed(ground: Ground, names: list[str]) -> str:
    pairs = [(f"NEW.{quote(name, ground.engine)}", f"OLD.{quote(name, ground.engine)}") for name in names]
    return " OR ".join(is_distinct(new, old, ground.engine) for new, old in pairs)


def _can_compare(column: Column) -> bool:
    return column.type not in _NOT_COMPARABLE and column.generated is None


def _limits(ground: Ground, drafts: Mapping[str, TableDraft]) -> list[Routine]:
    routines = []
    for each in (each for entity in drafts for each in ground.outgoing(entity)):
        draft = drafts.get(each.source)
        limited = each.max_sources is not None and each.max_sources > 1 and each.cardinality == "many_to_one"
        if draft is not None and limited and draft.names.get(each.role) and each.target in ground.tables:
            routines.append(_limit(ground, draft, each))
    return routines


def _limit(ground: Ground, draft: TableDraft, relationship: Relationship) -> Routine:
    engine, column = ground.engine, draft.names[relationship.role][0]
    written, table = quote(column, engine), quote(draft.name, engine)
    target = ground.tables[relationship.target]
    live = f" AND other.{LIVE} IS NULL" if draft.has(LIVE) else ""
    count = f"(SELECT count(*) FROM {table} AS other WHERE other.{written} = NEW.{written}{live})"
    # PostgreSQL and SQLite count with the new row in place, MySQL before it stands.
    full = (
        f"{count} > {relationship.max_sources}"
        if engine in ("postgresql", "sqlite")
        else _full(count, written, relationship)
    )
    guard = Guard(
        name=constraint_name(draft.name, [snake(relationship.role)], "limit"),
        table=draft.name,
        events=("insert", "update"),
        columns=(column,),
        broken=full,
        message=f"a row of {target} has at most {relationship.max_sources} {draft.name}",
        after=True,
        first=f"PERFORM 1 FROM {quote(target, engine)} WHERE id = NEW.{written} FOR UPDATE",
    )
    why = (
        f"At most {relationship.max_sources} {draft.name} for a row of {target}. The row of {target} is locked while "
        "they are counted, so that two sessions cannot both take the last place."
        if engine == "postgresql"
        else f"At most {relationship.max_sources} {draft.name} for a row of {target}."
    )
    return guard_routine(guard, engine, why=why, facts=relationship.facts)


def _full(count: str, column: str, relationship: Relationship) -> str:
    return f"NEW.{column} IS NOT NULL AND {count} >= {relationship.max_sources}"
