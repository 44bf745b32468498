r"""What the lines of the entity notation share: a cursor over a line, quoted texts, and the ground at its end.

Every line has the form `what it is about: its properties -- its meaning [its ground]`. The ground is the statements it
rests on, `[F3 F7]`, or the reason why it was added, `[because prices change]`. A text with signs that mean something
here stands in double quotes, where only `\"` and `\\` are escapes.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_DOUBLE = r'"(?P<double>(?:[^"\\]|\\.)*)"'
_SINGLE = r"'(?P<single>(?:[^']|'')*)'"
_QUOTED = re.compile(f"{_DOUBLE}|{_SINGLE}", re.DOTALL)
_ESCAPE = re.compile(r'\\(["\\])')
_FACTS = r"F\d+(?:[\s,;&]+F\d+|\s*[-\u2013]\s*F\d+|\s*\.\.\s*F\d+)*"
_GROUND = re.compile(
    rf"\[\s*(?P<facts>{_FACTS})?\s*[,;]?\s*"
    r'(?:because:?\s+(?P<reason>"(?:[^"\\]|\\.)*"|[^\[\]"][^\[\]]*?)\s*)?\]\s*\.?\s*\Z',
    re.DOTALL,
)
_RANGE = re.compile(r"F(\d+)\s*(?:[-\u2013]|\.\.)\s*F(\d+)")
DASHES = ("--", "\u2014", "\u2013")
"""What a meaning stands behind; models like to write it long."""
_MEANING = re.compile(rf"\s*(?:{'|'.join(DASHES)})\s*")
_MOST_FACTS = 40


class Fault(ValueError):
    """What is wrong with a line, with its right form, in words for its writer."""


@dataclass(frozen=True)
class Ground:
    """What an element rests on."""

    facts: tuple[str, ...] = ()
    because: str | None = None


@dataclass
class Cursor:
    """A place in a line that is being read."""

    text: str
    at: int = 0

    def take(self, pattern: str) -> re.Match[str] | None:
        """Read what matches here, blanks before it left aside; None when it does not match."""
        found = re.compile(r"\s*(?:" + pattern + ")", re.DOTALL | re.IGNORECASE).match(self.text, self.at)
        if found is not None:
            self.at = found.end()
        return found

    def quoted(self) -> str | None:
        """Read a text in quotes; None when none stands here."""
        blanks = len(self.text) - len(self.text[self.at :].lstrip())
        found = _QUOTED.match(self.text, blanks)
        if found is None:
            return None
        self.at = found.end()
        return unquoted(found[0])

    @property
    def rest(self) -> str:
        """What is still to be read."""
        return self.text[self.at :].strip()

    @property
    def is_done(self) -> bool:
        """Whether the properties are read: the meaning follows, or nothing."""
        return not self.rest or _MEANING.match(self.rest) is not None

    def meaning(self) -> str | None:
        """Read the meaning, which ends the line; None when there is none."""
        found = _MEANING.match(self.text, self.at)
        if found is None:
            return None
        said = self.text[found.end() :].strip()
        return unquoted(said) if _QUOTED.fullmatch(said) and said.startswith('"') else said


def unquoted(text: str) -> str:
    """Return what stands between the quotes."""
    if text.startswith("'"):
        return text[1:-1].replace("''", "'")
    return _ESCAPE.sub(r"\1", text[1:-1])


def quote(text: str) -> str:
    r"""Put a text in double quotes.

    >>> quote('5" \\d'), unquoted(quote('5" \\d')) == '5" \\d'
    ('"5\\" \\\\d"', True)
    """
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def split_ground(line: str) -> tuple[str, Ground | None]:
    """Return the line without its ground, and the ground; None when it names none.

    >>> split_ground("name: short_text -- as written [F1, F2]")
    ('name: short_text -- as written', Ground(facts=('F1', 'F2'), because=None))
    """
    found = _GROUND.search(line)
    if found is None:
        if line.rstrip().endswith("]") and re.search(r"\[\s*because\b", line):
            raise Fault('a reason ends the line and holds no brackets: -- meaning [because "the reason"]')
        return line.strip(), None
    reason = found["reason"]
    because = unquoted(reason) if reason and reason.startswith('"') else reason
    return line[: found.start()].strip(), Ground(fact_ids(found["facts"] or ""), because)


def fact_ids(text: str) -> tuple[str, ...]:
    """Return the statements that a text names, a range of them one by one.

    >>> fact_ids("F1, F3-F5")
    ('F1', 'F3', 'F4', 'F5')
    """
    return tuple(dict.fromkeys(re.findall(r"F\d+", _RANGE.sub(_each, text))))


def _each(found: re.Match[str]) -> str:
    first, last = int(found[1]), int(found[2])
    if not first <= last < first + _MOST_FACTS:
        raise Fault(f"{found[0]} is no range of statements; name them one by one: [F3 F7]")
    return " ".join(f"F{number}" for number in range(first, last + 1))


def with_ending(line: str, meaning: str | None, ground: Ground | None) -> str:
    """Add the meaning and the ground to a line; None leaves them out."""
    if meaning is not None:
        line += f" -- {_plain(meaning)}"
    if ground is None:
        return line
    reason = None if ground.because is None else f"because {_plain(ground.because)}"
    facts = " ".join(ground.facts)
    return f"{line} [{'; '.join(part for part in (facts, reason) if part)}]"


def _plain(text: str) -> str:
    # A text that could be read as something else stands in quotes.
    clean = text and text == " ".join(text.split()) and not re.search(r'["\[\]]', text)
    return text if clean else quote(text)


def names(text: str) -> tuple[str, ...]:
    """Return the names of a list: "room, starts_at" or "(room, starts_at)".

    >>> names("(room, starts_at)")
    ('room', 'starts_at')
    """
    return tuple(re.findall(r"[^\s,()+&]+", text))
