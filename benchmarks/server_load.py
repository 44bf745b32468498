"""Run many designs on one `langgraph dev`, some at a time, and print throughput, times and memory (Linux).

python benchmarks/server_load.py [--jobs 50] [--at-a-time 10] [--depth quick|standard|full]

Each job is a thread of its own on the server with a project of its own; all are handed in at once, through the SDK.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import statistics
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, get_args

from langgraph_sdk import get_client

from database_specialist.agent.model.evidence import Depth

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))  # the server and the project are those of the tests

from benchmarks.process_tree import Peak, below, watched  # noqa: E402
from tests.dev_server import DevServer, dev_server  # noqa: E402
from tests.library import write_library  # noqa: E402

GRAPH = "database_specialist"
LEAST_SECONDS = 600.0


@dataclass(frozen=True)
class Job:
    """One design, as the server did it."""

    status: str
    seconds: float
    """From its first checkpoint to its last."""
    ended: float
    """Since all were handed in."""
    state_kb: float
    """The state that its thread keeps, as JSON."""


async def load(server: DevServer, folders: list[Path], depth: Depth) -> list[Job]:
    """Hand in a job for each folder; return how they went."""
    client = get_client(url=server.url, timeout=LEAST_SECONDS)
    context = {"research": "off", "depth": depth}
    began = time.monotonic()
    threads = [await client.threads.create() for _ in folders]
    given = zip(threads, folders, strict=True)
    runs = [
        await client.runs.create(thread["thread_id"], GRAPH, input={"folder": str(folder)}, context=context)
        for thread, folder in given
    ]

    async def done(thread: Any, run: Any) -> Job:
        await client.runs.join(thread["thread_id"], run["run_id"])
        ended = time.monotonic() - began
        state = await client.threads.get_state(thread["thread_id"])
        history = await client.threads.get_history(thread["thread_id"], limit=100)
        stamps = sorted(_seconds(each["created_at"]) for each in history)
        values = dict(state["values"])
        status = (values.get("database_design") or {}).get("status", "no result")
        return Job(status, stamps[-1] - stamps[0], ended, len(json.dumps(values)) / 1024)

    return list(await asyncio.gather(*(done(*pair) for pair in zip(threads, runs, strict=True))))


def _seconds(stamp: str) -> float:
    return datetime.fromisoformat(stamp).timestamp()


def report(jobs: list[Job], peak: Peak, idle: Peak, kept_mb: float, at_a_time: int) -> None:
    """Print the figures."""
    wall = max(job.ended for job in jobs)
    seconds = sorted(job.seconds for job in jobs)
    print(f"{len(jobs)} jobs, {at_a_time} at a time: {dict(Counter(job.status for job in jobs))}")
    print(f"  all                 {wall:8.1f} s, {60 * len(jobs) / wall:.1f} designs a minute")
    print(f"  one                 {statistics.mean(seconds):8.1f} s mean, {seconds[len(seconds) // 2]:.1f} s median,")
    print(f"                      {seconds[int(len(seconds) * 0.95)]:8.1f} s at 95 %")
    print(f"  at a time x jobs    {at_a_time * 60 / statistics.mean(seconds):8.1f} a minute, by the formula")
    print(f"  processor           {(peak.cpu_seconds - idle.cpu_seconds) / len(jobs):8.1f} s each")
    print(f"  server, idle        {idle.own_mb:8.0f} MB")
    print(f"  server, peak        {peak.own_mb:8.0f} MB, {(peak.own_mb - idle.own_mb) / len(jobs):.1f} MB a job done")
    print(f"  with PostgreSQLs    {peak.tree_mb:8.0f} MB, {peak.postgres} servers at once")
    print(f"  state of a thread   {statistics.mean(job.state_kb for job in jobs):8.0f} KB as JSON")
    print(f"  .langgraph_api/     {kept_mb:8.1f} MB, {1024 * kept_mb / len(jobs):.0f} KB a job")


def main() -> None:
    """Start a server, load it, and print what came of it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--jobs", type=int, default=50)
    parser.add_argument("--at-a-time", type=int, default=10)
    parser.add_argument("--depth", choices=get_args(Depth), default="quick")
    options = parser.parse_args()
    print(f"load of the machine before: {os.getloadavg()[0]:.1f}")
    with tempfile.TemporaryDirectory() as scratch:
        root = Path(scratch)
        folders = [write_library(root / f"project{number}") for number in range(options.jobs)]
        with dev_server(root, at_a_time=options.at_a_time) as server:
            with watched(server.pid) as idle:
                time.sleep(3)
            with watched(server.pid) as peak:
                jobs = asyncio.run(load(server, folders, options.depth))
                time.sleep(12)  # the server writes its state every 10 s
            kept = sum(file.stat().st_size for file in (root / ".langgraph_api").rglob("*") if file.is_file())
            left = [command for command in below(server.pid).values() if "postgres" in command]
        documents = {(folder / "database-design.md").read_bytes() for folder in folders}
    report(jobs, peak, idle, kept / 1024 / 1024, options.at_a_time)
    print(f"  documents           {len(documents):8d} that differ; PostgreSQL processes left: {len(left)}")


if __name__ == "__main__":
    main()
