"""Writing evidence down, in the order in which it was gained."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from database_specialist.agent.model.base import Figure
from database_specialist.agent.model.entities import EntityModel
from database_specialist.agent.model.evidence import CheckKind, Evidence, Measurement, Stage, Status
from database_specialist.agent.model.locks import Footprint
from database_specialist.agent.model.operations import Operations
from database_specialist.agent.model.relational import Schema
from database_specialist.agent.model.scale import IndexSearch, IndexUse, QueryPlan
from database_specialist.agent.model.workload import Indexes, Workload
from database_specialist.agent.verification.sandbox import Sandbox

_OWNERS: dict[CheckKind, Stage] = {
    "example_accept": "model_entities",
    "example_reject": "model_entities",
    "query": "plan_indexes",
    "plan": "plan_indexes",
    "index_use": "plan_indexes",
    "index_search": "plan_indexes",
    "seed": "plan_operations",
    "migration": "plan_operations",
    "change": "plan_operations",
    "locks": "plan_operations",
    "partition": "plan_operations",
    "recovery": "plan_operations",
    "load": "plan_operations",
}


@dataclass(frozen=True)
class Parts:
    """The parts of a design that are proven."""

    entity_model: EntityModel
    schema: Schema
    workload: Workload
    indexes: Indexes
    operations: Operations


@dataclass
class Recorder:
    """Collects the records of one verification; ids follow the order."""

    sandbox: Sandbox
    progress: Callable[[str], None]
    records: list[Evidence] = field(default_factory=list)
    measurements: list[Measurement] = field(default_factory=list)
    footprints: list[Footprint] = field(default_factory=list)
    plans: list[QueryPlan] = field(default_factory=list)
    index_uses: list[IndexUse] = field(default_factory=list)
    index_search: IndexSearch | None = None

    @contextmanager
    def phase(self, name: str, doing: str) -> Iterator[None]:
        """Say what is being done, and keep the time that it takes."""
        self.progress(doing)
        with self.timing(name):
            yield

    @contextmanager
    def timing(self, name: str) -> Iterator[None]:
        """Keep the time that a part takes."""
        began = self.sandbox.elapsed()
        yield
        spent = round(self.sandbox.elapsed() - began, 4)
        self.measurements.append(Measurement(subject=f"verify: {name}", value=spent, unit="s"))

    def passed(
        self, kind: CheckKind, subject: str, claim: str, detail: str = "", *, figure: Figure | None = None
    ) -> None:
        """Record a claim that held."""
        self._add(kind, subject, claim, detail, passed=True, figure=figure)

    def failed(self, kind: CheckKind, subject: str, claim: str, detail: str, *, owner: Stage | None = None) -> None:
        """Record a claim that a run disproved."""
        self._add(kind, subject, claim, detail, passed=False, owner=owner)

    def judged(
        self,
        kind: CheckKind,
        subject: str,
        claim: str,
        problems: tuple[str, ...],
        *,
        detail: str = "",
        owner: Stage | None = None,
    ) -> None:
        """Record a claim that holds exactly when there are no problems."""
        if problems:
            self.failed(kind, subject, claim, "; ".join(problems), owner=owner)
        else:
            self.passed(kind, subject, claim, detail)

    def not_checked(self, kind: CheckKind, subject: str, claim: str, why: str) -> None:
        """Record a claim that nothing was run for."""
        self._add(kind, subject, claim, why, passed=None)

    def _add(
        self,
        kind: CheckKind,
        subject: str,
        claim: str,
        detail: str,
        *,
        passed: bool | None,
        figure: Figure | None = None,
        owner: Stage | None = None,
    ) -> None:
        status: Status = "NOT_CHECKED" if passed is None else self.sandbox.status
        self.records.append(
            Evidence(
                id=f"V{len(self.records) + 1}",
                kind=kind,
                subject=subject,
                claim=claim,
                status=status,
                passed=passed,
                engine=self.sandbox.engine,
                detail=detail,
                figure=figure,
                owner=owner or _OWNERS.get(kind, "plan_schema"),
            )
        )


def counted(value: int, unit: str, basis: str) -> Figure:
    """Return a figure that was counted by a run."""
    return Figure(value=float(value), unit=unit, origin="derived", basis=basis)
