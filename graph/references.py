"""Values of the state that are too large for it: a file holds each, and a reference stands for it.

    {"kept_in": ".database-specialist/values/3f0c….json", "sha256": "3f0c…", "bytes": 76072, "outline": "…"}

Whoever changes a state may put the value itself in the place of a reference.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

from database_specialist.tools.values import ValueFolder

_REFERENCE = frozenset(("kept_in", "sha256", "bytes", "outline"))
_SMALLEST = 1024
"""A field that takes less stays where it is."""
_LAST = frozenset(("entities", "relationships", "facts", "queries", "planned", "findings"))
"""What a person reads and edits is put apart after all else."""


def size(value: Any) -> int:
    """Return how many bytes a value takes as JSON; of a message of a chat, its text.

    >>> size({"name": "é"})
    14
    """
    return len(json.dumps(value, ensure_ascii=False, default=str).encode("utf-8", "surrogatepass"))


def fitted(part: Any, room: int, values: Callable[[], ValueFolder]) -> Any:
    """Return a dumped part that takes no more than `room` bytes, its largest fields in files of their own.

    Fields are those of the part and those of its fields. A part whose small fields take more is returned with these.
    """
    part = json.loads(json.dumps(part))
    while size(part) > room:
        fields = sorted(_fields(part), key=lambda field: (field[1] in _LAST, -size(field[0][field[1]])))
        if not fields:
            break
        holder, name = fields[0]
        holder[name] = _reference(holder[name], values())
    return part


def whole(value: Any, values: Callable[[], ValueFolder]) -> Any:
    """Return a value of the state with what its references stand for; `values()` gives where they lead.

    Raises:
        StateError: what one stands for is lost.
    """
    if _is_reference(value):
        return values().find(str(value["sha256"]))
    if not isinstance(value, dict):
        return value
    return {key: whole(each, values) for key, each in value.items()}


def _fields(part: dict[str, Any]) -> Iterator[tuple[dict[str, Any], str]]:
    """Yield what may be put apart, as the object that holds it and its name there."""
    for name, value in part.items():
        if _is_reference(value):
            continue
        if isinstance(value, dict):
            yield from ((value, inner) for inner in value if _is_large(value[inner]))
        elif _is_large(value):
            yield part, name


def _is_large(value: Any) -> bool:
    return isinstance(value, dict | list | str) and not _is_reference(value) and size(value) >= _SMALLEST


def _is_reference(value: Any) -> bool:
    return isinstance(value, dict) and value.keys() == _REFERENCE


def _reference(value: Any, values: ValueFolder) -> dict[str, Any]:
    sha256 = values.keep(value)
    return {"kept_in": values.shown(sha256), "sha256": sha256, "bytes": size(value), "outline": outline(value)}


_NAMES = ("name", "id", "element", "table", "subject", "fact", "query", "statement")
_MOST_NAMES = 20
_LONGEST = 80


def outline(value: Any) -> str:
    r"""Say in a line what is in a value that is kept apart.

    >>> outline([{"name": "a", "x": 1}, {"name": "b", "x": 2}])
    '2: a, b'
    >>> outline([{"id": "V1", "passed": True, "status": "EXECUTED"}, {"id": "V2", "passed": False, "status": "STATIC"}])
    '2: 1 EXECUTED, 1 STATIC; failed: V2'
    >>> outline("INSERT INTO a VALUES (1);\nINSERT ...")
    '2 lines: INSERT INTO a VALUES (1);'
    """
    if isinstance(value, str):
        lines = value.splitlines()
        return f"{len(lines)} lines: {lines[0] if lines else ''}"[:_LONGEST]
    if isinstance(value, dict):
        return ", ".join(list(value)[:_MOST_NAMES])
    return f"{len(value)}: {_told_records(value) if _is_log(value) else _told_names(value)}"


def _is_log(items: list[Any]) -> bool:
    return all(isinstance(item, dict) and "passed" in item for item in items)


def _told_records(records: list[dict[str, Any]]) -> str:
    counts = Counter(record["status"] for record in records)
    failed = [record["id"] for record in records if record["passed"] is False]
    told = ", ".join(f"{count} {status}" for status, count in counts.items())
    return f"{told}; {f'failed: {_joined(failed)}' if failed else 'none failed'}"


def _told_names(items: list[Any]) -> str:
    return _joined([_name(item) for item in items])


def _name(item: Any) -> str:
    if isinstance(item, dict):
        item = next((item[key] for key in _NAMES if key in item), ", ".join(item))
    return str(item)[:_LONGEST]


def _joined(names: list[str]) -> str:
    distinct = list(dict.fromkeys(names))
    more = len(distinct) - _MOST_NAMES
    return ", ".join(distinct[:_MOST_NAMES]) + (f" and {more} more" if more > 0 else "")
