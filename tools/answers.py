"""The answers of a chat model, kept from the moment they arrive until the run is over.

A node that is cut off is done again from its start. What it had asked is then found here, as it was answered and with
what it cost: nothing is paid twice, and the second time comes to what the first would have come to.
"""

from __future__ import annotations

import hashlib
import json
import threading
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from langchain_core.messages import AIMessage

from database_specialist.agent.answers.question import Usage
from database_specialist.agent.errors import OutputError
from database_specialist.tools.completion import Tokens, Unusable
from database_specialist.tools.files import write_whole


@dataclass(frozen=True)
class Answered:
    """How an exchange that a model worked for came out."""

    usage: Usage
    outcome: AIMessage | Unusable


class KeptAnswers:
    """The answers to what one node asks in one round. Threads may share it.

    The same request may be asked more than once, and each time the model may say something else: the n-th asking finds
    the n-th answer.
    """

    def __init__(self, folder: Path, place: str) -> None:
        """`place` names the node and the round."""
        self._folder = folder
        self._place = place
        self._asked: Counter[str] = Counter()
        self._lock = threading.Lock()

    def key(self, request: Any) -> str:
        """Return the name of a request, which is JSON."""
        return hashlib.sha256(json.dumps([self._place, request], sort_keys=True).encode()).hexdigest()

    def find(self, key: str) -> Answered | None:
        """Return the next answer to a request that was kept by an earlier attempt at this node."""
        with self._lock:
            file = self._file(key)
            try:
                found = _answered(json.loads(file.read_text()))
            except (OSError, ValueError, LookupError, TypeError):
                return None  # not kept, or not whole: it is asked again
            self._asked[key] += 1
            return found

    def keep(self, key: str, answered: Answered) -> None:
        """Keep an answer before anything is made of it.

        Raises:
            OutputError: the disk or the rights do not allow it.
        """
        with self._lock:
            try:
                write_whole(self._file(key), json.dumps(_written(answered)))
            except OSError as error:
                raise OutputError(f"{self._folder}: an answer cannot be kept ({error.strerror}); make room") from error
            self._asked[key] += 1

    def forget(self, key: str) -> None:
        """Drop every answer to a request: a question that failed for good is asked anew in the next run."""
        with self._lock:
            for file in self._folder.glob(f"{key}-*.json"):
                file.unlink(missing_ok=True)

    def _file(self, key: str) -> Path:
        return self._folder / f"{key}-{self._asked[key]}.json"


_MESSAGE = ("content", "tool_calls", "invalid_tool_calls", "usage_metadata")
_UNUSABLE = ("again", "status", "characters", "text")


def _written(answered: Answered) -> dict[str, Any]:
    usage, outcome = answered.usage.dump(), answered.outcome
    if isinstance(outcome, AIMessage):
        return {"usage": usage, "message": {name: getattr(outcome, name) for name in _MESSAGE}}
    told: dict[str, Any] = {name: getattr(outcome, name) for name in _UNUSABLE}
    tokens = vars(outcome.tokens) if outcome.tokens else None
    return {"usage": usage, "unusable": {**told, "reason": str(outcome), "tokens": tokens}}


def _answered(held: dict[str, Any]) -> Answered:
    usage = Usage.load(held["usage"])
    if "message" in held:
        return Answered(usage, AIMessage(**held["message"]))
    told = held["unusable"]
    tokens = Tokens(**told.pop("tokens")) if told["tokens"] else None
    return Answered(usage, Unusable(told.pop("reason"), answered=True, **told | {"tokens": tokens}))
