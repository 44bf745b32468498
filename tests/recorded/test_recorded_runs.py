"""Whole runs in which a large language model made the judgements, replayed: no network, no key, the same bytes.

Written out, and not parametrized: a test's name is the name of its cassette.
"""

from __future__ import annotations

import difflib
from pathlib import Path

import pytest

from tests.recorded.recording import Recording
from tests.recorded.runs import RUNS, committed, hashes, perform, written

pytestmark = pytest.mark.block_network


def replay(name: str, scratch: Path, recording: Recording) -> None:
    """Design again from the cassette, and compare all that is written with what was written then."""
    run = RUNS[name]
    outcome = perform(run, scratch, recording)
    if recording.missed:
        return  # the fixture says what was asked; whatever came of it is of no interest
    assert outcome.status == "accepted", outcome.objections
    assert outcome.evidence.failed == ()
    files = written(scratch, run, outcome)
    before, now = (run.folder / "database-design.md").read_text(), files["database-design.md"].decode()
    differing = difflib.unified_diff(before.splitlines(), now.splitlines(), "as recorded", "now", lineterm="", n=1)
    shown = "\n".join(line[:200] for line in list(differing)[:40])
    assert not shown, f"the document is another; if that is meant: make record RUN={name}\n{shown}"
    assert hashes(files) == committed(run), f"if that is meant: make record RUN={name}"


@pytest.mark.vcr(run="sample")
def test_the_recorded_run_of_sample_is_replayed(tmp_path: Path, vcr: Recording) -> None:
    replay("sample", tmp_path, vcr)


@pytest.mark.vcr(run="claims")
def test_the_recorded_run_of_claims_is_replayed(tmp_path: Path, vcr: Recording) -> None:
    replay("claims", tmp_path, vcr)


@pytest.mark.vcr(run="ringing")
def test_the_recorded_run_of_ringing_is_replayed(tmp_path: Path, vcr: Recording) -> None:
    replay("ringing", tmp_path, vcr)


@pytest.mark.vcr(run="donors")
def test_the_recorded_run_of_donors_is_replayed(tmp_path: Path, vcr: Recording) -> None:
    replay("donors", tmp_path, vcr)
