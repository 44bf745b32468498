"""The examples that call the graph in their own process."""

from __future__ import annotations

import asyncio
import hashlib
import json
import re
from pathlib import Path
from typing import Any

import pytest

from database_specialist.agent.config import Context
from database_specialist.agent.contract import DatabaseDesign, SecurityNotes
from examples import pipeline, wrapper
from examples.neighbours import WISH, grants, write_documents, write_security_design

Project = tuple[Path, dict[str, Any]]
QUICK = Context(research="off", depth="quick")


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """The pipeline, run once: its folder and last state; tests only read them."""
    folder = tmp_path_factory.mktemp("pipeline") / "ai_docs"
    state = pipeline.run(folder, context=QUICK)
    return folder, state


def test_the_pipeline_leads_from_a_wish_to_a_secured_design(
    project: Project,
) -> None:
    folder, state = project
    result = DatabaseDesign.load(state["database_design"])
    assert result.status == "accepted"
    document = (folder / result.document_path).read_bytes()
    assert hashlib.sha256(document).hexdigest() == result.document_sha256
    text = Path(str(state["security_design"])).read_text()
    assert result.document_sha256 in text
    assert 'GRANT SELECT ON "loans" TO "member";' in text
    assert "- member reaches `loans` only by `member_id`" in text
    assert "- `members.email_address`: confidential, personal" in text
    assert "- `audit_logs` (append-only)" in text
    assert "- loans: 730 days" in text
    assert "GDPR. (requirements.md:" in text


def test_the_security_specialist_grants_what_the_queries_do_and_no_more(
    project: Project,
) -> None:
    folder, state = project
    result = DatabaseDesign.load(state["database_design"])
    assert result.security is not None
    design = json.loads((folder / result.design_path).read_text())
    given = {(path["role"], path["table"], *path["operations"]) for path in design["operations"]["access"]}
    written = [line for line in grants(result.security) if line.startswith("GRANT ")]
    told = [re.fullmatch(r'GRANT (.+) ON "(\w+)" TO "(.+)";', line) for line in written]
    assert {(m[3], m[2], *m[1].lower().split(", ")) for m in told if m} == given
    assert len(written) == len(given) > 0


def test_the_pipeline_gives_the_same_in_an_event_loop(project: Project, tmp_path: Path) -> None:
    folder, state = project
    again = asyncio.run(pipeline.arun(tmp_path / "ai_docs", context=QUICK))
    assert again["database_design"] == state["database_design"] | {"output_folder": str(tmp_path / "ai_docs")}
    assert (tmp_path / "ai_docs" / "database-design.md").read_bytes() == (folder / "database-design.md").read_bytes()


def test_the_security_specialist_refuses_what_was_not_accepted(tmp_path: Path) -> None:
    design = DatabaseDesign(status="not_accepted", security=SecurityNotes())
    with pytest.raises(ValueError, match="not accepted"):
        write_security_design(design.dump(), tmp_path)
    assert not list(tmp_path.iterdir())


def test_the_architect_writes_one_numbered_requirement_a_sentence(tmp_path: Path) -> None:
    write_documents(WISH, tmp_path)
    requirements = (tmp_path / "requirements.md").read_text()
    assert re.findall(r"^- (\w+-\d):", requirements, re.MULTILINE) == [
        *(f"FR-{n}" for n in range(1, 7)),
        "NFR-1",
        "NFR-2",
    ]
    assert "PostgreSQL" in (tmp_path / "architecture.md").read_text()


def test_wrappers_run_at_the_same_time_with_settings_of_their_own(tmp_path: Path) -> None:
    state = wrapper.build().invoke({"project": str(tmp_path)}, context=wrapper.Settings())  # type: ignore[arg-type]
    assert re.findall(r"^(\w+): accepted", state["comparison"], re.MULTILINE) == ["postgresql", "sqlite"]
    for engine in ("postgresql", "sqlite"):
        schema = json.loads((tmp_path / engine / "database-design.json").read_text())["relational_schema"]
        assert schema["engine"] == engine
    assert sorted(path.name for path in (tmp_path / "wishes").iterdir()) == ["architecture.md", "requirements.md"]
