"""Personal data may be kept no longer than its purpose needs (GDPR, article 5.1 e).

https://gdpr-info.eu/art-5-gdpr/
"""

from __future__ import annotations

from collections.abc import Iterator

from database_specialist.agent.model.brief import Brief
from database_specialist.agent.model.relational import Schema
from database_specialist.agent.rules.rule import Objection, rule
from database_specialist.agent.rules.walk import listed


@rule("SEC007", "info", "Personal data without a retention period", owner="model_entities")
def personal_data_without_retention(schema: Schema, brief: Brief | None = None) -> Iterator[Objection]:
    """Object once to all tables with personal columns and no retention: a warning where the documents name a law."""
    bare = [t.name for t in schema.tables if t.retention_days is None and any(column.personal for column in t.columns)]
    stated = any(quantity.metric == "retention" for quantity in brief.quantities) if brief else False
    if bare and not stated:
        law = next((fact for fact in brief.in_scope if fact.kind == "compliance"), None) if brief else None
        yield Objection(
            place=bare[0],
            message=f"{listed(bare)}: personal data with no period after which it is erased"
            + (f", while {law.span} asks for compliance." if law else "."),
            help="Set retention_days for them, or list as an assumption how long they are kept and who erases them.",
            severity="warning" if law else None,
        )
