"""Savers for the checkpoints of a run: a SQLite file, or a PostgreSQL server.

SQLite's saver stores the whole state at each step. So that this stays small, each large value of the state lies in a
file of its own, named by its hash: a value that many checkpoints share lies there once.
"""

from __future__ import annotations

import hashlib
import sqlite3
import zlib
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import Any

import psycopg
from langgraph.checkpoint.base import BaseCheckpointSaver
from langgraph.checkpoint.serde.base import SerializerProtocol
from langgraph.checkpoint.serde.jsonplus import JsonPlusSerializer
from langgraph.checkpoint.sqlite import SqliteSaver

from database_specialist.agent.errors import ConfigError, OutputError
from database_specialist.tools.files import write_whole

PART_BYTES = 4096
"""A value that takes more, as it is stored, goes into a file of its own. A checkpoint holds some 35 values."""

_REFERENCE = "database_specialist_part"


class PartedSerializer:
    """Writes what LangGraph's own serializer writes, with large values kept apart in `folder`."""

    def __init__(self, folder: Path, inner: SerializerProtocol | None = None) -> None:
        self._folder = folder
        self._inner = inner or JsonPlusSerializer()

    def dumps_typed(self, obj: Any) -> tuple[str, bytes]:
        """Return the value's form and bytes, once its large parts lie on the disk."""
        return self._inner.dumps_typed(self._parted(obj))

    def loads_typed(self, data: tuple[str, bytes]) -> Any:
        """Return the value, whole again.

        Raises:
            OutputError: a part of it is lost.
        """
        return self._joined(self._inner.loads_typed(data))

    def _parted(self, value: Any) -> Any:
        if isinstance(value, dict) and "channel_values" in value:
            parts = {name: self._parted(each) for name, each in value["channel_values"].items()}
            return {**value, "channel_values": parts}
        form, content = self._inner.dumps_typed(value)
        return self._kept(form, content) if len(content) > PART_BYTES else value

    def _joined(self, value: Any) -> Any:
        if isinstance(value, dict) and "channel_values" in value:
            parts = {name: self._joined(each) for name, each in value["channel_values"].items()}
            return {**value, "channel_values": parts}
        if isinstance(value, dict) and set(value) == {_REFERENCE}:
            return self._found(*value[_REFERENCE])
        return value

    def _kept(self, form: str, content: bytes) -> dict[str, list[str]]:
        name = hashlib.sha256(content).hexdigest()
        try:
            if not (self._folder / name).exists():
                write_whole(self._folder / name, zlib.compress(content, 1))
        except OSError as error:
            raise OutputError(f"{self._folder}: cannot be written ({error.strerror}); make room, then go on") from error
        return {_REFERENCE: [form, name]}

    def _found(self, form: str, name: str) -> Any:
        try:
            content = zlib.decompress((self._folder / name).read_bytes())
        except (OSError, zlib.error):
            content = b""
        if hashlib.sha256(content).hexdigest() != name:
            raise OutputError(f"{self._folder / name}: the state of the run that was cut off is damaged; use --fresh")
        return self._inner.loads_typed((form, content))


class _SqliteSaver(SqliteSaver):
    """Says in one line what is wrong with its file."""

    @contextmanager
    def cursor(self, transaction: bool = True) -> Iterator[sqlite3.Cursor]:
        try:
            with super().cursor(transaction) as cursor:
                yield cursor
        except sqlite3.Error as error:
            raise OutputError(f"checkpoints cannot be kept in SQLite ({error}); make room, or use --fresh") from error


@contextmanager
def sqlite_saver(folder: Path) -> Iterator[BaseCheckpointSaver[str]]:
    """Keep checkpoints in files below `folder`; what cannot be written or read is an OutputError."""
    with closing(sqlite3.connect(folder / "checkpoints.sqlite", check_same_thread=False)) as connection:
        yield _SqliteSaver(connection, serde=PartedSerializer(folder / "parts"))


@contextmanager
def postgres_saver(dsn: str) -> Iterator[BaseCheckpointSaver[str]]:
    """Keep checkpoints in the database that `dsn` names; its tables are made when they are not there.

    Raises:
        ConfigError: the extra is not installed, or there is no such database.
    """
    try:
        from langgraph.checkpoint.postgres import PostgresSaver
    except ModuleNotFoundError as error:
        raise ConfigError(f"{DSN}: the extra `state-postgres` is not installed ({error.name})") from error
    with ExitStack() as opened:
        try:
            saver = opened.enter_context(PostgresSaver.from_conn_string(dsn))
            saver.setup()
        except psycopg.Error as error:
            # The driver's words may quote the DSN, and so the password.
            raise ConfigError(f"{DSN}: checkpoints cannot be kept there ({type(error).__name__})") from None
        yield saver


DSN = "DATABASE_SPECIALIST_STATE_DSN"
"""The setting that names the PostgreSQL database."""
