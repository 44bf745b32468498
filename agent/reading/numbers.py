"""Numbers in the notations that people use: digit grouping of either kind, k/M/B, words, ranges."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

_SCALES = {
    "k": 1e3,
    "thousand": 1e3,
    "tsd": 1e3,
    "lakh": 1e5,
    "m": 1e6,
    "mn": 1e6,
    "mio": 1e6,
    "million": 1e6,
    "millions": 1e6,
    "crore": 1e7,
    "b": 1e9,
    "bn": 1e9,
    "billion": 1e9,
    "mrd": 1e9,
    "hundred": 1e2,
    "dozen": 12,
}
_WORDS = {
    "half a": 0.5,
    "one": 1,
    "two": 2,
    "three": 3,
    "four": 4,
    "five": 5,
    "six": 6,
    "seven": 7,
    "eight": 8,
    "nine": 9,
    "ten": 10,
    "twelve": 12,
    "fifteen": 15,
    "twenty": 20,
    "thirty": 30,
    "forty": 40,
    "fifty": 50,
    "sixty": 60,
    "ninety": 90,
}
_PLAIN = (
    "\\d{1,3}(?:,\\d{3})+(?:\\.\\d+)?|\\d{1,3}(?:\\.\\d{3})+(?:,\\d+)?|\\d{1,3}(?:['\u2019\u00a0\u202f "
    "]\\d{3})+(?!\\d)(?:[.,]\\d+)?"
    "|\\d{1,12}(?:[.,]\\d{1,6})?"
)
_SCALE = (
    "(?:\\s?(?:k|K|M|B|bn|mn|Mio|mio|Mrd|Tsd)(?![A-Za-z0-9])\\.?|\\s+(?i:thousand"
    "|million|millions|billion|hundred thousand|lakh|crore|dozen)\\b|-(?i:million"
    "|thousand)\\b)"
)
_WORD = (
    "(?i:"
    + "|".join(sorted(_WORDS, key=lambda word: -len(word)))
    + "|an?(?=\\s+(?:million|thousand|hundred|billion|dozen)\\b))"
)
_AMOUNT = re.compile(
    f"(?<![\\w.,/:#-])(?P<first>{_PLAIN})(?P<first_scale>{_SCALE})?"
    f"(?P<between>\\s?(?:-|\u2013|\u2014|\\bto\\b|\u2026|\\.\\.\\.?)\\s?(?P<second>{_PLAIN})"
    f"(?P<second_scale>{_SCALE})?)?(?P<plus>\\+)?"
    f"|(?<!\\w)(?P<word>{_WORD})(?:\\s+(?P<word_scale>(?i:hundred thousand|hundred"
    f"|thousand|million|billion|dozen)))?(?=[\\s-]|$)"
)


@dataclass(frozen=True)
class Amount:
    """A number at a place of a text."""

    value: float
    start: int
    end: int
    note: str = ""
    """How a range was read."""
    ambiguous: bool = False
    """Written as "1.200": a thousand and two hundred, or one and a fifth."""


def find_amounts(text: str) -> Iterator[Amount]:
    """Yield the numbers of a text, in order; of a range the upper end."""
    for match in _AMOUNT.finditer(text):
        if match.group("word"):
            yield _spelled(match)
            continue
        first = _scaled(match.group("first"), match.group("first_scale"))
        if match.group("second") is None:
            yield Amount(
                first, match.start(), match.end(), "", _is_ambiguous(match.group("first"), match.group("first_scale"))
            )
            continue
        second = _scaled(match.group("second"), match.group("second_scale") or "")
        upper = max(_scaled(match.group("first"), match.group("first_scale") or match.group("second_scale")), second)
        yield Amount(upper, match.start(), match.end(), f"upper end of the range {match.group().strip()}")


def _spelled(match: re.Match[str]) -> Amount:
    word = match.group("word").lower()
    scale = 1.0
    for part in (match.group("word_scale") or "").lower().split():
        scale *= _SCALES[part]
    return Amount(_WORDS.get(word, 1) * scale, match.start(), match.end())


def _is_ambiguous(digits: str, scale: str | None) -> bool:
    return scale is None and re.fullmatch(r"[1-9]\d{0,2}\.\d{3}", digits) is not None


def _scaled(digits: str, scale: str | None) -> float:
    value = parse_number(digits)
    for part in (scale or "").lower().strip(" .-").split():
        value *= _SCALES[part]
    return value


def parse_number(digits: str) -> float:
    """Return the value of digits with English or European grouping.

    >>> [parse_number(text) for text in ("1,200", "1.200.000", "2,5", "99.95", "1 200 000", "1.234,5")]
    [1200.0, 1200000.0, 2.5, 99.95, 1200000.0, 1234.5]
    """
    digits = re.sub("['\u2019\u00a0\u202f ]", "", digits)
    if "," in digits and "." in digits:
        decimal = max(digits.rfind(","), digits.rfind("."))
        return float(re.sub("[.,]", "", digits[:decimal]) + "." + digits[decimal + 1 :])
    if digits.count(",") > 1 or re.fullmatch(r"[1-9]\d{0,2},\d{3}", digits):
        return float(digits.replace(",", ""))
    if digits.count(".") > 1:
        return float(digits.replace(".", ""))
    return float(digits.replace(",", "."))


_IRREGULAR = {
    "people": "person",
    "children": "child",
    "men": "man",
    "women": "woman",
    "series": "series",
    "data": "data",
    "media": "media",
    "criteria": "criterion",
    "indices": "index",
    "vertices": "vertex",
    "matrices": "matrix",
    "analyses": "analysis",
    "diagnoses": "diagnosis",
    "addresses": "address",
    "statuses": "status",
    "buses": "bus",
    "movies": "movie",
    "cookies": "cookie",
    "knives": "knife",
    "shelves": "shelf",
}


def singular(phrase: str) -> str:
    """Return a noun phrase with its last word in the singular.

    >>> [singular(words) for words in ("parcels", "search queries", "boxes", "addresses", "news status")]
    ['parcel', 'search query', 'box', 'address', 'news status']
    """
    head, _, last = phrase.strip().lower().rpartition(" ")
    if last in _IRREGULAR:
        last = _IRREGULAR[last]
    elif last.endswith("ies") and len(last) > 4:
        last = last[:-3] + "y"
    elif re.search(r"(?:[xz]|ch|sh|ss)es$", last):
        last = last[:-2]
    elif last.endswith("s") and not re.search(r"(?:ss|us|is|news)$", last) and len(last) > 2:
        last = last[:-1]
    return f"{head} {last}".strip()
