"""A large Brief read piece by piece, several at a time."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context

from database_specialist.agent.answers.requirements import RequirementsAnswer
from database_specialist.agent.model.brief import Brief
from database_specialist.agent.reading.shards import merged, shards

MAX_TOKENS = 16_000
"""Of the statements in one prompt: what a model reads with attention, well below what its context holds."""
MAX_WORKERS = 4


def read_in_shards(
    brief: Brief, read: Callable[[Brief], RequirementsAnswer], *, max_tokens: int = MAX_TOKENS
) -> RequirementsAnswer:
    """Return what `read` says of all pieces; the answer does not depend on which piece was ready first.

    The first error of a piece, in the order of the pieces, is raised; pieces that were not begun are left.
    """
    pieces = shards(brief, max_tokens=max_tokens)
    if len(pieces) == 1:
        return read(pieces[0])
    with ThreadPoolExecutor(max_workers=min(MAX_WORKERS, len(pieces))) as pool:
        # Each thread gets the caller's context, so that traces and settings reach it.
        asked = [(copy_context(), piece) for piece in pieces]
        return merged(list(pool.map(lambda each: each[0].run(read, each[1]), asked)))
