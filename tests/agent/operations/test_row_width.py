"""The width arithmetic, by hand and against the pages of a real PostgreSQL."""

from __future__ import annotations

import pytest

from database_specialist.agent.dialects import create_statements, index_statements
from database_specialist.agent.model.relational import Column, PrimaryKey, Schema, Table, Unique
from database_specialist.agent.model.workload import Index, Indexes, IndexKey
from database_specialist.agent.operations.index_width import entries, entry_bytes, index_bytes
from database_specialist.agent.operations.row_width import row_bytes, tuple_bytes
from database_specialist.tools.postgres_sandbox import PostgresDatabase

ROWS = 10_000


def table(name: str, *columns: Column, **more: object) -> Table:
    return Table.model_validate(
        {
            "name": name,
            "columns": columns,
            "primary_key": PrimaryKey(name=f"{name}_pkey", columns=(columns[0].name,)),
            **more,
        }
    )


PADDED = table(
    "padded",
    Column(name="id", type="bigint"),
    Column(name="is_open", type="boolean"),
    Column(name="opened_at", type="timestamptz"),
    Column(name="small", type="smallint"),
    Column(name="amount", type="integer"),
    Column(name="opened_on", type="date"),
)
TEXTS = table(
    "texts",
    Column(name="id", type="bigint"),
    Column(name="email", type="text", logical_type="email"),
    Column(name="note", type="text", logical_type="long_text"),
    Column(name="price", type="numeric(12,2)", logical_type="money"),
    Column(name="key", type="uuid"),
)
OPTIONAL = table(
    "optional",
    Column(name="id", type="bigint"),
    Column(name="name", type="varchar(200)", logical_type="short_text"),
    Column(name="closed_at", type="timestamptz", nullable=True),
    Column(name="reason", type="text", logical_type="text", nullable=True),
)
FILL = {
    "padded": "SELECT n, true, now(), 1, n::int, current_date",
    "texts": "SELECT n, repeat('e', 24), repeat(md5(n::text), 13)::varchar(400), 12345.67, gen_random_uuid()",
    "optional": "SELECT n, repeat('x', 24), CASE WHEN n % 2 = 0 THEN now() END, "
    "CASE WHEN n % 2 = 0 THEN repeat('y', 80) END",
}


def schema_of(*tables: Table) -> Schema:
    return Schema(engine="postgresql", tables=tables)


def test_columns_are_aligned_by_type_and_the_tuple_is_padded() -> None:
    # 24 header + id 8 + boolean 1 + 7 padding + timestamptz 8 + smallint 2 + 2 padding + integer 4 + date 4 = 60 -> 64
    assert tuple_bytes(PADDED, schema_of(PADDED), with_optional=True) == 64


def test_a_page_holds_whole_rows_with_their_line_pointers() -> None:
    found = row_bytes(PADDED, schema_of(PADDED))
    # (8192 - 24) / (64 + 4) = 120 rows
    assert found.value == 8192 / 120
    assert "120 rows a page" in found.basis


def test_optional_columns_take_no_bytes_in_the_rows_where_they_are_null() -> None:
    schema = schema_of(OPTIONAL)
    # filled: 24 + 8 + 25 (short text, one length byte) + 7 + 8 + 81 = 153 -> 160; without: 24 + 8 + 25 = 57 -> 64
    assert tuple_bytes(OPTIONAL, schema, with_optional=True) == 160
    assert tuple_bytes(OPTIONAL, schema, with_optional=False) == 64


def test_a_btree_leaf_is_filled_to_ninety_percent() -> None:
    entry = entries(PADDED, Indexes(planned=()))[0]
    # 8 header + bigint 8 = 16, + 4 line pointer; (8192 - 24 - 16) x 0.9 / 20 = 366
    assert entry_bytes(entry, PADDED, schema_of(PADDED)).value == 8192 / 366


def test_a_value_over_the_toast_limit_leaves_a_pointer_in_the_row() -> None:
    wide = table("wide", Column(name="id", type="bigint"), Column(name="embedding", type="vector(1536)"))
    found = row_bytes(wide, schema_of(wide))
    assert tuple_bytes(wide, schema_of(wide), with_optional=True) == 56
    assert "TOAST" in found.basis
    assert found.value > 1536 * 4


@pytest.mark.parametrize("known", [PADDED, TEXTS, OPTIONAL], ids=lambda known: known.name)
def test_the_heap_of_a_real_table_is_within_a_tenth_of_the_arithmetic(known: Table, database: PostgresDatabase) -> None:
    schema = schema_of(known)
    database.run(create_statements(schema))
    columns = ", ".join(column.name for column in known.columns)
    database.execute(f"INSERT INTO {known.name} ({columns}) {FILL[known.name]} FROM generate_series(1, {ROWS}) AS n")
    measured = int(str(database.execute(f"SELECT pg_relation_size('{known.name}')").rows[0][0])) / ROWS
    assert row_bytes(known, schema).value == pytest.approx(measured, rel=0.1)


def test_the_indexes_of_a_real_table_are_within_a_tenth_of_the_arithmetic(database: PostgresDatabase) -> None:
    known = TEXTS.model_copy(update={"uniques": (Unique(name="texts_key_key", columns=("id", "email")),)})
    keys = (IndexKey(expression="price"), IndexKey(expression="id", descending=True))
    indexes = Indexes(
        planned=(Index(name="texts_price_id_idx", table="texts", keys=keys, serves=("Q1",), reason="of the test"),)
    )
    schema = schema_of(known)
    database.run(create_statements(schema))
    database.execute(
        f"INSERT INTO texts (id, email, note, price, key) {FILL['texts']} FROM generate_series(1, {ROWS}) AS n"
    )
    database.run(index_statements(indexes, "postgresql"))
    measured = int(str(database.execute("SELECT pg_indexes_size('texts')").rows[0][0])) / ROWS
    assert index_bytes(known, schema, indexes).value == pytest.approx(measured, rel=0.1)
