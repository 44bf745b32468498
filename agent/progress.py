"""How a run tells what it is doing."""

from __future__ import annotations

from collections.abc import Callable

Progress = Callable[[str, str, float], None]
"""Called with the node, what it is doing, and the seconds since the run began."""
