"""The sample's migrations and two steps more, and what each tool needs to run them on the embedded server."""

from __future__ import annotations

import json
import os
import re
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from database_specialist.agent.dialects import split_statements
from database_specialist.agent.migrations.layouts import FOLDER, render_migrations
from database_specialist.agent.model.design import Design
from database_specialist.agent.model.operations import Migration, MigrationFormat
from database_specialist.agent.verification.catalog import Catalog
from database_specialist.tools.output import OutputFolder
from database_specialist.tools.postgres import DESIGNER
from database_specialist.tools.postgres_sandbox import PostgresDatabase, PostgresSandbox

ROOT = Path(__file__).parents[3]
TIMEOUT = "SET lock_timeout = '5s'"
# What the parsers of tools trip over: semicolons and comments in bodies and texts, parameters, dollars, percents,
# backslashes, three quotes.
TRAP = """\
CREATE FUNCTION trap(amount integer) RETURNS text LANGUAGE plpgsql AS $body$
DECLARE
  said text := 'one; two -- three :four ${five} %s \\:six \"\"\" / ~';
BEGIN
  -- a comment; with a semicolon
  IF amount > 0 THEN
    RETURN said || amount::text;
  END IF;
  RETURN E'none\\n';
END
$body$"""
MORE = (
    Migration(
        number=9,
        name="trap",
        up=f"{TIMEOUT};\n\n{TRAP};\n\nCOMMENT ON FUNCTION trap(integer) IS 'ends with a line;\nand goes on: :x';\n",
        down=f"{TIMEOUT};\n\nDROP FUNCTION trap(integer);\n",
        note='A note with "quotes" and a \\ in it.',
    ),
    Migration(
        number=10,
        name="live_indexes",
        up=f"{TIMEOUT};\n\nCREATE INDEX CONCURRENTLY customers_created_live ON customers (created_at);\n\n"
        "CREATE INDEX CONCURRENTLY customers_touched_live ON customers (updated_at);\n",
        down=f"{TIMEOUT};\n\nDROP INDEX CONCURRENTLY customers_touched_live;\n\n"
        "DROP INDEX CONCURRENTLY customers_created_live;\n",
        transactional=False,
    ),
)


@cache
def sample() -> Design:
    """Return the design of the sample, as it lies in the repository."""
    return Design.load(json.loads((ROOT / "ai_docs" / "database-design.json").read_text()))


def migrations() -> tuple[Migration, ...]:
    """Return the sample's steps, and two that tools find harder."""
    return (*sample().operations.migrations, *MORE)


def write(folder: Path, kind: MigrationFormat, steps: tuple[Migration, ...] | None = None) -> Path:
    """Write the files as a run does, with the hash below each; return the folder of the migrations."""
    files = render_migrations(steps or migrations(), kind, "postgresql", "Lift well")
    OutputFolder(folder).write({f"{FOLDER}/{path}": text for path, text in files.items()})
    return folder / FOLDER


def made_by_hand(database: PostgresDatabase) -> Catalog:
    """Return the catalog that `schema.sql` and the two steps make, and leave the database empty again."""
    scripts = [(ROOT / "ai_docs" / "database" / "schema.sql").read_text(), *(step.up for step in MORE)]
    for script in scripts:
        database.run(split_statements(script, "postgresql"))
    catalog = database.catalog()
    for step in reversed(migrations()):
        database.run(split_statements(step.down, "postgresql"))
    return catalog


@dataclass(frozen=True)
class Login:
    """How a program reaches the database."""

    folder: Path
    database: str
    password: str

    @property
    def environment(self) -> Mapping[str, str]:
        """What libpq reads."""
        return {
            "PGHOST": str(self.folder),
            "PGPORT": "5432",
            "PGUSER": DESIGNER,
            "PGPASSWORD": self.password,
            "PGDATABASE": self.database,
        }

    def run(self, *command: str | Path, cwd: Path, **more: str) -> str:
        """Run a program; what it says is in the failure when it fails."""
        told = subprocess.run(
            [str(word) for word in command],
            cwd=cwd,
            env={**os.environ, **self.environment, **more},
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert told.returncode == 0, f"{told.stdout}\n{told.stderr}"
        return told.stdout


def login(server: PostgresSandbox, database: PostgresDatabase) -> Login:
    """Return a login of the unprivileged role, with a new password."""
    # Go's driver refuses the few iterations that the sandbox makes do with.
    server.administer("SET scram_iterations = 4096")
    try:
        password = server.admit(database.name)
    finally:
        server.administer("RESET scram_iterations")
    return Login(server.server.folder / "s", database.name, password)


def without(catalog: Catalog, *tables: str) -> Catalog:
    """Return a catalog without the tables in which a tool keeps its books, and what belongs to them."""
    named = re.compile(rf"\b(?:{'|'.join(map(re.escape, tables))})\w*\b")
    return Catalog(
        **{
            field: type(values)(each for each in values if not named.search(str(each)))
            for field, values in vars(catalog).items()
        }
    )
