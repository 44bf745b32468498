"""All pictures of a design, and how the document shows one."""

from __future__ import annotations

from database_specialist.agent.model.design import Design
from database_specialist.agent.report.pictures.growth import growth
from database_specialist.agent.report.pictures.indexes import index_savings
from database_specialist.agent.report.pictures.recovery import recovery

FOLDER = "database/pictures"


def pictures(design: Design) -> dict[str, str]:
    """Return the pictures by their name, those that there are figures for."""
    operations = design.operations
    records = tuple(record for record in design.evidence.records if record.kind == "recovery")
    drawn = {
        "growth": growth(operations.capacity),
        "indexes": index_savings(design.evidence.index_uses),
        "recovery": recovery(operations.backup, records),
    }
    return {name: text for name, text in drawn.items() if text}


def path_of(name: str) -> str:
    """Return the path of a picture relative to the document."""
    return f"{FOLDER}/{name}.svg"
