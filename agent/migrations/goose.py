"""goose: one file a step, statements that hold semicolons between `StatementBegin` and `StatementEnd`.

https://pressly.github.io/goose/documentation/annotations/

`NO TRANSACTION` is of the file, so it is set where either way needs it.
"""

from __future__ import annotations

from database_specialist.agent.migrations.renderer import Renderer
from database_specialist.agent.migrations.steps import REFUSAL, Step, Way, commented, ended, has_inner_semicolon


def _file(step: Step) -> str:
    # goose numbers its own files with five digits.
    return f"{step.number:05d}_{step.name}.sql"


def _render(project: str, steps: tuple[Step, ...]) -> dict[str, str]:
    return {_file(step): _text(step) for step in steps}


def _text(step: Step) -> str:
    parts = [
        commented(step),
        "" if step.transactional else "-- +goose NO TRANSACTION",
        "-- +goose Up",
        *_statements(step.up),
        "-- +goose Down",
        *(_statements(step.down) or (ended(REFUSAL),)),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _statements(way: Way) -> tuple[str, ...]:
    return tuple(
        f"-- +goose StatementBegin\n{ended(each)}\n-- +goose StatementEnd" if has_inner_semicolon(each) else ended(each)
        for each in way.statements
    )


GOOSE = Renderer(_file, _file, _render)
