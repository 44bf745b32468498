"""Writing the queries."""

from __future__ import annotations

from collections.abc import Sequence

from database_specialist.agent.answers.question import Model
from database_specialist.agent.answers.workload import WorkloadPatch
from database_specialist.agent.designer.consistency import workload_objections
from database_specialist.agent.designer.patching import patched_workload
from database_specialist.agent.model.brief import Brief
from database_specialist.agent.model.evidence import Finding
from database_specialist.agent.model.relational import Schema
from database_specialist.agent.model.workload import Workload
from database_specialist.agent.reading.listing import figures
from database_specialist.tools.model_designer.questions import as_json, asked, ddl, engine_name, mending


def queries(
    model: Model, brief: Brief, schema: Schema, *, previous: Workload | None, findings: Sequence[Finding]
) -> Workload:
    """Ask for the queries, or for the changes to them."""
    if previous is None:
        question = asked("write_workload", brief, schema=ddl(schema), reading=figures(brief), engine=engine_name(brief))
        return model.ask(question, Workload, objections=lambda given: workload_objections(given, brief))
    if not findings:
        return previous
    patch = model.ask(
        mending("write_workload", brief, as_json(previous), findings),
        WorkloadPatch,
        objections=lambda given: workload_objections(patched_workload(previous, given), brief),
    )
    return patched_workload(previous, patch)
