"""What is asked of the person at the terminal, in the middle of a command."""

from __future__ import annotations

import sys
from typing import Any

from database_specialist.agent.errors import ChangedError
from database_specialist.agent.running import AfterCut


def is_somebody_there() -> bool:
    """Return whether a person can be asked."""
    return sys.stdin.isatty() and sys.stderr.isatty()


def choose(changed: ChangedError) -> AfterCut:
    """Ask whether to go on with a run whose input has changed; who says neither leaves it as it stands.

    Raises:
        ChangedError: neither was said.
    """
    print(f"database-specialist: {' '.join(str(changed).split())}", file=sys.stderr)
    said = _said("resume or fresh? ").lower()
    if said in {"r", "resume"}:
        return "resume"
    if said in {"f", "fresh"}:
        return "fresh"
    raise changed


def approve(form: dict[str, Any]) -> dict[str, Any]:
    """Ask for the word on a design; what is no acceptance is the reason of a rejection."""
    print(form.get("problem") or form["question"], file=sys.stderr)
    for name in ("tables", "warnings", "open_questions"):
        print(f"  {name.replace('_', ' ')}: {'; '.join(form[name]) or 'none'}", file=sys.stderr)
    said = ""
    while not said:
        said = _said("accept, or say what is wrong: ")
    return {"decision": "accept"} if said.lower() in {"a", "accept"} else {"decision": "reject", "reason": said}


def _said(question: str) -> str:
    print(question, end="", flush=True, file=sys.stderr)  # stdout may be a pipe of JSON
    answer = sys.stdin.readline()
    if not answer:
        raise KeyboardInterrupt  # the terminal is gone: as if the person had stopped the run
    return answer.strip()
