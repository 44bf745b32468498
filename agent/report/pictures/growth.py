"""How the largest tables grow: rows and bytes over the years, as the capacity arithmetic has them."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from database_specialist.agent.model.base import Figure
from database_specialist.agent.model.operations import Capacity, TableSize
from database_specialist.agent.report.markdown import quantity
from database_specialist.agent.report.pictures.scales import Scale, binary, decades
from database_specialist.agent.report.pictures.svg import SERIES, Drawing, shortened, spread

_WIDTH, _PLOT_LEFT, _PLOT_RIGHT = 860.0, 90.0, 560.0
_PANEL_HEIGHT, _FIRST_PANEL, _BETWEEN = 220.0, 84.0, 62.0
_LAST_YEAR = 5
_LINE = 16.0


@dataclass(frozen=True)
class _Line:
    table: str
    points: tuple[tuple[int, float], ...]
    """Year and value, those that are not zero."""
    last: Figure


def growth(capacity: Capacity) -> str:
    """Draw the largest tables by their size in year 5; empty where nothing is expected to grow."""
    largest = sorted(capacity.tables, key=lambda size: (-size.bytes_year_5.value, size.table))[:SERIES]
    rows = [line for size in largest if (line := _rows(size)).points]
    sizes = [line for size in largest if (line := _bytes(size)).points]
    if not rows or not sizes:
        return ""
    height = _FIRST_PANEL + 2 * _PANEL_HEIGHT + _BETWEEN + 44
    drawing = Drawing(_WIDTH, height, title="Growth by table", description=_description(capacity, rows, sizes))
    drawing.text(24, 32, "Growth by table", style="ink head")
    drawing.text(24, 51, _about(capacity, len(largest)), style="quiet")
    bottom = _FIRST_PANEL + _PANEL_HEIGHT
    has_now = any(year == 0 for line in rows for year, _ in line.points)
    years = (0, 1, 3, 5) if has_now else (1, 3, 5)
    _panel(drawing, "Rows", rows, decades(_values(rows), bottom, _FIRST_PANEL), years)
    top = bottom + _BETWEEN
    scale = binary(_values(sizes), top + _PANEL_HEIGHT, top)
    _panel(drawing, "Size with indexes", sizes, scale, (1, 3, 5))
    return drawing.render()


def _rows(size: TableSize) -> _Line:
    figures = (size.rows_now, size.rows_year_1, size.rows_year_3, size.rows_year_5)
    return _line(size.table, zip((0, 1, 3, 5), figures, strict=True), size.rows_year_5)


def _bytes(size: TableSize) -> _Line:
    figures = (size.bytes_year_1, size.bytes_year_3, size.bytes_year_5)
    return _line(size.table, zip((1, 3, 5), figures, strict=True), size.bytes_year_5)


def _line(table: str, figures: Iterable[tuple[int, Figure]], last: Figure) -> _Line:
    return _Line(table, tuple((year, each.value) for year, each in figures if each.value > 0), last)


def _values(lines: Sequence[_Line]) -> list[float]:
    return [value for line in lines for _, value in line.points]


def _about(capacity: Capacity, shown: int) -> str:
    others = len(capacity.tables) - shown
    left = f", without {others} smaller ones" if others else ""
    return f"The largest by size in year 5{left}. Between two lines of the grid lies one factor."


def _panel(drawing: Drawing, name: str, lines: Sequence[_Line], scale: Scale, years: Sequence[int]) -> None:
    drawing.text(_PLOT_LEFT, scale.end - 12, name)
    for tick in scale.ticks:
        y = scale.at(tick)
        drawing.line(((_PLOT_LEFT, y), (_PLOT_RIGHT, y)), style="grid")
        drawing.text(_PLOT_LEFT - 8, y + 4, _short(tick, lines[0].last.unit), style="quiet small", anchor="end")
    for year in years:
        words = f"year {year}" if year else "now"
        drawing.text(_x(year), scale.start + 18, words, style="quiet small", anchor="middle")
    labels = spread([scale.at(line.points[-1][1]) for line in lines], _LINE, scale.start)
    for number, (line, label) in enumerate(zip(lines, labels, strict=True)):
        _draw(drawing, number, line, scale, label)


def _draw(drawing: Drawing, number: int, line: _Line, scale: Scale, label: float) -> None:
    points = [(_x(year), scale.at(value)) for year, value in line.points]
    drawing.line(points, style=f"l{number}")
    for x, y in points:
        drawing.dot(x, y, 3.5, style=f"f{number}")
    x, y = points[-1]
    drawing.line(((x + 6, y), (_PLOT_RIGHT + 24, label)), style="grid")
    drawing.dot(_PLOT_RIGHT + 30, label, 4, style=f"f{number}")
    value = quantity(line.last)
    room = _WIDTH - _PLOT_RIGHT - 60 - len(value) * 7.2
    words = f"{shortened(line.table, room)}  {value}"
    drawing.text(_PLOT_RIGHT + 40, label + 4, words, whole=f"{line.table}  {value}")


def _x(year: int) -> float:
    return _PLOT_LEFT + 16 + (_PLOT_RIGHT - _PLOT_LEFT - 32) * year / _LAST_YEAR


def _short(tick: float, unit: str) -> str:
    if unit == "bytes":
        return quantity(Figure(value=tick, unit=unit, origin="derived", basis="a tick")).replace(".0 ", " ")
    if tick >= 1e15:
        return f"1e{math.log10(tick):.0f}"
    for factor, word in ((1e12, "trillion"), (1e9, "billion"), (1e6, "million")):
        if tick >= factor:
            return f"{tick / factor:,.0f} {word}"
    return f"{tick:,.0f}"


def _description(capacity: Capacity, rows: Sequence[_Line], sizes: Sequence[_Line]) -> str:
    told = [
        f"{each.table}: {quantity(each.last)}, {quantity(size.last)}"
        for each in rows
        for size in sizes
        if size.table == each.table
    ]
    return f"{_about(capacity, len(rows))} In year {_LAST_YEAR}: {'; '.join(told)}."
