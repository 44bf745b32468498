"""A small writer of SVG: shapes with classes, texts that are escaped, one style sheet for light and dark.

Of our own, since the charts need lines, dots and texts only: the drawing libraries weigh tens of megabytes, and the
bytes that they write change with their versions and the fonts of the machine.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from itertools import pairwise
from xml.sax.saxutils import escape

SERIES = 6
"""How many colours there are."""
_LIGHT = ("#0969da", "#bc4c00", "#1a7f37", "#8250df", "#bf3989", "#1b7c83")
_DARK = ("#58a6ff", "#f0883e", "#3fb950", "#bc8cff", "#f778ba", "#39c5cf")
_SHEET = """\
.ground {{ fill: {ground}; }} .ink {{ fill: {ink}; }} .quiet {{ fill: {quiet}; }}
.grid {{ stroke: {grid}; stroke-width: 1; }} .axis {{ stroke: {quiet}; stroke-width: 1.5; fill: none; }}
.loss {{ fill: {loss}; }} .losing {{ stroke: {loss}; stroke-width: 2.5; fill: none; }} .open {{ fill: {ground}; }}
.halo {{ stroke: {ground}; stroke-width: 3; paint-order: stroke; }}
"""
_SERIES = ".f{n} {{ fill: {colour}; }} .l{n} {{ stroke: {colour}; stroke-width: 2.5; fill: none; }}\n"
_FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_WIDE = 0.6
"""The width of a letter as a share of its size: wide enough for the fonts that viewers take."""


def _sheet(ground: str, ink: str, quiet: str, grid: str, loss: str, series: Sequence[str]) -> str:
    lines = "".join(_SERIES.format(n=number, colour=colour) for number, colour in enumerate(series))
    return _SHEET.format(ground=ground, ink=ink, quiet=quiet, grid=grid, loss=loss) + lines


_STYLE = (
    "text { font-family: system-ui, -apple-system, 'Segoe UI', 'DejaVu Sans', Arial, sans-serif; font-size: 12px; }\n"
    ".head { font-size: 15px; font-weight: 600; } .small { font-size: 11px; }\n"
    ".dashed { stroke-dasharray: 5 4; }\n"
    + _sheet("#ffffff", "#1f2328", "#59636e", "#d1d9e0", "#cf222e", _LIGHT)
    + "@media (prefers-color-scheme: dark) {\n"
    + _sheet("#0d1117", "#e6edf3", "#9198a1", "#3d444d", "#ff7b72", _DARK)
    + "}\n"
)


class Drawing:
    """One picture. Lengths are in pixels from the upper left corner; what comes later lies above."""

    def __init__(self, width: float, height: float, *, title: str, description: str) -> None:
        self._size = (width, height)
        self._title, self._description = title, description
        self._parts: list[str] = []

    def text(
        self, x: float, y: float, words: str, *, style: str = "ink", anchor: str = "start", whole: str = ""
    ) -> None:
        """Write a line of text on the baseline `y`; `whole` is shown by a viewer in place of what was cut."""
        hover = f"<title>{_inert(whole)}</title>" if whole and whole != words else ""
        place = f"x={_length(x)} y={_length(y)}" + (f' text-anchor="{anchor}"' if anchor != "start" else "")
        self._parts.append(f'<text {place} class="{style}">{_inert(words)}{hover}</text>')

    def line(self, points: Iterable[tuple[float, float]], *, style: str) -> None:
        """Draw a line from point to point."""
        path = " ".join(f"{_number(x)},{_number(y)}" for x, y in points)
        self._parts.append(f'<polyline points="{path}" fill="none" class="{style}"/>')

    def dot(self, x: float, y: float, radius: float, *, style: str) -> None:
        """Draw a dot."""
        self._parts.append(f'<circle cx={_length(x)} cy={_length(y)} r={_length(radius)} class="{style}"/>')

    def box(self, x: float, y: float, width: float, height: float, *, style: str) -> None:
        """Draw a filled box."""
        size = f"width={_length(width)} height={_length(height)}"
        self._parts.append(f'<rect x={_length(x)} y={_length(y)} {size} rx="3" class="{style}"/>')

    def render(self) -> str:
        """Return the file. The same calls give the same bytes."""
        width, height = map(_number, self._size)
        return "\n".join(
            (
                f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" '
                f'viewBox="0 0 {width} {height}" role="img" aria-labelledby="title description">',
                f'<title id="title">{_inert(self._title)}</title>',
                f'<desc id="description">{_inert(self._description)}</desc>',
                f"<style>\n{_STYLE}</style>",
                f'<rect width="{width}" height="{height}" rx="6" class="ground"/>',
                *self._parts,
                "</svg>\n",
            )
        )


def shortened(words: str, pixels: float, size: float = 12) -> str:
    """Return words that fit, cut in the middle: names differ at both ends.

    >>> shortened("work_order_status_histories", 120)
    'work_or…stories'
    """
    most = max(3, int(pixels / (size * _WIDE)))
    if len(words) <= most:
        return words
    half = (most - 1) // 2
    return f"{words[:half]}…{words[-half:]}"


def spread(places: Sequence[float], least: float, bottom: float) -> list[float]:
    """Move places apart until each is `least` from the next, none below `bottom`; their order stays.

    >>> spread([10, 12, 40], 14, 100), spread([95, 96], 14, 100)
    ([10, 24, 40], [86, 100])
    """
    order = sorted(range(len(places)), key=lambda at: (places[at], at))
    moved = list(places)
    for before, at in pairwise(order):
        moved[at] = max(moved[at], moved[before] + least)
    edge = bottom
    for at in reversed(order):
        moved[at] = min(moved[at], edge)
        edge = moved[at] - least
    return moved


def _number(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")


def _length(value: float) -> str:
    return f'"{_number(value)}"'


def _inert(words: str) -> str:
    return escape(_FORBIDDEN.sub("", words))
