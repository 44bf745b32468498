"""What the statements of the migrations lock."""

from __future__ import annotations

from database_specialist.agent.model.base import Name, Part


class Footprint(Part):
    """What one statement did to one table that held rows."""

    migration: str
    """"0008_indexes"."""
    statement: str
    """On one line, cut where it is long."""
    table: Name
    lock: str
    """The strongest lock on the table: "ACCESS EXCLUSIVE"."""
    rewrites: bool
    """The table got a new file: every row was written again."""
    scans: bool
    """Rows were read from one end to the other."""
