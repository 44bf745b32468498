"""Time the whole run on the sample, by phase, with the peak memory of this process and of its PostgreSQL.

python benchmarks/sample.py [AI_DOCS] [--runs N] [--depth quick|standard|full]
"""

from __future__ import annotations

import argparse
import resource
import shutil
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import get_args

from database_specialist.agent.app import design
from database_specialist.agent.config import Context
from database_specialist.agent.model.evidence import Depth

ROOT = Path(__file__).parent.parent


def run(folder: Path, depth: Depth) -> tuple[float, dict[str, float]]:
    """Design once into a scratch folder; return the wall time and the time of each node."""
    with tempfile.TemporaryDirectory() as scratch:
        documents = Path(scratch, "ai_docs")
        shutil.copytree(folder, documents, ignore=shutil.ignore_patterns("database*", ".database-specialist"))
        began = time.perf_counter()
        outcome = design(documents, Context(research="off", depth=depth))
        wall = time.perf_counter() - began
    if outcome.status != "accepted":
        sys.exit(f"{folder}: {outcome.status}: {[f.message for f in outcome.objections]}")
    return wall, outcome.seconds


def main() -> None:
    """Run, and print medians."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", nargs="?", type=Path, default=ROOT / "ai_docs")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--depth", choices=get_args(Depth), default="standard")
    options = parser.parse_args()
    run(options.folder, options.depth)  # the first one may make the cached data directory
    runs = [run(options.folder, options.depth) for _ in range(options.runs)]
    print(f"{options.folder}, depth {options.depth}: {options.runs} runs after one to warm up, medians")
    for node in runs[0][1]:
        print(f"  {node:<20} {statistics.median(seconds[node] for _, seconds in runs):7.2f} s")
    print(f"  {'whole run':<20} {statistics.median(wall for wall, _ in runs):7.2f} s")
    own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    child = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    print(f"  peak memory: this process {own:.0f} MB, its largest child {child:.0f} MB")


if __name__ == "__main__":
    main()
