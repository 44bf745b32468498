from __future__ import annotations

from pathlib import Path

import pytest

from database_specialist.agent.accounting import cost, cost_in_words, price_of
from database_specialist.agent.answers.question import Usage
from database_specialist.agent.errors import ConfigError
from database_specialist.tools.prices import read_prices


def used(model: str, *, estimated: bool = False) -> Usage:
    return Usage(
        question="read",
        calls=1,
        prompt_tokens=1_000_000,
        cached_tokens=400_000,
        completion_tokens=100_000,
        seconds=1.0,
        model=model,
        estimated=estimated,
    )


def test_cached_tokens_cost_their_own_price() -> None:
    assert cost([used("gpt-5.4")], read_prices()) == pytest.approx(0.6 * 2.5 + 0.4 * 0.25 + 0.1 * 15)


def test_several_models_add_up() -> None:
    both = cost([used("gpt-5.4"), used("gpt-5.4-nano-2026-03-05")], read_prices())
    assert both == pytest.approx(3.1 + 0.6 * 0.2 + 0.4 * 0.02 + 0.1 * 1.25)


def test_an_unknown_model_makes_the_price_unknown() -> None:
    usages = [used("gpt-5.4"), used("llama-of-mine")]
    assert cost(usages, read_prices()) is None
    assert cost_in_words(usages, read_prices()) == "price unknown (llama-of-mine)"


def test_a_relative_of_a_known_model_is_not_taken_for_it() -> None:
    assert price_of("gpt-5.4-pro", read_prices()) is None


def test_the_words_say_what_the_cost_rests_on() -> None:
    assert cost_in_words([used("GPT-5.4")], read_prices()) == "3.1000 USD (prices of 2026-06-04)"
    assert cost_in_words([used("gpt-5.4", estimated=True)], read_prices()).endswith("; tokens estimated in part)")


def test_a_users_file_takes_the_place_of_the_table(tmp_path: Path) -> None:
    file = tmp_path / "prices.toml"
    file.write_text('[[prices]]\nmodels = ["*"]\nprompt = 1\ncached = 0\ncompletion = 2\nas_of = "2026-11-23"\n')
    assert cost([used("anything")], read_prices(file)) == pytest.approx(0.6 + 0.2)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (None, "No such file"),
        ("", "has no"),
        ("prices", "Expected"),
        ("prices = 3", "not iterable"),
        ('[[prices]]\nmodels = ["*"]\nprompt = -1\ncached = 0\ncompletion = 2\nas_of = "x"', "prompt: Input should be"),
    ],
)
def test_a_file_that_is_no_table_is_refused_in_one_line(tmp_path: Path, text: str | None, reason: str) -> None:
    file = tmp_path / "prices.toml"
    if text is not None:
        file.write_text(text)
    with pytest.raises(ConfigError, match=reason) as caught:
        read_prices(file)
    assert str(caught.value).startswith(f"DATABASE_SPECIALIST_PRICES: {file}")
    assert "\n" not in str(caught.value)
