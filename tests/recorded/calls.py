"""Single calls whose answers were written by hand, to OpenAI's published schema."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from database_specialist.agent.answers.question import Question, Usage
from database_specialist.agent.errors import ModelError
from database_specialist.agent.model.base import Part
from database_specialist.tools.model import ChatModel, Settings
from tests.recorded.recording import CANONICAL, RECORDED_MODEL, Live, playing
from tests.recorded.runs import CASSETTES, without_keys
from tests.recorded.standin import Json, completion, serving


class Room(Part):
    """A room of a house."""

    name: str
    doors: int


QUESTION = Question(name="read", system="You read house plans.", user="Which room is described? The hall has 3 doors.")


@dataclass(frozen=True)
class Call:
    """A test and the answers that its question gets, one after the other."""

    test: str
    answers: tuple[Json, ...]

    @property
    def cassette(self) -> Path:
        """Where the exchanges are kept."""
        return CASSETTES / "test_recorded_calls" / f"{self.test}.yaml"


CALLS: Mapping[str, Call] = {
    "refusal": Call(
        "test_a_refusal_ends_the_question_and_is_not_asked_again",
        (completion(None, refusal="I'm sorry, I can't help with that."),),
    ),
    "truncation": Call(
        "test_an_answer_cut_off_at_the_token_limit_is_no_answer",
        (completion('{"name": "hall", "do', finish="length"),),
    ),
    "repair": Call(
        "test_an_invalid_answer_is_repaired_by_the_second",
        (completion('{"name": "hall", "doors": "three"}'), completion('{"name": "hall", "doors": 3}')),
    ),
}


def ask() -> tuple[Room | ModelError, tuple[Usage, ...]]:
    """Ask the question; return the answer, or the error that there is none, and what it cost."""
    settings = Settings(model=RECORDED_MODEL, base_url=CANONICAL, api_key="replayed", call_seconds=10)
    model = ChatModel(settings)
    try:
        return model.ask(QUESTION, Room), model.used
    except ModelError as error:
        return error, model.used


def record_calls(cassettes: Mapping[str, Path] | None = None) -> None:
    """Write the exchanges anew: the real client asks, and a stand-in gives the answers."""
    for name, call in CALLS.items():
        path = (cassettes or {}).get(name, call.cassette)
        with _scripted(call) as live, playing(Path("none"), live=live) as recording, without_keys():
            recording.get_metadata("answers", "written by hand to OpenAI's published schema")
            ask()
            recording.write(path)


@contextmanager
def _scripted(call: Call) -> Iterator[Live]:
    answers = list(call.answers)
    # A question that is asked more often than there are answers gets the last one again.
    with serving(lambda body: answers.pop(0) if len(answers) > 1 else answers[0]) as endpoint:
        yield Live(endpoint=endpoint.url, model="written-by-hand")
