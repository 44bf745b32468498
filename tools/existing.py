"""The schema that is there already: from a script or a dump, an earlier design, or the catalog of a database."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
from pathlib import Path
from urllib.parse import urlsplit

from pydantic import ValidationError

from database_specialist.agent.changes.loading import schema_statements
from database_specialist.agent.config import is_database, split_password
from database_specialist.agent.dialects import create_statements, index_statements
from database_specialist.agent.errors import ConfigError, DocumentError
from database_specialist.agent.model.base import Engine
from database_specialist.agent.model.change import Existing
from database_specialist.agent.model.design import Design
from database_specialist.tools.documents import read_file
from database_specialist.tools.postgres_binaries import find_binaries, missing_programs

_SECONDS = 120.0
_READ_ONLY = "-c default_transaction_read_only=on -c statement_timeout=60s -c lock_timeout=5s"
_PASSED_ON = ("HOME", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "PGPASSFILE", "PGSSLROOTCERT", "PGSSLCERT", "PGSSLKEY")


def read_existing(source: str, engine: Engine, *, password: str | None = None, pg_bin: str | None = None) -> Existing:
    """Return the existing schema as statements: of an SQL file, a database-design.json, or a PostgreSQL database.

    Of a database nothing but the catalog is read, in a transaction that may not write.

    Raises:
        ConfigError: the database cannot be asked.
        DocumentError: the file cannot be read, or holds no schema of this engine.
    """
    if is_database(source):
        return _of_database(source, engine, password, pg_bin)
    path = Path(source).expanduser()
    text = read_file(path)
    if path.suffix.lower() == ".json":
        return _of_design(path, text, engine)
    statements = schema_statements(text, engine)
    if not statements:
        raise DocumentError(f"{path}: no statement in it makes a table; give DDL, or pg_dump --schema-only")
    return Existing(origin=path.name, engine=engine, statements=statements)


def hash_of(source: str | None) -> dict[str, str]:
    """Return the SHA-256 of the file that holds the existing schema, by its name; nothing where there is no file."""
    path = Path(source).expanduser() if source else None
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest()} if path and path.is_file() else {}


def _of_design(path: Path, text: str, engine: Engine) -> Existing:
    try:
        design = Design.load(json.loads(text))
    except (json.JSONDecodeError, ValidationError) as error:
        raise DocumentError(
            f"{path}: no design of this program; give a database-design.json, or an SQL file"
        ) from error
    schema = design.relational_schema
    if schema.engine != engine:
        raise DocumentError(f"{path}: it is for {schema.engine}, and this run for {engine}; name one with --engine")
    statements = (*create_statements(schema), *index_statements(design.indexes, engine))
    return Existing(origin=path.name, engine=engine, statements=statements)


def _of_database(source: str, engine: Engine, password: str | None, pg_bin: str | None) -> Existing:
    if engine != "postgresql":
        raise ConfigError(f"--existing names a PostgreSQL database, and the design is for {engine}; see --engine")
    address, _ = split_password(source)
    parts = urlsplit(address)
    origin = f"{parts.path.lstrip('/') or 'postgres'} on {parts.hostname or 'localhost'}"
    return Existing(
        origin=origin, engine=engine, statements=schema_statements(_dumped(address, origin, password, pg_bin), engine)
    )


def _dumped(address: str, origin: str, password: str | None, pg_bin: str | None) -> str:
    binaries = find_binaries(pg_bin)
    if missing_programs(binaries, ("pg_dump",)):
        raise ConfigError(f"--existing: {binaries.source} holds no pg_dump to read {origin} with; see --pg-bin")
    environment = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
    environment |= {"PATH": "/usr/bin:/bin", "LC_ALL": "C", "PGOPTIONS": _READ_ONLY, "PGCONNECT_TIMEOUT": "10"}
    # Not in the arguments, which every user of the machine can read.
    environment |= {"PGPASSWORD": password} if password else {}
    command = (binaries.bin / "pg_dump", "--schema-only", "--no-owner", "--no-privileges", "--no-password", address)
    try:
        done = subprocess.run(
            command,
            capture_output=True,
            text=True,
            env=environment,
            timeout=_SECONDS,
            check=False,
            stdin=subprocess.DEVNULL,
        )
    except subprocess.TimeoutExpired as error:
        raise ConfigError(f"--existing: {origin} did not answer within {_SECONDS:.0f} s") from error
    if done.returncode:
        said = (done.stderr.strip().splitlines() or ["no word why"])[-1].removeprefix("pg_dump: error: ")
        raise ConfigError(f"--existing: {origin} cannot be read ({said}); check the address, PGPASSWORD and rights")
    return done.stdout
