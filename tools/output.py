"""The files that a run leaves, written whole or not at all, and never over a person's edits."""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
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

    @contextmanager
    def lock(self) -> Iterator[None]:
        """Hold the folder for one run; a second run is refused at once, with the pid of the first.

        Raises:
            OutputError: another run holds it, or the folder cannot be written.
        """
        holder = self._state / "running"
        try:
            self._state.mkdir(parents=True, exist_ok=True)
            (self._state / ".gitignore").write_text("*\n")
            lock = FileLock(self._state / "lock", timeout=0)
            lock.acquire()
        except Timeout as error:
            pid = holder.read_text().strip() if holder.exists() else "unknown"
            raise OutputError(f"{self._folder}: another run (pid {pid}) works here; wait for it or stop it") from error
        except OSError as error:
            raise OutputError(f"{self._folder}: cannot be written ({error.strerror}); use --output") from error
        try:
            self._sweep()
            holder.write_text(str(os.getpid()))
            yield
        finally:
            holder.unlink(missing_ok=True)
            lock.release()

    def write(self, files: Mapping[str, str]) -> Written:
        """Write each file atomically; what an earlier run wrote and this one no longer does is removed.

        Raises:
            OutputError: the disk or the rights do not allow it; the old files are whole.
        """
        before = self._manifest()
        edited, hashes = [], {}
        try:
            for name, text in files.items():
                sealed = _seal(name, text)
                hashes[name] = _sha256(sealed)
                target = self._folder / name
                if _is_edited(target, before.get(name)) and target.read_bytes() != sealed.encode():
                    edited.append(name)
                    target = target.with_suffix(f".new{target.suffix}")
                write_whole(target, sealed)
            self._remove_stale(before, files)
            self._record(hashes)
        except OSError as error:
            raise OutputError(f"{error.filename or self._folder}: cannot be written ({error.strerror})") from error
        return Written(files=tuple(files), edited=tuple(edited), document_sha256=hashes.get(DOCUMENT, ""))

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

    def _manifest(self) -> dict[str, str]:
        try:
            entries = json.loads((self._state / "written.json").read_text())
        except (OSError, ValueError):
            return {}
        return {str(k): str(v) for k, v in entries.items()} if isinstance(entries, dict) else {}

    def _record(self, hashes: Mapping[str, str]) -> None:
        write_whole(self._state / "written.json", json.dumps(hashes, indent=1, sort_keys=True) + "\n")

    def _remove_stale(self, before: Mapping[str, str], files: Mapping[str, str]) -> None:
        for name in before:
            target = self._folder / name
            if name not in files and target.is_file() and not _is_edited(target, before[name]):
                target.unlink()

    def _sweep(self) -> None:
        """Remove the temporary files of a run that was killed."""
        for folder in (self._folder, self._folder / "database", self._folder / "database" / "migrations", self._state):
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
