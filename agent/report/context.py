"""What every section looks up: facts by id, evidence by subject."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import cached_property

from database_specialist.agent.model.base import Decision
from database_specialist.agent.model.brief import Fact
from database_specialist.agent.model.design import Design
from database_specialist.agent.model.evidence import Evidence
from database_specialist.agent.report.markdown import sentence, some, text
from database_specialist.agent.report.pictures.drawn import path_of, pictures
from database_specialist.agent.report.sources import named as sources_of

ENGINES = {"postgresql": "PostgreSQL", "mysql": "MySQL", "mariadb": "MariaDB", "sqlite": "SQLite"}
_MOST_CITED = 6
_MOST_NAMED = 6
# "session:{token_hash}": the name of a key with its variable part.
_KEY_PATTERN = re.compile(r"\w+:(?:[\w-]+:)*\{\w+\}(?::[\w{}-]+)*")


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

    @cached_property
    def _refusals(self) -> dict[str, list[Evidence]]:
        """The examples that were refused, by the constraint that refused them."""
        found: dict[str, list[Evidence]] = {}
        for record in self.design.evidence.records:
            if record.kind == "example_reject" and (by := re.match(r"refused by (\S+?),?(?:\s|$)", record.detail)):
                found.setdefault(by.group(1), []).append(record)
        return found

    @property
    def engine(self) -> str:
        """The engine designed for, with its version where one is asked for."""
        schema = self.design.relational_schema
        return f"{ENGINES[schema.engine]}{f' {schema.engine_version}' if schema.engine_version else ''}"

    @cached_property
    def pictures(self) -> dict[str, str]:
        """The pictures beside the document, by their name."""
        return pictures(self.design)

    def picture(self, name: str, alternative: str) -> str:
        """Show a picture, its alternative text in place of it; empty text where there is nothing to draw."""
        return f"![{text(alternative)}]({path_of(name)})" if name in self.pictures else ""

    def cite(self, ids: Iterable[str]) -> str:
        """Name facts as the documents do: by their own id where they have one, else by file and line."""
        cited = [self._facts[i] for i in ids if i in self._facts]
        names = tuple(dict.fromkeys(text(fact.label) if fact.label else text(str(fact.span)) for fact in cited))
        return some(names, _MOST_CITED)

    def ground(self, facts: Iterable[str], added_because: str | None) -> str:
        """Say where an element comes from: its facts, or why it was added."""
        return self.cite(facts) or (f"added: {text(added_because)}" if added_because else "")

    def evidence(self, kind: str, subject: str) -> str:
        """Name the records of a claim with their outcome: "V12 EXECUTED"."""
        return told(self._evidence.get((kind, subject), ()))

    def refusals(self, constraint: str) -> str:
        """Name the records of the examples that this constraint refused, and of two sessions that it kept apart."""
        return told((*self._refusals.get(constraint, ()), *self._evidence.get(("race", constraint), ())))

    @cached_property
    def all_decisions(self) -> tuple[Decision, ...]:
        """The decisions of every part of the design."""
        operations = self.design.operations
        return (
            *self.design.relational_schema.decisions,
            *operations.scaling.decisions,
            *operations.backup.decisions,
            *operations.nosql.decisions,
        )

    def decisions(self, topic: str) -> tuple[Decision, ...]:
        """Return the decisions on a topic."""
        return tuple(decision for decision in self.all_decisions if decision.topic == topic)

    def decided(self, *topics: str) -> str:
        """Return the decisions on some topics as a list; those with one answer and one set of alternatives together."""
        return self.listed(tuple(decision for topic in topics for decision in self.decisions(topic)))

    def listed(self, decisions: Iterable[Decision]) -> str:
        """Return decisions as a list, each with its alternatives and its ground."""
        groups: dict[tuple[str, ...], list[Decision]] = {}
        for each in decisions:
            groups.setdefault((each.topic, each.choice, *_alike(each)), []).append(each)
        return "\n".join(self._group(members) for members in groups.values())

    def _group(self, members: Sequence[Decision]) -> str:
        first, rejected = members[0], members[0].alternatives
        named = [sources_of(each, self.design) for each in members]
        head = f"- **{text(first.choice)}**"
        if len(members) == 1:
            one = ", " not in first.subject
            head = f"- **{text(first.subject)}: {text(first.choice)}**" if one else head
            about = "" if one else f" for {_subject(first)}"
            lines = [" ".join(filter(None, (f"{head} ({text(first.id)}){about}.", self._why(first), named[0])))]
        else:
            lines = [f"{head}, {len(members)} times:"]
            alike = len(set(named)) == 1
            own = [f" {sources}" if sources and not alike else "" for sources in named]
            lines += [
                f"  - {_subject(each)} ({text(each.id)}): {self._why(each)}{its}"
                for each, its in zip(members, own, strict=True)
            ]
            lines += [f"  - {named[0]}"] if alike and named[0] else []
        same = all(each.alternatives == rejected for each in members)
        others = "" if same else " The same holds for the others."
        lines += [f"  - Not {text(o.choice)}: {sentence(o.rejected_because)}{others}" for o in rejected]
        return "\n".join(lines)

    def _why(self, decision: Decision) -> str:
        parts = [_KEY_PATTERN.sub(r"`\g<0>`", sentence(_without_subject(decision.why, decision.subject)))]
        if cited := self.cite(decision.facts):
            parts.append(f"Facts: {cited}.")
        return " ".join(parts)


def _alike(decision: Decision) -> tuple[str, ...]:
    """Return the alternatives without what names the subject: what two decisions of one kind have in common."""
    names = {part for word in re.findall(r"[\w.]+", decision.subject) for part in (word, *word.split("."))}
    own = re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, sorted(names, key=len, reverse=True)))}|\d+)(?!\w)")
    return tuple(own.sub("*", f"{o.choice}: {o.rejected_because}") for o in decision.alternatives)


def _subject(decision: Decision) -> str:
    return text(some(decision.subject.split(", "), _MOST_NAMED))


def _without_subject(why: str, subject: str) -> str:
    """Return a reason without the list of names that it begins with, where the subject has said them."""
    first = re.escape(subject.split(", ")[0])
    names = re.match(rf"{first}(?:, [\w.]+)*(?: and \d+ more| and [\w.]+)?: (?=\S)", why)
    return f"{why[names.end()].upper()}{why[names.end() + 1 :]}" if names else why


def told(records: Iterable[Evidence]) -> str:
    """Name records with their outcome, those of one outcome together: "V3, V7 EXECUTED; V9 FAILED"."""
    by: dict[str, list[str]] = {}
    for record in records:
        by.setdefault(outcome(record), []).append(record.id)
    return "; ".join(f"{spans(ids)} {word}" for word, ids in by.items())


def outcome(record: Evidence) -> str:
    """Return one word for a record: how it was checked when it holds, else that it failed."""
    return "FAILED" if record.passed is False else record.status.replace("_", " ")


def spans(ids: Sequence[str]) -> str:
    """Return ids with runs of neighbours drawn together.

    >>> spans(["V1", "V2", "V3", "V7", "V9", "V10"])
    'V1 to V3, V7, V9, V10'
    """
    numbers = sorted(int(i[1:]) for i in ids)
    runs: list[list[int]] = []
    for number in numbers:
        if runs and number == runs[-1][-1] + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    return ", ".join(
        f"V{run[0]} to V{run[-1]}" if len(run) > 2 else ", ".join(f"V{number}" for number in run) for run in runs
    )
