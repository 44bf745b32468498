"""What the README promises exists."""

from __future__ import annotations

import ast
import importlib
import re
from pathlib import Path

import pytest

from database_specialist.agent.cli import main
from database_specialist.agent.config import Context, context_from, secrets_from
from database_specialist.agent.report.files import MEASUREMENTS
from database_specialist.agent.rules.explain import explain
from database_specialist.graph.state import Output
from database_specialist.tools.tracing import is_wanted

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text()


def test_every_local_link_leads_to_a_file() -> None:
    links = [link for link in re.findall(r"\]\(([^)#\s]+)", README) if "://" not in link]
    assert links
    assert [link for link in links if not (ROOT / link).exists()] == []


def test_every_make_target_exists() -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    named = set(re.findall(r"^    make ([a-z]+)", README, re.MULTILINE)) | set(re.findall(r"`make ([a-z]+)`", README))
    assert named
    assert named <= targets


def test_every_option_of_a_command_exists(capsys: pytest.CaptureFixture[str]) -> None:
    known = ""
    for command in ("design", "check", "explain", "batch"):
        with pytest.raises(SystemExit):
            main([command, "--help"])
        known += capsys.readouterr().out
    commands = re.findall(r"database-specialist +(design|check|explain|batch)", README)
    assert {"design", "check", "explain", "batch"} <= set(commands)
    options = set(re.findall(r"(?<![\w-])--[a-z][a-z-]*", README))
    assert {option for option in options if option not in known} == set()


def test_every_variable_is_read() -> None:
    allowed = {"OPENAI_API_KEY", "OPENAI_BASE_URL", "CONTEXT7_API_KEY", "PERPLEXITY_API_KEY", "RESEARCH"}
    values = {
        "ENGINE": "sqlite",
        "MODEL": "m",
        "METHOD": "json_mode",
        "PG_BIN": "/p",
        "MYSQL_DSN": "mysql://h",
        "STATE_DSN": "d",
    }
    for name in re.findall(r"\b(?:DATABASE_SPECIALIST|OPENAI|CONTEXT7|PERPLEXITY)_[A-Z_]+\b", README):
        if name not in allowed:
            value = values.get(name.removeprefix("DATABASE_SPECIALIST_"), "7")
            read = context_from({name: value}) != Context() or secrets_from({name: value}) != secrets_from({})
            assert read or is_wanted({name: "on"}), name


def test_every_code_example_parses_and_names_what_exists() -> None:
    blocks = re.findall(r"^```python\n(.*?)^```", README, re.DOTALL | re.MULTILINE)
    assert blocks
    for block in blocks:
        for node in ast.walk(ast.parse(block)):
            if isinstance(node, ast.ImportFrom):
                module = importlib.import_module(node.module or "")
                assert all(hasattr(module, alias.name) for alias in node.names)
        for key in re.findall(r'result\["(\w+)"\]', block):
            assert key in Output.__annotations__


def test_the_rules_that_are_named_can_be_explained() -> None:
    for code in re.findall(r"database-specialist explain (\w+)", README):
        assert explain(code).startswith(f"# {code}")


def test_the_files_of_a_run_are_named_as_they_are_written() -> None:
    for name in ("database-design.md", "database-design.json", "database/schema.sql", "queries.sql", "seed.sql"):
        assert name in README
    assert MEASUREMENTS in README
    assert "database/migrations/" in README
