"""The version of an engine, as far as it decides what may be printed."""

from __future__ import annotations

import re

from database_specialist.agent.model.base import Engine

RECENT = {"postgresql": 18, "sqlite": 3, "mysql": 8, "mariadb": 11}
"""What is taken where the documents name no version."""


def major_version(version: str | None, engine: Engine) -> int:
    """Return the major version that a text names; a recent one where it names none.

    >>> major_version("15.4", "postgresql"), major_version("v16+", "postgresql"), major_version(None, "postgresql")
    (15, 16, 18)
    """
    found = re.search(r"\d+", version or "")
    return int(found[0]) if found else RECENT[engine]
