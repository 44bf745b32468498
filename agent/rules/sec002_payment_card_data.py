"""A card's verification code must never be stored, and its number only unreadable (PCI DSS, requirement 3).

https://www.pcisecuritystandards.org/document_library/
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from database_specialist.agent.model.relational import Schema
from database_specialist.agent.rules.rule import Objection, rule
from database_specialist.agent.rules.walk import columns, family, length

_CODE = re.compile(r"(^|_)(cvv2?|cvc2?|card_verification_code|card_security_code)$")
_NUMBER = re.compile(r"(^|_)(card_number|cc_number|credit_card|credit_card_number|pan)$")


@rule("SEC002", "error", "Payment card data", owner="model_entities")
def payment_card_data(schema: Schema) -> Iterator[Objection]:
    """Object to columns for verification codes, and to those for whole card numbers."""
    for table, column in columns(schema):
        code, number = _CODE.search(column.name), _NUMBER.search(column.name)
        bound = length(column.type)
        readable = family(column.type) in ("text", "integer", "decimal") and (bound is None or bound > 4)
        if column.logical_type != "secret_hash" and (code or (number and readable)):
            demand = "must never be stored" if code else "may be stored unreadable only"
            yield Objection(
                place=f"{table.name}.{column.name}",
                message=f"{table.name}.{column.name} {demand} (PCI DSS 3): it brings the whole database into its "
                "scope.",
                help=f"Drop {table.name}.{column.name}; keep the payment provider's token and the last four digits.",
            )
