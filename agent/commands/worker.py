"""What a child process of `batch` does: the command line once more. Importing this imports all that a run needs."""

from __future__ import annotations

from collections.abc import Sequence

from database_specialist.agent.cli import main


def work(arguments: Sequence[str]) -> int:
    """Run the command line; return its exit code."""
    return main(arguments)
