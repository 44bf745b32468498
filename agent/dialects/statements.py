"""The statements that create a schema, and those that take it away again."""

from __future__ import annotations

from collections.abc import Iterable

from database_specialist.agent.dialects.comments import comment_statements
from database_specialist.agent.dialects.identifiers import literal, quote, quote_all
from database_specialist.agent.dialects.splitting import split_statements
from database_specialist.agent.dialects.tables import (
    alter_foreign_key,
    create_partition,
    create_table,
    forward_keys,
    unique_index,
    unique_indexes,
)
from database_specialist.agent.model.base import Engine
from database_specialist.agent.model.relational import Partition, Schema
from database_specialist.agent.model.workload import Index, Indexes, IndexKey

TRUSTED_EXTENSIONS = frozenset({"btree_gist", "btree_gin", "citext", "pg_trgm", "unaccent", "hstore", "ltree"})
"""Extensions that the owner of the database may create, and so may drop. Others are the administrator's to remove."""


def create_statements(schema: Schema) -> tuple[str, ...]:
    """Return the statements that create the schema on an empty database, in order, without the planned indexes."""
    engine = schema.engine
    statements = [f"CREATE EXTENSION IF NOT EXISTS {quote(each.name, engine)}" for each in schema.extensions]
    for enum in schema.enums:
        members = ", ".join(literal(value, engine) for value in enum.values)
        statements.append(f"CREATE TYPE {quote(enum.name, engine)} AS ENUM ({members})")
    for domain in schema.domains:
        check = f" CHECK ({domain.check})" if domain.check else ""
        statements.append(f"CREATE DOMAIN {quote(domain.name, engine)} AS {domain.base}{check}")
    forward = forward_keys(schema)
    for table in schema.tables:
        statements.append(create_table(table, schema, frozenset(forward)))
        statements += [create_partition(table, each, engine) for each in _partitions(schema, table.name)]
        statements += [unique_index(table, each, engine) for each in unique_indexes(table, engine)]
    statements += [
        alter_foreign_key(table, key, engine)
        for table in schema.tables
        for key in table.foreign_keys
        if key.name in forward
    ]
    for routine in schema.routines:
        statements += split_statements(routine.create, engine)
    statements += [f"CREATE VIEW {quote(view.name, engine)} AS\n{view.query.rstrip(';')}" for view in schema.views]
    statements += _policies(schema)
    return (*_preamble(engine), *statements, *comment_statements(schema))


def index_statements(indexes: Indexes, engine: Engine) -> tuple[str, ...]:
    """Return the statements that create the planned indexes."""
    extensions = [f"CREATE EXTENSION IF NOT EXISTS {name}" for name in index_extensions(indexes, engine)]
    return (*extensions, *(_create_index(index, engine) for index in indexes.planned))


def index_extensions(indexes: Indexes, engine: Engine) -> tuple[str, ...]:
    """Return the extensions that the operator classes of planned indexes come from."""
    if engine != "postgresql":
        return ()
    classes = [key.operator_class or "" for index in indexes.planned for key in index.keys]
    return ("pg_trgm",) if any(each.endswith("trgm_ops") for each in classes) else ()


def drop_statements(schema: Schema, indexes: Indexes) -> tuple[str, ...]:
    """Return the statements that take indexes and schema away, back to an empty database."""
    engine = schema.engine
    statements = [_drop_index(index, engine) for index in reversed(indexes.planned)]
    statements += [f"DROP VIEW {quote(view.name, engine)}" for view in reversed(schema.views)]
    statements += _drop_policies(schema)
    for routine in reversed(schema.routines):
        statements += split_statements(routine.drop, engine)
    forward = forward_keys(schema)
    for table in reversed(schema.tables):
        for key in table.foreign_keys:
            if key.name in forward:
                word = "FOREIGN KEY" if engine in ("mysql", "mariadb") else "CONSTRAINT"
                statements.append(f"ALTER TABLE {quote(table.name, engine)} DROP {word} {quote(key.name, engine)}")
    statements += [f"DROP TABLE {quote(table.name, engine)}" for table in reversed(schema.tables)]
    statements += [f"DROP DOMAIN {quote(each.name, engine)}" for each in reversed(schema.domains)]
    statements += [f"DROP TYPE {quote(each.name, engine)}" for each in reversed(schema.enums)]
    extensions = [each.name for each in schema.extensions] + list(index_extensions(indexes, engine))
    statements += [
        f"DROP EXTENSION IF EXISTS {quote(name, engine)}"
        for name in reversed(list(dict.fromkeys(extensions)))
        if name in TRUSTED_EXTENSIONS
    ]
    if engine == "sqlite":
        # A dropped table deletes its rows first, and so would trip over keys that point at it from a cycle.
        return ("PRAGMA foreign_keys = OFF", *statements, "PRAGMA foreign_keys = ON")
    return tuple(statements)


def script(statements: Iterable[str]) -> str:
    r"""Join statements into a script; the empty script is empty.

    >>> script(["SELECT 1", "SELECT 2"])
    'SELECT 1;\n\nSELECT 2;\n'
    """
    return "".join(f"{statement};\n\n" for statement in statements).removesuffix("\n")


def _preamble(engine: Engine) -> tuple[str, ...]:
    return ("PRAGMA foreign_keys = ON",) if engine == "sqlite" else ()


def _partitions(schema: Schema, table_name: str) -> tuple[Partition, ...]:
    table = schema.table(table_name)
    assert table is not None
    if table.partitioning is None or schema.engine != "postgresql":
        return ()
    return table.partitioning.partitions


def _policies(schema: Schema) -> list[str]:
    engine = schema.engine
    statements = [f"ALTER TABLE {quote(table, engine)} ENABLE ROW LEVEL SECURITY" for table in _guarded_tables(schema)]
    for policy in schema.policies:
        check = f"\n  WITH CHECK ({policy.check})" if policy.check else ""
        statements.append(
            f"CREATE POLICY {quote(policy.name, engine)} ON {quote(policy.table, engine)}\n"
            f"  USING ({policy.using}){check}"
        )
    return statements


def _drop_policies(schema: Schema) -> list[str]:
    # Without its policies a table with row-level security shows no row at all: both go, in the reverse order.
    engine = schema.engine
    statements = [
        f"DROP POLICY {quote(each.name, engine)} ON {quote(each.table, engine)}" for each in reversed(schema.policies)
    ]
    guarded = reversed(_guarded_tables(schema))
    return statements + [f"ALTER TABLE {quote(table, engine)} DISABLE ROW LEVEL SECURITY" for table in guarded]


def _guarded_tables(schema: Schema) -> list[str]:
    return list(dict.fromkeys(policy.table for policy in schema.policies))


def _create_index(index: Index, engine: Engine) -> str:
    name, table = quote(index.name, engine), quote(index.table, engine)
    keys = ", ".join(_index_key(key, engine) for key in index.keys)
    if engine in ("mysql", "mariadb"):
        kind = {"fulltext": "FULLTEXT ", "spatial": "SPATIAL "}.get(index.method, "")
        return f"CREATE {kind}INDEX {name} ON {table} ({keys})"
    using = f" USING {index.method}" if engine == "postgresql" and index.method != "btree" else ""
    include = f" INCLUDE ({quote_all(index.include, engine)})" if engine == "postgresql" and index.include else ""
    where = f" WHERE {index.where}" if index.where else ""
    return f"CREATE INDEX {name} ON {table}{using} ({keys}){include}{where}"


def _index_key(key: IndexKey, engine: Engine) -> str:
    operator_class = f" {key.operator_class}" if key.operator_class and engine == "postgresql" else ""
    return quote_all([key.expression], engine) + operator_class + (" DESC" if key.descending else "")


def _drop_index(index: Index, engine: Engine) -> str:
    on = f" ON {quote(index.table, engine)}" if engine in ("mysql", "mariadb") else ""
    return f"DROP INDEX {quote(index.name, engine)}{on}"
