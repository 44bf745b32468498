"""The critic: one rule a file, gathered in `RULES`.

A rule's module is named after its code: `fk001_foreign_key_without_index.py` holds FK001, and `pages/FK001.md`
explains it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from importlib import import_module
from pkgutil import iter_modules

from database_specialist.agent.rules.rule import Rule


def gather(modules: Iterable[str]) -> tuple[Rule, ...]:
    """Return the rule of each module, by code. ImportError when a module has none, or when two share a code."""
    found: dict[str, Rule] = {}
    for module in sorted(modules):
        rules = [value for value in vars(import_module(module)).values() if isinstance(value, Rule)]
        if len(rules) != 1 or rules[0].code in found:
            raise ImportError(f"{module}: holds {len(rules)} rules, or one whose code is taken")
        found[rules[0].code] = rules[0]
    return tuple(found.values())


RULES: tuple[Rule, ...] = gather(
    f"{__name__}.{module.name}" for module in iter_modules(__path__) if re.match(r"[a-z]{2,3}\d{3}_", module.name)
)
"""All rules, by code. Found by their file names, so that a rule is written down in one place."""
