"""A question to a chat model and what its answer cost: what designers and tools agree on."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeVar

from database_specialist.agent.model.base import Part

AnswerType = TypeVar("AnswerType", bound=Part)


@dataclass(frozen=True)
class Question:
    """One call: a fixed instruction, what every call of the run shares, and what this one adds.

    The order is that of the prompt: stable text first, so that providers can reuse the prefix.
    """

    name: str
    """The prompt's name; calls are accounted under it."""
    system: str
    user: str


class Usage(Part):
    """What one call cost. Tokens are the provider's own figures, or estimates where it gives none.

    `prompt_tokens` holds the cached ones too.
    """

    question: str
    calls: int
    prompt_tokens: int
    cached_tokens: int
    completion_tokens: int
    seconds: float
    repairs: int = 0
    model: str = ""
    estimated: bool = False
    """Whether the tokens are counted from characters, because the provider gave none."""
    node: str = ""
    """The node of the graph that asked."""
    round: int = 0
    """The critic's round that it belongs to, counted from 1."""


@dataclass(frozen=True)
class Amendment(Generic[AnswerType]):
    """How an answer that can be read, and has faults, is mended: by changes to it, not by all of it once more."""

    patch: type[Part]
    """The type of the changes."""
    apply: Callable[[AnswerType, Any], tuple[AnswerType, Sequence[str]]]
    """Returns the answer with the changes, and which of them point at nothing."""
    told: str = ""
    """What the writer of changes has to know beside their type."""


class Model(Protocol):
    """Anything that answers questions with typed answers."""

    def ask(
        self,
        question: Question,
        answer: type[AnswerType],
        *,
        objections: Callable[[AnswerType], Sequence[str]] = lambda answer: (),
        amendment: Amendment[AnswerType] | None = None,
    ) -> AnswerType:
        """Return an answer that is valid and to which `objections` has none left.

        With `amendment` a valid answer that is objected to is not asked for again, but for changes to it.

        Raises:
            ModelError: no such answer could be had; its status says why.
        """
