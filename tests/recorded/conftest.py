"""The cassette of a test: `cassettes/<test module>/<test>.yaml`."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.recorded.recording import Recording, described, playing
from tests.recorded.runs import CASSETTES, without_keys


@pytest.fixture
def vcr(request: pytest.FixtureRequest) -> Iterator[Recording | None]:
    """Replay the cassette of a test that is marked `vcr`, and require that it is played to its end.

    It takes the place of pytest-recording's fixture of this name, which shares no cassette between threads.
    """
    if request.node.get_closest_marker("vcr") is None:
        yield None
        return
    module = request.module.__name__.rpartition(".")[2]
    path = CASSETTES / module / f"{request.node.name}.yaml"
    remedy = f"make record RUN={request.node.get_closest_marker('vcr').kwargs['run']}"
    if not path.exists():
        pytest.skip(f"not recorded yet: {remedy}")
    with without_keys(), playing(path) as recording:
        yield recording
    if recording.missed:
        pytest.fail(f"{recording.missed[0]}\nif the change is meant: {remedy}", pytrace=False)
    if recording.left:
        pytest.fail(f"recorded, and not asked any more: {described(recording.left)}; {remedy}", pytrace=False)
