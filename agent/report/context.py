"""What every section looks up: facts by id, evidence by subject."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property

from database_specialist.agent.model.base import Decision
from database_specialist.agent.model.brief import Fact
from database_specialist.agent.model.design import Design
from database_specialist.agent.model.evidence import Evidence
from database_specialist.agent.report.markdown import text


class Context:
    """A design with the look-ups that its sections share."""

    def __init__(self, design: Design) -> None:
        self.design = design

    @cached_property
    def _facts(self) -> dict[str, Fact]:
        return {fact.id: fact for fact in self.design.brief.facts}

    @cached_property
    def _evidence(self) -> dict[tuple[str, str], list[Evidence]]:
        found: dict[tuple[str, str], list[Evidence]] = {}
        for record in self.design.evidence.records:
            found.setdefault((record.kind, record.subject), []).append(record)
        return found

    def cite(self, ids: Iterable[str]) -> str:
        """Name facts as the documents do: by their own id where they have one, else by file and line."""
        cited = [self._facts[i] for i in ids if i in self._facts]
        return ", ".join(dict.fromkeys(text(fact.label) if fact.label else str(fact.span) for fact in cited))

    def ground(self, facts: Iterable[str], added_because: str | None) -> str:
        """Say where an element comes from: its facts, or why it was added."""
        return self.cite(facts) or (f"added: {text(added_because)}" if added_because else "")

    def evidence(self, kind: str, subject: str) -> str:
        """Name the records of a claim with their outcome: "V12 EXECUTED, passed"."""
        records = self._evidence.get((kind, subject), [])
        return "; ".join(f"{r.id} {r.status}{_OUTCOME[r.passed]}" for r in records)

    def decisions(self, topic: str) -> tuple[Decision, ...]:
        """Return the decisions on a topic, of every part of the design."""
        operations = self.design.operations
        found = (
            *self.design.relational_schema.decisions,
            *operations.scaling.decisions,
            *operations.backup.decisions,
            *operations.nosql.decisions,
        )
        return tuple(decision for decision in found if decision.topic == topic)

    def decision(self, decision: Decision) -> str:
        """Return a decision as a paragraph with its alternatives and its ground."""
        lines = [f"**{text(decision.subject)}**: {text(decision.choice)}. {_sentence(decision.why)}"]
        for option in decision.alternatives:
            lines.append(f"  - Not {text(option.choice)}: {_sentence(option.rejected_because)}")
        ground = [*([f"Facts: {self.cite(decision.facts)}."] if self.cite(decision.facts) else [])]
        if decision.sources:
            ground.append(f"Sources: {', '.join(decision.sources)}.")
        return "\n".join(["- " + lines[0] + (" " + " ".join(ground) if ground else ""), *lines[1:]])


_OUTCOME = {True: ", passed", False: ", FAILED", None: ""}


def _sentence(words: str) -> str:
    line = text(words)
    return line if line.endswith((".", "!", "?")) else f"{line}."
