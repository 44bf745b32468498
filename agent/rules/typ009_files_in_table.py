"""Files in rows swell every backup and the WAL; files outside lose the transaction (SQL Antipatterns, Phantom Files).

https://pragprog.com/titles/bksap1/sql-antipatterns-volume-1/
"""

from __future__ import annotations

from collections.abc import Iterator

from database_specialist.agent.model.relational import Schema
from database_specialist.agent.rules.rule import Objection, rule
from database_specialist.agent.rules.walk import columns, family, length, words

_SMALL = frozenset(
    [
        "hash",
        "digest",
        "checksum",
        "salt",
        "nonce",
        "iv",
        "key",
        "token",
        "signature",
        "mac",
        "fingerprint",
        "secret",
        "hmac",
        "cipher",
        "ciphertext",
        "encrypted",
        "vector",
        "embedding",
    ]
)


@rule("TYP009", "info", "Files in a table", owner="plan_schema")
def files_in_table(schema: Schema) -> Iterator[Objection]:
    """Object to binary columns that are no digest, key or ciphertext by their name."""
    for table, column in columns(schema):
        if family(column.type) != "binary" or not _SMALL.isdisjoint(words(column.name)):
            continue
        bound = length(column.type)
        if bound is None or bound > 1024:
            yield Objection(
                place=f"{table.name}.{column.name}",
                message=f"{table.name}.{column.name} keeps files in rows: each base backup and each full rewrite of "
                "a row carries them along.",
                help=f"Keep the file in object storage and its key, size and checksum in {table.name}, or state why "
                "the file must be in the transaction.",
            )
