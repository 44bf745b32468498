"""What to tell a maintainer whose change makes a run ask something that no cassette answers."""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Iterator, Sequence
from typing import Any, Protocol

MAX_LINES = 14
MAX_WIDTH = 160
CONTEXT_LINES = 1
_HASH = re.compile(r"\b[0-9a-f]{16,64}\b")

Json = Any


class Sent(Protocol):
    """A request, as vcrpy keeps it."""

    method: str
    uri: str
    body: bytes | str | None


def explain(asked: Sent, recorded: Sequence[Sent], *, left: Sequence[Sent]) -> str:
    """Say what is asked that was not recorded, and where the nearest recorded request differs.

    `left` are the recorded requests that nobody asked for yet: the nearest is looked for among them first.
    """
    head = f"no recorded answer to {question_of(asked)} ({asked.method} {asked.uri.partition('?')[0]})"
    same = [each for each in recorded if _content(each) == _content(asked)]
    if same:
        return f"{head}: asked {len(same) + 1} times, recorded {len(same)} times"
    nearest = _nearest(asked, left) or _nearest(asked, recorded)
    if nearest is None:
        return f"{head}: no request to this address is recorded"
    return "\n".join([f"{head}; it differs from the nearest recorded one", *_differences(nearest, asked)])


def question_of(request: Sent) -> str:
    """Name what a request asks for: the type of the answer, or the words searched for."""
    body = _json(request)
    if "messages" in body:
        return str(body.get("response_format", {}).get("json_schema", {}).get("name") or "a chat message")
    return repr(str(body["query"])[:80]) if "query" in body else repr(request.uri.partition("?")[2][:80])


def _json(request: Sent) -> dict[str, Json]:
    try:
        body = json.loads(request.body or "{}")
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}


def _content(request: Sent) -> tuple[str, str, str]:
    return request.method, request.uri, json.dumps(_json(request), sort_keys=True)


def _nearest(asked: Sent, recorded: Sequence[Sent]) -> Sent | None:
    """Return the request for the same answer, and among several the one that begins alike for longest."""
    address = asked.uri.partition("?")[0]
    alike = [each for each in recorded if (each.method, each.uri.partition("?")[0]) == (asked.method, address)]

    def likeness(other: Sent) -> tuple[bool, int]:
        return question_of(other) == question_of(asked), shared_prefix(_whole_text(other), _whole_text(asked))

    return max(alike, key=likeness, default=None)


def shared_prefix(one: str, other: str) -> int:
    """Return how many characters two texts begin with alike.

    >>> shared_prefix("the same, then this", "the same, then that")
    17
    """
    low, high = 0, min(len(one), len(other))
    while low < high:  # by halves: slices are compared far faster than characters
        middle = (low + high + 1) // 2
        low, high = (middle, high) if one[:middle] == other[:middle] else (low, middle - 1)
    return low


def _whole_text(request: Sent) -> str:
    messages = _json(request).get("messages")
    return "\n".join(_text(message) for message in messages) if messages else request.uri


def _text(message: dict[str, Json]) -> str:
    content = message.get("content")
    return content if isinstance(content, str) else json.dumps(message, indent=1, ensure_ascii=False)


def _differences(recorded: Sent, asked: Sent) -> Iterator[str]:
    before, now = _json(recorded), _json(asked)
    if recorded.uri != asked.uri:
        yield from ("in its address:", f"- {recorded.uri}", f"+ {asked.uri}")
        return
    said, says = before.pop("messages", []), now.pop("messages", [])
    for number, (old, new) in enumerate(zip(said, says, strict=False), 1):
        if old != new:
            yield from _lines(f"in message {number} ({new.get('role')})", _text(old), _text(new))
            return
    if len(said) != len(says):
        yield f"in the number of messages: recorded {len(said)}, now {len(says)}"
        return
    yield from _lines("outside its messages", _pretty(before), _pretty(now))


def _pretty(body: Json) -> str:
    return json.dumps(body, indent=1, ensure_ascii=False, sort_keys=True)


def _lines(where: str, old: str, new: str) -> Iterator[str]:
    """Yield the first lines that differ, `-` as recorded and `+` as asked now."""
    if _unhashed(old) != _unhashed(new):
        # The delimiters around what others wrote hold its hash: they differ because something else does.
        old, new = _unhashed(old), _unhashed(new)
    found = list(difflib.unified_diff(old.splitlines(), new.splitlines(), lineterm="", n=CONTEXT_LINES))[2:]
    if not found:
        yield f"{where}, in its blanks only:"
        found = [f"-{old[-60:]!r}", f"+{new[-60:]!r}"]
    else:
        yield f"{where}, from line {found[0].split(' ')[1].lstrip('-').partition(',')[0]}:"
    shown = found[1:] if found[0].startswith("@@") else found
    yield from _clipped(shown[:MAX_LINES])
    if len(shown) > MAX_LINES:
        yield f"... and {len(shown) - MAX_LINES} lines more"


def _unhashed(text: str) -> str:
    return _HASH.sub("<hash>", text)


def _clipped(lines: Sequence[str]) -> Iterator[str]:
    """Cut long lines around the place where a line and the one that replaces it differ."""
    removed = [line[1:] for line in lines if line.startswith("-")]
    added = [line[1:] for line in lines if line.startswith("+")]
    starts = [shared_prefix(*pair) for pair in zip(removed, added, strict=False)]
    counts = {"-": 0, "+": 0, " ": 0}
    for line in lines:
        sign = line[:1]
        number = counts.get(sign, 0)
        counts[sign] = number + 1
        start = starts[number] if sign in "-+" and number < len(starts) else 0
        yield sign + _window(line[1:], start)


def _window(line: str, start: int) -> str:
    """Return what of a line can be shown, from a little before `start`.

    >>> _window("short", 3)
    'short'
    >>> _window("a" * 300 + "HERE" + "b" * 300, 300).count("HERE")
    1
    """
    if len(line) <= MAX_WIDTH:
        return line
    first = max(0, start - MAX_WIDTH // 4)
    return ("..." if first else "") + line[first : first + MAX_WIDTH] + ("..." if first + MAX_WIDTH < len(line) else "")
