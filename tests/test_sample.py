"""The sample of the repository, designed from nothing: what a user sees first."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from database_specialist.agent.app import Outcome, design
from database_specialist.agent.config import Context
from database_specialist.agent.model.design import Design
from database_specialist.agent.report.document import HEADINGS
from database_specialist.agent.script import Statement, sql_statements
from database_specialist.agent.verification.sandbox import Database

ROOT = Path(__file__).parent.parent
SAMPLE = ROOT / "ai_docs"
MERMAID = Path(__file__).parent / "mermaid"


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Outcome]:
    folder = tmp_path_factory.mktemp("liftwell") / "ai_docs"
    folder.mkdir()
    for name in ("requirements.md", "architecture.md"):
        shutil.copy(SAMPLE / name, folder)
    with pytest.MonkeyPatch.context() as environment:
        # As `make design` runs it on a machine without keys.
        for key in ("CONTEXT7_API_KEY", "PERPLEXITY_API_KEY"):
            environment.delenv(key, raising=False)
        return folder, design(folder, Context())


def test_the_sample_is_accepted_and_every_claim_that_was_run_holds(run: tuple[Path, Outcome]) -> None:
    _, outcome = run
    assert outcome.status == "accepted"
    assert outcome.objections == ()
    assert outcome.evidence.failed == ()
    assert len(outcome.evidence.records) > 100


def test_the_committed_design_is_what_the_sample_gives(run: tuple[Path, Outcome]) -> None:
    folder, outcome = run
    for name in outcome.files:
        if name != "database/measurements.md":
            assert (folder / name).read_text() == (SAMPLE / name).read_text(), f"run `make design`: {name} differs"


def test_a_second_run_gives_the_same_bytes(run: tuple[Path, Outcome], monkeypatch: pytest.MonkeyPatch) -> None:
    folder, outcome = run
    monkeypatch.delenv("CONTEXT7_API_KEY", raising=False)
    monkeypatch.delenv("PERPLEXITY_API_KEY", raising=False)
    names = [name for name in outcome.files if name != "database/measurements.md"]
    before = {name: (folder / name).read_bytes() for name in names}
    again = design(folder, Context())
    assert again.edited == ()
    assert {name: (folder / name).read_bytes() for name in names} == before


def test_the_document_has_its_headings_in_order(run: tuple[Path, Outcome]) -> None:
    folder, _ = run
    text = (folder / "database-design.md").read_text()
    assert tuple(re.findall(r"^## (.+)$", text, re.MULTILINE)) == HEADINGS


def test_every_sql_block_of_the_document_runs_in_order_on_an_empty_database(
    run: tuple[Path, Outcome], database: Database
) -> None:
    folder, _ = run
    text = (folder / "database-design.md").read_text()
    statements: tuple[Statement, ...] = sql_statements(text, "postgresql", markdown=True)
    assert len(statements) > 50
    for statement in statements:
        database.execute(statement.sql)


def test_the_json_is_the_whole_design(run: tuple[Path, Outcome]) -> None:
    folder, outcome = run
    loaded = Design.load(json.loads((folder / "database-design.json").read_text()))
    assert loaded.relational_schema == outcome.schema
    assert loaded.evidence == outcome.evidence


@pytest.mark.parametrize("word", ["FAILED", "**nothing**", "| None |", "TODO", "| nan |"])
def test_no_line_speaks_of_a_failure_or_a_missing_value(run: tuple[Path, Outcome], word: str) -> None:
    folder, _ = run
    assert word not in (folder / "database-design.md").read_text()


@pytest.mark.skipif(not (MERMAID / "node_modules").is_dir(), reason="no node here: `make setup` installs Mermaid")
def test_the_real_mermaid_parser_accepts_the_diagram(run: tuple[Path, Outcome]) -> None:
    folder, _ = run
    text = (folder / "database-design.md").read_text()
    blocks = re.findall(r"```mermaid\n(.*?)```", text, re.DOTALL)
    assert len(blocks) == 1
    result = subprocess.run(
        ["node", "parse.mjs"], cwd=MERMAID, input=blocks[0], capture_output=True, text=True, timeout=60, check=False
    )
    assert result.returncode == 0, result.stderr
    assert json.loads(result.stdout)["diagramType"] == "er"
