from __future__ import annotations

import importlib.util
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from types import ModuleType

import pytest

from database_specialist.tools.postgres_sandbox import PostgresDatabase, PostgresSandbox, open_postgres

SHOP = Path(__file__).parents[2] / "shop.py"


@pytest.fixture(scope="session")
def shop() -> ModuleType:
    spec = importlib.util.spec_from_file_location("shop_of_sampling", SHOP)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresSandbox]:
    with open_postgres() as sandbox:
        yield sandbox


@pytest.fixture
def database(postgres: PostgresSandbox) -> Iterator[PostgresDatabase]:
    with postgres.database() as database:
        yield database


@pytest.fixture
def sqlite() -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
        yield connection
