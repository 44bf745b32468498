"""The whole document: its golden file, and what holds for any of them."""

from __future__ import annotations

import os
import re
import sqlite3
from pathlib import Path

import pytest
from markdown_it import MarkdownIt

from database_specialist.agent.answers.question import Usage
from database_specialist.agent.model.design import Design
from database_specialist.agent.model.evidence import Measurement
from database_specialist.agent.report.document import HEADINGS, render_document
from database_specialist.agent.report.files import render_files, render_measurements
from database_specialist.agent.script import sql_statements
from database_specialist.agent.verification.sandbox import Database

GOLDEN = Path(__file__).parents[2] / "data" / "report"


@pytest.mark.parametrize("engine", ["postgresql", "sqlite"])
def test_the_shop_becomes_the_document_beside_it(engine: str, request: pytest.FixtureRequest) -> None:
    rendered = render_document(request.getfixturevalue("design" if engine == "postgresql" else "sqlite_design"))
    # The version of the server or the library at hand is not what this file fixes.
    text = re.sub(rf"\b({engine}) \d+(\.\d+)+", r"\1 VERSION", rendered, flags=re.IGNORECASE)
    golden = GOLDEN / f"shop.{engine}.md"
    if os.environ.get("UPDATE_GOLDEN"):
        GOLDEN.mkdir(exist_ok=True)
        golden.write_text(text, "utf-8")
    assert text == golden.read_text("utf-8"), "UPDATE_GOLDEN=1 writes it anew"


def test_the_same_design_gives_the_same_bytes(design: Design) -> None:
    again = Design.load(design.dump())
    assert render_files(again, ()) == render_files(design, ())


def test_the_second_level_headings_are_the_promised_ones(design: Design, sqlite_design: Design) -> None:
    for each in (design, sqlite_design):
        assert tuple(re.findall(r"^## (.+)$", render_document(each), re.MULTILINE)) == HEADINGS


def test_the_sql_blocks_run_in_order_on_an_empty_database(design: Design, database: Database) -> None:
    statements = sql_statements(render_document(design), "postgresql", markdown=True)
    assert len(statements) > 20
    for statement in statements:
        database.execute(statement.sql)


def test_the_sql_blocks_run_in_order_on_sqlite(sqlite_design: Design) -> None:
    blocks = [
        token.content
        for token in MarkdownIt("commonmark").parse(render_document(sqlite_design))
        if token.type == "fence" and token.info == "sql"
    ]
    assert len(blocks) > 5
    connection = sqlite3.connect(":memory:")
    for block in blocks:
        if re.search(r"(?<![:\w]):[a-z_]+", block):
            names = dict.fromkeys(re.findall(r"(?<![:\w]):([a-z_]+)", block))
            connection.execute(f"EXPLAIN {_statement(block)}", names)
        else:
            connection.executescript(block)
    tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")}
    assert {table.name for table in sqlite_design.relational_schema.tables} <= tables
    connection.close()


def _statement(block: str) -> str:
    return re.sub(r"(?m)^--.*$", "", block)


def test_every_script_is_what_the_document_prints(design: Design) -> None:
    files = render_files(design, ())
    text = files["database-design.md"]
    for block in ("CREATE TABLE customers (", "CREATE INDEX"):
        assert block in text
        assert block in files["database/schema.sql"]
    for migration in design.operations.migrations:
        assert f"`{migration.number:04d}_{migration.name}.up.sql`" in text
        assert files[f"database/migrations/{migration.number:04d}_{migration.name}.up.sql"].strip()


def test_every_record_can_be_found_in_the_protocol(design: Design) -> None:
    text = render_document(design)
    protocol = text[text.index("### Protocol") : text.index("## Assumptions")]
    missing = [r.id for r in design.evidence.records if not re.search(rf"\b{r.id} `{re.escape(r.subject)}`", protocol)]
    assert missing == []


def test_every_evidence_id_beside_a_claim_is_a_record(design: Design) -> None:
    known = {record.id for record in design.evidence.records}
    prose = re.sub(r"```.*?```", "", render_document(design), flags=re.DOTALL)
    cited = set(re.findall(r"\bV\d+\b", prose))
    assert cited <= known
    assert len(cited) > 20


def test_no_path_of_this_machine_and_no_moment_of_this_run_is_in_the_document(design: Design) -> None:
    prose = re.sub(r"```.*?```", "", render_document(design), flags=re.DOTALL)
    assert str(Path.home()) not in prose
    assert "/tmp/" not in prose
    assert re.findall(r"\b20\d\d-\d\d-\d\dT", prose) == []


def test_every_table_has_as_many_cells_in_each_row(design: Design, sqlite_design: Design) -> None:
    for each in (design, sqlite_design):
        prose = re.sub(r"```.*?```", "", render_document(each), flags=re.DOTALL)
        for block in re.findall(r"(?:^\|.*\n)+", prose, re.MULTILINE):
            assert len({len(re.findall(r"(?<!\\)\|", row)) for row in block.splitlines()}) == 1, block


def test_measurements_add_up_the_model_by_step_and_round() -> None:
    def call(node: str, round: int, cached: int) -> Usage:
        return Usage(
            question="q",
            calls=1,
            prompt_tokens=1000,
            cached_tokens=cached,
            completion_tokens=200,
            seconds=1.5,
            model="m",
            node=node,
            round=round,
        )

    calls = (call("criticise", 1, 0), call("read_requirements", 1, 0), call("read_requirements", 1, 800))
    text = render_measurements((), {"verify": 1.5}, (*calls, call("criticise", 2, 900)), "0.1 USD", wall_seconds=2.0)
    rows = [line for line in text.splitlines() if line.startswith(("| criticise |", "| read_requirements |"))]
    assert rows == [
        "| criticise | 1 | 1 | 1,000 | 0 | 200 | 1.5 | 0 |",
        "| read_requirements | 1 | 2 | 2,000 | 800 | 400 | 3.0 | 0 |",
        "| criticise | 2 | 1 | 1,000 | 900 | 200 | 1.5 | 0 |",
    ]


def test_measurements_name_steps_parts_and_their_units() -> None:
    measured = (Measurement(subject="verify: seed", value=0.06349, unit="s"),)
    text = render_measurements(measured, {"verify": 1.5, "critic": 0.5}, wall_seconds=2.0)
    assert "| verify | 1.50 | 75% |" in text
    assert "The run took 2.00 s" in text
    assert "| seed | 0.063 s |" in text


def test_measurements_of_a_run_without_an_app_have_the_parts_only() -> None:
    text = render_measurements((Measurement(subject="verify: seed", value=1.0, unit="s"),))
    assert "step by step" not in text
    assert "| seed | 1.000 s |" in text
