"""Numbers of the operations part: how they are made, and how they are written out."""

from __future__ import annotations

from collections.abc import Iterable

from database_specialist.agent.model.base import FactId, Figure, Origin

DAY_SECONDS = 86_400
YEAR_DAYS = 365
KIB, MIB, GIB, TIB = 1024, 1024**2, 1024**3, 1024**4


def figure(value: float, unit: str, origin: Origin, basis: str, facts: Iterable[FactId] = ()) -> Figure:
    """Return a figure, rounded to what a reader can use.

    >>> figure(1234.5678, "bytes", "derived", "test").value
    1234.57
    """
    return Figure(value=round(float(value), 2), unit=unit, origin=origin, basis=basis, facts=unique(facts))


def derived(value: float, unit: str, basis: str, facts: Iterable[FactId] = ()) -> Figure:
    """Return a figure that is arithmetic on other numbers; `basis` writes it out."""
    return figure(value, unit, "derived", basis, facts)


def assumed(value: float, unit: str, basis: str, facts: Iterable[FactId] = ()) -> Figure:
    """Return a figure of ours; `basis` says why."""
    return figure(value, unit, "assumed", basis, facts)


def unique(items: Iterable[str]) -> tuple[str, ...]:
    """Return the items once each, in order of first appearance.

    >>> unique(["b", "a", "b"])
    ('b', 'a')
    """
    return tuple(dict.fromkeys(items))


def number(value: float) -> str:
    """Write a number for a reader.

    >>> number(20000), number(2.5), number(0.034), number(1e7)
    ('20,000', '2.5', '0.034', '10,000,000')
    """
    if value == int(value) or abs(value) >= 1000:
        return f"{round(value):,}"
    if abs(value) >= 10:
        return f"{value:.1f}".rstrip("0").rstrip(".")
    return f"{value:.2f}".rstrip("0").rstrip(".") if abs(value) >= 0.1 else f"{value:.2g}"


def size(value: float) -> str:
    """Write bytes in binary units.

    >>> size(100), size(1536), size(5 * 1024**3)
    ('100 B', '1.5 KiB', '5 GiB')
    """
    for unit, name in ((TIB, "TiB"), (GIB, "GiB"), (MIB, "MiB"), (KIB, "KiB")):
        if value >= unit:
            return f"{number(round(value / unit, 1))} {name}"
    return f"{number(round(value, 1))} B"


def span(seconds: float) -> str:
    """Write a duration in its largest fitting unit.

    >>> span(90), span(300), span(5400), span(172800), span(1)
    ('90 seconds', '5 minutes', '90 minutes', '2 days', '1 second')
    """
    for length, name in ((DAY_SECONDS, "day"), (3600, "hour"), (60, "minute")):
        if seconds >= length and seconds % length == 0:
            return counted(seconds / length, name)
    return counted(seconds, "second") if seconds < 120 else counted(round(seconds / 60, 1), "minute")


def counted(value: float, noun: str) -> str:
    """Write a number of things.

    >>> counted(1, "row"), counted(20000, "row"), counted(0, "day")
    ('1 row', '20,000 rows', '0 days')
    """
    return f"{number(value)} {noun}" + ("" if value == 1 else "s")


def listed(names: Iterable[str], *, most: int = 6) -> str:
    """Join names for a sentence, the rest counted.

    >>> listed(["a"]), listed(["a", "b", "c"]), listed("abcd", most=2)
    ('a', 'a, b and c', 'a, b and 2 more')
    """
    items = list(names)
    if len(items) > most:
        return f"{', '.join(items[:most])} and {len(items) - most} more"
    return items[0] if len(items) == 1 else f"{', '.join(items[:-1])} and {items[-1]}" if items else "none"
