"""Which statements a judgement is shown: all of them where they are few, else without those that say it nothing."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Sequence

from database_specialist.agent.model.brief import Brief, Fact, FactKind
from database_specialist.agent.reading.listing import listed

FEW_TOKENS = 2_500
_TOKEN_CHARACTERS = 4
# What binds or measures may be a rule, whatever kind the sentence was taken for.
_BINDING = re.compile(
    r"\b(must|shall|only|never|always|at most|at least|no more than|not|cannot|may|every|each|unique|exactly|between|"
    r"until|unless|before|after|within|when|if)\b|\d",
    re.IGNORECASE,
)


def is_out(fact: Fact) -> bool:
    """Say whether the statement is put off or excluded."""
    return fact.scope != "in" or fact.priority == "wont"


def relevant(brief: Brief, hidden: Sequence[FactKind], cited: Collection[str] = ()) -> tuple[Fact, ...]:
    """Return the statements in order, fewer where all would be many.

    Statements are left out in steps until the rest is short: what is out of scope, then the kinds `hidden` one after
    the other. What `cited` names stays, and so does what binds or measures, because kinds are approximate.
    """
    shown = brief.facts
    steps: list[Callable[[Fact], bool]] = [is_out, *(_of_kind(kind) for kind in hidden)]
    for leaves in steps:
        if len(listed(shown)) <= FEW_TOKENS * _TOKEN_CHARACTERS:
            break
        shown = tuple(fact for fact in shown if fact.id in cited or not leaves(fact))
    return shown


def _of_kind(kind: FactKind) -> Callable[[Fact], bool]:
    certain = kind in ("technology", "glossary")
    return lambda fact: fact.kind == kind and (certain or not _BINDING.search(fact.text))


def of_kinds(brief: Brief, kinds: Collection[FactKind], cited: Collection[str] = ()) -> tuple[Fact, ...]:
    """Return the statements of these kinds in scope, and those that are cited."""
    return tuple(fact for fact in brief.facts if fact.id in cited or (fact.kind in kinds and not is_out(fact)))
