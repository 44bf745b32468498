"""The document, section by section, in the order that its readers rely on."""

from __future__ import annotations

from collections import Counter

from database_specialist.agent.model.design import Design
from database_specialist.agent.report.access import index_strategy, query_patterns
from database_specialist.agent.report.context import Context
from database_specialist.agent.report.data_model import data_model
from database_specialist.agent.report.handoff import handoff
from database_specialist.agent.report.markdown import code, heading, quantity, sections, table, text
from database_specialist.agent.report.open_points import assumptions
from database_specialist.agent.report.operations import backup_and_recovery, migration_plans, nosql
from database_specialist.agent.report.scalability import scalability
from database_specialist.agent.report.schema_decisions import schema_decisions
from database_specialist.agent.report.sources import sources
from database_specialist.agent.report.traceability import traceability
from database_specialist.agent.report.verification import verification

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
        sources(design, context.all_decisions),
    )
    return body + "\n"


def _front(context: Context) -> str:
    design = context.design
    others = ", D and OD those of the language model" if design.designer != "rules" else ""
    others += ", S pages that research found (Sources)" if design.research.sources else ""
    return sections(
        heading(1, f"Database design: {text(design.brief.project)}"),
        text(design.brief.summary),
        table(
            ("Subject", "In short"),
            (
                ("Engine", _engine(context)),
                ("Designed by", _designer(design.designer)),
                ("From", ", ".join(f"{code(d.path)} ({d.lines} lines)" for d in design.brief.documents)),
                ("Size", _size(design)),
                ("Volume", _volume(design)),
                ("Proof", _proof(design)),
                ("Review", _review(design)),
                ("For machines", f"{code('database-design.json')}, schema version {design.schema_version}"),
            ),
        ),
        "F and the documents' own ids name requirements (Requirements Traceability), V names records of a run "
        f"(Verification), SD and OP name decisions{others}. A figure is given by the documents, derived or assumed.",
    )


def _engine(context: Context) -> str:
    stack = context.design.brief.stack
    cited = context.cite(stack.facts)
    return f"{context.engine} ({stack.origin}{f': {cited}' if cited else ''})"


def _designer(name: str) -> str:
    if name == "rules":
        return "the deterministic rules designer; no language model took part"
    if ", then rules: " in name:
        return f"{text(name)}; mapping, arithmetic and proofs by code"
    return f"a language model ({text(name)}); mapping, arithmetic and proofs by code"


def _volume(design: Design) -> str:
    capacity = design.operations.capacity
    return (
        f"{quantity(capacity.bytes_year_1)} after 1 year, {quantity(capacity.bytes_year_5)} after 5; "
        f"{quantity(capacity.peak_queries_per_second)} at peak (Scalability Considerations has the arithmetic)"
    )


def _proof(design: Design) -> str:
    records = design.evidence.records
    count = Counter(record.status for record in records if record.passed)
    parts = [f"{count['EXECUTED']} of {len(records)} claims EXECUTED and passed"] if count["EXECUTED"] else []
    parts += [f"{count['STATIC']} passed by reading only (STATIC)"] if count["STATIC"] else []
    unchecked, failed = sum(r.passed is None for r in records), len(design.evidence.failed)
    parts += [f"{unchecked} NOT CHECKED"] if unchecked else []
    parts += [f"{failed} FAILED"] if failed else []
    engines = ", ".join(dict.fromkeys(text(record.engine) for record in records))
    return f"{', '.join(parts)}; on {engines}" if records else "nothing was run"


def _review(design: Design) -> str:
    verdict, brief = design.verdict, design.brief
    warnings = sum(finding.severity == "warning" for finding in verdict.findings)
    state = f"accepted in round {verdict.round}" if verdict.accepted else f"not accepted after round {verdict.round}"
    return f"{state}; warnings: {warnings}, assumptions: {len(brief.assumptions)}, open questions: {len(brief.gaps)}"


def _size(design: Design) -> str:
    schema = design.relational_schema
    foreign_keys = sum(len(table_.foreign_keys) for table_ in schema.tables)
    return (
        f"{len(schema.tables)} tables, {foreign_keys} foreign keys, {len(design.indexes.planned)} indexes, "
        f"{len(design.workload.queries)} queries, {len(design.operations.migrations)} migrations"
    )
