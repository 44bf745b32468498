"""Reads an HTTP endpoint that a document lists: its method and path say what is done to which stored thing."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from database_specialist.agent.designer.queries.lexicon import lexicon, singular, stem

_ENDPOINT = re.compile(r"\b(?P<method>GET|POST|PUT|PATCH|DELETE)\b[`:\s]+(?P<path>/[^\s`,;)]*)")
_SKIPPED = re.compile(r"^(api|v\d+|rest|public|admin|internal)$")
_PARAMETER = re.compile(r"^[:{<\[].*")
_SELF = frozenset({"me", "my", "self", "mine", "own"})
_BY_METHOD = {"POST": "create", "PUT": "update", "PATCH": "update", "DELETE": "remove"}
_BY_WORD = {"login": "login", "signin": "login", "register": "create", "signup": "create", "search": "search"}
_BY_WORD |= {"stats": "report", "statistics": "report", "summary": "report", "analytics": "report", "export": "export"}
_BY_WORD |= {
    "logout": "remove",
    "signout": "remove",
    "availability": "available",
    "history": "list",
    "report": "report",
    "dashboard": "report",
}


@dataclass(frozen=True)
class Endpoint:
    """A method on a path, read as an access."""

    intent: str
    entity: str
    verb: str
    within: str | None
    """The entity whose key stands before it in the path: hotels in /hotels/:id/reviews."""
    is_own: bool
    rest: str
    """What the document says about it."""


def endpoint(text: str, phrases: dict[tuple[str, ...], str], account: str | None) -> Endpoint | None:
    """Return the access of an endpoint; None when the text is none, or its path names nothing that is stored.

    `phrases` maps words in the singular to entities. `account` is the entity that logs in.
    """
    match = _ENDPOINT.search(text)
    if match is None:
        return None
    parts = [part for part in match["path"].partition("?")[0].split("/") if part and not _SKIPPED.match(part)]
    is_own = any(part in _SELF or part.startswith("my-") for part in parts)
    named = [(place, entity) for place, part in enumerate(parts) if (entity := _entity(part, phrases))]
    words = [part for part in parts if not _PARAMETER.match(part) and not _entity(part, phrases) and part not in _SELF]
    action = next((word for word in reversed(words) if word in _BY_WORD or stem(word) in lexicon().intents), "")
    if not named and account and (action in ("login", "register", "signup", "signin") or is_own):
        named = [(len(parts), account)]
    if not named and action in ("logout", "signout") and ("session",) in phrases:
        named = [(len(parts), phrases[("session",)])]
    if not named:
        return None
    place, entity = named[-1]
    ends_in_key = bool(parts) and bool(_PARAMETER.match(parts[-1])) and _held_by(parts[-1], phrases) in (None, entity)
    holders = [name for part in parts if (name := _held_by(part, phrases)) and name != entity]
    within = named[-2][1] if len(named) > 1 and named[-2][1] != entity else next(iter(reversed(holders)), None)
    is_alone = is_own and entity == account
    is_keyed = _is_key_then_word(parts, place) and _held_by(parts[place + 1], phrases) in (None, entity)
    intent = _intent(match["method"], action, is_one=ends_in_key or is_alone or is_keyed)
    return Endpoint(intent, entity, stem(action), within, is_own, text[match.end() :].strip(" -\u2013:`"))


def _intent(method: str, action: str, *, is_one: bool) -> str:
    if action in _BY_WORD:
        return _BY_WORD[action]
    if method == "GET":
        return "detail" if is_one else "list"
    if action and "transition" in lexicon().intents.get(stem(action), ()):
        return f"transition|{'update' if is_one else _BY_METHOD[method]}"
    return "update" if is_one and method == "POST" else _BY_METHOD[method]


def _held_by(part: str, phrases: dict[tuple[str, ...], str]) -> str | None:
    """Return the entity whose key a parameter is: event for :eventId."""
    if not _PARAMETER.match(part):
        return None
    words = re.findall(r"[a-z]+", re.sub(r"(?<=[a-z])(?=[A-Z])", " ", part).lower())
    words = words[:-1] if words and words[-1] in ("id", "uuid", "key") else words
    return phrases.get(tuple(words)) if words else None


def _is_key_then_word(parts: Sequence[str], place: int) -> bool:
    return place + 1 < len(parts) and bool(_PARAMETER.match(parts[place + 1]))


def _entity(part: str, phrases: dict[tuple[str, ...], str]) -> str | None:
    if _PARAMETER.match(part):
        return None
    words = re.split(r"[-_]", part.lower())
    if words[0] in _SELF and len(words) > 1:
        words = words[1:]
    return phrases.get((*words[:-1], singular(words[-1])))
