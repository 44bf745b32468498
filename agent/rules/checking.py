"""Triggers that look at rows and refuse: what their functions read, and which writes they see."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from database_specialist.agent.dialects import split_statements
from database_specialist.agent.model.relational import Schema

_FUNCTION = re.compile(r"\s*CREATE\s+(?:OR\s+REPLACE\s+)?FUNCTION\s+(?:\w+\.)?\"?(?P<name>\w+)\"?\s*\(", re.IGNORECASE)
_TRIGGER = re.compile(
    r"\s*CREATE\s+(?:OR\s+REPLACE\s+)?(?:CONSTRAINT\s+)?TRIGGER\s+\"?\w+\"?\s+(?:BEFORE|AFTER|INSTEAD\s+OF)\s+"
    r"(?P<events>.*?)\s+ON\s+(?:\w+\.)?\"?(?P<table>\w+)\"?\s.*?EXECUTE\s+(?:FUNCTION|PROCEDURE)\s+"
    r"(?:\w+\.)?\"?(?P<function>\w+)\"?\s*\(",
    re.IGNORECASE | re.DOTALL,
)
_EVENT = re.compile(r"\b(INSERT|UPDATE|DELETE|TRUNCATE)\b", re.IGNORECASE)
_READ = re.compile(r"\b(?:FROM|JOIN)\s+(?:\w+\.)?\"?(\w+)\"?", re.IGNORECASE)
_LOCK = re.compile(r"\bFOR\s+(?:NO\s+KEY\s+)?UPDATE\b|\bLOCK\s+TABLE\b|\bpg_advisory_(?:xact_)?lock\b", re.IGNORECASE)
_REFUSAL = re.compile(r"\bRAISE\s+EXCEPTION\b", re.IGNORECASE)
_COMMENT = re.compile(r"--[^\n]*|/\*.*?\*/", re.DOTALL)


@dataclass(frozen=True)
class CheckingFunction:
    """A trigger function that may refuse, by what it reads."""

    name: str
    body: str
    events: dict[str, frozenset[str]]
    """By table: "INSERT", "UPDATE", "DELETE"."""
    reads: tuple[str, ...]
    """The schema's tables that it reads, in order of their names."""

    @property
    def locks(self) -> bool:
        """Whether it takes a lock that makes another session wait."""
        return _LOCK.search(self.body) is not None


def checking_functions(schema: Schema) -> Iterator[CheckingFunction]:
    """Yield the trigger functions of PostgreSQL that raise an exception, in the order in which they are created."""
    if schema.engine != "postgresql":
        return
    bodies: dict[str, str] = {}
    events: defaultdict[str, dict[str, frozenset[str]]] = defaultdict(dict)
    for routine in schema.routines:
        for statement in split_statements(routine.create, "postgresql"):
            if function := _FUNCTION.match(statement):
                bodies[function["name"]] = _COMMENT.sub(" ", statement)
            elif trigger := _TRIGGER.match(statement):
                seen = frozenset(each.upper() for each in _EVENT.findall(trigger["events"]))
                on = events[trigger["function"]]
                on[trigger["table"]] = on.get(trigger["table"], frozenset()) | seen
    names = {table.name for table in schema.tables}
    for name, body in bodies.items():
        if name in events and _REFUSAL.search(body):
            yield CheckingFunction(name, body, events[name], tuple(sorted(names & set(_READ.findall(body)))))
