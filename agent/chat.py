"""What a chat message asks for: which folder, which engine. And what is answered."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from database_specialist.agent.contract import DatabaseDesign
from database_specialist.agent.model.base import Engine

_QUOTED = re.compile(r"[`\"'“]([^`\"'”\n]{1,400})[`\"'”]")
_PATH = re.compile(r"(?:file://)?(?:~|\.{1,2}|[\w.-]+|[A-Za-z]:)?[/\\][^\s`\"'<>|*?]*")
_URL = re.compile(r"\b(?!file:)\w+://\S+")
_AFTER = re.compile(r"\b(?:folder|directory)\s+(?:named\s+|called\s+)?([\w./\\~-]+)", re.IGNORECASE)
_BEFORE = re.compile(r"([\w./\\~-]+)\s+(?:folder|directory)\b", re.IGNORECASE)
_ORDINARY = frozenset(
    {
        "the",
        "this",
        "that",
        "a",
        "my",
        "our",
        "your",
        "of",
        "with",
        "in",
        "and",
        "is",
        "which",
        "current",
        "what",
        "it",
        "holds",
    }
)
_ENGINES: dict[str, Engine] = {
    "postgresql": "postgresql",
    "postgres": "postgresql",
    "sqlite": "sqlite",
    "mysql": "mysql",
    "mariadb": "mariadb",
}
_ENGINE = re.compile(
    rf"(?<!not )(?<!n't )\b(?:for|on|in|with|using|use|to)\s+(?:an?\s+|the\s+)?({'|'.join(_ENGINES)})\b", re.IGNORECASE
)


def last_request(messages: Sequence[Any]) -> str:
    """Return the text of the last message that a person, or the agent who asks, wrote.

    Messages are LangChain's or dicts of a role and a content, which is text or a list of parts.
    """
    for message in reversed(messages):
        kind, content = _kind_and_content(message)
        if kind in {"human", "user"}:
            parts = content if isinstance(content, list) else [content]
            return "\n".join(part if isinstance(part, str) else str(part.get("text", "")) for part in parts)
    return ""


def _kind_and_content(message: Any) -> tuple[str, Any]:
    if isinstance(message, dict):
        return str(message.get("role") or message.get("type")), message.get("content", "")
    return str(getattr(message, "type", "")), getattr(message, "content", "")


def folders_in(text: str) -> tuple[str, ...]:
    """Return what may be the path of a folder or a file, in the order in which it is said.

    >>> folders_in("Design the database of /srv/shop/ai_docs, please.")
    ('/srv/shop/ai_docs',)
    >>> folders_in('Use the folder docs for it, or the read/write path "my docs/in".')
    ('my docs/in', 'read/write', 'docs')
    >>> folders_in("What the folder holds is in the shop folder; see https://example.com/a/b.")
    ('shop',)
    >>> folders_in("Design the database.")
    ()
    """
    quoted = [match for match in _QUOTED.findall(text) if _is_path(match)]
    rest = _URL.sub(" ", _QUOTED.sub(" ", text))
    paths = [_bare(match) for match in _PATH.findall(rest)]
    said = [_bare(name) for name in (*_AFTER.findall(rest), *_BEFORE.findall(rest))]
    found = [*quoted, *paths, *(name for name in said if name.lower() not in _ORDINARY)]
    return tuple(dict.fromkeys(name for name in found if name.strip("./\\")))


def _is_path(text: str) -> bool:
    return bool(re.search(r"[/\\]", text)) or re.fullmatch(r"[\w.-]+", text) is not None


def _bare(path: str) -> str:
    return path.removeprefix("file://").rstrip(".,;:!?)]}")


def engine_in(text: str) -> Engine | None:
    """Return the engine that a request asks to design for.

    >>> engine_in("Design it for SQLite."), engine_in("Design the database; we come from MySQL.")
    ('sqlite', None)
    """
    found = _ENGINE.search(text)
    return _ENGINES[found[1].lower()] if found else None


def answer(result: DatabaseDesign) -> str:
    """Say what a run came to, to the one who asked in a chat."""
    if result.status != "accepted":
        return str(result)
    told = [f"database design accepted: {result.output_folder}/{result.document_path}"]
    if result.design:
        schema = result.design.relational_schema
        told[0] += f" ({len(schema.tables)} tables, {len(result.design.indexes)} indexes, {schema.engine})"
    if result.edited:
        told.append(f"Edited by hand and kept, the new text beside it: {', '.join(result.edited)}")
    if result.open_questions:
        told.append(f"Open questions: {' '.join(gap.question for gap in result.open_questions)}")
    return ". ".join(told)
