"""What a run leaves in the state folder until it is over, so that it can go on after it was cut off.

.database-specialist/
    run/            one run that was begun and is not over; renamed before it is removed
        run.json              a `RunRecord`; its time of change is the last sign of life
        checkpoints.sqlite    what LangGraph saves after each node
        parts/                large values of the checkpoints, by their hash
        values/               what is too large for the state, by its hash
    answers/        a chat model's answers; they outlive a run that the model failed
    accepted.json   the `RunRecord` of the run whose design stands in the output folder
"""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from functools import cache
from importlib import resources
from importlib.metadata import version
from pathlib import Path

from langgraph.checkpoint.base import BaseCheckpointSaver
from pydantic import ValidationError

from database_specialist.agent.errors import OutputError
from database_specialist.agent.running import RunRecord
from database_specialist.tools.answers import KeptAnswers
from database_specialist.tools.checkpoints import postgres_saver, sqlite_saver
from database_specialist.tools.files import write_whole
from database_specialist.tools.output import STATE_FOLDER
from database_specialist.tools.values import ValueFolder

BEAT_SECONDS = 0.25
_REMOVED = "removed-"
_DEPTH = 6
_SKIPPED = frozenset(("node_modules", "__pycache__", "site-packages"))


class RunState:
    """The state of one run in its output folder."""

    def __init__(self, output: Path) -> None:
        self.output = output
        self._state = output / STATE_FOLDER
        self._run = self._state / "run"
        self._record = self._run / "run.json"
        self._answers = self._state / "answers"
        self._accepted = self._state / "accepted.json"

    @property
    def record(self) -> RunRecord | None:
        """The run that is not over; None when there is none."""
        try:
            return RunRecord.model_validate_json(self._record.read_text())
        except FileNotFoundError:
            return None
        except (OSError, ValidationError) as error:
            raise OutputError(f"{self._record}: cannot be read ({type(error).__name__}); use --fresh") from error

    @property
    def readable(self) -> RunRecord | None:
        """The same; None also when it is damaged."""
        try:
            return self.record
        except OutputError:
            return None

    @property
    def exists(self) -> bool:
        """Whether a run was begun here and is not over, damaged or not."""
        return self._record.exists()

    @property
    def last_sign(self) -> float:
        """Seconds since the epoch at which the run last was alive."""
        return self._record.stat().st_mtime

    @property
    def answered(self) -> int:
        """How many answers of a chat model are kept."""
        return sum(1 for _ in self._answers.glob("*.json"))

    @property
    def size(self) -> int:
        """Bytes on the disk."""
        files = (*self._run.rglob("*"), *self._answers.glob("*"))
        return sum(file.stat().st_size for file in files if file.is_file())

    def thread(self) -> str:
        """Return the id of the folder's checkpoints: the same for the same folder."""
        return hashlib.sha256(os.fsencode(self.output.resolve())).hexdigest()[:12]

    def write(self, record: RunRecord) -> None:
        """Note where the run stands.

        Raises:
            OutputError: the disk or the rights do not allow it.
        """
        noted = record.model_copy(update={"written_at": time.time()})
        try:
            self._run.mkdir(mode=0o700, parents=True, exist_ok=True)
            write_whole(self._record, noted.model_dump_json(indent=1) + "\n")
        except OSError as error:
            raise OutputError(f"{self._record}: cannot be written ({error.strerror}); make room, then go on") from error

    def stop(self, reason: str, *, ended: bool) -> None:
        """Note why the run stopped; with `ended` there is nothing to go on with."""
        if ended:
            self.remove(answers=False)
            return
        with suppress(OutputError):  # what stopped the run may be that nothing can be written
            if record := self.record:
                self.write(record.model_copy(update={"stopped": " ".join(reason.split())[:500]}))

    def accept(self, record: RunRecord) -> None:
        """Note what the design was made of that stands in the output folder now.

        Raises:
            OutputError: the disk or the rights do not allow it.
        """
        try:
            if record.is_mixed:
                self._accepted.unlink(missing_ok=True)  # of no input can it be said that this is its design
            else:
                write_whole(self._accepted, record.model_dump_json(indent=1) + "\n")
        except OSError as error:
            raise OutputError(f"{self._accepted}: cannot be written ({error.strerror}); make room") from error

    @property
    def accepted(self) -> RunRecord | None:
        """The run whose design stands in the output folder; None when that is not known."""
        try:
            return RunRecord.model_validate_json(self._accepted.read_text())
        except (OSError, ValidationError):
            return None

    def answers(self, place: str) -> KeptAnswers:
        """Return the answers to what a node asks in a round."""
        self._answers.mkdir(mode=0o700, parents=True, exist_ok=True)
        return KeptAnswers(self._answers, place)

    @property
    def values(self) -> ValueFolder:
        """What is too large for the state that is shown."""
        return ValueFolder(self.output, f"{STATE_FOLDER}/run/values")

    def saver(self, dsn: str | None) -> AbstractContextManager[BaseCheckpointSaver[str]]:
        """Return what saves checkpoints: into the state folder, or with `dsn` into PostgreSQL."""
        self._run.mkdir(mode=0o700, parents=True, exist_ok=True)
        return postgres_saver(dsn) if dsn else sqlite_saver(self._run)

    def remove(self, *, answers: bool = True) -> None:
        """Forget the run; at no moment is half of it there."""
        self._sweep()
        gone = (self._run, self._answers) if answers else (self._run,)
        for folder in gone:
            if folder.exists():
                folder.rename(Path(tempfile.mkdtemp(prefix=_REMOVED, dir=self._state)) / folder.name)
        self._sweep()

    def _sweep(self) -> None:
        for folder in self._state.glob(f"{_REMOVED}*"):
            shutil.rmtree(folder, ignore_errors=True)

    @contextmanager
    def beating(self) -> Iterator[None]:
        """Give a sign of life again and again: a call of a model may take minutes, and they count."""
        ended = threading.Event()

        def beat() -> None:
            while not ended.wait(BEAT_SECONDS):
                with suppress(OSError):  # the record is being removed
                    os.utime(self._record)

        thread = threading.Thread(target=beat, name="sign-of-life", daemon=True)
        thread.start()
        try:
            yield
        finally:
            ended.set()
            thread.join()


def find_runs(root: Path) -> Iterator[RunState]:
    """Find the runs that are not over in this folder and below it, in the order of their paths."""
    for parent, folders, _ in os.walk(root):
        depth = len(Path(parent).relative_to(root).parts)
        if STATE_FOLDER in folders and (state := RunState(Path(parent))).exists:
            yield state
        folders[:] = sorted(name for name in folders if depth < _DEPTH and name[0] != "." and name not in _SKIPPED)


@cache
def program_version() -> str:
    """Return the version of this program, with a hash of its files: a checkout changes without a release."""
    digest = hashlib.sha256()
    for package in ("agent", "graph", "prompts", "tools"):
        root = Path(str(resources.files(f"database_specialist.{package}")))
        for file in sorted(root.rglob("*")):
            if file.suffix in {".py", ".md", ".toml", ".json", ".sql"}:
                digest.update(file.relative_to(root).as_posix().encode() + b"\0" + file.read_bytes())
    return f"{version('database-specialist')}+{digest.hexdigest()[:8]}"
