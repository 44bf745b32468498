"""Several calls of a model at the same time, with answers in the order of the questions."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from typing import TypeVar

from database_specialist.agent.errors import ModelError

MAX_WORKERS = 4

Item = TypeVar("Item")
Answer = TypeVar("Answer")


def asked_together(items: Sequence[Item], ask: Callable[[Item], Answer]) -> list[Answer]:
    """Return the answers in the order of the items, whichever was ready first.

    The first error, in the order of the items, is raised; items that were not begun are left.
    """
    if len(items) < 2:
        return [ask(item) for item in items]
    with ThreadPoolExecutor(max_workers=min(MAX_WORKERS, len(items))) as pool:
        # Each thread gets the caller's context, so that traces and settings reach it.
        asked = [(copy_context(), item) for item in items]
        return list(pool.map(lambda each: each[0].run(ask, each[1]), asked))


def asked_in_halves(
    item: Item, ask: Callable[[Item], Answer], halves: Callable[[Item], Sequence[Item]]
) -> list[Answer]:
    """Return the answer to an item; where none could be had, those to its halves.

    An answer that was cut off or stayed wrong may come right for less at once. A refusal and a cap of the run are
    final, and so is a half that fails.
    """
    try:
        return [ask(item)]
    except ModelError as error:
        smaller = halves(item)
        if error.status != "llm_unavailable" or len(smaller) < 2:
            raise
    return [ask(each) for each in smaller]
