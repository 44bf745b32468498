"""The order of the tables: those referred to come first, and a cycle is opened where it costs least."""

from __future__ import annotations

import pytest

from database_specialist.agent.mapping.ordering import in_creation_order
from database_specialist.agent.model.relational import Column, ForeignKey, PrimaryKey, Table


def table(name: str, *references: str) -> Table:
    """Draw a table; `b?` is an optional reference to b, `=b` shares the key of b."""
    columns, keys = [Column(name="id", type="bigint")], []
    for reference in references:
        target = reference.strip("?=")
        column = "id" if reference.startswith("=") else f"{target}_id"
        if column != "id":
            columns.append(Column(name=column, type="bigint", nullable=reference.endswith("?")))
        keys.append(ForeignKey(name=f"{name}_{target}_fkey", columns=(column,), ref_table=target, ref_columns=("id",)))
    key = PrimaryKey(name=f"{name}_pkey", columns=("id",))
    return Table(name=name, columns=tuple(columns), primary_key=key, foreign_keys=tuple(keys))


@pytest.mark.parametrize(
    ("tables", "order"),
    [
        ((table("c", "b"), table("b", "a"), table("a")), "a b c"),
        ((table("a"), table("c"), table("b", "a")), "a c b"),
        ((table("a", "a"), table("b", "zz")), "a b"),
        ((table("a", "b"), table("b", "a?")), "b a"),
        ((table("a", "b", "c"), table("b", "a?", "c?"), table("c", "a?", "b?")), "b c a"),
        ((table("sub", "=top"), table("top", "sub")), "top sub"),
        ((table("sub", "=top"), table("top", "other"), table("other", "sub")), "top sub other"),
        ((table("user", "a?"), table("a", "b?"), table("b", "a?")), "a user b"),
    ],
    ids=[
        "a chain",
        "ties keep their order",
        "itself and a stranger do not count",
        "required outranks optional",
        "as few forward keys as can be",
        "a subtype after its supertype in a cycle",
        "a subtype after its supertype in a wider cycle",
        "who only refers to a cycle does not open it",
    ],
)
def test_tables_stand_after_those_they_refer_to(tables: tuple[Table, ...], order: str) -> None:
    assert [each.name for each in in_creation_order(tables)] == order.split()


def test_a_long_chain_given_backwards_is_put_right() -> None:
    tables = [table(f"t{number}", f"t{number - 1}") for number in range(2000, 0, -1)]
    assert [each.name for each in in_creation_order(tables)] == [f"t{number}" for number in range(1, 2001)]
