from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from database_specialist.agent.model.operations import Migration
from database_specialist.agent.rules import RULES
from database_specialist.tools.squawk import EXCLUDED, lint_migrations


def step(up: str, *, transactional: bool = True) -> Migration:
    return Migration(number=1, name="add_orders", up=up, down="drop table orders", transactional=transactional)


def codes(up: str, *, transactional: bool = True) -> list[str]:
    return [finding.code for finding in lint_migrations([step(up, transactional=transactional)]).findings]


def program(folder: Path, body: str) -> str:
    """Write a stand-in for the program, to see what a bad one leads to."""
    path = folder / "squawk"
    path.write_text(f"#!{sys.executable}\n{body}\n")
    path.chmod(0o755)
    return str(path)


def test_a_first_deployment_on_empty_tables_is_left_in_peace() -> None:
    opinion = lint_migrations(
        [
            step(
                "create table customers (id bigint generated always as identity primary key, name varchar(9));\n"
                "create table orders (id bigint generated always as identity primary key, quantity int not null,\n"
                "  customer_id bigint not null references customers (id));\n"
                "create index orders_customer_id_idx on orders (customer_id);\n"
            )
        ],
        engine_version="18",
    )
    assert (opinion.findings, opinion.notes) == ((), ())


def test_a_truncate_cascade_is_passed_on_as_a_warning_with_its_place() -> None:
    (finding,) = lint_migrations([step("select 1;\ntruncate orders cascade;")]).findings
    assert (finding.code, finding.severity, finding.owner) == ("SQK:ban-truncate-cascade", "warning", "plan_operations")
    assert finding.place == "migration 1 add_orders, line 2"
    assert finding.message
    assert finding.help


def test_an_index_made_concurrently_is_objected_to_only_in_a_transaction() -> None:
    up = "create table notes (id bigint);\ncreate index concurrently orders_name_idx on orders (name);"
    assert codes(up) == ["SQK:ban-concurrent-index-creation-in-transaction"]
    assert codes(up, transactional=False) == []


def test_a_widened_column_is_no_alarm() -> None:
    assert codes("alter table orders alter column name type text;") == []


def test_each_rule_left_out_is_one_that_squawk_has_and_says_why(tmp_path: Path) -> None:
    assert all(EXCLUDED.values())
    excluded = ",".join(EXCLUDED)
    program_path = Path(sys.executable).parent / "squawk"
    run = subprocess.run(
        [program_path, "--exclude", excluded], input="select 1;", capture_output=True, text=True, check=False
    )
    assert "invalid value" not in run.stderr
    named = {word for reason in EXCLUDED.values() for word in reason.replace(";", " ").split() if word[-3:].isdigit()}
    assert {word for word in named if word[:3].isupper()} <= {rule.code for rule in RULES}


@pytest.mark.parametrize(
    ("body", "note"),
    [
        ("import sys; sys.exit('it broke')", "it broke"),
        ("print('no json')", "printed no JSON"),
        ("import time; time.sleep(30)", "stopped after 1 s"),
    ],
)
def test_a_program_that_breaks_leaves_a_note_and_no_finding(tmp_path: Path, body: str, note: str) -> None:
    opinion = lint_migrations([step("select 1;")], binary=program(tmp_path, body), timeout_seconds=1)
    assert opinion.findings == ()
    assert len(opinion.notes) == 1
    assert opinion.notes[0].startswith("squawk said nothing on step 1 (add_orders): ")
    assert note in opinion.notes[0]


def test_a_missing_program_leaves_a_note(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))
    assert lint_migrations([step("select 1;")]).notes == (
        "squawk is not installed: the migrations have no second opinion",
    )
    assert lint_migrations([step("select 1;")], binary=str(tmp_path / "none")).findings == ()


def test_another_engine_is_not_asked_about() -> None:
    opinion = lint_migrations([step("truncate orders cascade;")], engine="mysql")
    assert opinion.findings == ()
    assert opinion.notes == ("squawk reads PostgreSQL only; the migrations are for mysql",)
