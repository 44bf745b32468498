"""A database on which rows are tried while the seed is made: what a trigger refuses or writes is found out there."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Protocol

from database_specialist.agent.model.entities import EntityModel
from database_specialist.agent.model.relational import Table
from database_specialist.agent.sampling.examples import example_statements
from database_specialist.agent.sampling.population import Population
from database_specialist.agent.sampling.violations import ExampleError, entity_table

_FIRST = 8000
"""Number of the first row that an example lends to the seed: above the seed's own, below those of the proofs."""
_APART = 100
"""Numbers kept for each such example."""


class Trial(Protocol):
    """A database that holds the schema and the rows taken so far."""

    def __call__(self, *statements: str) -> bool:
        """Run the statements, all or none; say whether they were taken."""

    def count(self, table: str) -> int:
        """Return how many rows the table holds, those of triggers too."""

    def counts_after(self, statements: Collection[str], tables: Collection[str]) -> dict[str, int]:
        """Return how many rows each table holds when only these statements have run, on empty tables."""


def lent_by_examples(entity_model: EntityModel, population: Population, trial: Trial) -> Iterator[str]:
    """Yield the rows of the designer's own valid examples for the tables that are still empty.

    No row of such a table was taken: what its triggers ask for is known to the designer only.
    """
    lent = 0
    for table in population.schema.tables:
        for statements in _offers(table, entity_model, population, _FIRST + lent * _APART):
            if trial.count(table.name) == 0 and trial(*statements):
                lent += 1
                yield from statements


def _offers(table: Table, entity_model: EntityModel, beside: Population, first: int) -> Iterator[tuple[str, ...]]:
    schema = beside.schema
    for example in entity_model.examples:
        named = {entity_table(row.entity, entity_model, schema).name for row in example.rows}
        if example.expect == "accept" and not example.is_by_code and table.name in named:
            rows_only = example.model_copy(update={"update": None, "delete": None})
            for fresh in (False, True):
                try:
                    made = example_statements(
                        rows_only, entity_model, schema, fresh_owners=fresh, first=first, beside=beside
                    )
                except ExampleError:
                    continue
                yield (*made.setup, made.probe)
