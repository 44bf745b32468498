"""What the tests of the examples share: no settings, keys or network from outside."""

from __future__ import annotations

import os

import pytest

KEYS = ("OPENAI_API_KEY", "OPENAI_BASE_URL", "CONTEXT7_API_KEY", "PERPLEXITY_API_KEY", "SUPERVISOR_MODEL")


@pytest.fixture(autouse=True)
def no_settings_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in os.environ:
        if name.startswith(("DATABASE_SPECIALIST_", "LANGSMITH_", "LANGCHAIN_")) or name in KEYS:
            monkeypatch.delenv(name)
    monkeypatch.setenv("RESEARCH", "off")
