"""The cassette of a test: `cassettes/<test module>/<test>.yaml`."""

from __future__ import annotations

from collections.abc import Generator, Iterator

import pytest

from tests.recorded.recording import Recording, described, playing
from tests.recorded.runs import CASSETTES, without_keys


@pytest.fixture
def vcr(request: pytest.FixtureRequest) -> Iterator[Recording | None]:
    """Replay the cassette of a test that is marked `vcr`.

    It takes the place of pytest-recording's fixture of this name, whose cassette threads cannot share.
    """
    if request.node.get_closest_marker("vcr") is None:
        yield None
        return
    module = request.module.__name__.rpartition(".")[2]
    path = CASSETTES / module / f"{request.node.name}.yaml"
    if not path.exists():
        pytest.skip(f"not recorded yet: {remedy(request.node)}")
    with without_keys(), playing(path) as recording:
        yield recording


@pytest.hookimpl(wrapper=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> Generator[None, object, object]:
    """Let a test fail whose cassette is not the one it needs, with what to do about it and nothing else.

    What else goes wrong after a question without an answer only hides the reason.
    """
    recording = pyfuncitem.funcargs.get("vcr")
    try:
        result = yield
    finally:
        if isinstance(recording, Recording) and recording.missed:
            said = f"{recording.missed[0]}\nif the change is meant: {remedy(pyfuncitem)}"
            raise pytest.fail.Exception(said, pytrace=False) from None
    if isinstance(recording, Recording) and recording.left:
        left = f"recorded, and not asked any more: {described(recording.left)}"
        pytest.fail(f"{left}\nif the change is meant: {remedy(pyfuncitem)}", pytrace=False)
    return result


def remedy(node: pytest.Item) -> str:
    """Say how the cassette of a test is recorded anew."""
    marker = node.get_closest_marker("vcr")
    assert marker is not None, "only tests with a cassette are asked"
    return f"make record RUN={marker.kwargs['run']}"
