from __future__ import annotations

import pytest

from database_specialist.agent.dialects import create_statements
from database_specialist.agent.model.relational import Column, Exclusion, ExclusionElement, PrimaryKey, Schema, Table
from database_specialist.agent.verification.sandbox import StatementError
from database_specialist.tools.postgres_sandbox import PostgresDatabase


def stays(kind: str, *, nullable: bool = False) -> Schema:
    exclusion = Exclusion(
        name="stays_excl",
        elements=(
            ExclusionElement(expression="room", operator="="),
            ExclusionElement(expression="period", operator="&&"),
        ),
    )
    table = Table(
        name="stays",
        columns=(
            Column(name="id", type="bigint", identity=True),
            Column(name="room", type=kind, nullable=nullable),
            Column(name="period", type="daterange"),
        ),
        primary_key=PrimaryKey(name="stays_pkey", columns=("id",)),
        exclusions=(exclusion,),
    )
    return Schema(engine="postgresql", tables=(table,))


def test_an_equality_of_required_integers_needs_no_extension(database: PostgresDatabase) -> None:
    database.run(create_statements(stays("bigint")))
    insert = "INSERT INTO stays (room, period) VALUES ({}, '[{}]')"
    database.execute(insert.format(1, "2026-01-01,2026-01-05"))
    database.execute(insert.format(2, "2026-01-01,2026-01-05"))
    with pytest.raises(StatementError) as refused:
        database.execute(insert.format(1, "2026-01-04,2026-01-09"))
    assert refused.value.constraint == "stays_excl"


@pytest.mark.parametrize(("kind", "nullable"), [("text", False), ("bigint", True)])
def test_other_equalities_stay_as_they_are(kind: str, nullable: bool) -> None:
    ddl = "\n".join(create_statements(stays(kind, nullable=nullable)))
    assert "room WITH =" in ddl
