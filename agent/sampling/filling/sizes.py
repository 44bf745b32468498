"""How many rows of each table a sample holds."""

from __future__ import annotations

from collections.abc import Mapping

_FLOOR = 500
"""Rows that a table keeps however large the others are, unless there are very many: below, statistics say little."""
_STEPS = 60


def sample_sizes(rows: Mapping[str, float], budget: int) -> dict[str, int]:
    """Return rows for each table, in the proportions of `rows`, together at most about `budget`.

    Small tables stay whole. When nothing has to be left out, the sample is all there is.

    >>> sample_sizes({"users": 1000, "events": 1_000_000}, 10_000)
    {'users': 500, 'events': 9500}
    >>> sample_sizes({"users": 50, "events": 3000}, 10_000)
    {'users': 50, 'events': 3000}
    """
    floor = min(_FLOOR, budget / max(1, 2 * len(rows)))
    low, high = 0.0, 1.0
    if sum(_taken(rows, high, floor).values()) <= budget:
        return _taken(rows, high, floor)
    for _ in range(_STEPS):
        middle = (low + high) / 2
        low, high = (middle, high) if sum(_taken(rows, middle, floor).values()) <= budget else (low, middle)
    return _taken(rows, low, floor)


def _taken(rows: Mapping[str, float], share: float, floor: float) -> dict[str, int]:
    return {name: int(min(count, max(count * share, floor))) for name, count in rows.items()}
