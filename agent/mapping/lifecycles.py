"""Lifecycles: a trigger refuses the steps that are not allowed, and a first state where a statement names one."""

from __future__ import annotations

import re
from collections.abc import Mapping

from database_specialist.agent.dialects.identifiers import literal, quote
from database_specialist.agent.mapping.draft import TableDraft
from database_specialist.agent.mapping.ground import Ground
from database_specialist.agent.mapping.guards import Guard, guard_routine, is_distinct
from database_specialist.agent.mapping.naming import constraint_name
from database_specialist.agent.mapping.sentences import sentence
from database_specialist.agent.model.entities import BusinessRule, Lifecycle
from database_specialist.agent.model.relational import Routine

_BEGINS = r"\b(?:starts?|begins?|(?:is|are) (?:created|made|opened)|initially|initial (?:state|status))\b[^.;]*?\b{}\b"


def lifecycle_routines(ground: Ground, drafts: Mapping[str, TableDraft]) -> list[Routine]:
    """Return the triggers that hold each table to its lifecycle, one for the steps, whatever rules repeat it."""
    routines = []
    for name, draft in drafts.items():
        lifecycle = _held(draft)
        if lifecycle is None:
            continue
        rules = [rule for rule in ground.model.rules if rule.entity == name]
        stated = [rule for rule in rules if rule.kind == "transition"]
        if lifecycle.transitions:
            routines.append(_steps(ground, draft, lifecycle, stated))
        routines += _beginning(ground, draft, lifecycle, rules)
    return routines


def transition_obstacle(draft: TableDraft) -> str | None:
    """Say why a rule about steps is kept by no trigger; None where its lifecycle has one."""
    lifecycle = _held(draft)
    if lifecycle is None:
        return f"{draft.name} has no lifecycle"
    return None if lifecycle.transitions else f"no statement says which steps of {lifecycle.attribute} are allowed"


def beginning_name(table: str, column: str) -> str:
    """Return the name of the trigger that refuses rows which do not begin in the first state."""
    return constraint_name(table, [column, "begins"], "")


def _held(draft: TableDraft) -> Lifecycle | None:
    lifecycle = draft.entity.lifecycle if draft.entity else None
    return lifecycle if lifecycle is not None and len(draft.names.get(lifecycle.attribute, ())) == 1 else None


def _steps(ground: Ground, draft: TableDraft, lifecycle: Lifecycle, stated: list[BusinessRule]) -> Routine:
    engine, name = ground.engine, draft.names[lifecycle.attribute][0]
    column, rule = quote(name, engine), stated[0] if stated else None
    changed = is_distinct(f"NEW.{column}", f"OLD.{column}", engine)
    listed = "; ".join(f"{each.source} to {each.target}" for each in lifecycle.transitions)
    text = rule.text if rule else f"{name} of {draft.name} changes only along its lifecycle: {listed}."
    guard = Guard(
        name=constraint_name(draft.name, [rule.name] if rule else [name, "steps"], ""),
        table=draft.name,
        events=("update",),
        columns=(name,),
        broken=f"{changed} AND NOT ({_allowed(ground, lifecycle, column)})",
        message=text,
    )
    facts = tuple(dict.fromkeys(fact for each in stated for fact in each.facts)) if stated else lifecycle.facts
    said = " ".join(f"{each.id}: {sentence(each.text)}" for each in stated) or text
    why = f"{said} A CHECK sees one version of the row; a step needs the one before."
    routine = guard_routine(guard, engine, why=why, rule=rule.id if rule else None, facts=facts)
    if rule is None:
        ground.ledger.record(
            "constraint",
            f"{draft.name}: {guard.name}",
            "a trigger",
            f"The lifecycle is stated as a chain of states, so its steps are kept like a rule: {listed}.",
            alternatives=(
                (f"a CHECK on {draft.name}.{name}", f"it lets {lifecycle.transitions[-1].target} be undone"),
                ("the application alone", f"each program that writes {draft.name} would have to repeat the steps"),
            ),
            facts=facts,
        )
    return routine


def _allowed(ground: Ground, lifecycle: Lifecycle, column: str) -> str:
    targets: dict[str, list[str]] = {}
    for each in lifecycle.transitions:
        targets.setdefault(each.source, []).append(literal(each.target, ground.engine))
    return "\n      OR ".join(
        f"(OLD.{column} = {literal(source, ground.engine)} AND NEW.{column} IN ({', '.join(dict.fromkeys(goals))}))"
        for source, goals in targets.items()
    )


def _beginning(ground: Ground, draft: TableDraft, lifecycle: Lifecycle, rules: list[BusinessRule]) -> list[Routine]:
    engine, name = ground.engine, draft.names[lifecycle.attribute][0]
    # The documents write "awaiting payment" where the value is awaiting_payment.
    state = re.escape(lifecycle.initial).replace("_", "[_ -]")
    pattern = re.compile(_BEGINS.format(state), re.IGNORECASE)
    stated = next((rule for rule in rules if pattern.search(rule.text)), None)
    if stated is None:
        ground.ledger.record(
            "constraint",
            f"{draft.name}.{name}",
            f"begins as {lifecycle.initial} by convention, not by constraint",
            f"No statement says that every row of {draft.name} begins as {lifecycle.initial}, so one that is taken "
            "over from elsewhere, or recorded afterwards, may be inserted in the state that it has reached.",
            alternatives=(
                (
                    f"a trigger that refuses any other first {name}",
                    f"an import of {draft.name} would have to walk each row through its past",
                ),
            ),
            facts=lifecycle.facts,
        )
        return []
    guard = Guard(
        name=beginning_name(draft.name, name),
        table=draft.name,
        events=("insert",),
        broken=is_distinct(f"NEW.{quote(name, engine)}", literal(lifecycle.initial, engine), engine),
        message=f"a row of {draft.name} begins as {lifecycle.initial}",
    )
    why = f"{stated.id}: {sentence(stated.text)} A CHECK would hold the row in {lifecycle.initial} for ever."
    # The rule's own mechanism may be another one (the steps), so this trigger does not stand for the rule.
    ground.ledger.record(
        "constraint",
        f"{draft.name}: {guard.name}",
        f"a trigger refuses a first {name} other than {lifecycle.initial}",
        why,
        alternatives=(
            (
                f"only DEFAULT {literal(lifecycle.initial, engine)}",
                f"an INSERT that names {name} passes the default by",
            ),
        ),
        facts=stated.facts,
    )
    return [guard_routine(guard, engine, why=why, facts=stated.facts)]
