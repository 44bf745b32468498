"""What nodes read from the state in the same way."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from typing import Any

from langgraph.runtime import Runtime

from database_specialist.agent.config import Context
from database_specialist.agent.model.evidence import Finding, Stage
from database_specialist.agent.run_log import current_run
from database_specialist.graph.parts import Parts
from database_specialist.graph.state import State

Tell = Callable[[str], None]
"""Says what a node is doing."""


def teller(runtime: Runtime[Context], node: str) -> Tell:
    """Return the voice of a node in the stream of progress."""
    run = current_run()  # a node may tell from threads of its own
    return lambda doing: runtime.stream_writer({"node": node, "doing": doing, "run": run})


def round_of(state: State) -> int:
    """Return the round that the run is in, counted from 1."""
    return int(state["verdict"]["round"]) + 1 if state.get("verdict") else 1


def findings(parts: Parts, node: Stage) -> tuple[Finding, ...]:
    """Return the errors of the last verdict that this node owns."""
    found = parts.verdict.findings if parts.has("verdict") else ()
    return tuple(finding for finding in found if finding.owner == node and finding.severity == "error")


def all_findings(state: State, node: Stage) -> tuple[Finding, ...]:
    """Return the errors of every round that this node owned: what is computed anew must not forget them."""
    found = (Finding.load(each) for each in state.get("objections", []))
    return tuple(finding for finding in found if finding.owner == node)


def fingerprint(*parts: Any) -> str:
    """Return the hash of parts of the state: equal parts, equal hash."""
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()
