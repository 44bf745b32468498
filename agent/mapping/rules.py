"""Business rules become constraints where one row decides, and triggers where other rows do."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from database_specialist.agent.dialects.identifiers import quote
from database_specialist.agent.mapping.columns import column_conditions
from database_specialist.agent.mapping.draft import TableDraft
from database_specialist.agent.mapping.expressions import Condition, NotPlaced, place
from database_specialist.agent.mapping.ground import LEFT_OUT, Ground
from database_specialist.agent.mapping.guards import Guard, guard_routine
from database_specialist.agent.mapping.handwritten import handwritten_routine
from database_specialist.agent.mapping.lifecycles import lifecycle_routines, transition_obstacle
from database_specialist.agent.mapping.naming import constraint_name
from database_specialist.agent.mapping.overlap import add_no_overlap
from database_specialist.agent.mapping.sentences import continued, sentence
from database_specialist.agent.mapping.uniques import add_unique
from database_specialist.agent.mapping.upkeep import is_unchanging
from database_specialist.agent.model.entities import BusinessRule
from database_specialist.agent.model.relational import Check, Routine

_Routines = list[Routine]


def add_rules(ground: Ground, drafts: Mapping[str, TableDraft]) -> _Routines:
    """Put each business rule into its table, or return the routine that enforces it. `drafts` is by entity."""
    routines: _Routines = []
    for rule in ground.model.rules:
        draft = drafts.get(rule.entity)
        if draft is None:
            _leave_out(ground, rule, rule.entity, "its entity is not in the model")
            continue
        refusal = _ADD[rule.kind](ground, draft, rule, routines)
        if refusal:
            _leave_out(ground, rule, draft.name, refusal)
    return routines + lifecycle_routines(ground, drafts)


def _leave_out(ground: Ground, rule: BusinessRule, table: str, reason: str) -> None:
    ground.ledger.record(
        "constraint",
        f"{table}: {rule.id} {rule.name}",
        LEFT_OUT,
        f"“{rule.text}” is not enforced by the database: {continued(reason)}",
        alternatives=((f"a trigger on {table}", "it would repeat a condition that the database cannot see whole"),),
        facts=rule.facts,
    )


def _add_check(ground: Ground, draft: TableDraft, rule: BusinessRule, routines: _Routines) -> str | None:
    placed = place(rule.condition or "", draft, ground)
    if isinstance(placed, NotPlaced):
        return placed.reason
    name = draft.unused([rule.name], "check")
    if placed.reads_clock or _clashes_with_action(ground, draft, placed):
        routines.append(_checked_by_trigger(ground, draft, rule, name))
    elif not _merge(ground, draft, rule, placed):
        why = f"{rule.id}: {rule.text}"
        draft.checks.append(Check(name=name, expression=placed.sql, rule=rule.id, why=why, facts=rule.facts))
    return None


def _merge(ground: Ground, draft: TableDraft, rule: BusinessRule, placed: Condition) -> bool:
    # "quantity is at least 1" often stands twice: as the attribute's bound and as a rule. One check is enough.
    entity = draft.entity
    assert entity is not None
    if len(placed.columns) != 1:
        return False
    column = placed.columns[0]
    attribute = entity.attribute(str(draft.column(column).attribute))
    name = constraint_name(draft.name, [column], "check")
    for number, check in enumerate(draft.checks):
        if check.name == name and attribute is not None and check.rule is None:
            conditions = column_conditions(attribute, quote(column, ground.engine), ground.engine)
            if placed.sql in conditions:
                facts = tuple(dict.fromkeys((*check.facts, *rule.facts)))
                why = f"{sentence(check.why)} {rule.id}: {rule.text}"
                draft.checks[number] = check.model_copy(update={"rule": rule.id, "why": why, "facts": facts})
                return True
    return False


def _clashes_with_action(ground: Ground, draft: TableDraft, placed: Condition) -> bool:
    # MySQL refuses a CHECK on a column that a referential action may write (error 3823), or on AUTO_INCREMENT.
    if ground.engine not in ("mysql", "mariadb"):
        return False
    written = {name for key in draft.foreign_keys if key.on_delete in ("set null", "cascade") for name in key.columns}
    written |= {column.name for column in draft.columns if column.identity}
    return bool(written & set(placed.columns))


def _checked_by_trigger(ground: Ground, draft: TableDraft, rule: BusinessRule, name: str) -> Routine:
    placed = place(rule.condition or "", draft, ground, qualifier="NEW")
    assert isinstance(placed, Condition)
    guard = Guard(
        name=name,
        table=draft.name,
        events=("insert", "update"),
        columns=placed.columns,
        broken=f"NOT ({placed.sql})",
        message=rule.text,
    )
    reason = (
        "it reads the clock, and a CHECK that does may refuse its own rows when a backup is restored"
        if placed.reads_clock
        else "MySQL refuses a CHECK on a column that a foreign key's action writes"
    )
    why = f"{rule.id}: {sentence(rule.text)} A trigger, because {reason}."
    return guard_routine(guard, ground.engine, why=why, rule=rule.id, facts=rule.facts)


def _add_unique(ground: Ground, draft: TableDraft, rule: BusinessRule, routines: _Routines) -> str | None:
    missing = [name for name in rule.attributes if name not in draft.names]
    if missing or not rule.attributes:
        return f"it names {', '.join(missing) or 'no attribute'}, which {draft.name} does not hold"
    where = None
    if rule.condition:
        placed = place(rule.condition, draft, ground)
        if isinstance(placed, NotPlaced):
            return placed.reason
        if placed.reads_clock:
            return "its condition reads the clock, and an index cannot"
        where = placed.sql
    columns = tuple(dict.fromkeys(column for name in rule.attributes for column in draft.names[name]))
    name = constraint_name(draft.name, [rule.name], "key") if where else None
    why = f"{rule.id}: {rule.text}"
    add_unique(ground, draft, columns, where=where, name=name, rule=rule.id, why=why, facts=rule.facts)
    return None


def _add_transition(ground: Ground, draft: TableDraft, rule: BusinessRule, routines: _Routines) -> str | None:
    # The trigger of the steps is the lifecycle's: one, however many rules speak of it.
    return transition_obstacle(draft)


def _add_overlap(ground: Ground, draft: TableDraft, rule: BusinessRule, routines: _Routines) -> str | None:
    outcome = add_no_overlap(ground, draft, rule)
    if isinstance(outcome, Routine):
        routines.append(outcome)
    return outcome if isinstance(outcome, str) else None


def _add_cross_row(ground: Ground, draft: TableDraft, rule: BusinessRule, routines: _Routines) -> str | None:
    if not rule.sql:
        return rule.why or "no statement over the tables was given for it"
    routine = handwritten_routine(ground, draft, rule)
    if routine is None:
        return "its statements create no function and no trigger"
    routines.append(routine)
    return None


def _leave_to_application(ground: Ground, draft: TableDraft, rule: BusinessRule, routines: _Routines) -> str | None:
    if draft.entity is not None and is_unchanging(rule, draft.entity):
        return None  # the table's own trigger keeps it
    return rule.why.rstrip(".") or "it depends on what the database does not hold"


_ADD: dict[str, Callable[[Ground, TableDraft, BusinessRule, _Routines], str | None]] = {
    "check": _add_check,
    "unique": _add_unique,
    "no_overlap": _add_overlap,
    "transition": _add_transition,
    "cross_row": _add_cross_row,
    "application": _leave_to_application,
}
