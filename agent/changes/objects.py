"""Functions, triggers, policies and views: they hold no rows, so they are put in place of what stood there."""

from __future__ import annotations

import re
from collections.abc import Iterator

from database_specialist.agent.changes.steps import Ground, Piece, Step, short
from database_specialist.agent.verification.catalog import ObjectFact

VIEWS_AGAIN = "The views on the table are made again around it; what was granted on them is to be granted again."
_COMMANDS = {"*": "ALL", "r": "SELECT", "a": "INSERT", "w": "UPDATE", "d": "DELETE"}
_POLICY = re.compile(
    r"(?P<kind>\w+) (?P<command>\S+)(?: using\b ?(?P<using>.*?))?(?: ?with check\b ?(?P<check>.*))?$", re.DOTALL
)


def functions(ground: Ground) -> Iterator[Step]:
    """Create the functions that are missing; replace the bodies of others, each in a step of its own."""
    there = {fact.name: fact for fact in ground.now.functions}
    new = [fact for fact in ground.target.functions if fact.name not in there]
    if new:
        drops = tuple(f"DROP FUNCTION {fact.name}" for fact in reversed(new))
        pieces = tuple(Piece(f"function {fact.name}", "added") for fact in new)
        yield Step("functions", tuple(fact.definition.rstrip() for fact in new), drops, pieces)
    for fact in ground.target.functions:
        old = there.get(fact.name)
        if old is not None and old.definition != fact.definition:
            piece = Piece(f"function {fact.name}", "replaced")
            name = short("function", fact.name.partition("(")[0])
            yield Step(name, (fact.definition.rstrip(),), (old.definition.rstrip(),), (piece,))


def triggers(ground: Ground) -> Iterator[Step]:
    """Create triggers, or put them in place of those of the same name; one step for each table."""
    there = {(fact.table, fact.name): fact for fact in ground.now.triggers}
    tables = dict.fromkeys(fact.table for fact in ground.target.triggers if fact.table in ground.now.table_facts)
    new = [table for table in tables if table not in ground.before.table_facts]
    groups = {"new_tables": new} | {table: [table] for table in tables if table not in new}
    for name, members in groups.items():
        up, down, pieces = [], [], []
        for fact in ground.target.triggers:
            old = there.get((fact.table, fact.name))
            if fact.table not in members or (old is not None and old.definition == fact.definition):
                continue
            drop = f"DROP TRIGGER {ground.column(fact.name)} ON {ground.name(fact.table)}"
            up += [*([drop] if old else []), fact.definition]
            down += [*([old.definition] if old else []), drop]
            pieces.append(Piece(f"trigger {fact.table}.{fact.name}", "replaced" if old else "added"))
        if up:
            yield Step(short("triggers", name), tuple(up), tuple(reversed(down)), tuple(pieces))


def policies(ground: Ground) -> Iterator[Step]:
    """Create or replace row-level policies, and switch them on."""
    there = {(fact.table, fact.name): fact for fact in ground.now.policies}
    for table in ground.target.tables:
        if table.name not in ground.now.table_facts:
            continue
        name = ground.name(table.name)
        up, down, pieces = [], [], []
        if table.row_security and not ground.now.table_facts[table.name].row_security:
            up.append(f"ALTER TABLE {name} ENABLE ROW LEVEL SECURITY")
            down.append(f"ALTER TABLE {name} DISABLE ROW LEVEL SECURITY")
        for fact in ground.target.policies:
            old = there.get((fact.table, fact.name))
            if fact.table == table.name and (old is None or old.definition != fact.definition):
                drop = f"DROP POLICY {ground.column(fact.name)} ON {name}"
                up += [*([drop] if old else []), _policy(fact, ground)]
                down += [*([_policy(old, ground)] if old else []), drop]
                pieces.append(Piece(f"policy {table.name}.{fact.name}", "replaced" if old else "added"))
        if up:
            note = "From here on a session sees only the rows that a policy lets through."
            step = short("policies", table.name)
            yield Step(step, tuple(up), tuple(reversed(down)), tuple(pieces), note=note)


def _policy(fact: ObjectFact, ground: Ground) -> str:
    found = _POLICY.match(fact.definition)
    kind, command, using, check = found.groups() if found else ("permissive", "*", "true", None)
    text = f"CREATE POLICY {ground.column(fact.name)} ON {ground.name(fact.table)} AS {kind.upper()}"
    text += f" FOR {_COMMANDS[command]}" + (f" USING ({using})" if using else "")
    return text + (f" WITH CHECK ({check})" if check else "")


def around_views(table: str, ground: Ground) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return what takes away the views that speak of a table, and what makes them again as they are now.

    A view holds the types of its columns fast. What was granted on it has to be granted again.
    """
    word = re.compile(rf"\b{re.escape(table)}\b")
    found = [fact for fact in ground.now.views if word.search(fact.definition)]
    return tuple(_drop(fact, ground) for fact in reversed(found)), tuple(_create(fact, ground) for fact in found)


def views(ground: Ground) -> Iterator[Step]:
    """Create views, or put them in place of those of the same name."""
    there = {fact.name: fact for fact in ground.now.views}
    for fact in ground.target.views:
        old = there.get(fact.name)
        if old is not None and old.definition == fact.definition:
            continue
        up = ((_drop(old, ground),) if old else ()) + (_create(fact, ground),)
        down = (_drop(fact, ground), *((_create(old, ground),) if old else ()))
        piece = Piece(f"view {fact.name}", "replaced" if old else "added")
        yield Step(short("view", fact.name), up, down, (piece,))


def _kind(fact: ObjectFact) -> str:
    return "MATERIALIZED VIEW" if fact.definition.startswith("MATERIALIZED ") else "VIEW"


def _create(fact: ObjectFact, ground: Ground) -> str:
    query = fact.definition.removeprefix("MATERIALIZED ").strip().rstrip(";")
    return f"CREATE {_kind(fact)} {ground.name(fact.name)} AS\n{query}"


def _drop(fact: ObjectFact, ground: Ground) -> str:
    return f"DROP {_kind(fact)} {ground.name(fact.name)}"
