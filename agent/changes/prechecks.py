"""Questions to the user's own rows: which of them stand in the way of a step. The proofs can only make rows up."""

from __future__ import annotations

from database_specialist.agent.changes.steps import Check, Ground
from database_specialist.agent.verification.catalog import ConstraintFact


def precheck(fact: ConstraintFact, ground: Ground) -> tuple[Check, ...]:
    """Return the query that counts the rows which a new constraint would refuse."""
    table = ground.name(fact.table)
    element = f"{fact.kind} {fact.table}.{fact.name}"
    if fact.kind == "check":
        return (Check(element, fact.table, f"SELECT count(*) FROM {table} WHERE NOT ({fact.expression})"),)
    names = [ground.column(name) for name in fact.columns]
    if fact.kind in ("unique", "primary key"):
        keys = ", ".join(names)
        known = " AND ".join(f"{name} IS NOT NULL" for name in names)
        where = "" if "NULLS NOT DISTINCT" in fact.definition else f" WHERE {known}"
        sql = f"SELECT count(*) FROM (SELECT 1 FROM {table}{where} GROUP BY {keys} HAVING count(*) > 1) AS repeated"
        return (Check(element, fact.table, sql),)
    if fact.kind == "foreign key":
        return (Check(element, fact.table, _orphans(fact, ground)),)
    return (Check(element, fact.table, sql),) if (sql := _overlaps(fact, ground)) else ()


def _orphans(fact: ConstraintFact, ground: Ground) -> str:
    known = " AND ".join(f"child.{ground.column(name)} IS NOT NULL" for name in fact.columns)
    pairs = zip(fact.columns, fact.ref_columns, strict=True)
    same = " AND ".join(f"parent.{ground.column(ref)} = child.{ground.column(name)}" for name, ref in pairs)
    return (
        f"SELECT count(*) FROM {ground.name(fact.table)} AS child WHERE {known} "
        f"AND NOT EXISTS (SELECT FROM {ground.name(fact.ref_table)} AS parent WHERE {same})"
    )


def _overlaps(fact: ConstraintFact, ground: Ground) -> str:
    """Return the pairs of rows that an exclusion constraint forbids; nothing where its form is another."""
    table = ground.schema.table(fact.table)
    found = next((each for each in table.exclusions if each.name == fact.name), None) if table else None
    if found is None or any("(" in each.expression for each in found.elements):
        return ""
    same = " AND ".join(
        f"a.{ground.column(each.expression)} {each.operator} b.{ground.column(each.expression)}"
        for each in found.elements
    )
    rows = f"(SELECT *, ctid AS place FROM {ground.name(fact.table)}{f' WHERE {found.where}' if found.where else ''})"
    return f"SELECT count(*) FROM {rows} AS a JOIN {rows} AS b ON a.place < b.place WHERE {same}"


def lossy(table: str, column: str, old: str, new: str) -> str:
    """Return the query that counts the values which a type cannot hold as they are. Names are written out.

    Needs PostgreSQL 16.
    """
    image = f"{column}::text::{new}::text"
    return (
        f"SELECT count(*) FROM {table} WHERE {column} IS NOT NULL AND CASE "
        f"WHEN NOT pg_input_is_valid({column}::text, '{_text(new)}') THEN true "
        f"WHEN NOT pg_input_is_valid({image}, '{_text(old)}') THEN true "
        f"ELSE {image}::{old} IS DISTINCT FROM {column} END"
    )


def _text(name: str) -> str:
    return name.replace("'", "''")
