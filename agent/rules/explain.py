"""The page of a rule, as text."""

from __future__ import annotations

from importlib.resources import files

from database_specialist.agent.errors import ConfigError
from database_specialist.agent.rules import RULES

_PAGES = files("database_specialist.agent.rules") / "pages"


def explain(code: str) -> str:
    """Return the page of the rule with this code. ConfigError when there is no such rule.

    >>> explain("key001").splitlines()[0]
    '# KEY001: Table without primary key'
    """
    wanted = code.strip().upper()
    if wanted.startswith("SQK:"):
        name = wanted.removeprefix("SQK:").lower()
        return f"# SQK:{name}\n\nA rule of squawk, which reads the migrations. See https://squawkhq.com/docs/{name}\n"
    if wanted not in {rule.code for rule in RULES}:
        raise ConfigError(f"there is no rule {code!r}; the rules are {', '.join(rule.code for rule in RULES)}")
    return (_PAGES / f"{wanted}.md").read_text(encoding="utf-8")
