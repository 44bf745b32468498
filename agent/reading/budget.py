"""How much one call of a chat model may hold: computed before it is asked, from the length of texts."""

from __future__ import annotations

from dataclasses import dataclass

from database_specialist.agent.model.brief import Brief, Fact, FactKind
from database_specialist.agent.reading.shards import CHARACTERS_PER_TOKEN, about, size

_ANSWERED: dict[FactKind, float] = {"functional": 1.6, "rule": 1.6, "data": 1.6, "context": 0.6}
"""Tokens of a conceptual model for one token of a statement; other kinds ask for next to none. Taken on the high side
of whole models of 10 to 25 tables, so that an answer is not cut off."""
_OTHER_KINDS = 0.2
_DECLARED_ENTITY = 400
"""Tokens of an entity that is declared column by column: its statement is a short line of names."""


@dataclass(frozen=True)
class Budget:
    """The bounds of one call, in estimated tokens."""

    context: int = 64_000
    """What prompt, schema and answers share, the repairs of an answer included: less than current models take."""
    statements: int = 16_000
    """Statements that a model reads with attention in one prompt."""
    answer: int = 12_000
    """An answer that a model writes whole; the transport cuts off at 16,000."""
    part_statements: int = 10_000
    part_answer: int = 12_000
    """The same for one group of a system that is modelled in groups: smaller, because groups are asked together."""
    entities: int = 14
    """Entities of one group."""
    repairs: int = 2
    """How often an answer may be sent back: it then stands in the prompt with the next answer behind it."""

    def fits_whole(self, brief: Brief, *, fixed: int) -> bool:
        """Say whether one call can model the Brief beside `fixed` tokens of instructions, schema and the like."""
        answer = model_tokens(brief)
        return size(brief) <= self.statements and answer <= self.answer and self._within(size(brief) + fixed, answer)

    def fits_part(self, brief: Brief, *, fixed: int) -> bool:
        """Say whether one call can model these statements as one group among others."""
        answer = model_tokens(brief)
        within = self._within(size(brief) + fixed, answer)
        return size(brief) <= self.part_statements and answer <= self.part_answer and within

    def room(self, *, fixed: int, answer: int) -> int:
        """Return the tokens of statements that fit beside the fixed text and an answer of this length."""
        return max(1, min(self.statements, self.context - fixed - answer * (self.repairs + 1)))

    def _within(self, prompt: int, answer: int) -> bool:
        return prompt + answer * (self.repairs + 1) <= self.context


def least_tokens(fact: Fact) -> tuple[float, float]:
    """Return what a statement adds to a prompt and to a conceptual model, at least: no sum of these is over the size.

    Adding these up is much quicker than listing the statements, so that what is far too large is seen at once.
    """
    shown = len(" ".join(fact.text.split())) / CHARACTERS_PER_TOKEN
    return shown, shown * _ANSWERED.get(fact.kind, _OTHER_KINDS)


def model_tokens(brief: Brief) -> int:
    """Estimate the tokens of a conceptual model of the Brief's statements."""
    declared = {entity.fact for entity in brief.declared} & {fact.id for fact in brief.facts}
    by_kind: dict[FactKind, list[str]] = {}
    for fact in brief.facts:
        if fact.id not in declared:
            by_kind.setdefault(fact.kind, []).append(fact.id)
    told = sum(size(about(brief, ids)) * _ANSWERED.get(kind, _OTHER_KINDS) for kind, ids in by_kind.items())
    return int(told) + _DECLARED_ENTITY * len(declared)
