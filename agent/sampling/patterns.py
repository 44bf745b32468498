r"""Texts that match a regular expression of the subset that column patterns use.

    alternatives := sequence ("|" sequence)*
    sequence     := (atom quantifier?)*
    atom         := "(" alternatives ")" | "[" set "]" | "\\" escape | "." | anchor | character

Look-around and back references are refused: they do not stand in column patterns.
"""

from __future__ import annotations

import re
import string
from collections.abc import Callable
from random import Random

Maker = Callable[[Random], str]

_POSIX = {
    "alpha": string.ascii_letters,
    "digit": string.digits,
    "alnum": string.ascii_letters + string.digits,
    "upper": string.ascii_uppercase,
    "lower": string.ascii_lowercase,
    "xdigit": "0123456789abcdef",
    "space": " ",
    "blank": " ",
    "punct": "-.,:;!?",
}
_ESCAPED = {"d": string.digits, "w": string.ascii_lowercase + string.digits, "s": " ", "D": "x", "W": "-", "S": "x"}
_ANCHORS = frozenset("mMyYbBAZ")
_PRINTABLE = string.ascii_letters + string.digits + " -.,"
_SPARE = 3
"""How many more than the minimum an open quantifier may give."""


class PatternError(ValueError):
    """The pattern uses something that this generator does not know."""


def text_for(pattern: str, random: Random) -> str:
    r"""Return a text that `pattern` matches, whole.

    >>> text_for("^[A-Z]{2}-\\d{3}$", Random(1))
    'DP-317'
    """
    parser = _Parser(pattern)
    make = parser.alternatives()
    if parser.rest:
        raise PatternError(f"unbalanced parenthesis in {pattern!r}")
    return make(random)


def python_pattern(pattern: str) -> re.Pattern[str]:
    """Compile a POSIX or PCRE pattern with Python's engine; PatternError when it cannot be."""
    translated = re.sub(r"\[:(\w+):\]", lambda found: re.escape(_POSIX.get(found[1], "")), pattern)
    translated = re.sub(r"\\[mMyY]", r"\\b", translated)
    try:
        return re.compile(re.sub(r"(?<!\\)\$", r"\\Z", translated))
    except re.error as error:
        raise PatternError(f"{pattern!r}: {error}") from error


class _Parser:
    def __init__(self, pattern: str) -> None:
        self.rest = pattern

    def alternatives(self) -> Maker:
        options = [self._sequence()]
        while self._take("|"):
            options.append(self._sequence())
        return lambda random: random.choice(options)(random)

    def _sequence(self) -> Maker:
        parts: list[Maker] = []
        while self.rest and self.rest[0] not in "|)":
            parts.append(self._quantified(self._atom()))
        return lambda random: "".join(part(random) for part in parts)

    def _atom(self) -> Maker:
        if self._take("("):
            return self._group()
        character = self._next()
        if character in "^$":
            return lambda random: ""
        if character == "[":
            return _one_of(self._set())
        if character == ".":
            return _one_of(string.ascii_lowercase)
        if character == "\\":
            return self._escape()
        return _one_of(character)

    def _group(self) -> Maker:
        if self.rest.startswith("?") and not self._take("?:"):
            raise PatternError(f"unknown group (?{self.rest[1:2]}")
        inner = self.alternatives()
        if not self._take(")"):
            raise PatternError("missing )")
        return inner

    def _escape(self) -> Maker:
        letter = self._next()
        if letter in _ANCHORS:
            return lambda random: ""
        if letter.isdigit():
            raise PatternError("back references are not generated")
        return _one_of(_ESCAPED.get(letter, {"n": "\n", "t": "\t"}.get(letter, letter)))

    def _set(self) -> str:
        negated = self._take("^")
        members = ""
        while not members or not self.rest.startswith("]"):
            members += self._members()
        self._take("]")
        allowed = "".join(character for character in _PRINTABLE if character not in members) if negated else members
        if not allowed:
            raise PatternError("a set that allows no printable character")
        return allowed

    def _members(self) -> str:
        named = re.match(r"\[:(\w+):\]", self.rest)
        if named:
            self.rest = self.rest[named.end() :]
            return _POSIX.get(named[1], "")
        first = self._next()
        if first == "\\":
            letter = self._next()
            return _ESCAPED.get(letter, letter)
        if re.match(r"-[^\]]", self.rest):
            self._take("-")
            return "".join(map(chr, range(ord(first), ord(self._next()) + 1)))
        return first

    def _quantified(self, make: Maker) -> Maker:
        low, high = self._bounds()
        self._take("?") or self._take("+")  # laziness does not change what matches
        return lambda random: "".join(make(random) for _ in range(random.randint(low, high)))

    def _bounds(self) -> tuple[int, int]:
        if self._take("?"):
            return 0, 1
        if self._take("*"):
            return 0, _SPARE
        if self._take("+"):
            return 1, 1 + _SPARE
        counted = re.match(r"\{(\d+)(,?)(\d*)\}", self.rest)
        if not counted:
            return 1, 1
        self.rest = self.rest[counted.end() :]
        low = int(counted[1])
        return low, int(counted[3]) if counted[3] else low + (_SPARE if counted[2] else 0)

    def _take(self, prefix: str) -> bool:
        found = self.rest.startswith(prefix)
        self.rest = self.rest[len(prefix) :] if found else self.rest
        return found

    def _next(self) -> str:
        if not self.rest:
            raise PatternError("the pattern ends too early")
        character, self.rest = self.rest[0], self.rest[1:]
        return character


def _one_of(characters: str) -> Maker:
    return lambda random: random.choice(characters)
