"""What a run's calls of chat models cost, from a table of prices."""

from __future__ import annotations

from collections.abc import Sequence
from fnmatch import fnmatchcase

from pydantic import Field

from database_specialist.agent.answers.question import Usage
from database_specialist.agent.model.base import Part

_MILLION = 1_000_000


class Price(Part):
    """What a million tokens cost, in USD."""

    models: tuple[str, ...]
    """Names of models, in lower case; `*` and `?` as in file names."""
    prompt: float = Field(ge=0, allow_inf_nan=False)
    cached: float = Field(ge=0, allow_inf_nan=False)
    """Of a prompt's tokens that the provider had in its cache."""
    completion: float = Field(ge=0, allow_inf_nan=False)
    as_of: str
    """The ISO date on which it was true."""


def price_of(model: str, prices: Sequence[Price]) -> Price | None:
    """Return the first price whose names match; None when nobody says what the model costs."""
    name = model.lower()
    return next((price for price in prices if any(fnmatchcase(name, pattern) for pattern in price.models)), None)


def cost(usages: Sequence[Usage], prices: Sequence[Price]) -> float | None:
    """Return USD; None when the price of a model that was used is unknown.

    >>> cost([], [])
    0.0
    """
    total = 0.0
    for usage in usages:
        price = price_of(usage.model, prices)
        if price is None:
            return None
        fresh = usage.prompt_tokens - usage.cached_tokens
        total += fresh * price.prompt + usage.cached_tokens * price.cached + usage.completion_tokens * price.completion
    return total / _MILLION


def by_step(usages: Sequence[Usage]) -> tuple[Usage, ...]:
    """Add up the calls of each node in each round, in the order in which they first occur."""
    summed: dict[tuple[str, int, str], Usage] = {}
    for usage in usages:
        key = usage.node, usage.round, usage.model
        before = summed.get(key)
        summed[key] = usage if before is None else _sum(before, usage)
    return tuple(summed.values())


def _sum(one: Usage, other: Usage) -> Usage:
    counts = ("calls", "prompt_tokens", "cached_tokens", "completion_tokens", "seconds", "repairs")
    added: dict[str, object] = {name: getattr(one, name) + getattr(other, name) for name in counts}
    return one.model_copy(update={**added, "estimated": one.estimated or other.estimated})


def cost_in_words(usages: Sequence[Usage], prices: Sequence[Price]) -> str:
    """Say what it cost, and what that rests on.

    >>> cost_in_words([], [])
    '0.0000 USD'
    """
    total = cost(usages, prices)
    if total is None:
        unknown = sorted({usage.model for usage in usages if price_of(usage.model, prices) is None})
        return f"price unknown ({', '.join(unknown)})"
    dates = sorted({price.as_of for usage in usages if (price := price_of(usage.model, prices))})
    basis = [f"prices of {', '.join(dates)}"] if dates else []
    basis += ["tokens estimated in part"] if any(usage.estimated for usage in usages) else []
    return f"{total:.4f} USD" + (f" ({'; '.join(basis)})" if basis else "")
