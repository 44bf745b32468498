"""What the Security Specialist is handed as data is what the document tells in words."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from database_specialist.agent.contract import SecurityNotes
from database_specialist.agent.model.design import Design
from database_specialist.agent.security import security_notes

AI_DOCS = Path(__file__).parents[2] / "ai_docs"


@pytest.fixture(scope="module")
def notes() -> SecurityNotes:
    design = Design.load(json.loads((AI_DOCS / "database-design.json").read_text()))
    return security_notes(design.brief, design.relational_schema, design.workload, design.operations.access)


@pytest.fixture(scope="module")
def sections() -> dict[str, str]:
    """The subsections of the document's hand-off notes, by heading."""
    text = (AI_DOCS / "database-design.md").read_text()
    handoff = text.partition("## Handoff Notes for the Security Specialist\n")[2].partition("\n## ")[0]
    parts = re.split(r"^### (.+)$", handoff, flags=re.MULTILINE)[1:]
    return dict(zip(parts[::2], parts[1::2], strict=True))


def rows(section: str) -> list[list[str]]:
    """The rows of a section's table, without the marks of code."""
    lines = [line for line in section.splitlines() if line.startswith("| ")]
    return [[cell.strip().strip("`").replace("\\", "") for cell in line.strip("| ").split(" | ")] for line in lines[2:]]


def test_every_sensitive_column_of_the_text_is_in_the_data_and_no_other(
    notes: SecurityNotes, sections: dict[str, str]
) -> None:
    told = [(t, c, level, personal) for t, c, level, personal, *_ in rows(sections["Column sensitivity"])]
    given = [
        (each.table, each.column, each.classification, "yes" if each.personal else "no")
        for each in notes.sensitive_columns
    ]
    assert given == told
    assert len(given) > 5


def test_every_access_path_of_the_text_is_in_the_data_and_no_other(
    notes: SecurityNotes, sections: dict[str, str]
) -> None:
    told = [tuple(row[:4]) for row in rows(sections["Access paths by role"])]
    given = [(each.role, each.table, ", ".join(each.operations), ", ".join(each.queries)) for each in notes.access]
    assert given == told
    assert len(given) > 5


def test_audit_retention_and_compliance_of_the_text_are_in_the_data(
    notes: SecurityNotes, sections: dict[str, str]
) -> None:
    audited = re.findall(r"^- `(\w+)`", sections["Audit and history"], re.MULTILINE)
    assert [each.table for each in notes.audit] == audited
    assert all(("ppend-only" in line) for line in sections["Audit and history"].splitlines() if "audit_logs" in line)
    assert [each.append_only for each in notes.audit if each.table == "audit_logs"] == [True]
    kept = [row[0] for row in rows(sections["Retention"])]
    assert [each.table for each in notes.retention if each.table] == kept
    others = re.findall(r"^- (.+?): ", sections["Retention"], re.MULTILINE)
    assert [each.subject for each in notes.retention if not each.table] == others
    duties = re.findall(r"\(`([\w./-]+:\d+)`\)$", sections["Compliance"], re.MULTILINE)
    assert [each.source for each in notes.compliance] == duties
    assert duties


def test_a_role_that_finds_its_rows_by_a_reference_only_is_told_with_it(notes: SecurityNotes) -> None:
    paths = {(each.role, each.table): each for each in notes.access}
    assert paths["technician", "visits"].narrowed_by == ("technician_id",)
    assert paths["dispatcher", "customers"].narrowed_by == ()
    assert paths["technician", "visits"].is_of_the_documents
    assert not paths["application", "sessions"].is_of_the_documents


def test_guards_are_the_routines_with_what_they_do(notes: SecurityNotes) -> None:
    design = Design.load(json.loads((AI_DOCS / "database-design.json").read_text()))
    assert [each.name for each in notes.guards] == [each.name for each in design.relational_schema.routines]
    assert all(each.does for each in notes.guards)


def test_it_can_be_read_back_as_it_was_given(notes: SecurityNotes) -> None:
    assert SecurityNotes.load(notes.dump()) == notes
