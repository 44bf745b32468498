"""The process that runs are forked off, and what an uncut run comes to."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.durable.project import Driver, Project, Whole, project, whole

Make = Callable[..., Project]


@pytest.fixture(scope="session")
def driver() -> Iterator[Driver]:
    started = Driver()
    yield started
    started.close()


@pytest.fixture(scope="session")
def uncut(driver: Driver, tmp_path_factory: pytest.TempPathFactory) -> Whole:
    return whole(driver, tmp_path_factory.mktemp("uncut") / "guests")


@pytest.fixture(scope="session")
def uncut_sqlite(driver: Driver, tmp_path_factory: pytest.TempPathFactory) -> Whole:
    """The same on SQLite, which starts no server."""
    return whole(driver, tmp_path_factory.mktemp("uncut") / "guests", engine="SQLite")


@pytest.fixture
def make(driver: Driver, tmp_path: Path) -> Iterator[Make]:
    """Makes projects of the same documents."""
    with ExitStack() as opened:
        yield lambda name="guests", **given: opened.enter_context(project(driver, tmp_path / name, **given))


@pytest.fixture
def cut(make: Make) -> Project:
    """A project that a test will kill a run of."""
    return make()
