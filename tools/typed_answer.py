"""Asking for an answer of a type, and reading the text that comes back as one."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Sequence
from typing import Any, Literal, cast

from langchain_core.messages import AIMessage
from pydantic import ValidationError

from database_specialist.agent.answers.question import AnswerType
from database_specialist.agent.model.base import FACT_PATTERN, NAME_PATTERN

Method = Literal["json_schema", "function_calling", "json_mode"]
MAX_PROBLEMS = 20


def format_of(method: Method, answer: type[AnswerType]) -> dict[str, Any]:
    """Return the part of a request that asks for JSON of this type."""
    name, schema = answer.__name__, schema_of(answer)
    if method == "json_schema":
        # Not strict: strict mode makes every field required, and the model would write every default out.
        wanted = {"name": name, "schema": schema, "strict": False}
        return {"response_format": {"type": "json_schema", "json_schema": wanted}}
    if method == "json_mode":
        return {"response_format": {"type": "json_object"}}
    function = {"name": name, "description": (answer.__doc__ or name).strip(), "parameters": schema}
    return {
        "tools": [{"type": "function", "function": function}],
        "tool_choice": {"type": "function", "function": {"name": name}},
    }


def schema_text(answer: type[AnswerType]) -> str:
    """Return the type's JSON Schema without blanks."""
    return json.dumps(schema_of(answer), separators=(",", ":"))


def schema_of(answer: type[AnswerType]) -> dict[str, Any]:
    """Return the type's JSON Schema without what a model does not need in order to write an answer."""
    return cast(dict[str, Any], _slim(answer.model_json_schema()))


_UNSAID: tuple[dict[str, Any], ...] = (
    {"default": None},
    {"default": []},
    {"default": ""},
    {"minLength": 1, "maxLength": 200},
)


def _slim(part: Any) -> Any:
    """Leave out titles, docstrings of classes, empty defaults, and null where leaving the field out says the same."""
    if isinstance(part, list):
        return [_slim(each) for each in part]
    if not isinstance(part, dict):
        return part
    if "properties" in part:
        kept = {key: value for key, value in part.items() if key not in ("title", "description")}
        named = {name: _slim(value) for name, value in part["properties"].items()}
        return {key: named if key == "properties" else _slim(value) for key, value in kept.items()}
    kept = {key: value for key, value in part.items() if key != "title" or not isinstance(value, str)}
    for unsaid in _UNSAID:
        if all(kept.get(key, ...) == value for key, value in unsaid.items()):
            kept = {key: value for key, value in kept.items() if key not in unsaid}
    if kept.get("pattern") in (NAME_PATTERN, FACT_PATTERN):
        del kept["pattern"]
    wanted = [each for each in kept.get("anyOf", ()) if each != {"type": "null"}]
    if "default" not in kept and part.get("default", ...) is None and len(wanted) == 1:
        kept = {**{key: value for key, value in kept.items() if key != "anyOf"}, **wanted[0]}
        return _slim(kept)
    return {key: _slim(value) for key, value in kept.items()}


def text_of(message: AIMessage) -> str:
    """Return the JSON text of a reply, wherever the method puts it."""
    if message.tool_calls:
        return json.dumps(message.tool_calls[0]["args"])
    if message.invalid_tool_calls:
        return str(message.invalid_tool_calls[0]["args"])
    return str(message.text)


def unknown_tool(message: AIMessage, answer: type[AnswerType]) -> str | None:
    """Say which tool the reply calls that nobody offered. Nothing is ever executed by its name."""
    named = [call["name"] for call in (*message.tool_calls, *message.invalid_tool_calls)]
    if not named or named[0] == answer.__name__:
        return None
    return f"there is no tool {str(named[0])[:60]!r}; the answer is a {answer.__name__}"


_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
# An odd number of backslashes: "\\u0000" behind an escaped backslash is six harmless characters.
_ESCAPED_NUL = re.compile(r"(?<!\\)(?:\\\\)*\\u0000")


def storable(text: str) -> str:
    """Return the text with what no request and no database can hold replaced."""
    return _UNSTORABLE.sub("\ufffd", text)


def read_answer(
    text: str, answer: type[AnswerType], objections: Callable[[AnswerType], Sequence[str]]
) -> tuple[AnswerType | None, Sequence[str]]:
    """Return the answer, or what is wrong with it in words that the model can act on."""
    if _UNSTORABLE.search(text) or _ESCAPED_NUL.search(text):
        return None, ["the text holds a NUL or a lone surrogate, which no database stores"]
    try:
        parsed = answer.model_validate_json(text)
        _require_plain_json(text)
    except ValidationError as error:
        return None, [_problem(item) for item in error.errors(include_url=False)[:MAX_PROBLEMS]]
    except (ValueError, RecursionError) as error:
        return None, [f"the whole answer: {error}"]
    return parsed, list(objections(parsed))[:MAX_PROBLEMS]


def _problem(item: Any) -> str:
    place = ".".join(str(step) for step in item["loc"]) or "the whole answer"
    return f"{place}: {item['msg']} (got {_shown(item.get('input'))})"


def _shown(value: Any) -> str:
    try:
        return json.dumps(value, default=str)[:120]
    except (ValueError, RecursionError):
        return f"a {type(value).__name__} too large to show"


def _require_plain_json(text: str) -> None:
    """Raise a ValueError for what pydantic lets pass and JSON does not mean: NaN, infinities, doubled keys."""
    json.loads(text, parse_constant=_refuse_constant, parse_float=_finite, object_pairs_hook=single, strict=False)


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is no number")


def _finite(digits: str) -> float:
    value = float(digits)
    if not math.isfinite(value):
        raise ValueError(f"{digits[:40]} is too large a number")
    return value


def single(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Return a JSON object whose keys stand once; for `object_pairs_hook`. ValueError when one stands twice."""
    held = dict(pairs)
    if len(held) < len(pairs):
        names = [name for name, _ in pairs]
        doubled = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"the key {doubled[:60]!r} stands twice in one object")
    return held
