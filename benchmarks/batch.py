"""Time `database-specialist batch` with some numbers of workers, with the peak memory of all its processes (Linux).

python benchmarks/batch.py [--folders 8] [--workers 1 2] [--depth quick|standard|full]
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import get_args

from database_specialist.agent.model.evidence import Depth

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))  # the project is that of the tests

from benchmarks.process_tree import watched  # noqa: E402
from tests.library import write_library  # noqa: E402

COMMAND = [sys.executable, "-m", "database_specialist.agent.cli", "batch"]


def measure(folders: int, workers: int, depth: Depth) -> None:
    """Design the folders anew, and print what it took."""
    with tempfile.TemporaryDirectory() as scratch:
        made = [str(write_library(Path(scratch, f"project{number}"))) for number in range(folders)]
        asked = ["--workers", str(workers), "--depth", depth, "--research", "off", "--quiet", "--json"]
        began = time.monotonic()
        with (
            subprocess.Popen([*COMMAND, *made, *asked], stdout=subprocess.PIPE, text=True) as process,
            watched(process.pid) as peak,
        ):
            out, _ = process.communicate()
        wall = time.monotonic() - began
    lines = json.loads(out)
    if {line["status"] for line in lines} != {"accepted"}:
        sys.exit(f"not all were accepted: {lines}")
    mean = statistics.mean(line["seconds"] for line in lines)
    print(
        f"{folders} folders, {workers} workers: {wall:6.1f} s, {60 * folders / wall:5.1f} designs a minute, "
        f"{mean:5.1f} s each, {peak.cpu_seconds / folders:.1f} s of processor each, "
        f"{peak.tree_mb:5.0f} MB in all at most, {peak.postgres} PostgreSQLs at once"
    )


def main() -> None:
    """Measure each number of workers."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folders", type=int, default=8)
    parser.add_argument("--workers", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--depth", choices=get_args(Depth), default="standard")
    options = parser.parse_args()
    print(f"load of the machine before: {os.getloadavg()[0]:.1f}")
    for workers in options.workers:
        measure(options.folders, workers, options.depth)


if __name__ == "__main__":
    main()
