"""Single questions to a chat model, replayed: what the provider's published answers become."""

from __future__ import annotations

import pytest

from database_specialist.agent.errors import ModelError
from tests.recorded.calls import Room, ask

pytestmark = pytest.mark.block_network


@pytest.mark.vcr(run="calls")
def test_a_refusal_ends_the_question_and_is_not_asked_again() -> None:
    error, used = ask()
    assert isinstance(error, ModelError)
    assert error.status == "refused"
    assert sum(usage.calls for usage in used) == 1


@pytest.mark.vcr(run="calls")
def test_an_answer_cut_off_at_the_token_limit_is_no_answer() -> None:
    error, used = ask()
    assert isinstance(error, ModelError)
    assert error.status == "llm_unavailable"
    assert sum(usage.calls for usage in used) == 1


@pytest.mark.vcr(run="calls")
def test_an_invalid_answer_is_repaired_by_the_second() -> None:
    answer, used = ask()
    assert answer == Room(name="hall", doors=3)
    assert [usage.repairs for usage in used] == [0, 1]
