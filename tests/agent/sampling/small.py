"""Small systems of a few tables: each table is its columns, and references are named after what they refer to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from database_specialist.agent.model.entities import Attribute, Entity, EntityModel, Example, ExampleRow, Relationship
from database_specialist.agent.model.relational import Check, Column, ForeignKey, PrimaryKey, Routine, Schema, Table


def column(name: str, type: str = "text", **more: object) -> Column:
    kinds = {"date": "date", "text": "enum" if more.get("values") else "short_text"}
    return Column(name=name, type=type, attribute=name, logical_type=kinds[type], **more)  # type: ignore[arg-type]


def reference(table: str, to: str, *shared: str, nullable: bool = False) -> tuple[Column, ForeignKey]:
    """A key column `<to>_id`; with `shared`, the key is composite, as a tenant's is."""
    name = f"{to}_id"
    key = ForeignKey(
        name=f"{table}_{name}_fkey", columns=(*shared, name), ref_table=f"{to}s", ref_columns=(*shared, "id")
    )
    return Column(name=name, type="bigint", nullable=nullable), key


def table(
    name: str, *columns: Column | tuple[Column, ForeignKey], checks: Mapping[str, str] | None = None, **more: object
) -> Table:
    parts = [part if isinstance(part, tuple) else (part, None) for part in columns]
    return Table(
        name=f"{name}s",
        entity=name,
        columns=(Column(name="id", type="bigint", identity=True), *(part for part, _ in parts)),
        primary_key=PrimaryKey(name=f"{name}s_pkey", columns=("id",)),
        foreign_keys=tuple(key for _, key in parts if key is not None),
        checks=tuple(Check(name=each, expression=text) for each, text in (checks or {}).items()),
        **more,  # type: ignore[arg-type]
    )


def schema(*tables: Table, routines: Sequence[Routine] = ()) -> Schema:
    return Schema(engine="postgresql", tables=tables, routines=tuple(routines))


def model(*tables: Table) -> EntityModel:
    """The entities behind the tables, as far as examples speak of them."""
    return EntityModel(
        entities=tuple(_entity(each) for each in tables),
        relationships=tuple(
            Relationship(source=each.entity or "", target=key.ref_table[:-1], role=key.ref_table[:-1])
            for each in tables
            for key in each.foreign_keys
        ),
    )


def _entity(each: Table) -> Entity:
    attributes = tuple(
        Attribute(name=part.name, meaning="", type=part.logical_type, values=part.values)
        for part in each.columns
        if part.logical_type is not None
    )
    return Entity(name=each.entity or "", plural=each.name, description="", attributes=attributes)


def trigger(name: str, on: str, body: str, *, when: str = "BEFORE INSERT") -> Routine:
    create = f"""
        CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {body} RETURN NEW; END $$;
        CREATE TRIGGER {name} {when} ON {on} FOR EACH ROW EXECUTE FUNCTION {name}();
    """
    drop = f"DROP TRIGGER {name} ON {on}; DROP FUNCTION {name}();"
    return Routine(name=name, table=on, create=create, drop=drop, why="test")


def example(*rows: ExampleRow) -> Example:
    return Example(id="EX1", text="test", rows=rows, expect="accept")


def row(entity: str, label: str = "x", **values: object) -> ExampleRow:
    return ExampleRow(entity=entity, label=label, values=values)  # type: ignore[arg-type]
