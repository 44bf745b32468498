"""What says something about a person must be marked, or nobody masks, grants or erases it by its mark.

https://gdpr-info.eu/art-4-gdpr/
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from database_specialist.agent.model.entities import EntityModel
from database_specialist.agent.model.relational import Schema
from database_specialist.agent.rules.rule import Objection, rule
from database_specialist.agent.rules.walk import columns

_PERSONAL = re.compile(
    r"^(email|e_mail|email_address|phone|phone_number|mobile|first_name|last_name|full_name|birth_date|date_of_birth|"
    r"dob|ssn|social_security_number|passport_number|national_id|iban|street|home_address|ip_address)$"
)


@rule("SEC003", "warning", "Personal column without its mark", owner="model_entities")
def personal_column_unmarked(schema: Schema, entity_model: EntityModel) -> Iterator[Objection]:
    """Object to personal columns that are public or internal, and to columns named after a person's data unmarked."""
    for table, column in columns(schema):
        weak = column.personal and column.sensitivity in ("public", "internal")
        missed = not column.personal and column.attribute is not None and _PERSONAL.match(column.name)
        if weak or missed:
            yield Objection(
                place=f"{table.name}.{column.name}",
                message=f"{table.name}.{column.name} "
                + (
                    f"is personal and marked {column.sensitivity}"
                    if weak
                    else "says something about a person, unmarked"
                )
                + ": grants, masking and erasure pass it by.",
                help=f"Mark {table.name}.{column.name} personal, with sensitivity confidential or restricted.",
            )
