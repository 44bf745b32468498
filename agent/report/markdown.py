"""The pieces of Markdown that the document is made of. Text of others is escaped here and nowhere else."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from database_specialist.agent.model.base import Figure

# Inline syntax of CommonMark, and of GitHub beside it: strikethrough, formulas, links without brackets.
_SPECIAL = re.compile(r"([\\`*\[\]$]|~~|(?<![^\W_])_|_(?![^\W_])|(?<=[a-z]):(?=//)|(?<=\bwww)\.)")
_BLOCK = re.compile(r"^(?=[#+=~-])|^\d{1,9}(?=[.)](?:\s|$))")
# Controls, fillers and marks that no reader sees and that may reorder or hide what is beside them.
_INVISIBLE = re.compile(
    "[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\u00ad\u034f\u061c\u115f\u1160\u180b-\u180f\u200b-\u200f\u202a-\u202e"
    "\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff9-\ufffb\U000e0000-\U000e01ef]"
)
_QUOTED = r"""(?:"(?:[^"\\]|\\.)*"|'[^']*')"""
_COMMAND = re.compile(
    r"\b(?:psql|pg_dump|pg_restore|mysql|mariadb|mysqldump|sqlite3|aws|gcloud|az)"
    rf"(?:\s--?[\w-]+(?:[ =](?:{_QUOTED}|[\w$./:@{{}}%-]+(?=\s-|[;,]|\.?$)))?|\s{_QUOTED})+"
)


def text(value: str) -> str:
    r"""Return text of others as one line of inert Markdown. Pipes are left to `table`.

    >>> text("a <script> [x](y) *z* snake_case _u_")
    'a &lt;script&gt; \\[x\\](y) \\*z\\* snake_case \\_u\\_'
    >>> text("# no heading"), text("1. no list")
    ('\\# no heading', '1\\. no list')
    """
    line = " ".join(_INVISIBLE.sub("", value).split())
    line = line.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return _BLOCK.sub(r"\g<0>\\", _SPECIAL.sub(r"\\\1", line))


def sentence(value: str) -> str:
    """Return text of others, ended by a full stop where it has no end."""
    line = text(value)
    return line if not line or line.endswith((".", "!", "?", ":")) else f"{line}."


def code(value: str) -> str:
    """Return a name or a short piece of SQL as inline code.

    >>> code("a|b"), code("a `b` c")
    ('`a|b`', '``a `b` c``')
    """
    line = " ".join(_INVISIBLE.sub("", value).split())
    longest = max((len(run) for run in re.findall(r"`+", line)), default=0)
    marks = "`" * (longest + 1)
    space = " " if line.startswith("`") or line.endswith("`") else ""
    return f"{marks}{space}{line}{space}{marks}" if line else ""


def codes(values: Iterable[str]) -> str:
    """Return names as a list of inline code."""
    return ", ".join(code(value) for value in values)


def with_commands(value: str) -> str:
    """Return text of ours that quotes commands: those as inline code, the rest escaped.

    >>> with_commands('First run psql --dbname shop --command "SELECT *"; then stop.')
    'First run `psql --dbname shop --command "SELECT *"`; then stop.'
    """
    parts, at = [], 0
    line = " ".join(value.split())
    for found in _COMMAND.finditer(line):
        parts += [_inside(line[at : found.start()]), code(found.group())]
        at = found.end()
    return "".join([*parts, _inside(line[at:])])


def _inside(value: str) -> str:
    """Escape a part of a line; the spaces at its ends stay."""
    before, after = value[:1].isspace(), value[1:][-1:].isspace()
    return f"{' ' if before else ''}{text(value)}{' ' if after else ''}"


def some(items: Sequence[str], limit: int) -> str:
    """Return the first items of a long list and the number of the others.

    >>> some(("a", "b", "c", "d"), 2), some(("a", "b"), 2)
    ('a, b and 2 more', 'a, b')
    """
    if len(items) <= limit:
        return ", ".join(items)
    return f"{', '.join(items[:limit])} and {len(items) - limit} more"


def heading(level: int, title: str) -> str:
    """Return a heading."""
    return f"{'#' * level} {title}"


def table(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    r"""Return a table of finished cells; empty text when there are no rows.

    >>> print(table(("A",), [("`x|y`",)]))
    | A |
    | --- |
    | `x\|y` |
    """
    body = [f"| {' | '.join((cell or '-').replace('|', chr(92) + '|') for cell in row)} |" for row in rows]
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
    """Return a code block; the fence is longer than any inside the body. Empty text for an empty body."""
    if not body.strip():
        return ""
    longest = max((len(run) for run in re.findall(r"`+", body)), default=0)
    marks = "`" * max(3, longest + 1)
    return f"{marks}{language}\n{body.rstrip()}\n{marks}"


def link(title: str, url: str) -> str:
    """Return a link; an address with anything odd in it is shown as text instead."""
    if re.fullmatch(r"https?://[^\s<>()\[\]`|\\\x00-\x1f\x7f]+", url):
        return f"[{text(title) or url}]({url})"
    return f"{text(title)} ({text(url)})"


def sections(*parts: str) -> str:
    """Join the parts that are not empty, with a blank line between."""
    return "\n\n".join(part.strip("\n") for part in parts if part.strip())


_SINGULAR = {"rows": "row", "days": "day", "queries": "query", "executions": "execution", "users": "user"}
_SINGULAR |= {"requests": "request", "connections": "connection", "keys": "key", "writes": "write"}
_PLURAL = re.compile(rf"^(?:{'|'.join(_SINGULAR)})\b")


def quantity(figure: Figure) -> str:
    """Return a number with its unit, in a form that people read.

    >>> quantity(Figure(value=14000000.0, unit="rows", origin="given", basis="x"))
    '14,000,000 rows'
    >>> quantity(Figure(value=3_221_225_472.0, unit="bytes", origin="derived", basis="x"))
    '3.0 GiB'
    >>> quantity(Figure(value=300.0, unit="s", origin="given", basis="x"))
    '5 min'
    >>> quantity(Figure(value=1.0, unit="rows/day", origin="assumed", basis="x"))
    '1 row/day'
    """
    if figure.unit.startswith("bytes"):
        return _bytes(figure.value) + figure.unit.removeprefix("bytes")
    if figure.unit == "s":
        return _seconds(figure.value)
    if figure.unit == "%":
        return f"{number(figure.value)}%"
    unit = _PLURAL.sub(lambda noun: _SINGULAR[noun.group()], figure.unit) if figure.value == 1 else figure.unit
    return f"{number(figure.value)} {text(unit)}"


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
