"""Record runs anew: `make record`, `make record RUN=claims`; FRESH=1 asks everything again, AGAIN=WorkloadAnswer only
what is answered in that type.

Environment: OPENAI_API_KEY and DATABASE_SPECIALIST_MODEL; OPENAI_BASE_URL for another endpoint than OpenAI's,
DATABASE_SPECIALIST_CALL_SECONDS for a slow one; CONTEXT7_API_KEY and PERPLEXITY_API_KEY for the runs with research.
WRITTEN_RESEARCH=1 takes the research answers of tests/data/research instead, and says so on the cassette.

Answers cost money: a question that is already on the cassette is not asked again, unless FRESH=1. An answer is kept as
soon as it is there (in build/recordings/), so that a run that died goes on with the same command. The old cassette is
replaced when the new run was accepted and its replay gave the same bytes; not before.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext, suppress
from pathlib import Path

import pytest

from database_specialist.agent.app import Outcome, Progress
from database_specialist.agent.errors import ConfigError, SpecialistError
from tests.recorded.calls import record_calls
from tests.recorded.recording import CANONICAL, Live, Recording, Unrecorded, described, playing
from tests.recorded.runs import RUNS, Run, commit, perform, without_keys, written
from tests.tools.research_server import research_server

CALLS = "calls"
_KEYS = ("OPENAI_API_KEY", "CONTEXT7_API_KEY", "PERPLEXITY_API_KEY")
# Published addresses that may be found elsewhere while recording: a proxy, or a local stand-in.
_ROUTES = {"CONTEXT7_API_URL": "https://context7.com/api", "PERPLEXITY_BASE_URL": "https://api.perplexity.ai"}


class NotKept(Exception):
    """A recording that was made and is not worth keeping; the message is one line that says why."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Record, and return the exit code: 0 recorded, 1 not accepted, 2 a setting is missing."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("runs", nargs="*", metavar="RUN", help=f"any of {', '.join([*RUNS, CALLS])}; all when none")
    parser.add_argument("--fresh", action="store_true", help="ask everything again")
    parser.add_argument("--again", action="append", default=[], metavar="TYPE", help="ask for this answer again")
    parser.add_argument("--written-research", action="store_true", help="take tests/data/research for the services")
    options = parser.parse_args(arguments)
    try:
        for name in _known(options.runs or [*RUNS, CALLS]):
            with _written_research() if options.written_research else nullcontext():
                _record(name, fresh=options.fresh, again=options.again)
    except ConfigError as error:
        print(f"record: {error}", file=sys.stderr)
        return 2
    except NotKept as error:
        print(
            f"record: {error}; the cassette is as it was, the next try goes on from these answers (FRESH=1: asks anew)",
            file=sys.stderr,
        )
        return 1
    except SpecialistError as error:
        print(f"record: {error}; what was answered is kept, the same command goes on from there", file=sys.stderr)
        return 1
    return 0


def _known(names: Sequence[str]) -> Sequence[str]:
    for name in names:
        if name not in {*RUNS, CALLS}:
            raise ConfigError(f"RUN={name}: no such run; there are {', '.join([*RUNS, CALLS])}")
    return names


def _record(name: str, *, fresh: bool, again: Sequence[str]) -> None:
    if name == CALLS:
        record_calls()
        print("calls: written")
    else:
        record(RUNS[name], live_from(RUNS[name], os.environ), fresh=fresh, again=again)


@contextmanager
def _written_research() -> Iterator[None]:
    with research_server() as address, pytest.MonkeyPatch.context() as environment:
        for name in _KEYS[1:]:
            environment.setenv(name, "written")
        for name in _ROUTES:
            environment.setenv(name, address)
        yield


def live_from(run: Run, environment: Mapping[str, str]) -> Live:
    """Return the services that the environment names.

    Raises:
        ConfigError: a key or the model is missing.
    """
    needed = ["OPENAI_API_KEY", "DATABASE_SPECIALIST_MODEL", *(_KEYS[1:] if run.research else ())]
    missing = [name for name in needed if not environment.get(name)]
    if missing:
        raise ConfigError(f"{run.name} cannot be recorded: set {', '.join(missing)}")
    return Live(
        endpoint=environment.get("OPENAI_BASE_URL") or CANONICAL,
        model=environment["DATABASE_SPECIALIST_MODEL"],
        routes={published: environment[name] for name, published in _ROUTES.items() if environment.get(name)},
        keys=tuple(environment[name] for name in _KEYS if environment.get(name)),
    )


def record(run: Run, live: Live, *, fresh: bool, again: Sequence[str] = ()) -> None:
    """Make one run, and put its cassette and its documents in place of the old ones.

    What was answered before is not asked again, unless `fresh`, or the question's answer is of a type named in `again`.

    Raises:
        NotKept: it was not accepted, or its replay differs.
        SpecialistError: it broke off; what was answered is kept.
    """
    partial, candidate = run.unfinished / f"{run.name}.partial.yaml", run.unfinished / f"{run.name}.yaml"
    if fresh:
        partial.unlink(missing_ok=True)
    known = run.cassette if not partial.exists() and not fresh else partial
    with playing(known, live=live, partial=partial) as recording:
        _label(recording, run, live)
        recording.forget(again)
        files = _accepted(run, _emptied(run.unfinished / run.name), recording)
        recording.write(candidate)
    require_same(run, candidate, files, _emptied(run.unfinished / f"{run.name}-replay"))
    run.cassette.parent.mkdir(parents=True, exist_ok=True)
    candidate.replace(run.cassette)
    partial.unlink(missing_ok=True)
    commit(run, files)
    asked = len(recording.interactions) - recording.reused
    print(f"{run.name}: recorded, {asked} exchanges asked anew, {recording.reused} kept from before")


def _label(recording: Recording, run: Run, live: Live) -> None:
    """Say on the cassette where its answers come from."""
    where = "OpenAI's endpoint" if live.endpoint == CANONICAL else "another OpenAI-compatible endpoint"
    recording.get_metadata("answers", f"of a chat model behind {where}")
    if run.research:
        written = "written by hand to the services' published schemas" if live.routes else "of the services"
        recording.get_metadata("research", written)


def _emptied(folder: Path) -> Path:
    shutil.rmtree(folder, ignore_errors=True)
    return folder


def _accepted(run: Run, scratch: Path, recording: Recording) -> dict[str, bytes]:
    seconds = float(os.environ.get("DATABASE_SPECIALIST_CALL_SECONDS") or 300)
    outcome = perform(run, scratch, recording, call_seconds=seconds, progress=_tell(run))
    _require_accepted(run, outcome, scratch)
    return written(scratch, run, outcome)


def _require_accepted(run: Run, outcome: Outcome, scratch: Path) -> None:
    if outcome.status != "accepted" or outcome.evidence.failed:
        found = (f"{finding.code} {finding.place}: {finding.message}" for finding in outcome.objections[:3])
        said = outcome.reason or "; ".join(found) or f"{len(outcome.evidence.failed)} checks failed"
        raise NotKept(f"{run.name} ended as {outcome.status} ({said}); see {scratch}")


def require_same(run: Run, cassette: Path, files: Mapping[str, bytes], scratch: Path) -> None:
    """Replay what was recorded: a cassette that does not give the same bytes is of no use.

    Raises:
        NotKept: the replay asks or writes something else.
    """
    again: Mapping[str, bytes] = {}
    with playing(cassette) as recording, without_keys(), suppress(Unrecorded):
        again = written(scratch, run, perform(run, scratch, recording))
    if recording.missed:
        raise NotKept(f"{run.name}: a replay asks something else: {recording.missed[0]}")
    if recording.left:
        raise NotKept(f"{run.name}: a replay does not ask {described(recording.left)}")
    differing = [name for name in sorted({*files, *again}) if files.get(name) != again.get(name)]
    if differing:
        raise NotKept(
            f"{run.name}: a replay gives other bytes in {', '.join(differing)}; compare {scratch.parent / run.name} "
            f"with {scratch}"
        )


def _tell(run: Run) -> Progress:
    def tell(node: str, doing: str, seconds: float) -> None:
        print(f"{run.name} {seconds:8.1f} s  {node}: {doing}", flush=True)

    return tell


if __name__ == "__main__":
    sys.exit(main())
