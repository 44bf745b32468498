"""The command line as a person or a pipeline meets it: exit codes, one line of help, nothing half done."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import pytest

from database_specialist.agent.cli import main
from database_specialist.agent.config import Context
from database_specialist.agent.designer.designer import RulesDesigner
from database_specialist.agent.errors import ModelError
from database_specialist.agent.model.entities import EntityModel
from database_specialist.agent.model.evidence import Finding
from database_specialist.agent.rules.subject import Subject
from database_specialist.graph.services import Services, default_services, using
from tests.library import write_library

Captured = pytest.CaptureFixture[str]


@pytest.fixture(autouse=True)
def no_settings_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in os.environ:
        if name.startswith("DATABASE_SPECIALIST_"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("RESEARCH", "off")
    monkeypatch.setenv("DATABASE_SPECIALIST_DEPTH", "quick")
    monkeypatch.setenv("COLUMNS", "80")


@pytest.fixture
def library(tmp_path: Path) -> Path:
    return write_library(tmp_path)


@pytest.fixture(scope="module")
def accepted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that was designed once; tests only read it."""
    documents = write_library(tmp_path_factory.mktemp("accepted"))
    assert main(["design", str(documents), "--research", "off", "--quiet"]) == 0
    return documents


def one_line(captured: Captured, *words: str) -> str:
    """The only thing said is one line on stderr that names each of the words."""
    out, err = captured.readouterr()
    assert out == ""
    assert err.count("\n") == 1, err
    assert err.startswith("database-specialist: ")
    for word in words:
        assert word in err
    return err


def objecting(context: Context) -> Services:
    """The real services, with a designer that is never content."""

    class Objecting(RulesDesigner):
        def criticise(self, subject: Subject) -> tuple[Finding, ...]:
            objection = Finding(
                code="T001",
                severity="error",
                place="loans",
                message="The loans do not please.",
                help="Make them please.",
                owner="plan_operations",
            )
            return (objection,)

    services = default_services(context)
    return Services(**{**vars(services), "designer": lambda run: Objecting()})


def unreachable(context: Context) -> Services:
    """The real services, with a model that cannot be reached once the documents are read."""

    class Unreachable(RulesDesigner):
        def model_entities(self, *arguments: object, **keywords: object) -> EntityModel:
            raise ModelError("m, model_entities: HTTP 503", status="llm_unavailable")

    services = default_services(context)
    return Services(**{**vars(services), "designer": lambda run: Unreachable(name="model m")})


# design


def test_an_accepted_design_ends_with_zero_and_leaves_its_files(library: Path, capsys: Captured) -> None:
    assert main(["design", str(library)]) == 0
    out, err = capsys.readouterr()
    assert out.startswith("accepted in round ")
    assert out.rstrip().endswith(str(library / "database-design.md"))
    assert re.search(r"^ +\d+\.\ds  verify +on postgresql \d", err, re.MULTILINE)
    for name in ("database-design.md", "database-design.json", "database/schema.sql", "database/measurements.md"):
        assert (library / name).stat().st_size > 100


def test_the_summary_is_whole_at_eighty_columns(library: Path, capsys: Captured) -> None:
    main(["design", str(library), "--quiet"])
    out = capsys.readouterr().out
    table = [line for line in out.splitlines() if "tables" in line or re.match(r"\s+\d+ +\d+", line)]
    assert all(len(line) <= 80 for line in table)
    headings = re.split(r"\s{2,}", table[0].strip())
    assert headings == ["tables", "indexes", "checks", "failed", "not run", "errors", "warnings", "seconds"]
    assert len(table[1].split()) == len(headings)


def test_quiet_says_nothing_while_it_works(library: Path, capsys: Captured) -> None:
    main(["design", str(library), "--quiet"])
    assert capsys.readouterr().err == ""


def test_json_prints_only_json(library: Path, capsys: Captured) -> None:
    assert main(["design", str(library), "--json"]) == 0
    out, err = capsys.readouterr()
    result = json.loads(out)
    assert err == ""
    assert result["status"] == "accepted"
    assert result["document"] == str(library / "database-design.md")
    assert result["checks_failed"] == 0
    assert "database/schema.sql" in result["files"]


def test_output_goes_where_it_is_told_and_nowhere_else(library: Path, tmp_path: Path) -> None:
    before = sorted(library.rglob("*"))
    assert main(["design", str(library), "--output", str(tmp_path / "out"), "--quiet"]) == 0
    assert (tmp_path / "out" / "database-design.md").is_file()
    assert sorted(library.rglob("*")) == before


def test_the_measurements_tell_the_time_of_each_step(accepted: Path) -> None:
    text = (accepted / "database" / "measurements.md").read_text()
    for step in ("read_requirements", "model_entities", "verify", "critic", "write_document"):
        assert re.search(rf"^\| {step} \| \d+\.\d\d \| \d+% \|$", text, re.MULTILINE)
    assert re.search(r"^\| queries \| \d+\.\d{3} s \|$", text, re.MULTILINE)


def test_a_design_that_is_not_accepted_ends_with_one_and_keeps_the_draft(library: Path, capsys: Captured) -> None:
    with using(objecting):
        assert main(["design", str(library), "--quiet", "--max-rounds", "2"]) == 1
    out = capsys.readouterr().out
    assert out.startswith("not accepted in round 2")
    assert "T001 loans: The loans do not please.\n  Make them please." in out
    assert not (library / "database-design.md").exists()
    assert not (library / "database").exists()
    draft = library / ".database-specialist" / "draft" / "database-design.md"
    assert str(draft) in out
    assert "Not accepted after round 2." in draft.read_text()


def test_a_model_that_fails_for_good_is_one_line_and_leaves_everything_as_it_is(
    library: Path, capsys: Captured
) -> None:
    before = sorted(library.rglob("*"))
    with using(unreachable):
        assert main(["design", str(library), "--quiet"]) == 2
    one_line(capsys, "llm_unavailable", "m, model_entities: HTTP 503", "nothing was written", "--fallback rules")
    kept = [path for path in sorted(library.rglob("*")) if ".database-specialist" not in path.parts]
    assert kept == before


def test_json_tells_the_failure_of_the_model(library: Path, capsys: Captured) -> None:
    with using(unreachable):
        assert main(["design", str(library), "--json"]) == 2
    out, err = capsys.readouterr()
    result = json.loads(out)
    assert (result["status"], result["document"], result["files"]) == ("llm_unavailable", None, [])
    assert result["reason"] == "m, model_entities: HTTP 503"
    assert err.count("\n") == 1


def test_fallback_designs_on_and_the_document_says_so(library: Path, capsys: Captured) -> None:
    with using(unreachable):
        assert main(["design", str(library), "--fallback", "rules"]) == 0
    assert "llm_unavailable: m, model_entities: HTTP 503; the rules designer goes on" in capsys.readouterr().err
    assert (
        "model m, then rules: the model made the reading of the documents"
        in (library / "database-design.md").read_text()
    )


def test_a_cap_on_money_needs_the_price_of_the_model(
    library: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Captured
) -> None:
    prices = tmp_path / "prices.toml"
    prices.write_text('[[prices]]\nmodels = ["x"]\nprompt = 1\ncached = 1\ncompletion = 1\nas_of = "2026-11-23"\n')
    monkeypatch.setenv("DATABASE_SPECIALIST_PRICES", str(prices))
    refused(
        ["design", str(library), "--model", "unheard-of", "--max-cost", "0.5", "--quiet"],
        capsys,
        str(prices),
        "no price of unheard-of",
    )


def test_an_edited_document_is_kept_and_the_run_ends_with_three(library: Path, capsys: Captured) -> None:
    assert main(["design", str(library), "--quiet"]) == 0
    document = library / "database-design.md"
    edited = document.read_text().replace("## Sources", "A remark by hand.\n\n## Sources")
    document.write_text(edited)
    capsys.readouterr()
    assert main(["design", str(library), "--quiet"]) == 3
    assert document.read_text() == edited
    assert "database-design.md was edited by hand and is kept; the new one is database-design.new.md" in (
        capsys.readouterr().out
    )
    assert "A remark" not in (library / "database-design.new.md").read_text()


def test_sqlite_is_proven_on_sqlite(library: Path, capsys: Captured) -> None:
    assert main(["design", str(library), "--engine", "sqlite", "--json"]) == 0
    design = json.loads((library / "database-design.json").read_text())
    records = design["evidence"]["records"]
    assert design["relational_schema"]["engine"] == "sqlite"
    assert {record["engine"].split()[0] for record in records} == {"sqlite"}
    assert sum(record["status"] == "EXECUTED" for record in records) > 20


EXISTING = """
CREATE TABLE members (
  id serial PRIMARY KEY,
  name varchar(60) NOT NULL,
  e_mail_address text NOT NULL,
  fax text,
  created_at timestamptz NOT NULL DEFAULT now()
);
CREATE TABLE shelves (id bigint PRIMARY KEY, place text NOT NULL);
"""


def test_from_an_existing_schema_the_change_is_designed_and_proven(library: Path, capsys: Captured) -> None:
    (library.parent / "old.sql").write_text(EXISTING)
    wish = ["--existing", str(library.parent / "old.sql"), "--fill", "members.email_address=e_mail_address"]
    assert main(["design", str(library), *wish]) == 0
    document = (library / "database-design.md").read_text()
    section = document.partition("### Change from the existing schema")[2].partition("\n### ")[0]
    assert "The steps up give the design, as far as they promise it. (V" in section
    assert "FAILED" not in section
    assert re.search(r"\| `table shelves` \| .* Its rows stay\.", section)
    assert "| `column members.email_address` | `rows that are there get e_mail_address` " in section
    assert "- `members.joined_on`" in section
    scripts = sorted(path.name for path in (library / "database" / "change").iterdir())
    ups = [name for name in scripts if name.endswith(".up.sql")]
    assert {name.replace(".up.", ".down.") for name in ups} <= set(scripts)
    texts = [(library / "database" / "change" / name).read_text().upper() for name in ups]
    assert not [text for text in texts if "DROP TABLE" in text or "DROP COLUMN" in text]
    later = (library / "database" / "change" / "later.sql").read_text()
    assert "--   DROP TABLE shelves;" in later
    assert [line for line in later.splitlines() if line and not line.startswith("--")] == []
    design = json.loads((library / "database-design.json").read_text())
    assert (design["schema_version"], design["change"]["origin"]) == ("1.1", "old.sql")


def test_the_design_that_was_written_is_no_change_from_itself(accepted: Path, tmp_path: Path) -> None:
    earlier = str(accepted / "database-design.json")
    assert main(["design", str(accepted), "--output", str(tmp_path), "--existing", earlier, "--quiet"]) == 0
    assert "`database-design.json` is this design already" in (tmp_path / "database-design.md").read_text()
    assert not (tmp_path / "database" / "change").exists()


def test_without_an_existing_schema_nothing_speaks_of_a_change(accepted: Path) -> None:
    design = json.loads((accepted / "database-design.json").read_text())
    assert (design["schema_version"], "change" in design) == ("1.0", False)
    assert "existing schema" not in (accepted / "database-design.md").read_text()
    assert not (accepted / "database" / "change").exists()


@pytest.mark.parametrize(
    ("wish", "words"),
    [
        (["--existing", "nowhere.sql"], ["nowhere.sql", "cannot be opened"]),
        (["--rename", "a=b"], ["--rename and --fill", "--existing"]),
        (["--existing", "{old}", "--rename", "shelf=racks"], ["shelf is not in the existing schema"]),
        (["--existing", "{old}", "--rename", "nonsense"], ["--rename nonsense", "old=new"]),
        (["--existing", "{old}", "--engine", "sqlite"], ["old.sql: the sandbox refuses CREATE TABLE members"]),
    ],
)
def test_an_existing_schema_that_cannot_be_used_is_one_line(
    wish: list[str], words: list[str], library: Path, capsys: Captured
) -> None:
    old = library.parent / "old.sql"
    old.write_text(EXISTING)
    arguments = [each.replace("{old}", str(old)) for each in wish]
    assert main(["design", str(library), "--quiet", *arguments]) == 2
    one_line(capsys, *words)


def test_a_password_of_an_existing_database_is_nowhere(library: Path, capsys: Captured) -> None:
    address = "postgresql://me:hunter2@127.0.0.1:1/shop"
    assert main(["design", str(library), "--existing", address]) == 2
    out, err = capsys.readouterr()
    assert "shop on 127.0.0.1 cannot be read" in err
    kept = [path.read_bytes() for path in library.rglob("*") if path.is_file()]
    assert not any(b"hunter2" in text for text in (out.encode(), err.encode(), *kept))


def test_mysql_without_a_server_claims_no_execution(library: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nonexistent")
    assert main(["design", str(library), "--engine", "mysql", "--quiet"]) == 0
    records = json.loads((library / "database-design.json").read_text())["evidence"]["records"]
    assert {record["status"] for record in records} == {"STATIC", "NOT_CHECKED"}
    text = (library / "database-design.md").read_text()
    prose = re.sub(r"```.*?```", "", text, flags=re.DOTALL)
    assert re.findall(r"\bV\d+[^|;.]*EXECUTED", prose) == []
    assert "0 EXECUTED" in prose
    assert "STATIC" in prose


# what cannot be used: one line, exit code 2


def refused(arguments: Sequence[str], captured: Captured, *words: str) -> None:
    assert main(arguments) == 2
    one_line(captured, *words)


def test_a_missing_folder_is_named(tmp_path: Path, capsys: Captured) -> None:
    refused(
        ["design", str(tmp_path / "nowhere")], capsys, str(tmp_path / "nowhere"), "no such folder", "requirements.md"
    )
    assert not (tmp_path / "nowhere").exists()


def test_a_file_in_place_of_a_folder_is_named(library: Path, capsys: Captured) -> None:
    refused(["design", str(library / "requirements.md")], capsys, "not a folder")


def test_an_empty_folder_is_named(tmp_path: Path, capsys: Captured) -> None:
    refused(["design", str(tmp_path), "--quiet"], capsys, str(tmp_path), "no readable document", "put requirements.md")


def test_an_output_that_cannot_be_written_is_named(library: Path, tmp_path: Path, capsys: Captured) -> None:
    (tmp_path / "file").write_text("in the way")
    refused(
        ["design", str(library), "--output", str(tmp_path / "file" / "out")], capsys, "file/out", "cannot be written"
    )


def test_an_unknown_engine_in_the_environment_is_named(
    library: Path, monkeypatch: pytest.MonkeyPatch, capsys: Captured
) -> None:
    monkeypatch.setenv("DATABASE_SPECIALIST_ENGINE", "oracle")
    refused(["design", str(library)], capsys, "DATABASE_SPECIALIST_ENGINE", "postgresql")


def test_an_impossible_number_of_rounds_is_named(library: Path, capsys: Captured) -> None:
    refused(["design", str(library), "--max-rounds", "0"], capsys, "--max-rounds", "greater than or equal to 1")


def test_a_folder_without_postgresql_is_named(library: Path, tmp_path: Path, capsys: Captured) -> None:
    refused(
        ["design", str(library), "--pg-bin", str(tmp_path / "no-postgres"), "--quiet"],
        capsys,
        "no-postgres",
        "initdb",
    )
    assert not (library / "database-design.md").exists()


def test_an_unknown_option_is_one_line(capsys: Captured) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(["design", "--colour", "red"])
    assert stopped.value.code == 2
    one_line(capsys, "--colour", "--help")


def test_documents_that_store_nothing_are_said(tmp_path: Path, capsys: Captured) -> None:
    (tmp_path / "requirements.md").write_text("# Greeting\n\nHello world, how are you?\n")
    assert main(["design", str(tmp_path), "--quiet"]) == 2
    one_line(capsys, str(tmp_path), "nothing that is stored", "--model")


def test_a_fault_of_ours_is_one_line_too(library: Path, capsys: Captured, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DATABASE_SPECIALIST_DEBUG", raising=False)

    def broken(context: Context) -> Services:
        raise ZeroDivisionError("of the test")

    with using(broken):
        assert main(["design", str(library), "--quiet"]) == 2
    one_line(capsys, "ZeroDivisionError", "DATABASE_SPECIALIST_DEBUG=1")


def test_help_explains_itself_with_an_example(capsys: Captured) -> None:
    for arguments in (["--help"], ["design", "--help"], ["check", "--help"]):
        with pytest.raises(SystemExit) as left:
            main(arguments)
        assert left.value.code == 0
        assert re.search(r"examples?:\s+database-specialist (design|check)", capsys.readouterr().out)


# Ctrl-C


def test_ctrl_c_leaves_no_server_and_no_half_written_file(library: Path, tmp_path: Path) -> None:
    program = "import sys; from database_specialist.agent.cli import main; sys.exit(main())"
    environment = {**os.environ, "TMPDIR": str(tmp_path)}
    run = subprocess.Popen(
        [sys.executable, "-c", program, "design", str(library)],
        stderr=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=environment,
        text=True,
    )
    assert run.stderr is not None
    for line in run.stderr:
        if "on postgresql" in line:
            break
    children = _descendants(run.pid)
    assert children
    run.send_signal(signal.SIGINT)
    _, err = run.communicate(timeout=60)
    assert run.returncode == 130
    assert err.splitlines()[-1] == "database-specialist: stopped; no file is half written"
    assert "Traceback" not in err
    assert sorted(path.name for path in library.iterdir() if not path.name.startswith(".")) == ["requirements.md"]
    deadline = time.monotonic() + 10
    while (alive := [pid for pid in children if _is_running(pid)]) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert alive == []


def _descendants(parent: int) -> list[int]:
    """Every process below `parent`, in any session of its own."""
    listed = subprocess.run(["ps", "-eo", "pid=,ppid="], capture_output=True, text=True, check=True).stdout
    pairs = [tuple(map(int, line.split())) for line in listed.splitlines()]
    found, edge = [], [parent]
    while edge:
        edge = [pid for pid, above in pairs if above in edge]
        found += edge
    return found


def _is_running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    state = subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True, check=False).stdout
    return not state.strip().startswith("Z")


# check

BAD = """\
# Design

```sql
CREATE TABLE users (
  id bigint PRIMARY KEY,
  email text NOT NULL
);

CREATE TABLE orders (
  id bigint PRIMARY KEY,
  user_id bigint NOT NULL REFERENCES users (id),
  note text
);
CREATE INDEX orders_note_idx ON orders (note);
```

```sql
SELECT email FROM users WHERE id = 1;

SELECT * FROM invoices;
```
"""


def test_check_reports_failures_with_their_line_and_the_rules_findings(tmp_path: Path, capsys: Captured) -> None:
    file = tmp_path / "database-design.md"
    file.write_text(BAD)
    assert main(["check", str(file), "--json"]) == 1
    report = json.loads(capsys.readouterr().out)
    assert [failure["place"] for failure in report["failures"]] == [f"{file}:20"]
    assert "invoices" in report["failures"][0]["message"]
    places = {finding["place"] for finding in report["findings"]}
    assert any("user_id" in place for place in places), "the foreign key without an index"
    assert "orders_note_idx" in " ".join(f"{f['place']} {f['message']}" for f in report["findings"])
    assert (report["tables"], report["indexes"], report["queries"]) == (2, 1, 2)


def test_check_prints_what_to_do(tmp_path: Path, capsys: Captured) -> None:
    file = tmp_path / "design.sql"
    file.write_text("CREATE TABLE a (id bigint PRIMARY KEY);\nCREATE TABLE b (a_id bigint REFERENCES missing (id));\n")
    assert main(["check", str(file)]) == 1
    out = capsys.readouterr().out
    assert f"fails {file}:2: " in out
    assert f"{file}: 2 statements on postgresql 1" in out


def test_check_of_our_own_design_finds_nothing_that_fails(accepted: Path, capsys: Captured) -> None:
    assert main(["check", str(accepted / "database-design.md"), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["failures"] == []


def test_check_of_a_file_without_sql_is_refused(library: Path, capsys: Captured) -> None:
    refused(["check", str(library / "requirements.md")], capsys, "requirements.md", "no SQL in it")


def test_check_of_a_missing_file_is_refused(tmp_path: Path, capsys: Captured) -> None:
    refused(["check", str(tmp_path / "none.sql")], capsys, "none.sql", "cannot be opened")


def test_check_on_mysql_without_a_server_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Captured
) -> None:
    monkeypatch.setenv("PATH", "/nonexistent")
    (tmp_path / "a.sql").write_text("CREATE TABLE a (id int PRIMARY KEY) ENGINE=InnoDB;")
    refused(["check", str(tmp_path / "a.sql")], capsys, "--mysql-dsn")


# explain


def test_explain_prints_the_page_of_a_rule(capsys: Captured) -> None:
    assert main(["explain", "fk001"]) == 0
    assert capsys.readouterr().out.startswith("# FK001: ")


def test_explain_of_an_unknown_code_names_the_known_ones(capsys: Captured) -> None:
    refused(["explain", "ZZZ999"], capsys, "ZZZ999", "FK001")
