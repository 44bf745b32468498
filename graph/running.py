"""Running the graph so that it can be cut off: each finished node is saved, and the same run goes on from there."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.base import BaseCheckpointSaver
from langgraph.types import Command, StreamMode

from database_specialist.agent.config import Context
from database_specialist.agent.errors import ChangedError, ConfigError, DocumentError, SpecialistError
from database_specialist.agent.progress import Progress
from database_specialist.agent.running import AfterCut, RunRecord, changes, hashes
from database_specialist.graph.build import graph
from database_specialist.graph.references import whole
from database_specialist.graph.services import keeping
from database_specialist.graph.state import Input
from database_specialist.tools.checkpoints import DSN, postgres_saver
from database_specialist.tools.documents import read_folder
from database_specialist.tools.existing import hash_of
from database_specialist.tools.output import OutputFolder
from database_specialist.tools.runs import RunState, program_version

Person = Callable[[dict[str, Any]], dict[str, Any]]
"""Answers the form of an interrupt."""

_MODES: list[StreamMode] = ["custom", "tasks"]


@dataclass
class Streamed:
    """A run as it was streamed."""

    values: dict[str, Any] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)
    """By node; what was worked before the run was cut off counts."""
    wall_seconds: float = 0.0


def described(folder: Path, context: Context, thread: str, *, has_dsn: bool) -> RunRecord:
    """Return the record of a run that is begun now.

    Raises:
        DocumentError: the documents cannot be read.
    """
    return RunRecord(
        thread=thread,
        run=uuid4().hex,
        folder=str(folder.resolve()),
        saver="postgresql" if has_dsn else "sqlite",
        started=datetime.now(UTC).isoformat(timespec="seconds"),
        program=program_version(),
        documents=hashes(read_folder(folder)) | hash_of(context.existing),
        settings=context.model_dump(mode="json"),
    )


@contextmanager
def taken_up(
    state: RunState, now: RunRecord, dsn: str | None, after_cut: AfterCut | None
) -> Iterator[tuple[RunRecord, BaseCheckpointSaver[str]]]:
    """Begin the run, or take up the one that was cut off; note why it stops when it can say so.

    Raises:
        ChangedError: what the cut run was given has changed, and `after_cut` is None.
        ConfigError: its checkpoints stand elsewhere.
    """
    cut = None if after_cut == "fresh" else state.record
    if cut is not None:
        _require_same(cut, now, after_cut)
        # The state names the folder: a project that was moved begins anew, and finds its answers.
        cut = cut if cut.folder == now.folder else None
    if cut is None:
        state.remove(answers=after_cut == "fresh")
    record = cut.resumed(state.last_sign, **_given(cut, now)) if cut else now
    state.write(record)
    with state.saver(dsn) as saver:
        if cut is None:
            saver.delete_thread(record.thread)
        try:
            yield record, saver
        except (SpecialistError, KeyboardInterrupt) as error:
            state.stop(str(error) or "stopped by the user", ended=isinstance(error, DocumentError))
            raise


def as_begun(state: RunState, record: RunRecord) -> tuple[Path, Context]:
    """Return the documents' folder and the settings that a run began with, also where the project was moved."""
    apart = record.settings.get("output") is not None
    folder = Path(record.folder) if apart else state.output
    return folder, Context.model_validate(record.settings | {"output": str(state.output) if apart else None})


def changed_since(state: RunState, record: RunRecord) -> tuple[str, ...]:
    """Say what of a run's input has changed since it began, its settings apart.

    Raises:
        DocumentError: the documents cannot be read.
    """
    folder, context = as_begun(state, record)
    now = described(folder, context, record.thread, has_dsn=record.saver == "postgresql")
    return changes(record, now.model_copy(update={"settings": record.settings}))


def finish(state: RunState, record: RunRecord, dsn: str | None, *, answers: bool) -> None:
    """Remove what a run needed in order to go on; with `answers`, those too."""
    state.remove(answers=answers)
    if dsn is not None:
        # Last: without a record nobody goes on with what a kill may leave there, and the next run removes it.
        with postgres_saver(dsn) as saver:
            saver.delete_thread(record.thread)


def forget(state: RunState, dsn: str | None) -> None:
    """Remove a run that nobody works on.

    Raises:
        ConfigError: its checkpoints are in PostgreSQL, and nobody says where.
        OutputError: it is at work.
    """
    with OutputFolder(state.output).lock():
        cut = state.readable
        if cut is None or cut.saver == "sqlite":
            state.remove()
        elif dsn is not None:
            finish(state, cut, dsn, answers=True)
        else:
            raise ConfigError(f"{state.output}: the checkpoints of this run are in PostgreSQL; set {DSN}")


def _given(cut: RunRecord, now: RunRecord) -> dict[str, object]:
    given = {"folder": now.folder, "documents": now.documents, "settings": now.settings, "program": now.program}
    return {**given, "is_mixed": cut.is_mixed or bool(changes(cut, now))}


def _require_same(cut: RunRecord, now: RunRecord, after_cut: AfterCut | None) -> None:
    if cut.saver != now.saver:
        setting = f"set {DSN}" if cut.saver == "postgresql" else f"unset {DSN}"
        raise ConfigError(
            f"{now.folder}: a run that was cut off has its checkpoints elsewhere; {setting}, or use --fresh"
        )
    changed = changes(cut, now)
    if changed and after_cut is None:
        raise ChangedError(
            f"{now.folder}: a run that began at {cut.started} was cut off {cut.stands}, and since then "
            f"{', '.join(changed)}; --resume goes on with it all the same, --fresh starts anew"
        )


def run_graph(
    record: RunRecord,
    state: RunState,
    saver: BaseCheckpointSaver[str],
    context: Context,
    progress: Progress,
    person: Person | None = None,
) -> Streamed:
    """Begin the run, or go on with it when it has a checkpoint; return its last values and the times.

    Whether nodes are left is not asked: a run that is killed between two writes of a checkpoint looks finished.

    Raises:
        ConfigError: a person is asked, and there is none.
    """
    durable = graph.copy({"checkpointer": saver})
    config: RunnableConfig = {"configurable": {"thread_id": record.thread}}
    # As plain JSON: a checkpoint with an object of ours in it could not be read for ever.
    given: Any = None if saver.get_tuple(config) else Input(folder=record.folder).model_dump()
    journal = _Journal(record, state)
    with keeping(state.answers, state.values), state.beating():
        while True:
            parts = durable.stream(given, config, context=context, stream_mode=_MODES, version="v2", durability="sync")
            journal.follow(parts, progress)
            now = durable.get_state(config)
            if not now.interrupts:
                return Streamed(
                    whole(dict(now.values), lambda: state.values), journal.record.seconds, journal.wall_seconds
                )
            given = Command(resume=_answer(record, person, now.interrupts[0].value))


def _answer(record: RunRecord, person: Person | None, form: Any) -> Any:
    if person is None:
        raise ConfigError(
            f"{record.folder}: the design waits for a person's word; "
            "give it in a terminal with database-specialist design and the same settings"
        )
    return person(form)


class _Journal:
    """Keeps the record of the run on the disk as nodes begin and end."""

    def __init__(self, record: RunRecord, state: RunState) -> None:
        self.record = record
        self._state = state
        self._before = record.wall_seconds
        self._began = time.monotonic()

    @property
    def wall_seconds(self) -> float:
        return self._before + time.monotonic() - self._began

    def follow(self, parts: Iterable[Any], progress: Progress) -> None:
        """Note what is streamed, and pass on what the nodes say."""
        for part in parts:
            if part["type"] == "custom":
                progress(part["data"]["node"], part["data"]["doing"], self.wall_seconds)
            elif part["type"] == "tasks":
                self.note(part["data"]["id"], part["data"]["name"])

    def note(self, task: str, node: str) -> None:
        """Note that a task begins or, when it is noted a second time, that it has ended."""
        now, under_way = self.wall_seconds, dict(self.record.under_way)
        changed: dict[str, Any] = {"under_way": under_way, "wall_seconds": now}
        if task in under_way:
            taken = now - under_way.pop(task)[1]
            changed["nodes"] = (*self.record.nodes, node)
            changed["seconds"] = {**self.record.seconds, node: self.record.seconds.get(node, 0.0) + taken}
        else:
            under_way[task] = node, now
        self.record = self.record.model_copy(update=changed)
        self._state.write(self.record)
