"""Whole projects told in prose, in fields that the lexicon does not know, designed from end to end."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from database_specialist.agent.app import Outcome, design
from database_specialist.agent.config import Context

PROJECTS = Path(__file__).parent / "data" / "projects"


def run(name: str, folder: Path) -> Outcome:
    shutil.copytree(PROJECTS / name / "ai_docs", folder)
    return design(folder, Context(research="off", depth="quick"))


def test_a_desktop_program_is_designed_for_sqlite_and_proven_on_it(tmp_path: Path) -> None:
    outcome = run("ringing", tmp_path / "ai_docs")
    assert outcome.status == "accepted"
    assert outcome.schema.engine == "sqlite"
    assert {record.engine.split(" ")[0] for record in outcome.evidence.records if record.status == "EXECUTED"} == {
        "sqlite"
    }
    assert {table.name for table in outcome.schema.tables} >= {"sessions", "nets", "rings", "catches", "species"}


def test_a_claims_department_told_in_prose_gets_its_links_and_histories(tmp_path: Path) -> None:
    outcome = run("claims", tmp_path / "ai_docs")
    assert outcome.status == "accepted"
    assert {table.name for table in outcome.schema.tables} >= {"policies", "boats", "claims", "payments", "perils"}
    policy_perils = outcome.schema.table("policy_perils")
    assert policy_perils is not None
    assert {"sum_insured", "deductible"} <= {column.name for column in policy_perils.columns}


@pytest.mark.parametrize("name", ["ringing", "claims"])
def test_what_is_put_off_is_not_built(name: str, tmp_path: Path) -> None:
    outcome = run(name, tmp_path / "ai_docs")
    words = {word for table in outcome.schema.tables for word in table.name.split("_")}
    assert not words & {"photographs", "moult", "premiums", "fraud", "ledger"}
