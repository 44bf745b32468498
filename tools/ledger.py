"""What a run's calls of a chat model cost, and the caps that stop it: one for all threads."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from database_specialist.agent.answers.question import Usage
from database_specialist.agent.errors import ModelError


class Ledger:
    """Counts calls and tokens, those under way included.

    A call is let through when its prompt still fits the cap; what the answers under way add can exceed it once.
    """

    def __init__(self, *, spent: Sequence[Usage], max_calls: int, max_tokens: int) -> None:
        self._max_calls = max_calls
        self._max_tokens = max_tokens
        self._calls = sum(usage.calls for usage in spent)
        self._tokens = sum(_tokens(usage) for usage in spent)
        self._used: list[Usage] = []
        self._lock = threading.Lock()

    @property
    def used(self) -> tuple[Usage, ...]:
        """What was entered, in the order in which the calls ended."""
        with self._lock:
            return tuple(self._used)

    @contextmanager
    def held(self, question: str, prompt_tokens: int) -> Iterator[None]:
        """Hold one call and its prompt's tokens until they are entered or came to nothing.

        Raises:
            ModelError: a cap of the run is reached.
        """
        with self._lock:
            self._require(question, prompt_tokens)
            self._calls += 1
            self._tokens += prompt_tokens
        try:
            yield
        finally:
            with self._lock:
                self._calls -= 1
                self._tokens -= prompt_tokens

    def enter(self, usage: Usage) -> None:
        """Enter what a call cost."""
        with self._lock:
            self._used.append(usage)
            self._calls += usage.calls
            self._tokens += _tokens(usage)

    def _require(self, question: str, prompt_tokens: int) -> None:
        if self._calls >= self._max_calls:
            reason = f"{self._calls} calls made, the cap of this run"
        elif self._tokens + prompt_tokens > self._max_tokens:
            reason = f"{self._tokens} tokens used, about {prompt_tokens} more needed, the cap is {self._max_tokens}"
        else:
            return
        raise ModelError(f"before {question}: {reason}", status="budget_exhausted")


def _tokens(usage: Usage) -> int:
    return usage.prompt_tokens + usage.completion_tokens
