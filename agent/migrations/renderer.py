"""What each tool's file of this package provides."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from database_specialist.agent.migrations.steps import Step


@dataclass(frozen=True)
class Renderer:
    """Writes migrations in the layout of one tool. Paths are below `database/migrations/`."""

    up_file: Callable[[Step], str]
    """The file that holds a step's way up."""
    down_file: Callable[[Step], str]
    """The file that holds its way down; the same one where the tool keeps both together."""
    render: Callable[[str, tuple[Step, ...]], dict[str, str]]
    """The text of each file by its path, from the project's name and the steps in order."""
