"""What a question holds beside its statements: found by asking it of nobody."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence

from database_specialist.agent.answers.question import Amendment, AnswerType, Question
from database_specialist.agent.model.base import Part
from database_specialist.agent.reading.shards import tokens


class _Asked(Exception):
    """The question was put; carries its size."""

    def __init__(self, size: int) -> None:
        super().__init__(size)
        self.size = size


class _Probe:
    def ask(
        self,
        question: Question,
        answer: type[AnswerType],
        *,
        objections: Callable[[AnswerType], Sequence[str]] = lambda answer: (),
        amendment: Amendment[AnswerType] | None = None,
    ) -> AnswerType:
        raise _Asked(question_tokens(question, answer))


def question_tokens(question: Question, answer: type[Part]) -> int:
    """Estimate the tokens of a prompt with the schema of its answer."""
    return tokens(question.system + question.user + json.dumps(answer.model_json_schema(), separators=(",", ":")))


def instruction_tokens(ask: Callable[[_Probe], object]) -> int:
    """Return the size of the question that `ask` would put; 0 when it puts none."""
    try:
        ask(_Probe())
    except _Asked as asked:
        return asked.size
    return 0
