"""What each planned index saves, beside what it weighs: the balance sheet as dots on two scales."""

from __future__ import annotations

from collections.abc import Sequence

from database_specialist.agent.model.base import Figure
from database_specialist.agent.model.scale import IndexUse
from database_specialist.agent.report.markdown import quantity
from database_specialist.agent.report.pictures.scales import Scale, binary, decades
from database_specialist.agent.report.pictures.svg import Drawing, shortened
from database_specialist.agent.verification.scale_words import times

_WIDTH, _NAMES = 900.0, 290.0
_SAVES, _SAVES_END = 306.0, 540.0
_SIZES, _SIZES_END = 680.0, 810.0
_TOP, _ROW = 112.0, 18.0
_TIMES = "\u00d7"
MOST = 40
"""More rows than this make a picture that nobody looks at."""


def index_savings(uses: Sequence[IndexUse]) -> str:
    """Draw the largest savings first; empty where no index was weighed."""
    weighed = [use for use in uses if use.bytes_year_3 > 0]
    if not weighed:
        return ""
    shown = sorted(weighed, key=lambda use: (-_most(use), use.index))[:MOST]
    bottom = _TOP + _ROW * len(shown)
    drawing = Drawing(_WIDTH, bottom + 40, title="What each index saves and weighs", description=_description(shown))
    drawing.text(24, 32, "What each index saves and weighs", style="ink head")
    left = f" The {len(uses) - len(shown)} that save least are left out." if len(uses) > len(shown) else ""
    drawing.text(24, 51, f"At the rows of the first year, by the planner's cost.{left}", style="quiet")
    _legend(drawing)
    saves = decades([1.0, *map(_most, shown)], _SAVES, _SAVES_END)
    sizes = binary([use.bytes_year_3 for use in shown], _SIZES, _SIZES_END)
    _axis(drawing, saves, bottom, [f"{tick:,.0f}{_TIMES}" for tick in saves.ticks])
    _axis(drawing, sizes, bottom, [_size(tick).replace(".0 ", " ") for tick in sizes.ticks])
    for number, use in enumerate(shown):
        _draw(drawing, use, _TOP + _ROW * (number + 0.5), saves, sizes)
    return drawing.render()


def _most(use: IndexUse) -> float:
    return max(1.0, *_factors(use).values())


def _factors(use: IndexUse) -> dict[str, float]:
    """Return the cost without the index, as factors, of what it serves."""
    weighed = {"": use.costs_without} if use.used_by and not use.hides_in_bytes else {}
    return {**weighed, **({"delete": use.deletes_cost_without} if use.supports else {}), "none": 1.0}


def _legend(drawing: Drawing) -> None:
    drawing.text(_SAVES, 76, "Cost without it")
    drawing.dot(_SAVES + 108, 72, 4, style="f0")
    drawing.text(_SAVES + 118, 76, "of queries", style="quiet")
    drawing.dot(_SAVES + 200, 72, 4, style="open l1")
    drawing.text(_SAVES + 210, 76, "of a delete", style="quiet")
    drawing.text(_SIZES, 76, "Size in year 3")


def _axis(drawing: Drawing, scale: Scale, bottom: float, words: Sequence[str]) -> None:
    for number, (tick, said) in enumerate(zip(scale.ticks, words, strict=True)):
        x = scale.at(tick)
        drawing.line(((x, _TOP - 6), (x, bottom)), style="grid")
        # Every other one where they are many: "32 MiB" beside "1 GiB" would touch.
        if len(words) < 5 or number % 2 == 0:
            drawing.text(x, bottom + 18, said, style="quiet small", anchor="middle")


def _draw(drawing: Drawing, use: IndexUse, y: float, saves: Scale, sizes: Scale) -> None:
    drawing.text(_NAMES, y + 4, shortened(use.index, _NAMES - 24, 11), style="ink small", anchor="end", whole=use.index)
    factors = _factors(use)
    end = saves.at(_most(use))
    drawing.line(((saves.start, y), (end, y)), style="grid")
    for kind, style in (("", "f0"), ("delete", "open l1")):
        if kind in factors:
            drawing.dot(saves.at(max(1.0, factors[kind])), y, 4, style=style)
    drawing.text(end + 9, y + 4, _words(use, factors), style="quiet small halo")
    x = sizes.at(use.bytes_year_3)
    drawing.line(((sizes.start, y), (x, y)), style="grid")
    drawing.dot(x, y, 4, style="f2")
    drawing.text(x + 9, y + 4, _size(use.bytes_year_3), style="quiet small halo")


def _words(use: IndexUse, factors: dict[str, float]) -> str:
    told = [_times(factors[""])] if "" in factors else []
    told += ["not weighed"] if use.hides_in_bytes and use.used_by else []
    told += [f"delete {_times(factors['delete'])}"] if "delete" in factors else []
    return ", ".join(told) or "no plan uses it"


def _times(factor: float) -> str:
    return times(factor).replace(" times", _TIMES)


def _size(value: float) -> str:
    return quantity(Figure(value=value, unit="bytes", origin="derived", basis="a tick or an index"))


def _description(shown: Sequence[IndexUse]) -> str:
    told = "; ".join(f"{use.index}: {_words(use, _factors(use))}, {_size(use.bytes_year_3)}" for use in shown)
    return f"How many times the planner's cost is without each index, and its size in year 3. {told}."
