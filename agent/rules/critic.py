"""The critic: what the rules object to, and whether the design is accepted."""

from __future__ import annotations

from collections.abc import Sequence
from typing import get_args

from database_specialist.agent.model.evidence import Finding, Stage, Verdict
from database_specialist.agent.rules import RULES
from database_specialist.agent.rules.coverage import coverage, uncovered
from database_specialist.agent.rules.subject import Subject

_RANK = {"error": 0, "warning": 1, "info": 2}


def review(subject: Subject) -> tuple[Finding, ...]:
    """Return what the rules object to: errors first, then by code, then in the order of the design."""
    return _ordered([finding for rule in RULES for finding in rule(subject)])


def judge(subject: Subject, *, round: int, extra: Sequence[Finding] = ()) -> Verdict:
    """Judge the design. It is accepted when no finding is an error and no evidence failed.

    `extra` are findings from elsewhere (squawk, the model); they count like those of the rules.
    """
    findings = _ordered([*review(subject), *extra])
    failed = subject.evidence.failed if subject.evidence else ()
    return Verdict(
        accepted=not failed and not any(finding.severity == "error" for finding in findings),
        round=round,
        findings=findings,
        coverage=coverage(subject),
        uncovered=tuple(fact.id for fact in uncovered(subject)),
    )


def owners(verdict: Verdict) -> tuple[Stage, ...]:
    """Return the nodes that own an error, in the graph's order: the first of them is where to go back to."""
    owning = {finding.owner for finding in verdict.findings if finding.severity == "error"}
    return tuple(stage for stage in get_args(Stage) if stage in owning)


def _ordered(findings: Sequence[Finding]) -> tuple[Finding, ...]:
    """Sort by severity and code, keep the first of equal findings; sorting is stable, so places keep their order."""
    distinct = dict.fromkeys(findings)
    return tuple(sorted(distinct, key=lambda finding: (_RANK[finding.severity], finding.code)))
