"""Items of a list in prose: "a number that no other boat has", "the weight in grams", "the date it was reported"."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from database_specialist.agent.designer.knowledge import Lexicon
from database_specialist.agent.designer.nouns import name_words, singular_name

_ARTICLE = re.compile(
    r"^(?:(?:an?|the|its|their|his|her|own|one|exactly one|each|optionally|optional|whether|some"
    r"|possibly|all|agreed|given)\s+)+",
    re.IGNORECASE,
)
_MANY = re.compile(r"^(?:one or more|several|many|multiple|any number of|at least \w+|up to \w+)\s+", re.IGNORECASE)
_BRACKET = re.compile(r"\(([^()]*)\)")
_HAPPENED = re.compile(
    r"^(?:the\s+)?(?P<what>date|day|time|moment)\s+(?:when |on which |at which )?(?:it|they)\s+"
    r"(?:was|were|is|are)\s+(?P<deed>[a-z]+(?:ed|en|nt|ld))$",
    re.I,
)
_UNTIL = re.compile(r"^(?:the )?date (?P<to>until|from) which (?:it|they) (?:is|are) (?P<how>[a-z]+)$", re.IGNORECASE)
_WHO = re.compile(r"^who (?P<deed>[a-z]+) (?:it|them|this|that)$", re.IGNORECASE)
_OTHER = re.compile(r"\bthat no other\b|\bunlike any other\b", re.IGNORECASE)
_RELATIVE = re.compile(
    r"\s+(?:that|which|who|whose|where|when|until (?=\w)|under which|in which|at the time"
    r"|it|they|we|agreed|given|needed|used)\b.*$",
    re.IGNORECASE,
)
_ABOVE = re.compile(r"\s+(?:above|greater than|of more than|over)\s+(?:zero|0)\b", re.IGNORECASE)
_UNIT = re.compile(r"\s+in\s+(?P<unit>[a-z]+)\b.*$", re.IGNORECASE)
_CALLED = re.compile(
    r"^(?P<what>[\w-]+(?: [\w-]+)?) of (?P<det>the |an? |its |their )?(?P<whom>[\w' -]+)$", re.IGNORECASE
)
_LETTERS = re.compile(
    r"^(?P<count>two|three|four|five|six|seven|eight|ten|\d+)-(?P<kind>letter|digit|character)\s+", re.I
)
_COUNTS = {"two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "ten": 10}
_MOMENTS = frozenset({"date", "day", "time", "year", "place", "month"})
UNITS = {
    "metres": "m", "meters": "m", "millimetres": "mm", "millimeters": "mm", "centimetres": "cm", "centimeters": "cm",
    "kilometres": "km", "kilometers": "km", "grams": "g", "kilograms": "kg", "tonnes": "t", "litres": "l",
    "liters": "l", "degrees": "degrees", "percent": "percent", "hectares": "ha", "kg": "kg", "km": "km", "kwh": "kwh",
    "mm": "mm", "cm": "cm", "m": "m", "g": "g", "seconds": "seconds", "minutes": "minutes", "hours": "hours",
    "days": "days", "weeks": "weeks", "months": "months", "years": "years",
}  # fmt: skip
"""Units as they are written, and as they end a name."""
COUNTED = frozenset({"seconds", "minutes", "hours", "days", "weeks", "months", "years"})


@dataclass(frozen=True)
class Item:
    """What one item of a list says."""

    name: str
    values: tuple[str, ...] = ()
    """The words in brackets: allowed values, or the fields of a part."""
    many: bool = False
    unique: bool = False
    positive: bool = False
    optional: bool = False
    unit: str = ""
    length: int | None = None
    pattern: str | None = None
    kind: str | None = None
    """The logical type, where its form says it."""
    of: str = ""
    """What it is the property of, when the item says so: "currency of the policy"."""
    by: str = ""
    """The deed of the person who is meant: "who added them"."""

    @property
    def given(self) -> dict[str, Any]:
        """What is known of an attribute beside its name."""
        told: dict[str, Any] = {
            "type": self.kind, "length": self.length, "pattern": self.pattern, "unique": self.unique or None,
        }  # fmt: skip
        if self.positive:
            told |= {"minimum": 0.0, "exclusive_minimum": True}
        if self.optional:
            told["required"] = False
        return {key: value for key, value in told.items() if value is not None}


def read_item(text: str, lexicon: Lexicon) -> Item | None:
    """Read one item of a list; None when it names no property.

    >>> from database_specialist.agent.designer.knowledge import DEFAULT
    >>> [read_item(text, DEFAULT).name for text in ("the date of the loss", "a length in metres", "a lead")]
    ['loss_date', 'length_m', 'lead']
    """
    text = text.strip(" .,;:`*").replace("e-mail", "email").replace("E-mail", "email")
    special = _special(text)
    if special is not None:
        return special
    text = re.sub(r"\s+at (?:any|a|one|the same) time$", "", text)
    bracket = _BRACKET.search(text)
    plain = _BRACKET.sub(" ", text)
    if ":" in plain:
        plain, _, told = plain.partition(":")
        bracketed = told if all(len(part.split()) <= 3 for part in re.split(r",|\bor\b", told)) else ""
    else:
        bracketed = bracket[1] if bracket else ""
    many = bool(_MANY.match(plain))
    plain = _ARTICLE.sub("", _MANY.sub("", plain))
    unique = bool(_OTHER.search(plain)) or plain.startswith("unique ")
    positive = bool(_ABOVE.search(plain))
    plain = _ABOVE.sub("", _RELATIVE.sub("", plain))
    return _named(plain, bracketed, lexicon, many=many, unique=unique, positive=positive, optional=_is_optional(text))


def _is_optional(text: str) -> bool:
    return bool(re.search(r"\boptional|\bif (?:any|known|given)\b|\bpossibly\b|\bmay be empty\b", text, re.IGNORECASE))


def _special(text: str) -> Item | None:
    if match := _HAPPENED.match(text):
        day = match["what"].lower() in ("date", "day")
        return Item(f"{match['deed'].lower()}_{'on' if day else 'at'}", kind="date" if day else "timestamp")
    if match := _UNTIL.match(text):
        return Item(f"{match['how'].lower()}_{match['to'].lower()}", kind="date")
    if match := _WHO.match(text):
        return Item(f"{match['deed'].lower()}_by", by=match["deed"].lower())
    if re.match(r"(?:the\s+)?valid (?:until|to)$", text, re.IGNORECASE):
        return Item("valid_until", kind="date")
    if re.match(r"how to (?:reach|contact)\b", text, re.IGNORECASE):
        return Item("contact_details", kind="text")
    if text.lower() in ("why", "the reason why"):
        return Item("reason", kind="text")
    return None


def _named(
    plain: str, bracketed: str, lexicon: Lexicon, *, many: bool, unique: bool, positive: bool, optional: bool
) -> Item | None:
    unit = ""
    if match := _UNIT.search(plain):
        unit = UNITS.get(match["unit"].lower(), "")
        plain = plain[: match.start()]
    length, pattern = None, None
    if match := _LETTERS.match(plain):
        count = match["count"].lower()
        length = int(count) if count.isdigit() else _COUNTS[count]
        kinds = {"letter": "[A-Za-z]", "digit": "[0-9]", "character": "."}
        pattern = f"^{kinds[match['kind'].lower()]}{{{length}}}$"
        plain = plain[match.end() :]
    plain, of = _owned(plain)
    words = [word for word in name_words(plain) if word not in ("own", "free", "full", "current")]
    if not 0 < len(words) <= 4 or not words[0].isalpha() or set(words) & (lexicon.words("function_words") - {"of"}):
        return None
    name = singular_name(words, lexicon) if many else "_".join(words)
    values = tuple(v.strip() for v in re.split(r"\s*(?:,|/|\||\bor\b|\band\b)\s*", bracketed) if v.strip())
    kind = ("integer" if unit in COUNTED else "decimal") if unit else "code" if pattern else None
    if unit and not name.endswith(f"_{unit}"):
        name = f"{name}_{unit}"
    return Item(name, values, many, unique, positive, optional, unit, length, pattern, kind, of)


def _owned(plain: str) -> tuple[str, str]:
    """Split "currency of the policy" into the property and its owner; "year of building" is one name."""
    match = _CALLED.match(plain.strip())
    if match is None:
        return plain, ""
    what, whom = match["what"], match["whom"]
    if what.lower() in _MOMENTS:
        words = whom.split()
        return ("date of birth" if whom == "birth" else f"{words[0]} {what}"), ""
    return (what, whom) if match["det"] else (plain, "")
