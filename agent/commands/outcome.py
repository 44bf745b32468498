"""What every command that designs ends with: the outcome on the terminal, and the exit code."""

from __future__ import annotations

import json
import sys

from database_specialist.agent.app import Outcome
from database_specialist.agent.terminal import failure, outcome_json, print_outcome

ACCEPTED, NOT_ACCEPTED, USAGE, EDITED, STOPPED = 0, 1, 2, 3, 130


def report(outcome: Outcome, *, as_json: bool) -> int:
    """Print what a run came to; return the exit code."""
    if as_json:
        print(json.dumps(outcome_json(outcome), indent=2))
    elif not outcome.has_failed:
        print_outcome(outcome)
    if outcome.has_failed:
        print(f"database-specialist: {failure(outcome)}", file=sys.stderr)
        return USAGE
    if outcome.status != "accepted":
        return NOT_ACCEPTED
    return EDITED if outcome.edited else ACCEPTED
