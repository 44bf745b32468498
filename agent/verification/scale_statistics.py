"""Letting the planner believe that a sample is the table of production: sizes and distinct values at that volume.

https://www.postgresql.org/docs/18/functions-admin.html#FUNCTIONS-ADMIN-STATSMOD
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from database_specialist.agent.dialects import literal
from database_specialist.agent.model.relational import Schema

PAGE = 8192

RELATIONS = """
SELECT c.relname, c.relkind::text, t.relname, coalesce(whole.relname, t.relname), coalesce(family.relname, c.relname),
       CASE WHEN c.relkind IN ('r', 'i') THEN pg_relation_size(c.oid) / 8192 ELSE 0 END, c.reltuples, c.relallvisible,
       coalesce(pg_relation_filepath(c.oid), '')
FROM pg_class AS c
LEFT JOIN pg_index AS x ON x.indexrelid = c.oid
JOIN pg_class AS t ON t.oid = coalesce(x.indrelid, c.oid)
LEFT JOIN pg_inherits AS h ON h.inhrelid = t.oid
LEFT JOIN pg_class AS whole ON whole.oid = h.inhparent
LEFT JOIN pg_inherits AS i ON i.inhrelid = c.oid AND c.relkind IN ('i', 'I')
LEFT JOIN pg_class AS family ON family.oid = i.inhparent
WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p', 'i', 'I')
ORDER BY c.relname
"""


@dataclass(frozen=True)
class Relation:
    """A table, an index, or a partition of one, as the sample has it."""

    name: str
    kind: str
    """"r" table or partition, "p" partitioned table, "i" index, "I" index of a partitioned table."""
    on: str
    """The table or partition that an index is on; a table's own name."""
    table: str
    """The table it belongs to, with all partitions."""
    family: str
    """The index of the whole table that a partition's index belongs to; else its own name."""
    pages: int
    rows: float
    visible_pages: int
    path: str


def scaled_sizes(relations: tuple[Relation, ...], factors: Mapping[str, float]) -> Iterator[str]:
    """Yield the statements that give tables their rows and pages of production."""
    for each in relations:
        factor = factors.get(each.table, 1.0)
        if each.kind == "r" and factor > 1:
            yield (
                f"SELECT pg_restore_relation_stats('schemaname', 'public', 'relname', {_text(each.name)}, "
                f"'relpages', {round(each.pages * factor)}::integer, "
                f"'reltuples', {max(each.rows, 0) * factor:.0f}::real, "
                f"'relallvisible', {round(each.visible_pages * factor)}::integer)"
            )


def scaled_files(relations: tuple[Relation, ...], factors: Mapping[str, float]) -> dict[str, int]:
    """Return the pages of each file in production."""
    return {
        each.path: round(each.pages * factors[each.table])
        for each in relations
        if each.path and each.pages and factors.get(each.table, 1.0) > 1
    }


def scaled_references(schema: Schema, relations: tuple[Relation, ...], factors: Mapping[str, float]) -> Iterator[str]:
    """Yield the statements that let references point to as many parents as production has.

    In a sample of a thousandth, a thousandth of the parents is referred to: without this the planner would expect
    a thousand times too many children of each. To be run before the tables get their sizes.
    """
    for table in schema.tables:
        parts = [each for each in relations if each.table == table.name and each.kind in ("r", "p")]
        for key in table.foreign_keys:
            parents = factors.get(key.ref_table, 1.0)
            for column in key.columns:
                if parents > 1 or factors.get(table.name, 1.0) > 1:
                    for part in parts:
                        yield _restored(part.name, column, parents, factors.get(table.name, 1.0))


def _restored(relation: str, column: str, parents: float, children: float) -> str:
    return (
        "SELECT pg_restore_attribute_stats('schemaname', 'public', 'relname', s.tablename::text, "
        "'attname', s.attname::text, 'inherited', s.inherited, 'n_distinct', "
        "(CASE WHEN s.after >= s.production * 0.1 THEN -least(s.after / s.production, 1) ELSE s.after END)::real, "
        "'most_common_vals', s.most_common_vals::text, 'most_common_freqs', "
        "(SELECT array_agg((f * s.before / s.after)::real ORDER BY o) "
        "FROM unnest(s.most_common_freqs) WITH ORDINALITY AS u(f, o))) "
        f"FROM (SELECT p.*, greatest(p.before * {parents:.6f}, 1) AS after, p.sampled * {children:.6f} AS production "
        "FROM (SELECT g.*, k.sampled, greatest(CASE WHEN g.n_distinct < 0 THEN -g.n_distinct * k.sampled "
        "ELSE g.n_distinct END, 1) AS before "
        "FROM pg_stats AS g, (SELECT greatest(c.reltuples, 1) AS sampled FROM pg_class AS c "
        f"WHERE c.relname = {_text(relation)} AND c.relnamespace = 'public'::regnamespace) AS k "
        f"WHERE g.schemaname = 'public' AND g.tablename = {_text(relation)} AND g.attname = {_text(column)}) AS p) AS s"
    )


def _text(value: str) -> str:
    return literal(value, "postgresql")
