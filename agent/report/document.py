"""The document, section by section, in the order that its readers rely on."""

from __future__ import annotations

from database_specialist.agent.model.design import Design
from database_specialist.agent.report.access import index_strategy, query_patterns
from database_specialist.agent.report.context import Context
from database_specialist.agent.report.data_model import data_model
from database_specialist.agent.report.handoff import handoff
from database_specialist.agent.report.markdown import code, heading, sections, table, text
from database_specialist.agent.report.operations import backup_and_recovery, migration_plans, nosql
from database_specialist.agent.report.proof import assumptions, sources, traceability, verification
from database_specialist.agent.report.scalability import scalability
from database_specialist.agent.report.schema_decisions import schema_decisions

HEADINGS = (
    "Data Model Design",
    "Schema Design Decisions",
    "Index Strategy",
    "Query Patterns and Optimization",
    "Scalability Considerations",
    "Data Migration Plans",
    "Backup and Recovery",
    "NoSQL Considerations (if applicable)",
    "Requirements Traceability",
    "Verification",
    "Assumptions and Open Questions",
    "Handoff Notes for the Security Specialist",
    "Sources",
)
"""The document's second-level headings: stable text, in this order. Other agents look for them."""


def render_document(design: Design) -> str:
    """Return the document. The same design gives the same bytes."""
    context = Context(design)
    body = sections(
        _front(context),
        data_model(context),
        schema_decisions(context),
        index_strategy(context),
        query_patterns(context),
        scalability(context),
        migration_plans(context),
        backup_and_recovery(context),
        nosql(context),
        traceability(context),
        verification(context),
        assumptions(context),
        handoff(context),
        sources(context),
    )
    return body + "\n"


def _front(context: Context) -> str:
    design = context.design
    schema, records = design.relational_schema, design.evidence.records
    passed = sum(record.passed is True for record in records)
    engines = ", ".join(dict.fromkeys(record.engine for record in records))
    return sections(
        heading(1, f"Database design: {text(design.brief.project)}"),
        text(design.brief.summary),
        table(
            ("", ""),
            (
                (
                    "Engine",
                    f"{schema.engine} {schema.engine_version or ''} ({design.brief.stack.origin})".replace("  ", " "),
                ),
                ("Designed by", _designer(design.designer)),
                ("Size", _size(design)),
                ("Proof", f"{passed} of {len(records)} claims passed on {engines}"),
                ("Machine-readable", f"{code('database-design.json')}, schema version {design.schema_version}"),
            ),
        ),
    )


def _designer(name: str) -> str:
    if name == "rules":
        return "the deterministic rules designer; no language model took part"
    return f"a language model ({text(name)}); mapping, arithmetic and proofs by code"


def _size(design: Design) -> str:
    schema = design.relational_schema
    foreign_keys = sum(len(table_.foreign_keys) for table_ in schema.tables)
    return (
        f"{len(schema.tables)} tables, {foreign_keys} foreign keys, {len(design.indexes.planned)} indexes, "
        f"{len(design.workload.queries)} queries, {len(design.operations.migrations)} migrations"
    )
