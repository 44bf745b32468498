"""The files that a run leaves, written whole or not at all, and never over a person's edits."""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from filelock import FileLock, Timeout

from database_specialist.agent.errors import OutputError
from database_specialist.tools.files import STRAY, write_whole

STATE_FOLDER = ".database-specialist"
DOCUMENT = "database-design.md"

# The last line of a file of ours: the hash of all above it, so that an edit shows even in a fresh clone.
_SEALS = {".md": "<!-- database-specialist sha256:{} -->\n", ".sql": "-- database-specialist sha256:{}\n"}
_SEAL = re.compile(r"^(?:<!--|--) database-specialist sha256:([0-9a-f]{64})(?: -->)?\n\Z", re.MULTILINE)


@dataclass(frozen=True)
class Written:
    """What became of the files: paths relative to the folder, in the order given."""

    files: tuple[str, ...]
    edited: tuple[str, ...]
    """Files that a person had edited; the new text stands beside them as `<name>.new<suffix>`."""
    document_sha256: str


class OutputFolder:
    """The folder that receives the design."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._state = folder / STATE_FOLDER
        self._running = self._state / "running"

    @contextmanager
    def lock(self) -> Iterator[None]:
        """Hold the folder for one run; a second run is refused at once, with the pid and the start of the first.

        The system gives the lock back when its process is gone, however it went.

        Raises:
            OutputError: another run holds it, or the folder cannot be written.
        """
        try:
            self._state.mkdir(parents=True, exist_ok=True)
            (self._state / ".gitignore").write_text("*\n")
            lock = FileLock(self._state / "lock", timeout=0)
            lock.acquire()
        except Timeout as error:
            raise OutputError(f"{self._folder}: another run ({self._holder()}) works here; wait or stop it") from error
        except OSError as error:
            raise OutputError(f"{self._folder}: cannot be written ({error.strerror}); use --output") from error
        try:
            self._running.write_text(f"pid {os.getpid()}, since {datetime.now(UTC):%Y-%m-%d %H:%M:%S} UTC")
            self._sweep()
            yield
        finally:
            self._running.unlink(missing_ok=True)
            lock.release()

    def held(self) -> str:
        """Say which run holds the folder: its pid and its start; "" when none does."""
        if not (self._state / "lock").exists():
            return ""
        lock = FileLock(self._state / "lock", timeout=0)
        try:
            lock.acquire()
        except Timeout:
            return self._holder()
        lock.release()
        return ""

    def _holder(self) -> str:
        try:
            return self._running.read_text()
        except OSError:  # it has only just begun, or it is just over
            return "pid unknown"

    def write(self, files: Mapping[str, str]) -> Written:
        """Write each file atomically; what an earlier run wrote and this one no longer does is removed.

        Raises:
            OutputError: the disk or the rights do not allow it; the old files are whole.
        """
        sealed = {name: _seal(name, text) for name, text in files.items()}
        hashes = {name: _sha256(text) for name, text in sealed.items()}
        try:
            before, begun = self._manifest(), self._manifest("writing.json")
            edited = [name for name in files if self._is_foreign(name, sealed[name], before, begun)]
            self._record(hashes, "writing.json")
            # The document last: who finds a new one finds all that it speaks of.
            for name in sorted(files, key=lambda name: name == DOCUMENT):
                target = self._folder / name
                write_whole(target.with_suffix(f".new{target.suffix}") if name in edited else target, sealed[name])
            self._remove_stale(begun | before, files)
            self._record(hashes)
            (self._state / "writing.json").unlink()
        except OSError as error:
            raise OutputError(f"{error.filename or self._folder}: cannot be written ({error.strerror})") from error
        return Written(files=tuple(files), edited=tuple(edited), document_sha256=hashes.get(DOCUMENT, ""))

    def _is_foreign(self, name: str, text: str, before: Mapping[str, str], begun: Mapping[str, str]) -> bool:
        """Say whether a person changed the file: it is neither as written nor as a killed run was writing it."""
        target = self._folder / name
        if not _is_edited(target, before.get(name)):
            return False
        held = target.read_bytes()
        return held != text.encode() and _sha256(held.decode("utf-8", "replace")) != begun.get(name)

    def amend(self, name: str, text: str) -> None:
        """Write one file of the last `write` anew, unless a person has edited it.

        Raises:
            OutputError: the disk or the rights do not allow it; the old file is whole.
        """
        hashes = self._manifest()
        target = self._folder / name
        if name not in hashes or not target.is_file() or _is_edited(target, hashes[name]):
            return
        sealed = _seal(name, text)
        try:
            write_whole(target, sealed)
            self._record({**hashes, name: _sha256(sealed)})
        except OSError as error:
            raise OutputError(f"{error.filename or target}: cannot be written ({error.strerror})") from error

    def keep_draft(self, files: Mapping[str, str]) -> Path:
        """Keep what was not accepted in the state folder, away from readers; return the folder of it."""
        draft = self._state / "draft"
        try:
            for name, text in files.items():
                write_whole(draft / name, text)
        except OSError as error:
            raise OutputError(f"{draft}: cannot be written ({error.strerror})") from error
        return draft

    def _manifest(self, name: str = "written.json") -> dict[str, str]:
        try:
            entries = json.loads((self._state / name).read_text())
        except (OSError, ValueError):
            return {}
        return {str(k): str(v) for k, v in entries.items()} if isinstance(entries, dict) else {}

    def _record(self, hashes: Mapping[str, str], name: str = "written.json") -> None:
        write_whole(self._state / name, json.dumps(hashes, indent=1, sort_keys=True) + "\n")

    def _remove_stale(self, before: Mapping[str, str], files: Mapping[str, str]) -> None:
        for name in before:
            target = self._folder / name
            if name not in files and target.is_file() and not _is_edited(target, before[name]):
                target.unlink()

    def _sweep(self) -> None:
        """Remove the temporary files of a run that was killed."""
        database = self._folder / "database"
        for folder in (self._folder, database, database / "migrations", database / "change", self._state):
            for stray in folder.glob(f"{STRAY}*"):
                stray.unlink(missing_ok=True)


def is_sealed(text: str) -> bool:
    """Say whether a text was written by us, edited since or not."""
    return _SEAL.search(text.replace("\r\n", "\n")) is not None


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _seal(name: str, text: str) -> str:
    seal = _SEALS.get(Path(name).suffix)
    if seal is None:
        return text
    body = text if text.endswith("\n") else text + "\n"
    return body + seal.format(_sha256(body))


def _is_edited(path: Path, written: str | None) -> bool:
    """Say whether a person changed this file since we wrote it (or wrote it in the first place)."""
    if not path.is_file():
        return False
    text = path.read_bytes().decode("utf-8", "replace").replace("\r\n", "\n")
    if path.suffix in _SEALS:
        seal = _SEAL.search(text)
        return seal is None or seal.group(1) != _sha256(text[: seal.start()])
    return written is not None and written != _sha256(text)
