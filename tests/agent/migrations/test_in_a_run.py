"""The setting, from the command line to the files and the document."""

from __future__ import annotations

from pathlib import Path

import pytest

from database_specialist.agent.app import design
from database_specialist.agent.cli import main
from database_specialist.agent.config import Context, context_from
from database_specialist.agent.errors import ConfigError
from database_specialist.agent.migrations.layouts import RENDERERS, layouts
from database_specialist.agent.model.operations import MigrationFormat
from database_specialist.agent.report.document import render_document
from tests.agent.migrations.ground import sample
from tests.library import write_library


def test_a_run_writes_the_layout_asked_for_and_takes_the_other_away(tmp_path: Path) -> None:
    folder = write_library(tmp_path)
    plain = design(folder, Context(depth="quick", research="off"))
    assert (folder / "database/migrations/0001_members_books.up.sql").exists()
    outcome = design(folder, Context(depth="quick", research="off", migrations="alembic"))
    assert outcome.status == plain.status == "accepted"
    written = sorted(str(path.relative_to(folder)) for path in (folder / "database/migrations").rglob("*.*"))
    assert "database/migrations/versions/0001_members_books.py" in written
    assert not [name for name in written if name.endswith(".sql")]
    document = (folder / "database-design.md").read_text()
    assert "alembic --config database/migrations/alembic.ini upgrade 0005" in document
    assert "alembic --config database/migrations/alembic.ini downgrade base" in document
    assert "was not run with these files: NOT CHECKED" in document
    assert ".up.sql" not in document


def test_a_file_of_a_layout_that_a_person_edited_is_kept(tmp_path: Path) -> None:
    folder = write_library(tmp_path)
    settings = Context(depth="quick", research="off", migrations="alembic")
    design(folder, settings)
    (folder / ".database-specialist/written.json").unlink()  # as in a fresh clone
    env = folder / "database/migrations/env.py"
    env.write_text("# mine\n" + env.read_text())
    assert design(folder, settings).edited == ("database/migrations/env.py",)
    assert env.read_text().startswith("# mine\n")


@pytest.mark.parametrize("kind", sorted(set(RENDERERS) - {"plain"}))
def test_the_document_names_the_tool_and_what_was_not_run(kind: MigrationFormat) -> None:
    design = sample()
    operations = design.operations.model_copy(update={"migration_format": kind})
    document = render_document(design.model_copy(update={"operations": operations}))
    tool = layouts()[kind]
    assert f"[{tool.title}]({tool.page}) was not run with these files: NOT CHECKED." in document
    assert tool.ran in document


def test_an_unknown_tool_is_one_line_that_names_the_setting(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(ConfigError, match=r"^DATABASE_SPECIALIST_MIGRATIONS: .*'sqitch'"):
        context_from({"DATABASE_SPECIALIST_MIGRATIONS": "rails"})
    with pytest.raises(SystemExit) as ended:
        main(["design", "--migrations", "rails"])
    assert ended.value.code == 2
    assert "--migrations" in capsys.readouterr().err
