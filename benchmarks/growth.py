"""Time mapping, indexes, operations, proof and rules on entity models of growing size.

python benchmarks/growth.py [--tables 10 50 200 500]
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from typing import TypeVar

from database_specialist.agent.config import Context
from database_specialist.agent.designer.workload import write_workload
from database_specialist.agent.indexing.plan import plan_indexes, required_extensions
from database_specialist.agent.mapping.extensions import with_extensions
from database_specialist.agent.mapping.schema import map_schema
from database_specialist.agent.model.base import Figure, Span
from database_specialist.agent.model.brief import Brief, Document, Fact, Stack
from database_specialist.agent.model.entities import Attribute, Entity, EntityModel, Relationship
from database_specialist.agent.operations.plan import plan_operations
from database_specialist.agent.rules.critic import judge
from database_specialist.agent.rules.subject import Subject
from database_specialist.agent.verification.verify import verify
from database_specialist.graph.services import default_services

T = TypeVar("T")


def entity_model(tables: int) -> EntityModel:
    """Make entities in a tree: each refers to its parent and to one earlier entity."""
    added = "One of the benchmark's entities."
    entities = tuple(
        Entity(
            name=f"thing_{i}",
            plural=f"things_{i}",
            description=f"Thing number {i}.",
            facts=(f"F{i + 1}",),
            rows=Figure(value=10_000, unit="rows", origin="assumed", basis="of the benchmark"),
            attributes=(
                Attribute(name="code", meaning="Its code.", type="code", unique=True, added_because=added),
                Attribute(name="name", meaning="Its name.", type="short_text", added_because=added),
                Attribute(name="amount", meaning="An amount.", type="money", scale=2, minimum=0, added_because=added),
                Attribute(
                    name="status", meaning="Its state.", type="enum", values=("new", "done"), added_because=added
                ),
                Attribute(name="made_at", meaning="When made.", type="timestamp", default="now", added_because=added),
            ),
        )
        for i in range(tables)
    )
    relationships = tuple(
        Relationship(
            source=f"thing_{i}", target=f"thing_{parent}", role=role, inverse=f"things_{i}", added_because=added
        )
        for i in range(1, tables)
        for role, parent in (("parent", (i - 1) // 4), ("other", (i * 7) % i))
    )
    return EntityModel(entities=entities, relationships=relationships)


def brief(tables: int) -> Brief:
    """State one functional requirement for each entity."""
    facts = tuple(
        Fact(
            id=f"F{i + 1}",
            kind="functional",
            text=f"Clerks create and list things {i} by name.",
            span=Span(file="requirements.md", line=i + 1, end_line=i + 1),
            label=f"FR-{i + 1}",
        )
        for i in range(tables)
    )
    document = Document(path="requirements.md", sha256="0" * 64, format="markdown", role="requirements", lines=tables)
    stack = Stack(engine="postgresql", origin="assumed", reason="The benchmark's engine.")
    return Brief(project="growth", summary="Growth.", documents=(document,), facts=facts, stack=stack)


def timed(label: str, seconds: dict[str, float], call: Callable[[], T]) -> T:
    """Call, and note the wall time under `label`."""
    began = time.perf_counter()
    result = call()
    seconds[label] = time.perf_counter() - began
    return result


def measure(tables: int) -> dict[str, float]:
    """Run every phase on a model of this many tables."""
    seconds: dict[str, float] = {}
    facts, model = brief(tables), entity_model(tables)
    schema = timed("map", seconds, lambda: map_schema(model, engine="postgresql"))
    workload = timed("workload", seconds, lambda: write_workload(facts, model, schema))
    indexes = timed("indexes", seconds, lambda: plan_indexes(schema, workload))
    schema = with_extensions(schema, required_extensions(indexes))
    operations = timed("operations", seconds, lambda: plan_operations(facts, model, schema, workload, indexes))
    with default_services(Context(research="off")).sandbox("postgresql") as sandbox:
        proof = timed(
            "verify",
            seconds,
            lambda: verify(
                entity_model=model,
                schema=schema,
                workload=workload,
                indexes=indexes,
                operations=operations,
                sandbox=sandbox,
                progress=lambda doing: None,
            ),
        )
    subject = Subject(
        brief=facts,
        entity_model=model,
        schema=schema,
        workload=workload,
        indexes=indexes,
        operations=operations,
        evidence=proof.log,
    )
    verdict = timed("critic", seconds, lambda: judge(subject, round=1))
    failed = [record.detail for record in proof.log.failed]
    if failed or not verdict.accepted:
        errors = [finding.message for finding in verdict.findings if finding.severity == "error"]
        raise SystemExit(f"{tables} tables: not accepted: {(failed + errors)[:3]}")
    return seconds


def main() -> None:
    """Print a row for each size."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tables", type=int, nargs="+", default=[10, 50, 200, 500])
    for tables in parser.parse_args().tables:
        seconds = measure(tables)
        phases = "  ".join(f"{phase} {value:6.2f}" for phase, value in seconds.items())
        print(f"{tables:4d} tables: {phases}  all {sum(seconds.values()):6.2f} s", flush=True)


if __name__ == "__main__":
    main()
