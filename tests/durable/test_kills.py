"""A run that is killed at any moment goes on with the same command, and comes to what an uncut run comes to."""

from __future__ import annotations

import json
import random
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.durable.conftest import Make
from tests.durable.project import NODES, Driver, Project, Promised, Whole, killed_and_resumed, require_promises, whole

REPORT = Path(__file__).parents[2] / "build" / "kill-campaign.json"
_CALLS = (("send", ""), ("answer", ""), ("answer", ":done"))
WITHIN = (
    *(f"{what}:{number}{when}" for what, when in _CALLS for number in (1, 3, 5, 8)),
    *("put:1", "put:1:done", "put:6", "put:6:done", "writes:2", "writes:8:done", "part:1", "part:3"),
    *("record:1", "record:1:done", "record:20", "sync:2", "sync:30"),
    *("sandbox:1", "keeper:1", "keeper:1:done", "sandbox:1:done", "database:1", "database:5"),
    *("file:1", "file:1:done", "file:2", "file:4:done", "file:7", "amend:1", "amend:1:done"),
    *("remove:2", "sweep:3", "sweep:3:done"),
)
"""Inside nodes, and between them: model calls, checkpoints, the start of the sandbox, the document, the end."""


NAMED = (*(f"{when}:{node}" for node in NODES for when in ("before", "after")), *WITHIN)
QUICK = ("answer:3:done", "put:6", "keeper:1:done", "file:3")
RANDOM = 100


@pytest.mark.parametrize("point", QUICK)
def test_a_killed_run_goes_on_where_it_was(cut: Project, uncut: Whole, point: str) -> None:
    killed_and_resumed(cut, point, uncut)


def test_what_ended_beside_the_node_in_flight_is_not_done_again(cut: Project, uncut: Whole) -> None:
    assert killed_and_resumed(cut, "waiting:verify", uncut).nodes_again == ("verify",)


def test_a_run_that_is_killed_three_times_comes_to_the_same(cut: Project, uncut: Whole) -> None:
    for point in ("after:model_entities", "before:plan_indexes", "before:critic"):
        code, said = cut.run(point)
        assert code == -signal.SIGKILL, said
    assert cut.run()[0] == 0
    assert cut.files() == uncut.files
    assert len(cut.stand_in.asked) == uncut.answers


# the campaign


@pytest.fixture(scope="module")
def warm_seconds(driver: Driver, uncut: Whole, tmp_path_factory: pytest.TempPathFactory) -> float:
    """How long a run takes that is not the first."""
    return whole(driver, tmp_path_factory.mktemp("warm") / "guests").seconds


@pytest.fixture(scope="module")
def figures() -> Iterator[list[dict[str, object]]]:
    told: list[dict[str, object]] = []
    yield told
    REPORT.parent.mkdir(exist_ok=True)
    REPORT.write_text(json.dumps({"kills": len(told), "each": told}, indent=1) + "\n")


def _entry(point: str, promised: Promised) -> dict[str, object]:
    return {"point": point, **vars(promised)}


@pytest.mark.campaign
@pytest.mark.parametrize("point", NAMED)
def test_killed_at_a_named_point(cut: Project, uncut: Whole, figures: list[dict[str, object]], point: str) -> None:
    figures.append(_entry(point, killed_and_resumed(cut, point, uncut)))


@pytest.mark.campaign
@pytest.mark.parametrize("seed", range(RANDOM))
def test_killed_at_a_random_moment(
    make: Make, uncut: Whole, warm_seconds: float, figures: list[dict[str, object]], seed: int
) -> None:
    moments = random.Random(seed)
    for attempt in range(20):
        cut, moment = make(f"guests{attempt}"), moments.uniform(0.0, warm_seconds)
        code, said = cut.run(kill_after=moment)
        if code != 0:
            break
        assert cut.files() == uncut.files
    assert code == -signal.SIGKILL, said
    figures.append(_entry(f"{moment:.2f} s", require_promises(cut, uncut)))
