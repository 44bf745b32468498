"""Rules that no constraint can express, as triggers that refuse a row and name the rule."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from database_specialist.agent.dialects.identifiers import literal, quote, quote_all
from database_specialist.agent.mapping.naming import shorten
from database_specialist.agent.model.base import Engine, FactId
from database_specialist.agent.model.relational import Routine

Event = Literal["insert", "update", "delete"]


@dataclass(frozen=True)
class Guard:
    """A condition over NEW and OLD that no row may bring about."""

    name: str
    """The constraint's name: what the error carries."""
    table: str
    events: tuple[Event, ...]
    broken: str
    """True for a row to refuse, in the engine's SQL."""
    message: str
    columns: tuple[str, ...] = ()
    """Fires only on updates of these; all when empty."""
    after: bool = False
    """Looks at the other rows of its own table, so the row must stand first."""
    first: str = ""
    """A statement to run before the test (PostgreSQL): takes the lock that makes a count reliable."""


def guard_routine(
    guard: Guard, engine: Engine, *, why: str, rule: str | None = None, facts: tuple[FactId, ...] = ()
) -> Routine:
    """Write the guard as the engine's trigger."""
    if engine == "postgresql":
        create, drop = _postgresql(guard)
    elif engine == "sqlite":
        create, drop = _sqlite(guard)
    else:
        create, drop = _mysql(guard, engine)
    return Routine(name=guard.name, table=guard.table, create=create, drop=drop, rule=rule, why=why, facts=facts)


def is_distinct(left: str, right: str, engine: Engine) -> str:
    """Write that two values differ, null counting as a value."""
    if engine == "postgresql":
        return f"{left} IS DISTINCT FROM {right}"
    return f"{left} IS NOT {right}" if engine == "sqlite" else f"NOT ({left} <=> {right})"


def _events(guard: Guard, engine: Engine) -> str:
    of = f" OF {quote_all(guard.columns, engine)}" if guard.columns else ""
    return " OR ".join(event.upper() + (of if event == "update" else "") for event in guard.events)


def _postgresql(guard: Guard) -> tuple[str, str]:
    name, table = quote(guard.name, "postgresql"), quote(guard.table, "postgresql")
    row = "OLD" if guard.events == ("delete",) else "COALESCE(NEW, OLD)" if "delete" in guard.events else "NEW"
    first = f"  {guard.first};\n" if guard.first else ""
    timing = "AFTER" if guard.after else "BEFORE"
    create = (
        f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$\n"
        f"BEGIN\n{first}  IF {guard.broken} THEN\n"
        f"    RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = {literal(guard.name, 'postgresql')},\n"
        f"      TABLE = {literal(guard.table, 'postgresql')}, MESSAGE = {literal(guard.message, 'postgresql')};\n"
        f"  END IF;\n  RETURN {row};\nEND\n$$;\n"
        f"CREATE TRIGGER {name} {timing} {_events(guard, 'postgresql')} ON {table}\n"
        f"  FOR EACH ROW EXECUTE FUNCTION {name}();"
    )
    return create, f"DROP TRIGGER {name} ON {table};\nDROP FUNCTION {name}();"


def _sqlite(guard: Guard) -> tuple[str, str]:
    creates, drops = [], []
    timing = "AFTER" if guard.after else "BEFORE"
    message = literal(f"{guard.name}: {guard.message}", "sqlite")
    for event in guard.events:
        name = quote(_trigger_name(guard, event), "sqlite")
        of = f" OF {quote_all(guard.columns, 'sqlite')}" if event == "update" and guard.columns else ""
        creates.append(
            f"CREATE TRIGGER {name} {timing} {event.upper()}{of} ON {quote(guard.table, 'sqlite')}\n"
            f"FOR EACH ROW WHEN {guard.broken}\nBEGIN\n  SELECT RAISE(ABORT, {message});\nEND;"
        )
        drops.append(f"DROP TRIGGER {name};")
    return "\n".join(creates), "\n".join(drops)


def _mysql(guard: Guard, engine: Engine) -> tuple[str, str]:
    creates, drops = [], []
    message = literal(f"{guard.name}: {guard.message}"[:128], engine)
    for event in guard.events:
        name = quote(_trigger_name(guard, event), engine)
        creates.append(
            f"CREATE TRIGGER {name} BEFORE {event.upper()} ON {quote(guard.table, engine)}\nFOR EACH ROW\nBEGIN\n"
            f"  IF {guard.broken} THEN\n    SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = {message};\n  END IF;\nEND;"
        )
        drops.append(f"DROP TRIGGER {name};")
    return "\n".join(creates), "\n".join(drops)


def _trigger_name(guard: Guard, event: Event) -> str:
    return guard.name if len(guard.events) == 1 else shorten(f"{guard.name}_{event}")
