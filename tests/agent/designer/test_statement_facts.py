"""What a statement names and the schema does not have."""

from __future__ import annotations

import pytest
from sqlglot import parse_one

from database_specialist.agent.designer.statement_facts import unknown_names
from tests.tools.scripted import SCHEMA


@pytest.mark.parametrize(
    ("sql", "unknown"),
    [
        ("SELECT c.id FROM customers AS c WHERE c.id = 1 FOR UPDATE OF c", []),
        ("SELECT n.id FROM nowhere AS n FOR UPDATE OF n", ["table nowhere"]),
    ],
)
def test_a_lock_names_an_alias_and_no_table(sql: str, unknown: list[str]) -> None:
    assert list(unknown_names(parse_one(sql, dialect="postgres"), SCHEMA)) == unknown
