"""Volumes, rates, latency, availability, recovery and retention, wherever they stand and however they are written.

statement or table row -> phrases ("500 ms Search p95") -> amounts -> one reading each -> Quantity
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice

from database_specialist.agent.model.base import FactId, Figure, Span
from database_specialist.agent.model.brief import Metric, Quantity
from database_specialist.agent.reading.measures import Reading, read_amount, read_words
from database_specialist.agent.reading.numbers import find_amounts
from database_specialist.agent.reading.statements import Statement, heading_title, without_marks
from database_specialist.agent.reading.vocabulary import pattern, words

_CLAUSE = re.compile(
    r"[,;](?!\d)|(?<=\w)(?<!Mio)(?<!Mrd)(?<!approx)\.\s|\s[\u2013\u2014]\s|(?<![A-Z])/(?=\s*(?:RTO|RPO)\b)|\band\b(?=\s+(?:an?\s+)?(?:RTO|RPO)\b)"
)
_KEPT_LIST = re.compile(
    r"(?:(?:\s[\w-]+){1,3},){0,4}(?:\s[\w-]+){0,3}\s(?:and|or)\s[\w -]{2,30}\b(?:kept|retained|stored|archived)\b"
)
_ROW_WORDS = re.compile(r"[A-Za-z]{3,}")
_UNIT_ONLY = re.compile(
    r"^[\s<>=~\u2264\u2265\u2248]*[\d.,]+\s*(?:k|K|M|B)?\+?\s*(?:%|ms|s|sec|seconds?"
    r"|min|minutes?|hours?|h|days?|years?|months?|rps|RPS|qps|QPS|tps|TPS|[KMGTP]i?B"
    r"|B)?\+?$"
)
_VOLUMES: tuple[Metric, ...] = (
    "rows",
    "rows_per_period",
    "users",
    "concurrent_users",
    "requests_per_second",
    "storage",
    "retention",
)
"""Of these the largest figure of a statement counts: "from 200 to 20,000 requests a second"."""

_LONGEST_PHRASE = 800
_MOST_AMOUNTS = 40


@dataclass(frozen=True)
class Phrase:
    """A piece of a statement that is read on its own, and what it is about."""

    text: str
    topic: str
    """The title, label or key of the row: the subject when the phrase itself has none."""
    basis: str


def read_quantities(statement: Statement) -> tuple[Reading, ...]:
    """Return the figures that a statement gives; none for what is out of scope or only operates the servers."""
    if statement.scope != "in" or any(_skipped(title) for title in statement.section):
        return ()
    found: dict[tuple[Metric, str, str | None], Reading] = {}
    for phrase in _phrases(statement):
        for reading in _of_phrase(phrase, statement):
            key = (reading.metric, reading.subject, reading.statistic)
            if key not in found or (reading.metric in _VOLUMES and reading.value > found[key].value):
                found[key] = replace(reading, basis=_basis(phrase, reading))
    return tuple(found.values())


def _skipped(title: str) -> bool:
    return bool(pattern("quantities", "skip_sections").search(heading_title(title)))


def _basis(phrase: Phrase, reading: Reading) -> str:
    quoted = phrase.basis if len(phrase.basis) <= 200 else phrase.basis[:197] + "..."
    return f"{quoted} ({reading.note})" if reading.note else quoted


def _phrases(statement: Statement) -> Iterator[Phrase]:
    if statement.cells:
        yield from _row_phrases(statement)
        return
    topic = statement.title or ""
    whole = f"{topic}: {statement.text}" if topic else statement.text
    for part in _clauses(statement.text):
        yield Phrase(part, topic, whole)


def _clauses(text: str) -> Iterator[str]:
    """Split a text into clauses; the commas of "Orders, invoices and payments are kept" part no clause."""
    start = 0
    for match in _CLAUSE.finditer(text):
        part = text[start : match.start()]
        if match.group() == "," and not re.search(r"\d", part) and _KEPT_LIST.match(text, match.end()):
            continue
        yield part
        start = match.end()
    yield text[start:]


def _sentence(cells: list[tuple[str, str]]) -> str:
    """Return a row as its author would say it: the only cell beside the id is the sentence itself."""
    if len(cells) == 1:
        return cells[0][1]
    return "; ".join(f"{header}: {text}" if header else text for header, text in cells)


def _row_phrases(statement: Statement) -> Iterator[Phrase]:
    cells = [(without_marks(cell.header), without_marks(cell.text)) for cell in statement.cells]
    if len(cells) < 2:
        return
    ids = words("columns", "id")
    named = (text for name, text in cells if name.lower() not in ids and _ROW_WORDS.search(text))
    key = statement.title or next(named, "")
    whole = _sentence([(name, text) for name, text in cells if text and name.lower() not in ids])
    if any(re.search(r"\b(?:prod|production)", header, re.IGNORECASE) for header, _ in cells):
        # Production figures stand beside those of a laptop: only the former size the design.
        cells = [cell for cell in cells if not re.search(r"local|dev|laptop|staging", cell[0], re.IGNORECASE)]
    for header, text in cells:
        if (text == key and statement.title) or header.lower() in ids or _column_skipped(header):
            continue
        if _UNIT_ONLY.match(text):
            # "Bookings per day | 10,000" and "Orders | Retention: 7 years": the noun stands elsewhere in the row.
            yield Phrase(f"{_said(header)}{text} {key}".strip(), key, whole)
        elif text == key:
            yield from (Phrase(part.strip(), "", whole) for part in _clauses(text))
        else:
            for part in _clauses(text):
                yield Phrase(f"{_said(header)}{part}".strip(), key, whole)


def _said(header: str) -> str:
    """Return the header as the beginning of a phrase, when it says what its column measures."""
    tells = re.search(
        r"\b(?:rto|rpo|retention|retain|kept|delet\w+|purge|archive|latency|response"
        r"|availability|uptime|p\d\d|growth|backup|per|units?/|rows?|records?|peak"
        r"|average|avg|size)\b",
        header,
        re.IGNORECASE,
    )
    return f"{header}: " if tells else ""


def _column_skipped(header: str) -> bool:
    names = words("quantities", "skip_columns")
    return any(word in names for word in re.findall(r"[a-z]+", header.lower()))


def _of_phrase(phrase: Phrase, statement: Statement) -> Iterator[Reading]:
    yield from read_words(phrase.text[:_LONGEST_PHRASE], phrase.topic, statement.section)
    # A figure stands in a phrase of a few words; text without any punctuation would make this quadratic.
    for amount in islice(find_amounts(phrase.text[:_LONGEST_PHRASE]), _MOST_AMOUNTS):
        reading = read_amount(amount, phrase.text[:_LONGEST_PHRASE], phrase.topic, statement.section)
        if reading is not None:
            yield reading


def number_quantities(read: Sequence[tuple[Reading, FactId, Span]]) -> tuple[Quantity, ...]:
    """Return the readings as numbered quantities, each once: what is said twice the same way is one."""
    said: dict[tuple[Metric, str, str | None, float], list[tuple[Reading, FactId, Span]]] = {}
    for reading, fact, span in read:
        said.setdefault((reading.metric, reading.subject, reading.statistic, reading.value), []).append(
            (reading, fact, span)
        )
    return tuple(_quantity(number, group) for number, group in enumerate(said.values(), start=1))


def _quantity(number: int, group: Sequence[tuple[Reading, FactId, Span]]) -> Quantity:
    reading, _, span = group[0]
    facts = tuple(dict.fromkeys(fact for _, fact, _ in group))
    return Quantity(
        id=f"N{number}",
        metric=reading.metric,
        subject=reading.subject,
        figure=Figure(value=reading.value, unit=reading.unit, origin="given", basis=reading.basis, facts=facts),
        statistic=reading.statistic,
        span=span,
    )
