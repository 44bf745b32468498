"""The product as a library."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from database_specialist.agent.accounting import Price, cost_in_words
from database_specialist.agent.answers.question import Usage
from database_specialist.agent.checking import CheckReport, check_statements
from database_specialist.agent.config import Context, Secrets, environment, is_database, secrets_from
from database_specialist.agent.contract import FAILED, DatabaseDesign, Status
from database_specialist.agent.errors import DocumentError, SandboxError
from database_specialist.agent.model.base import Engine
from database_specialist.agent.model.evidence import EvidenceLog, Finding, Measurement, Verdict
from database_specialist.agent.model.relational import Schema
from database_specialist.agent.model.workload import Indexes
from database_specialist.agent.progress import Progress
from database_specialist.agent.report.files import MEASUREMENTS, render_measurements
from database_specialist.agent.run_log import in_run, run_log
from database_specialist.agent.running import AfterCut, RunRecord, changes
from database_specialist.agent.script import guess_engine, sql_statements
from database_specialist.agent.verification.sandbox import Database
from database_specialist.graph.running import Person, Streamed, described, finish, run_graph, taken_up
from database_specialist.graph.services import default_services, trusting
from database_specialist.tools.catalog_schema import schema_from_catalog
from database_specialist.tools.documents import read_file, require_folder
from database_specialist.tools.output import DOCUMENT, OutputFolder
from database_specialist.tools.prices import read_prices
from database_specialist.tools.runs import RunState

_LOG = run_log(__name__)
_NO_SECRETS = Secrets()
_NO_SCHEMA = {"engine": "postgresql", "engine_version": "", "tables": []}


@dataclass(frozen=True)
class Outcome:
    """What a run came to."""

    status: Status
    reason: str
    """Why there is no design, when the chat model failed for good; else empty. What a run had not come to by then is
    empty below."""
    document: Path | None
    """The document, or None when the design was not accepted."""
    document_sha256: str
    files: tuple[str, ...]
    edited: tuple[str, ...]
    """Files that a person had changed; the new version stands beside each as `.new`."""
    schema: Schema
    indexes: Indexes
    evidence: EvidenceLog
    verdict: Verdict
    seconds: dict[str, float]
    """Wall time by node; nodes that run at the same time each have their own."""
    wall_seconds: float
    usage: tuple[Usage, ...]
    """Every call of a chat model, in order; empty for the rules designer."""
    price: str
    """What the calls cost, in words: "0.3120 USD (...)"."""
    result: DatabaseDesign
    """What the graph gives to its callers."""

    @property
    def has_failed(self) -> bool:
        """Whether the chat model failed for good, so that there is no design and nothing was written."""
        return self.status in FAILED

    @property
    def objections(self) -> tuple[Finding, ...]:
        """The findings that stand against acceptance."""
        return tuple(finding for finding in self.verdict.findings if finding.severity == "error")


def design(
    folder: Path,
    context: Context,
    *,
    secrets: Secrets = _NO_SECRETS,
    progress: Progress | None = None,
    after_cut: AfterCut | None = None,
    person: Person | None = None,
) -> Outcome:
    """Design the database of the project whose documents are in `folder`, and write it there when accepted.

    A run that was cut off goes on after its last finished node. `after_cut` says what to do about one: None goes on
    with it only when its input is still the same. `person` is asked where the settings want approval; without one
    the run waits there, and goes on when it is called with one. `secrets` go before those of the environment.

    Raises:
        ChangedError: a run was cut off, its input has changed since, and `after_cut` is None.
        SpecialistError: the input, a setting, the sandbox or the output folder cannot be used.
    """
    require_folder(folder)
    target = Path(context.output) if context.output else folder
    output, state = OutputFolder(target), RunState(target)
    dsn = secrets.over(secrets_from(environment())).state_dsn
    tell = progress or (lambda node, doing, elapsed: None)
    with output.lock(), trusting(secrets):
        now = described(folder, context, state.thread(), has_dsn=dsn is not None)
        with taken_up(state, now, dsn, after_cut) as (record, saver), in_run(record.run), _logged(record) as ended:
            if record.sessions > 1 or state.answered:
                tell("resumed", f"{record.stands}; {state.answered} answers kept", record.wall_seconds)
            run = run_graph(record, state, saver, context, tell, person)
            if run.values["status"] == "input_error":
                raise DocumentError(run.values["reason"])
            outcome = _outcome(run, target, read_prices(Path(context.prices) if context.prices else None))
            if not outcome.has_failed:
                output.amend(MEASUREMENTS, _measurements(run, outcome))
            ended(outcome)
        if outcome.status == "accepted":
            state.accept(record)
        finish(state, record, dsn, answers=not outcome.has_failed)
    return outcome


@contextmanager
def _logged(record: RunRecord) -> Iterator[Callable[[Outcome], None]]:
    """Log when a run begins and how it ends."""

    def ended(outcome: Outcome) -> None:
        _LOG.info("run ended", fields={"status": outcome.status, "seconds": round(outcome.wall_seconds, 3)})

    fields = {"folder": record.folder, "model": record.settings.get("model") or "rules", "session": record.sessions}
    _LOG.info("run began" if record.sessions == 1 else "run goes on", fields=fields)
    try:
        yield ended
    except BaseException as error:
        _LOG.error("run stopped", fields={"error": type(error).__name__})
        raise


def is_up_to_date(folder: Path, context: Context) -> bool:
    """Whether the folder holds the accepted design of just these documents, by these settings and this program.

    What a person edited in it since does not matter; a run that was cut off does. A design from the catalog of a
    database is never up to date: nobody has asked what the database holds now.

    Raises:
        DocumentError: the documents cannot be read.
    """
    if context.existing and is_database(context.existing):
        return False
    target = Path(context.output) if context.output else folder
    state = RunState(target)
    made = state.accepted
    if made is None or state.exists or not (target / DOCUMENT).is_file():
        return False
    return not changes(made, described(folder, context, made.thread, has_dsn=False))


def _measurements(run: Streamed, outcome: Outcome) -> str:
    # Only now is it known how long each node took.
    measured = (Measurement.load(each) for each in run.values["measurements"])
    return render_measurements(
        measured, outcome.seconds, outcome.usage, outcome.price, wall_seconds=outcome.wall_seconds
    )


def _outcome(run: Streamed, target: Path, prices: Sequence[Price]) -> Outcome:
    values = run.values
    usage = tuple(Usage.load(each) for each in values["usage"])
    return Outcome(
        status=values["status"],
        reason=values["reason"],
        document=target / values["document_path"] if values["document_path"] else None,
        document_sha256=values["document_sha256"],
        files=tuple(values["files"]),
        edited=tuple(values["edited"]),
        schema=Schema.load(values.get("relational_schema") or _NO_SCHEMA),
        indexes=Indexes.load(values.get("indexes") or {"planned": []}),
        evidence=EvidenceLog.load(values.get("evidence") or {"records": []}),
        verdict=Verdict.load(values.get("verdict") or {"accepted": False, "round": 0}),
        seconds=run.seconds,
        wall_seconds=run.wall_seconds,
        usage=usage,
        price=cost_in_words(usage, prices),
        result=DatabaseDesign.load(values["database_design"]),
    )


def check(file: Path, context: Context, *, secrets: Secrets = _NO_SECRETS) -> CheckReport:
    """Run the SQL of a document or a script on an empty database, and report its faults.

    Raises:
        SpecialistError: the file cannot be read or holds no SQL, or there is no sandbox.
    """
    text = read_file(file)
    engine = context.engine or guess_engine(text)
    statements = sql_statements(text, engine, markdown=file.suffix.lower() in {".md", ".markdown", ".mdx"})
    if not statements:
        raise DocumentError(f"{file}: no SQL in it; give an SQL file or a Markdown file with ```sql blocks")
    with trusting(secrets), default_services(context).sandbox(engine) as sandbox:
        if sandbox.status == "STATIC":
            raise SandboxError(f"{sandbox.note}; give a server with --mysql-dsn")
        read_back = partial(_read_back, engine=engine)
        return check_statements(str(file), statements, sandbox, read_back=read_back)


def _read_back(database: Database, *, engine: Engine) -> tuple[Schema, Indexes]:
    return schema_from_catalog(database.catalog(), engine=engine)
