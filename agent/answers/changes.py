"""Changes to an answer: elements in place of those of the same key, new ones at the end, withdrawn ones out."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from typing import TypeVar

Element = TypeVar("Element")


def merged(
    old: Iterable[Element], new: Iterable[Element], key: Callable[[Element], str], gone: Collection[str]
) -> tuple[Element, ...]:
    """Return the old elements with the new ones in their places; what is withdrawn and written anew stays.

    >>> merged(["a1", "b1"], ["b2", "c1"], lambda each: each[0], {"a"})
    ('b2', 'c1')
    """
    held = {key(element): element for element in old if key(element) not in gone}
    held |= {key(element): element for element in new}
    return tuple(held.values())


def unknown(withdrawn: Iterable[str], known: Collection[str]) -> list[str]:
    """Say which of the withdrawn names are no names."""
    return [f"withdraw: there is no {name}" for name in withdrawn if name not in known]
