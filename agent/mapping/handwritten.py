"""Rules over several rows that the designer wrote as SQL: kept as text, with the statements that drop them."""

from __future__ import annotations

import re

from database_specialist.agent.dialects.splitting import split_statements
from database_specialist.agent.mapping.draft import TableDraft
from database_specialist.agent.mapping.ground import Ground
from database_specialist.agent.mapping.naming import constraint_name
from database_specialist.agent.mapping.sentences import sentence
from database_specialist.agent.model.base import Engine
from database_specialist.agent.model.entities import BusinessRule
from database_specialist.agent.model.relational import Routine

_NAME = r'(?P<name>"[^"]+"|`[^`]+`|[\w.$]+)'
_FUNCTION = re.compile(
    rf"\s*CREATE\s+(?:OR\s+REPLACE\s+)?(?P<kind>FUNCTION|PROCEDURE)\s+{_NAME}\s*\((?P<arguments>[^)]*)\)", re.IGNORECASE
)
_TRIGGER = re.compile(
    rf"\s*CREATE\s+(?:OR\s+REPLACE\s+)?(?:CONSTRAINT\s+)?TRIGGER\s+(?:IF\s+NOT\s+EXISTS\s+)?{_NAME}\s.*?\bON\s+"
    r'(?P<table>"[^"]+"|`[^`]+`|[\w.$]+)',
    re.IGNORECASE | re.DOTALL,
)


def handwritten_routine(ground: Ground, draft: TableDraft, rule: BusinessRule) -> Routine | None:
    """Return the rule's statements as a routine; None when they create nothing that can be dropped again."""
    statements = split_statements(rule.sql or "", ground.engine)
    drops = [drop for statement in statements if (drop := _drop(statement, ground.engine))]
    if not drops or len(drops) != len(statements):
        return None
    return Routine(
        name=constraint_name(draft.name, [rule.name], ""),
        table=draft.name,
        create="\n".join(f"{statement};" for statement in statements),
        drop="\n".join(f"{drop};" for drop in reversed(drops)),
        rule=rule.id,
        why=f"{rule.id}: {sentence(rule.text)} {rule.why}".strip(),
        facts=rule.facts,
    )


def _drop(statement: str, engine: Engine) -> str | None:
    if function := _FUNCTION.match(statement):
        arguments = f"({_types(function['arguments'])})" if engine == "postgresql" else ""
        return f"DROP {function['kind'].upper()} {function['name']}{arguments}"
    if trigger := _TRIGGER.match(statement):
        return f"DROP TRIGGER {trigger['name']}" + (f" ON {trigger['table']}" if engine == "postgresql" else "")
    return None


def _types(arguments: str) -> str:
    # Defaults are no part of a function's identity; names may stand.
    return re.sub(r"\s+(?:DEFAULT\s+|=\s*)[^,]+", "", arguments, flags=re.IGNORECASE).strip()
