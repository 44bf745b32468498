"""How the settings of a run reach what its nodes call."""

from __future__ import annotations

from pathlib import Path

import pytest

from database_specialist.agent.answers.question import Question, Usage
from database_specialist.agent.config import Context, Secrets
from database_specialist.agent.errors import ConfigError, ModelError, SandboxError
from database_specialist.agent.model.base import Part
from database_specialist.graph.services import Run, default_services, trusting
from database_specialist.tools.ledger import Totals
from database_specialist.tools.model_designer.designer import ModelDesigner
from tests.tools.faults import FaultServer


class Room(Part):
    """A room of a house."""

    name: str
    count: int


QUESTION = Question(name="rooms", system="You count.", user="How many?")
PRICES = '[[prices]]\nmodels = ["known"]\nprompt = 1000\ncached = 100\ncompletion = 10000\nas_of = "2026-11-23"\n'


@pytest.fixture
def prices(tmp_path: Path) -> Path:
    file = tmp_path / "prices.toml"
    file.write_text(PRICES)
    return file


def designer(run: Run, context: Context) -> ModelDesigner:
    made = default_services(context).designer(run)
    assert isinstance(made, ModelDesigner)
    return made


def run_of(name: str, told: list[Totals]) -> Run:
    def tell(usage: Usage, totals: Totals) -> None:
        told.append(totals)

    return Run(id=name, spent=(), told=tell)


def test_the_designers_of_a_run_share_its_caps_and_each_knows_its_own_calls() -> None:
    told: list[Totals] = []
    run = run_of("shared", told)
    with FaultServer() as server:
        context = Context(model="known", base_url=server.url, max_calls=2)
        first, second, third = (designer(run, context) for _ in range(3))
        assert first.model.ask(QUESTION, Room) == second.model.ask(QUESTION, Room) == Room(name="room", count=3)
        with pytest.raises(ModelError, match="2 calls made") as stopped:
            third.model.ask(QUESTION, Room)
    assert stopped.value.status == "budget_exhausted"
    assert (len(first.used), len(second.used), len(third.used)) == (1, 1, 0)
    assert [(totals.calls, totals.tokens) for totals in told] == [(1, 120), (2, 240)]


def test_another_run_has_caps_of_its_own() -> None:
    with FaultServer() as server:
        context = Context(model="known", base_url=server.url, max_calls=1)
        for name in ("one", "two"):
            assert designer(run_of(name, []), context).model.ask(QUESTION, Room).count == 3


def test_a_cap_on_money_stops_the_run_before_the_call_that_would_pass_it(prices: Path) -> None:
    # A call costs 100 * 0.001 + 20 * 0.01 = 0.3 USD; the prompt of the next one is estimated above 0.05.
    with FaultServer() as server:
        context = Context(model="known", base_url=server.url, max_cost=0.35, prices=str(prices))
        run = run_of("money", [])
        designer(run, context).model.ask(QUESTION, Room)
        with pytest.raises(ModelError, match=r"0\.3000 USD spent, about 0\.\d+ more needed, the cap is 0\.3500 USD"):
            designer(run, context).model.ask(QUESTION, Room)


def test_a_cap_on_money_without_a_price_names_the_table(prices: Path) -> None:
    context = Context(model="unheard-of", max_cost=1.0, prices=str(prices))
    with pytest.raises(ConfigError, match=r"prices\.toml has no price of unheard-of") as raised:
        default_services(context).designer(run_of("unknown", []))
    assert str(prices) in str(raised.value)


def test_without_a_cap_on_money_no_price_is_needed(prices: Path) -> None:
    context = Context(model="unheard-of", prices=str(prices))
    assert designer(run_of("free", []), context).name == "model unheard-of"


def test_a_secret_that_is_given_reaches_the_sandbox_and_is_forgotten_afterwards(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("DATABASE_SPECIALIST_MYSQL_DSN", raising=False)
    monkeypatch.setenv("PATH", "/nonexistent")
    used = default_services(Context())
    with trusting(Secrets(mysql_dsn="no address")):
        given = default_services(Context()).sandbox("mysql")
    with pytest.raises(SandboxError, match="--mysql-dsn"), given:
        pass
    for services in (used, default_services(Context())):
        with services.sandbox("mysql") as sandbox:
            assert sandbox.status == "STATIC"
