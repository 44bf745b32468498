"""What undoes a statement that creates something."""

from __future__ import annotations

import re
from collections.abc import Sequence

from database_specialist.agent.dialects.splitting import split_statements
from database_specialist.agent.model.base import Engine

_NAME = r'(?:IF\s+NOT\s+EXISTS\s+)?(?P<name>[\w."`]+)'
_ON = r'\bON\s+(?:ONLY\s+)?(?P<table>[\w."`]+)'
_CREATED = re.compile(
    r"^\s*CREATE\s+(?:OR\s+REPLACE\s+)?(?:CONSTRAINT\s+|TEMP(?:ORARY)?\s+|UNIQUE\s+|VIRTUAL\s+|MATERIALIZED\s+)*"
    rf"(?P<kind>FUNCTION|PROCEDURE|TRIGGER|INDEX|TABLE|VIEW|TYPE|DOMAIN|SEQUENCE)\s+(?:CONCURRENTLY\s+)?{_NAME}",
    re.IGNORECASE,
)
_ADDED = re.compile(
    r'^\s*ALTER\s+TABLE\s+(?P<table>[\w."`]+)\s+ADD\s+(?P<kind>CONSTRAINT|COLUMN)\s+(?P<name>[\w."`]+)', re.IGNORECASE
)
_MATERIALIZED = re.compile(r"^\s*CREATE\s+MATERIALIZED\s", re.IGNORECASE)


def undoing(create: str, engine: Engine) -> str:
    """Return the statements that take away what `create` creates, last first; empty where nothing is known to do so.

    >>> undoing("CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RETURN NEW; END$$; "
    ...         "CREATE TRIGGER t BEFORE INSERT ON orders FOR EACH ROW EXECUTE FUNCTION f();", "postgresql")
    'DROP TRIGGER t ON orders; DROP FUNCTION f;'
    """
    dropped = [_undone(each, engine) for each in reversed(split_statements(create, engine))]
    return " ".join(f"{each};" for each in dropped if each)


def tables_of_triggers(create: str, engine: Engine) -> tuple[str, ...]:
    """Return the tables on which triggers are created, in order."""
    tables = (_trigger_table(each) for each in split_statements(create, engine))
    return tuple(dict.fromkeys(table for table in tables if table))


_EVENTS = re.compile(r"\b(?:BEFORE|AFTER|INSTEAD\s+OF)\b(?P<events>.*?)\bON\s", re.IGNORECASE | re.DOTALL)


def trigger_events(create: str, engine: Engine) -> dict[str, tuple[str, ...]]:
    """Return the events, in lower case, on which triggers act, by table."""
    found: dict[str, tuple[str, ...]] = {}
    for statement in split_statements(create, engine):
        table, events = _trigger_table(statement), _EVENTS.search(statement)
        if table and events:
            named = re.findall(r"insert|update|delete|truncate", events["events"].lower())
            found[table] = tuple(dict.fromkeys((*found.get(table, ()), *named)))
    return found


def _trigger_table(statement: str) -> str:
    found = _CREATED.match(statement)
    if found is None or found["kind"].upper() != "TRIGGER":
        return ""
    on = re.search(_ON, statement[found.end() :], re.IGNORECASE)
    return on["table"].strip('"`').lower() if on else ""


def _undone(statement: str, engine: Engine) -> str:
    added = _ADDED.match(statement)
    if added is not None:
        return f"ALTER TABLE {added['table']} DROP {added['kind'].upper()} {added['name']}"
    found = _CREATED.match(statement)
    if found is None:
        return ""
    kind, name = found["kind"].upper(), found["name"]
    if kind == "VIEW" and _MATERIALIZED.match(statement):
        kind = "MATERIALIZED VIEW"
    # PostgreSQL's triggers and MySQL's indexes are known within their table only.
    within = (kind, engine) in (("TRIGGER", "postgresql"), ("INDEX", "mysql"), ("INDEX", "mariadb"))
    on = re.search(_ON, statement[found.end() :], re.IGNORECASE) if within else None
    table = f" ON {on['table']}" if on else ""
    return f"DROP {kind} {name}{table}"


def without_undoing(create: str, engine: Engine) -> Sequence[str]:
    """Return the statements that nothing undoes, in their first words."""
    return [" ".join(each.split()[:6]) for each in split_statements(create, engine) if not _undone(each, engine)]
