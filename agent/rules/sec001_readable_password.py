"""A password that can be read will be (SQL Antipatterns, Readable Passwords).

https://pragprog.com/titles/bksap1/sql-antipatterns-volume-1/
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from database_specialist.agent.model.relational import Schema
from database_specialist.agent.rules.rule import Objection, rule
from database_specialist.agent.rules.walk import columns, family

_PASSWORDS = re.compile(r"(^|_)(password|passwd|passphrase|pwd|pin_code)$")
_TOKENS = re.compile(r"(^|_)(secret|api_key|apikey|private_key|access_token|refresh_token|session_token|reset_token)$")


@rule("SEC001", "error", "Readable password or secret", owner="model_entities")
def readable_password(schema: Schema) -> Iterator[Objection]:
    """Object to text columns named after a password, and as a warning to those named after a token or a key."""
    for table, column in columns(schema):
        if family(column.type) != "text" or column.logical_type == "secret_hash":
            continue
        password = _PASSWORDS.search(column.name)
        if password or _TOKENS.search(column.name):
            yield Objection(
                place=f"{table.name}.{column.name}",
                message=f"{table.name}.{column.name} is readable by whoever reads a row, a backup or a log line.",
                help="Store a salted hash (argon2id for passwords, SHA-256 for random tokens) as "
                f"{column.name}_hash, or a reference into a secret store.",
                severity=None if password else "warning",
            )
