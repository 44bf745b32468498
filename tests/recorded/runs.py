"""The whole runs that are recorded, and how each is made the same again."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import pytest

from database_specialist.agent.app import Outcome, Progress, design
from database_specialist.agent.config import Context
from database_specialist.graph.services import Services, default_services, using
from database_specialist.tools.research import Cached
from tests.recorded.recording import CANONICAL, RECORDED_MODEL, Recording

ROOT = Path(__file__).parents[2]
CASSETTES = ROOT / "cassettes"
COMMITTED = ROOT / "tests" / "data" / "recorded"
_PROJECTS = ROOT / "tests" / "data" / "projects"
_MEASUREMENTS = "database/measurements.md"
_COMMITTED_WHOLE = ("database-design.md", "database-design.json")
"""The other files are printed from the same design: their hashes are committed."""
HASHES = "files.sha256.json"


@dataclass(frozen=True)
class Run:
    """A project that a language model designed."""

    name: str
    documents: Path
    research: bool = False
    cassettes: Path = CASSETTES
    kept: Path = COMMITTED
    unfinished: Path = ROOT / "build" / "recordings"
    """Where recordings stay that broke off, with the drafts of what was not accepted."""

    @property
    def cassette(self) -> Path:
        """Where the exchanges of the run are kept."""
        return self.cassettes / "test_recorded_runs" / f"{self.test}.yaml"

    @property
    def folder(self) -> Path:
        """Where the files are kept that a replay is compared with."""
        return self.kept / self.name

    @property
    def test(self) -> str:
        """The test that replays it."""
        return f"test_the_recorded_run_of_{self.name}_is_replayed"


RUNS: dict[str, Run] = {
    run.name: run
    for run in (
        Run("sample", ROOT / "ai_docs", research=True),
        Run("claims", _PROJECTS / "claims" / "ai_docs"),
        Run("ringing", _PROJECTS / "ringing" / "ai_docs"),
        Run("donors", _PROJECTS / "donors" / "ai_docs"),
    )
}


def perform(
    run: Run, scratch: Path, recording: Recording, *, call_seconds: float = 300.0, progress: Progress | None = None
) -> Outcome:
    """Design as the recorded run did: same model name, same day, no cache, nothing of this machine's settings."""
    folder = scratch / run.name / "ai_docs"  # a project without a title is named after its folder
    shutil.copytree(run.documents, folder, ignore=shutil.ignore_patterns("database*", ".database-specialist"))
    context = Context(
        model=RECORDED_MODEL,
        base_url=CANONICAL,
        call_seconds=call_seconds,
        research="auto" if run.research else "off",
    )
    with pytest.MonkeyPatch.context() as environment, using(partial(_services, cache=scratch, day=recording.day)):
        environment.setenv("LANGSMITH_TRACING", "false")  # traces would be recorded too
        environment.setenv("DATABASE_SPECIALIST_REDIS_URL", "off")  # not every machine has one
        for name in ("CONTEXT7_API_URL", "PERPLEXITY_BASE_URL"):  # the published ones: `Live` goes elsewhere
            environment.delenv(name, raising=False)
        return design(folder, context, progress=progress)


def _services(context: Context, *, cache: Path, day: str) -> Services:
    """Wire the real tools; the research services start without a cache, on the recording's day."""
    noon = datetime.fromisoformat(f"{day}T12:00:00").replace(tzinfo=UTC).timestamp()
    services = default_services(context)
    asked = {
        name: replace(each, folder=cache, now=noon) if isinstance(each, Cached) else each
        for name, each in services.researchers.items()
    }
    return replace(services, researchers=asked)


@contextmanager
def without_keys() -> Iterator[None]:
    """Give the clients of a replay something that looks set, so that they ask, and nothing that is a key."""
    with pytest.MonkeyPatch.context() as environment:
        for name in ("OPENAI_API_KEY", "CONTEXT7_API_KEY", "PERPLEXITY_API_KEY"):
            environment.setenv(name, "replayed")
        for name in ("OPENAI_BASE_URL", "OPENAI_ORG_ID", "OPENAI_PROJECT_ID"):
            environment.delenv(name, raising=False)
        yield


def written(scratch: Path, run: Run, outcome: Outcome) -> dict[str, bytes]:
    """Return the files of a run that a second run gives again, by name."""
    folder = scratch / run.name / "ai_docs"
    return {name: (folder / name).read_bytes() for name in outcome.files if name != _MEASUREMENTS}


def commit(run: Run, files: Mapping[str, bytes]) -> None:
    """Write what a replay is compared with."""
    run.folder.mkdir(parents=True, exist_ok=True)
    for name in _COMMITTED_WHOLE:
        (run.folder / name).write_bytes(files[name])
    (run.folder / HASHES).write_text(json.dumps(hashes(files), indent=1) + "\n")


def hashes(files: Mapping[str, bytes]) -> dict[str, str]:
    """Return the SHA-256 of each file."""
    return {name: hashlib.sha256(files[name]).hexdigest() for name in sorted(files)}


def committed(run: Run) -> dict[str, str]:
    """Return the hashes of the run's files as they were recorded."""
    hashed: dict[str, str] = json.loads((run.folder / HASHES).read_text())
    return hashed
