"""How much memory a process and all below it take, while something runs."""

from __future__ import annotations

import os
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

LOOK_SECONDS = 0.25
_PSS = re.compile(r"^Pss:\s+(\d+) kB", re.MULTILINE)


@dataclass
class Peak:
    """The most that was seen at one time. Memory that processes share is divided among them (PSS)."""

    own_mb: float = 0.0
    """The process itself."""
    tree_mb: float = 0.0
    """With all that is below it."""
    postgres: int = 0
    """PostgreSQL servers."""
    cpu_by_pid: dict[int, float] = field(default_factory=dict, repr=False)

    @property
    def cpu_seconds(self) -> float:
        """Processor time of all that was seen; what lived for less than a look is missed."""
        return sum(self.cpu_by_pid.values())


@contextmanager
def watched(pid: int) -> Iterator[Peak]:
    """Look at the tree of `pid` again and again inside the block."""
    peak, ended = Peak(), threading.Event()

    def watch() -> None:
        while not ended.wait(LOOK_SECONDS):
            _look(pid, peak)

    thread = threading.Thread(target=watch)
    thread.start()
    try:
        yield peak
    finally:
        ended.set()
        thread.join()


def _look(pid: int, peak: Peak) -> None:
    tree = below(pid)
    sizes = {each: _megabytes(each) for each in (pid, *tree)}
    peak.own_mb = max(peak.own_mb, sizes[pid])
    peak.tree_mb = max(peak.tree_mb, sum(sizes.values()))
    peak.postgres = max(peak.postgres, sum("postgres_keeper" in command for command in tree.values()))
    for each in sizes:
        peak.cpu_by_pid[each] = max(peak.cpu_by_pid.get(each, 0.0), _cpu_seconds(Path("/proc", str(each))))


def below(pid: int) -> dict[int, str]:
    """Return every process below `pid`, in any session, with its command."""
    parents = {int(entry.name): _parent(entry) for entry in Path("/proc").iterdir() if entry.name.isdigit()}
    found: dict[int, str] = {}
    edge = {pid}
    while edge:
        edge = {child for child, parent in parents.items() if parent in edge}
        found |= {child: _read(Path("/proc", str(child), "cmdline")).replace("\0", " ") for child in edge}
    return found


def _parent(entry: Path) -> int:
    stat = _stat(entry)
    return int(stat[1]) if stat else 0


def _cpu_seconds(entry: Path) -> float:
    stat = _stat(entry)
    return (int(stat[11]) + int(stat[12])) / os.sysconf("SC_CLK_TCK") if stat else 0.0


def _stat(entry: Path) -> list[str]:
    # The name before it may hold spaces and brackets.
    return _read(entry / "stat").rpartition(")")[2].split()


def _megabytes(pid: int) -> float:
    found = _PSS.search(_read(Path("/proc", str(pid), "smaps_rollup")))
    return int(found[1]) / 1024 if found else 0.0


def _read(file: Path) -> str:
    try:
        return file.read_text(errors="replace")
    except OSError:  # it has ended meanwhile, or is another user's
        return ""
