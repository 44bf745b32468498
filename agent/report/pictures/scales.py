"""Logarithmic scales: where a value lies, and which values are written at the axis."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

_MOST_TICKS = 7


@dataclass(frozen=True)
class Scale:
    """Places positive values between `start` and `end`, in pixels; equal factors are equal lengths."""

    start: float
    end: float
    ticks: tuple[float, ...]

    def at(self, value: float) -> float:
        """Return where a value lies."""
        low, high = math.log2(self.ticks[0]), math.log2(self.ticks[-1])
        return self.start + (math.log2(value) - low) / (high - low) * (self.end - self.start)


def decades(values: Iterable[float], start: float, end: float) -> Scale:
    """Return a scale with ticks at powers of ten.

    >>> decades([3, 2500], 0, 100).ticks
    (1.0, 10.0, 100.0, 1000.0, 10000.0)
    """
    return _scale(values, start, end, base=10.0)


def binary(values: Iterable[float], start: float, end: float) -> Scale:
    """Return a scale for bytes: ticks at 1 and 32 of each unit.

    >>> binary([5 * 2**20, 3 * 2**30], 0, 100).ticks == (2.0**20, 2.0**25, 2.0**30, 2.0**35)
    True
    """
    return _scale(values, start, end, base=32.0)


def _scale(values: Iterable[float], start: float, end: float, *, base: float) -> Scale:
    logs = [math.log(value, base) for value in values]
    low = math.floor(min(logs) + 1e-9)
    high = max(math.ceil(max(logs) - 1e-9), low + 1)
    step = math.ceil((high - low) / (_MOST_TICKS - 1))
    high = low + math.ceil((high - low) / step) * step
    return Scale(start, end, tuple(base**power for power in range(low, high + 1, step)))
