"""A small project, a chat model on this machine that designs it, and what becomes of a run that is killed."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from database_specialist.tools.output import is_sealed
from tests.durable.driver import Job
from tests.recorded.standin import Json, StandIn, completion, serving

KEY = "sk-canary-of-the-users-key"
SECRET = "canary-of-a-password"
REQUIREMENTS = """# Guest book

All data is in one {engine} database.

- R1: A guest has a name, which is unique, and the date of the first visit.
- R2: The receptionist looks a guest up by name, 40 times a day.

There are 200 guests now, and 3 new ones a day.
"""
STEPS = (
    ("research",),
    ("context7", "perplexity"),
    ("read_requirements",),
    ("model_entities",),
    ("plan_schema",),
    ("review_schema", "write_workload"),
    ("plan_indexes",),
    ("plan_operations",),
    ("verify", "review_operations", "criticise"),
    ("critic",),
    ("write_document",),
)
"""The nodes of an accepted run, those of one time together."""
NODES = tuple(node for step in STEPS for node in step)
_MEASUREMENTS = "measurements.md"
KEPT = {".gitignore", "lock", "written.json", "accepted.json", "writing.lock"}
"""What a finished run keeps in the state folder."""


class Changeable:
    """A designer who sees one entity, at first wrongly, and who never says the same thing twice in the same words.

    So a question that is asked again shows in the design.
    """

    def __init__(self) -> None:
        self.times: Counter[str] = Counter()

    def __call__(self, body: Json) -> Json:
        request = json.dumps(body, sort_keys=True)
        self.times[request] += 1
        name = body["response_format"]["json_schema"]["name"]
        repaired = len(body["messages"]) > 2
        entity = {
            "name": "guest",
            "plural": "guests",
            "description": f"A person who came; wording {self.times[request]}.",
            "facts": ["F2"],
            "attributes": ["name: short_text, unique -- What the guest is called.", "first_visit_on: date"],
        }
        query = {"name": "guest by name", "sql": "SELECT id, first_visit_on FROM guests WHERE name = :name"}
        said: dict[str, object] = {
            "EntitiesAnswer": {"entities": [entity] if repaired else "guests"},
            "WorkloadAnswer": {"queries": [{**query, "per_day": 40, "facts": ["F3"]}]},
        }
        return completion(json.dumps(said.get(name, {})))


class Driver:
    """The process that the runs are forked off."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.durable.driver"],
            cwd=Path(__file__).parents[2],
            env=os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
            text=True,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )

    def do(self, job: Job, kill_after: float | None) -> int:
        """Do a job; kill it when it takes longer. Return the exit code."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(vars(job)) + "\n")
        self._process.stdin.flush()
        pid = int(self._process.stdout.readline())
        timer = threading.Timer(kill_after or 120.0, os.kill, (pid, signal.SIGKILL))
        timer.start()
        code = int(self._process.stdout.readline())
        timer.cancel()
        return code

    def close(self) -> None:
        """End it."""
        self._process.communicate(timeout=10)


@dataclass
class Project:
    """A folder with the documents, and how the command line is run on it."""

    driver: Driver
    root: Path
    stand_in: StandIn
    temporary: Path
    engine: str = "PostgreSQL"
    arguments: tuple[str, ...] = ()
    variables: dict[str, str] = field(default_factory=dict)
    log: Path = field(init=False)

    def __post_init__(self) -> None:
        self.log = self.root / "nodes.log"
        self.folder.mkdir(parents=True)
        (self.folder / "requirements.md").write_text(REQUIREMENTS.format(engine=self.engine))

    @property
    def folder(self) -> Path:
        """The documents' folder, which receives the design."""
        return self.root / "ai_docs"

    def run(self, point: str = "none", *more: str, kill_after: float | None = None) -> tuple[int, str]:
        """Run to the end, to the point, or for some seconds; return the exit code and what was said."""
        command = ["design", str(self.folder), "--model", "m", "--base-url", self.stand_in.url]
        return self.command(*command, *self.arguments, *more, point=point, kill_after=kill_after)

    def command(self, *arguments: str, point: str = "none", kill_after: float | None = None) -> tuple[int, str]:
        """Run any command of the command line."""
        said = self.root / "said"
        job = Job(point, str(self.log), str(said), list(arguments), self._environment())
        return self.driver.do(job, kill_after), said.read_text()

    def _environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("DATABASE_SPECIALIST_")}
        return kept | {
            "TMPDIR": str(self.temporary),
            "RESEARCH": "off",
            "DATABASE_SPECIALIST_DEPTH": "quick",
            "OPENAI_API_KEY": KEY,
            "CONTEXT7_API_KEY": SECRET,
            "PERPLEXITY_API_KEY": SECRET,
            "DATABASE_SPECIALIST_MYSQL_DSN": f"mysql://user:{SECRET}@203.0.113.1:3306/",
            **self.variables,
        }

    def files(self) -> dict[str, bytes]:
        """Return what stands in the folder, but what is measured anew by each run."""
        found = (file for file in self.folder.rglob("*") if file.is_file() and ".database-specialist" not in file.parts)
        return {
            file.relative_to(self.folder).as_posix(): file.read_bytes() for file in found if file.name != _MEASUREMENTS
        }

    def state(self) -> Path:
        """Return the state folder."""
        return self.folder / ".database-specialist"

    def begun(self) -> Counter[str]:
        """Return how often each node was begun."""
        lines = self.log.read_text().splitlines() if self.log.exists() else []
        return Counter(line.removeprefix("begin ") for line in lines if line.startswith("begin "))

    def answers_of(self) -> Counter[str]:
        """Return how often each request was answered."""
        return Counter(json.dumps(body, sort_keys=True) for body in self.stand_in.asked)

    def require_nothing_torn(self) -> None:
        """Each file that has its name is whole."""
        for name, content in self.files().items():
            if name.endswith(".json"):
                json.loads(content)
            elif name not in {"requirements.md", "architecture.md"}:
                assert is_sealed(content.decode()), name

    def require_no_secret(self) -> None:
        """No key and no password is in any file of the run."""
        for file in self.root.rglob("*"):
            content = file.read_bytes() if file.is_file() else b""
            assert KEY.encode() not in content, file
            assert SECRET.encode() not in content, file

    def require_no_server(self, *, seconds: float = 15.0) -> float:
        """No PostgreSQL of this project is left, and no keeper of one; return how long it took."""
        began = time.monotonic()
        while (left := self._servers()) and time.monotonic() < began + seconds:
            time.sleep(0.05)
        assert left == []
        return time.monotonic() - began

    def _servers(self) -> list[str]:
        listed = subprocess.run(["ps", "-eo", "pid=,args="], capture_output=True, text=True, check=True).stdout
        return [line for line in listed.splitlines() if f"{self.temporary}/" in line]


@contextmanager
def project(driver: Driver, root: Path, *, engine: str = "PostgreSQL", **variables: str) -> Iterator[Project]:
    """Make the project, with a chat model that serves it alone."""
    # A socket's address is short, and the server's user must be able to go there.
    temporary = Path(tempfile.mkdtemp(prefix="dur", dir="/tmp"))
    temporary.chmod(0o755)
    try:
        with serving(Changeable()) as stand_in:
            yield Project(driver, root, stand_in, temporary, engine, variables=variables)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


@dataclass(frozen=True)
class Whole:
    """What a run comes to that nobody cut off."""

    files: dict[str, bytes]
    answers: int
    seconds: float


def whole(driver: Driver, root: Path, *, engine: str = "PostgreSQL") -> Whole:
    """Run a project to its end."""
    began = time.monotonic()
    with project(driver, root, engine=engine) as uncut:
        code, said = uncut.run()
        assert code == 0, said
        return Whole(uncut.files(), len(uncut.stand_in.asked), time.monotonic() - began)


@dataclass(frozen=True)
class Promised:
    """What became of a killed run that was run again; all else is asserted."""

    nodes_again: tuple[str, ...]
    answers_again: int
    left_seconds: float
    """How long a PostgreSQL outlived the kill."""


def killed_and_resumed(cut: Project, point: str, uncut: Whole) -> Promised:
    """Kill a run at a point, run the same command again, and require what is promised."""
    code, said = cut.run(point)
    assert code == -signal.SIGKILL, f"{point} was not reached: {code} {said}"
    return require_promises(cut, uncut)


def require_promises(cut: Project, uncut: Whole) -> Promised:
    """Run a killed run again: nothing torn, nothing paid twice, at most what was in flight done again, same bytes.

    An answer that was on its way when the run was killed is asked again: nobody here can know that it was given.
    """
    on_its_way = len(cut.stand_in.asked) - sum(1 for _ in (cut.state() / "answers").glob("*.json"))
    assert on_its_way <= 2, "an answer that came was not kept"
    cut.require_nothing_torn()
    cut.require_no_secret()
    before = cut.begun()
    left_seconds = cut.require_no_server()
    code, said = cut.run()
    assert code == 0, said
    asked_again = sum(times - 1 for times in cut.answers_of().values())
    assert asked_again <= on_its_way, "an answer was paid twice"
    if not asked_again:
        assert cut.files() == uncut.files, "the result is not the uncut run's"
    assert len(cut.stand_in.asked) == uncut.answers + asked_again
    nodes_again = _done_again(before, cut.begun())
    left = {path.name for path in cut.state().iterdir()} - KEPT
    assert left == set(), "a finished run leaves nothing"
    cut.require_no_server()
    return Promised(nodes_again, asked_again, left_seconds)


def _done_again(before: Counter[str], after: Counter[str]) -> tuple[str, ...]:
    assert all(times <= 2 for times in after.values())
    again = tuple(node for node in NODES if after[node] > 1)
    last = next((step for step in reversed(STEPS) if any(before[node] for node in step)), ())
    assert set(again) <= set(last), "a node was done again that had been finished"
    return again
