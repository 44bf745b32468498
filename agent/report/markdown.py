"""The pieces of Markdown that the document is made of. Text of others is escaped here and nowhere else."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from database_specialist.agent.model.base import Figure

_SPECIAL = re.compile(r"([\\`*\[\]|])")
_INVISIBLE = re.compile("[\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\U000e0000-\U000e007f]")


def text(value: str) -> str:
    r"""Return text of others as one line of inert Markdown.

    >>> text("a | b <script> [x](y) *z*")
    'a \\| b &lt;script&gt; \\[x\\](y) \\*z\\*'
    """
    line = " ".join(_INVISIBLE.sub("", value).split())
    line = line.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return _SPECIAL.sub(r"\\\1", line)


def code(value: str) -> str:
    r"""Return a name or a short piece of SQL as inline code.

    >>> code("a|b")
    '`a\\|b`'
    """
    line = " ".join(value.split()).replace("`", "'")
    return f"`{line}`".replace("|", "\\|") if line else ""


def codes(values: Iterable[str]) -> str:
    """Return names as a list of inline code."""
    return ", ".join(code(value) for value in values)


def heading(level: int, title: str) -> str:
    """Return a heading."""
    return f"{'#' * level} {title}"


def table(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table of finished cells; empty text when there are no rows."""
    body = [f"| {' | '.join(cell or '-' for cell in row)} |" for row in rows]
    if not body:
        return ""
    return "\n".join([f"| {' | '.join(headings)} |", f"|{' --- |' * len(headings)}", *body])


def bullets(items: Iterable[str]) -> str:
    """Return finished lines as a list."""
    return "\n".join(f"- {item}" for item in items)


def numbered(items: Iterable[str]) -> str:
    """Return finished lines as a numbered list."""
    return "\n".join(f"{number}. {item}" for number, item in enumerate(items, 1))


def fence(language: str, body: str) -> str:
    """Return a code block; the fence is longer than any inside the body."""
    longest = max((len(run) for run in re.findall(r"`+", body)), default=0)
    marks = "`" * max(3, longest + 1)
    return f"{marks}{language}\n{body.rstrip()}\n{marks}"


def sections(*parts: str) -> str:
    """Join the parts that are not empty, with a blank line between."""
    return "\n\n".join(part.strip("\n") for part in parts if part.strip())


def quantity(figure: Figure) -> str:
    """Return a number with its unit, in a form that people read.

    >>> quantity(Figure(value=14000000.0, unit="rows", origin="given", basis="x"))
    '14,000,000 rows'
    >>> quantity(Figure(value=3_221_225_472.0, unit="bytes", origin="derived", basis="x"))
    '3.0 GiB'
    >>> quantity(Figure(value=300.0, unit="s", origin="given", basis="x"))
    '5 min'
    """
    if figure.unit.startswith("bytes"):
        return _bytes(figure.value) + figure.unit.removeprefix("bytes")
    if figure.unit == "s":
        return _seconds(figure.value)
    if figure.unit == "%":
        return f"{number(figure.value)}%"
    return f"{number(figure.value)} {figure.unit}"


def marked(figure: Figure) -> str:
    """Return a number with its unit and its origin."""
    return f"{quantity(figure)} ({figure.origin})"


def number(value: float) -> str:
    """Return a number without noise digits.

    >>> number(1234567.0), number(0.25), number(99.95)
    ('1,234,567', '0.25', '99.95')
    """
    if float(value).is_integer():
        return f"{int(value):,}"
    return f"{value:,.1f}" if abs(value) >= 100 else f"{value:.4g}"


def _bytes(value: float) -> str:
    units = ("B", "KiB", "MiB", "GiB", "TiB", "PiB")
    step = 0
    while value >= 1024 and step < len(units) - 1:
        value, step = value / 1024, step + 1
    return f"{value:.0f} {units[step]}" if step == 0 else f"{value:.1f} {units[step]}"


def _seconds(value: float) -> str:
    for size, unit in ((86400, "days"), (3600, "h"), (60, "min")):
        if value >= size and value % size == 0:
            return f"{number(value / size)} {unit}"
    return f"{number(value)} s"
