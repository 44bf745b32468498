"""All files of a run, from one design."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence

from database_specialist.agent.dialects import create_statements, index_statements
from database_specialist.agent.model.design import Design
from database_specialist.agent.model.evidence import Measurement
from database_specialist.agent.report.document import render_document
from database_specialist.agent.report.markdown import heading, number, sections, table, text
from database_specialist.agent.report.operations import migration_file
from database_specialist.agent.report.sql import prepared, runnable


def render_files(design: Design, measurements: Sequence[Measurement]) -> dict[str, str]:
    """Return the text of each file by its path relative to the output folder."""
    engine = design.relational_schema.engine
    ddl = (*create_statements(design.relational_schema), *index_statements(design.indexes, engine))
    files = {
        "database-design.md": render_document(design),
        "database-design.json": json.dumps(design.dump(), indent=1, ensure_ascii=False) + "\n",
        "database/schema.sql": runnable(ddl, engine) + "\n",
        "database/queries.sql": _queries(design),
        "database/seed.sql": design.operations.seed.sql.rstrip() + "\n",
        "database/measurements.md": render_measurements(measurements),
    }
    for migration in design.operations.migrations:
        files[f"database/migrations/{migration_file(migration, 'up')}"] = migration.up.rstrip() + "\n"
        if migration.down:
            files[f"database/migrations/{migration_file(migration, 'down')}"] = migration.down.rstrip() + "\n"
    return files


def _queries(design: Design) -> str:
    engine = design.relational_schema.engine
    parts = [f"-- {query.purpose}\n{prepared(query, engine)}" for query in design.workload.queries]
    return "\n\n".join(parts) + "\n"


def render_measurements(measurements: Iterable[Measurement]) -> str:
    """Return what is true of this run on this machine only."""
    return (
        sections(
            heading(1, "Measurements of the last run"),
            "Times of one run on one machine. They differ from run to run, so the design document does not quote them.",
            table(("What", "Value"), ((text(m.subject), f"{number(m.value)} {m.unit}") for m in measurements)),
        )
        + "\n"
    )
