"""dbmate: one file a step, its two ways below `-- migrate:up` and `-- migrate:down`.

https://github.com/amacneil/dbmate#creating-migrations

dbmate sends all of a way to the server at once, and PostgreSQL makes one transaction of it. So a step that must run
outside of one becomes several files, each with a single statement.
"""

from __future__ import annotations

from itertools import zip_longest

from database_specialist.agent.migrations.renderer import Renderer
from database_specialist.agent.migrations.steps import REFUSAL, Step, commented, ended

_NOTHING = ("SELECT 1;",)
_ALONE = (
    "-- One statement a file, as the server would make one transaction of several. How long to wait for locks is said "
    "in the address: ?options=-c%20lock_timeout%3D5s"
)


def _file(step: Step) -> str:
    return _files(step)[-1][0]


def _render(project: str, steps: tuple[Step, ...]) -> dict[str, str]:
    return {path: text for step in steps for path, text in _files(step)}


def _files(step: Step) -> list[tuple[str, str]]:
    if step.transactional or step.engine != "postgresql":
        return [(f"{step.label}.sql", _text(step, step.up.lines, step.down.lines))]
    ups, downs = step.up.without_timeout, step.down.without_timeout or (ended(REFUSAL),)
    pairs = list(zip_longest(ups, reversed(_padded(downs, len(ups))), fillvalue=_NOTHING[0]))
    if len(pairs) == 1:
        return [(f"{step.label}.sql", _text(step, ups, downs, _ALONE))]
    # Longer numbers sort behind the step's own and before the next: versions are compared as texts.
    return [
        (f"{step.version}{place:02d}_{step.name}.sql", _text(step, (up,), (down,), _ALONE))
        for place, (up, down) in enumerate(pairs, 1)
    ]


def _padded(downs: tuple[str, ...], length: int) -> tuple[str, ...]:
    """Return as many ways down as there are ways up: the last file is undone first."""
    return downs + _NOTHING * max(0, length - len(downs))


def _text(step: Step, ups: tuple[str, ...], downs: tuple[str, ...], note: str = "") -> str:
    parts = [
        f"{commented(step)}\n{note}".rstrip(),
        f"-- migrate:up{_option(step.up.transactional)}",
        *ups,
        f"-- migrate:down{_option(step.down.transactional)}",
        *(downs or (ended(REFUSAL),)),
    ]
    return "\n\n".join(parts) + "\n"


def _option(transactional: bool) -> str:
    return "" if transactional else " transaction:false"


DBMATE = Renderer(_file, _file, _render)
