"""Lists of statements' numbers, short: "F1-F4 F9"."""

from __future__ import annotations

import re
from collections.abc import Iterable

_RUN = re.compile(r"F?(?P<first>\d{1,7})(?:\s*-\s*F?(?P<last>\d{1,7}))?")
_LONGEST_RUN = 10_000


def listed(facts: Iterable[str]) -> str:
    """Write fact ids as runs, in the order of their numbers.

    >>> listed(["F9", "F1", "F2", "F3", "F5", "F6"])
    'F1-F3 F5 F6 F9'
    """
    runs: list[list[int]] = []
    for number in sorted({int(fact[1:]) for fact in facts}):
        if runs and number == runs[-1][-1] + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    return " ".join(_run(run) for run in runs)


def _run(run: list[int]) -> str:
    return f"F{run[0]}-F{run[-1]}" if len(run) > 2 else " ".join(f"F{number}" for number in run)


def read_list(text: str) -> tuple[str, ...]:
    """Read a list of numbers and runs back, in the order in which they are written.

    Raises:
        ValueError: something in it is neither a number nor a run.

    >>> read_list("F1-F3, 7 F9")
    ('F1', 'F2', 'F3', 'F7', 'F9')
    """
    left = _RUN.sub("", text).replace(",", " ").split()
    if left:
        raise ValueError(f"{' '.join(left)[:40]!r} is neither a statement (F12) nor a run of them (F12-F19)")
    found: dict[str, None] = {}
    for match in _RUN.finditer(text):
        first, last = int(match["first"]), int(match["last"] or match["first"])
        if not first <= last <= first + _LONGEST_RUN:
            raise ValueError(f"{match[0]!r} is no run of statements")
        found |= {f"F{number}": None for number in range(first, last + 1)}
    return tuple(found)
