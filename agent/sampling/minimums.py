"""The rows that a row needs beside it: of which the schema tests a minimum when the transaction commits."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from database_specialist.agent.mapping.minimums import minimum_name
from database_specialist.agent.mapping.naming import column_name
from database_specialist.agent.model.entities import EntityModel, Relationship
from database_specialist.agent.model.relational import ForeignKey, Schema, Table
from database_specialist.agent.sampling.population import Population
from database_specialist.agent.sampling.scalars import Row, Value


@dataclass(frozen=True)
class Minimum:
    """At least `count` rows of `source` refer to each row of `target` by `key`."""

    source: Table
    target: Table
    key: ForeignKey
    count: int

    def lacking(self, population: Population, *, spare: int = 0) -> Iterator[tuple[Row, int]]:
        """Yield the rows that too few refer to, and how many more are needed."""
        for row in population.rows[self.target.name]:
            link = self.link(row)
            found = sum(
                all(other.get(name) == value for name, value in link.items())
                for other in population.rows[self.source.name]
            )
            if found < self.count + spare:
                yield row, self.count + spare - found

    def link(self, row: Row) -> dict[str, Value]:
        """Return the values by which a row of `source` refers to this one."""
        return {name: row[ref] for name, ref in zip(self.key.columns, self.key.ref_columns, strict=True)}


def enforced_minimums(entity_model: EntityModel, schema: Schema) -> tuple[Minimum, ...]:
    """Return the minimums that a routine of the schema keeps."""
    names = {routine.name for routine in schema.routines}
    found = (_minimum(each, entity_model, schema, names) for each in entity_model.relationships if each.min_sources)
    return tuple(minimum for minimum in found if minimum is not None)


def _minimum(each: Relationship, entity_model: EntityModel, schema: Schema, names: set[str]) -> Minimum | None:
    tables = {table.entity: table for table in schema.tables}
    source, target = tables.get(each.source), tables.get(each.target)
    if source is None or target is None or minimum_name(source.name, each.role) not in names:
        return None
    columns = set(column_name(entity_model, each.source, each.role, engine=schema.engine))
    keys = (key for key in source.foreign_keys if columns <= set(key.columns) and key.ref_table == target.name)
    key = next(keys, None)
    return None if key is None else Minimum(source, target, key, each.min_sources)
