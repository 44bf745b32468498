"""All files of a run, from one design."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence

from database_specialist.agent.accounting import by_step
from database_specialist.agent.answers.question import Usage
from database_specialist.agent.dialects import create_statements, index_statements
from database_specialist.agent.migrations.layouts import FOLDER, render_migrations
from database_specialist.agent.model.design import Design
from database_specialist.agent.model.evidence import Measurement
from database_specialist.agent.report.changes import change_files
from database_specialist.agent.report.document import render_document
from database_specialist.agent.report.load import is_of_load, load_tables
from database_specialist.agent.report.markdown import heading, number, sections, table, text
from database_specialist.agent.report.pictures.drawn import path_of, pictures
from database_specialist.agent.report.sql import one_line, prepared, runnable

MEASUREMENTS = "database/measurements.md"


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
        MEASUREMENTS: render_measurements(measurements),
    }
    operations = design.operations
    migrations = render_migrations(operations.migrations, operations.migration_format, engine, design.brief.project)
    files |= {path_of(name): drawn for name, drawn in pictures(design).items()}
    files |= {f"{FOLDER}/{path}": text for path, text in migrations.items()}
    return files | change_files(design.change)


def _queries(design: Design) -> str:
    engine = design.relational_schema.engine
    parts = [f"-- {one_line(query.purpose)}\n{prepared(query, engine)}" for query in design.workload.queries]
    return "\n\n".join(parts) + "\n"


def render_measurements(
    measurements: Iterable[Measurement],
    seconds: Mapping[str, float] | None = None,
    usage: Sequence[Usage] = (),
    price: str = "",
    *,
    wall_seconds: float | None = None,
) -> str:
    """Return what is true of this run on this machine only.

    `seconds` is the wall time of each step of the run, `wall_seconds` that of the whole run (less than the sum, as
    steps run at the same time), `usage` its calls of a chat model, `price` what they cost.
    """
    measured = tuple(measurements)
    total = wall_seconds if wall_seconds is not None else sum(seconds.values()) if seconds else 0.0
    steps = (
        (step, f"{taken:.2f}", f"{100 * taken / total:.0f}%" if total else "")
        for step, taken in (seconds or {}).items()
    )
    return (
        sections(
            heading(1, "Measurements of the last run"),
            "Times of one run on one machine. They differ from run to run, so the design document does not quote them.",
            heading(2, "The run, step by step") if seconds else "",
            table(("Step", "Seconds", "Share"), steps),
            f"The run took {total:.2f} s; steps that do not wait for each other share it, and a step that ran in "
            "several rounds is counted once, with the time of all of them."
            if seconds
            else "",
            heading(2, "The model, step by step") if usage else "",
            table(("Step", "Round", *_CALL[1:]), (_step(each) for each in by_step(usage))),
            heading(2, "The model, call by call") if usage else "",
            table(_CALL, (_call(each) for each in usage)),
            f"Together {_tokens(usage)}; {text(price)}." if usage else "",
            heading(2, "The verification, part by part"),
            table(("Part", "Value"), ((_part(m.subject), _value(m)) for m in measured if not is_of_load(m)))
            or "Nothing was run.",
            load_tables(measured),
        )
        + "\n"
    )


_CALL = ("Question", "Calls", "Prompt tokens", "of them cached", "Answer tokens", "Seconds", "Repairs")


def _step(usage: Usage) -> tuple[str, ...]:
    return text(usage.node), str(usage.round), *_call(usage)[1:]


def _call(usage: Usage) -> tuple[str, ...]:
    counts = (usage.calls, usage.prompt_tokens, usage.cached_tokens, usage.completion_tokens)
    return text(usage.question), *(number(count) for count in counts), f"{usage.seconds:.1f}", str(usage.repairs)


def _tokens(usage: Sequence[Usage]) -> str:
    calls = sum(each.calls for each in usage)
    tokens = sum(each.prompt_tokens + each.completion_tokens for each in usage)
    return f"{number(calls)} calls and {number(tokens)} tokens" + (
        " (some of them estimated)" if any(each.estimated for each in usage) else ""
    )


def _part(subject: str) -> str:
    return text(subject.removeprefix("verify: "))


def _value(measurement: Measurement) -> str:
    value = f"{measurement.value:.3f}" if measurement.unit == "s" else number(measurement.value)
    return f"{value} {text(measurement.unit)}"
