"""The table of prices: the one that comes with the package, or the user's own."""

from __future__ import annotations

import tomllib
from importlib import resources
from pathlib import Path

from pydantic import ValidationError

from database_specialist.agent.accounting import Price
from database_specialist.agent.errors import ConfigError


def read_prices(file: Path | None = None) -> tuple[Price, ...]:
    """Return the prices of `file`, or those of the package.

    Raises:
        ConfigError: the file cannot be read, or is no table of prices.
    """
    try:
        text = (file or resources.files(__package__).joinpath("prices.toml")).read_text(encoding="utf-8")
        entries = tomllib.loads(text).get("prices", [])
        prices = tuple(Price.load(entry) for entry in entries)
    except OSError as error:
        raise ConfigError(f"DATABASE_SPECIALIST_PRICES: {file}: {error.strerror}") from error
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(step) for step in first["loc"])
        raise ConfigError(f"DATABASE_SPECIALIST_PRICES: {file}: {place}: {first['msg']}") from error
    except (ValueError, TypeError, AttributeError) as error:
        raise ConfigError(f"DATABASE_SPECIALIST_PRICES: {file}: {' '.join(str(error).split())}") from error
    if not prices:
        raise ConfigError(f"DATABASE_SPECIALIST_PRICES: {file}: has no [[prices]]")
    return prices
