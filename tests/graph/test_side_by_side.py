"""Runs of one process at the same time, with different settings: each gives what it gives alone."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest

from database_specialist.agent.app import design
from database_specialist.agent.config import Context
from database_specialist.agent.model.base import Engine
from database_specialist.graph.build import graph
from database_specialist.graph.services import Services, default_services, using
from tests.library import write_library

ENGINES: tuple[Engine, Engine] = ("postgresql", "sqlite")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_library(tmp_path_factory.mktemp("side_by_side"))


@pytest.fixture(scope="module")
def alone(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, bytes]]:
    """What each engine's run writes when nothing runs beside it."""
    written = {}
    for engine in ENGINES:
        output = tmp_path_factory.mktemp(engine)
        graph.invoke(given(folder), context=settings(engine, output))
        written[engine] = files(output)
    return written


def given(folder: Path) -> Any:
    return {"folder": str(folder)}


def settings(engine: Engine, output: Path) -> Context:
    return Context(engine=engine, output=str(output), research="off", depth="quick")


def files(output: Path) -> dict[str, bytes]:
    """The files of a run, without its times and its state."""
    return {
        str(path.relative_to(output)): path.read_bytes()
        for path in sorted(output.rglob("*"))
        if path.is_file() and path.name != "measurements.md" and ".database-specialist" not in path.parts
    }


def test_in_two_threads(folder: Path, alone: dict[str, dict[str, bytes]], tmp_path: Path) -> None:
    together = Barrier(2, timeout=60)

    def run(engine: Engine) -> Any:
        together.wait()
        return graph.invoke(given(folder), context=settings(engine, tmp_path / engine))

    with ThreadPoolExecutor(2) as threads:
        states = list(threads.map(run, ENGINES))
    assert [state["database_design"]["output_folder"] for state in states] == [str(tmp_path / e) for e in ENGINES]
    assert {engine: files(tmp_path / engine) for engine in ENGINES} == alone


def test_in_two_tasks_of_an_event_loop(folder: Path, alone: dict[str, dict[str, bytes]], tmp_path: Path) -> None:
    async def run(engine: Engine) -> list[str]:
        told = []
        context = settings(engine, tmp_path / engine)
        async for part in graph.astream(given(folder), context=context, stream_mode="custom", version="v2"):
            told.append(f"{part['data']['node']}: {part['data']['doing']}")
        return told

    async def both() -> list[list[str]]:
        return await asyncio.gather(*map(run, ENGINES))

    told = asyncio.run(both())
    for engine, lines in zip(ENGINES, told, strict=True):
        assert f"research: 1 documents, engine {engine}" in lines
        proofs = {line.removeprefix("verify: on ").split()[0] for line in lines if line.startswith("verify: on ")}
        assert proofs == {engine}
    assert {engine: files(tmp_path / engine) for engine in ENGINES} == alone


def test_as_a_library_in_two_threads(folder: Path, alone: dict[str, dict[str, bytes]], tmp_path: Path) -> None:
    together = Barrier(2, timeout=60)

    def run(engine: Engine) -> str:
        together.wait()
        return design(folder, settings(engine, tmp_path / engine)).status

    with ThreadPoolExecutor(2) as threads:
        assert list(threads.map(run, ENGINES)) == ["accepted", "accepted"]
    assert {engine: files(tmp_path / engine) for engine in ENGINES} == alone


def test_services_put_in_place_for_one_task_are_not_those_of_another(folder: Path, tmp_path: Path) -> None:
    asked: list[Engine | None] = []

    def counting(context: Context) -> Services:
        asked.append(context.engine)
        return default_services(context)

    async def run(engine: Engine, *, counted: bool) -> Any:
        if not counted:
            return await graph.ainvoke(given(folder), context=settings(engine, tmp_path / engine))
        with using(counting):
            return await graph.ainvoke(given(folder), context=settings(engine, tmp_path / engine))

    async def both() -> Any:
        return await asyncio.gather(run("postgresql", counted=True), run("sqlite", counted=False))

    states = asyncio.run(both())
    assert [state["database_design"]["status"] for state in states] == ["accepted", "accepted"]
    assert set(asked) == {"postgresql"}
