"""Rules that only the application can hold, each with the reason."""

from __future__ import annotations

import re

from database_specialist.agent.designer.draft import Draft, EntityDraft
from database_specialist.agent.designer.nouns import human, name_words, sentence
from database_specialist.agent.model.brief import Fact


def leave_to_application(draft: Draft, fact: Fact, entity: EntityDraft) -> None:
    """Hand a rule over with the reason that its words give."""
    text = fact.text.lower()
    names = {"entity": human(entity.name), "entities": human(entity.plural)}
    for words, why in draft.lexicon.conventions.get("application", {}).items():
        if re.search(words, text):
            hand_over(draft, entity, fact, why.format(**names))
            return
    why = "It says how {entities} are handled, not which rows may stand; no condition on columns says it."
    hand_over(draft, entity, fact, why.format(**names))


def hand_over(draft: Draft, entity: EntityDraft, fact: Fact, why: str) -> None:
    """Add a rule that the application holds, because of `why`."""
    words = [word for word in name_words(fact.text) if word not in draft.lexicon.words("function_words")][:5]
    name = "_".join(words) or f"{entity.name}_rule"
    draft.add_rule(entity, "application", name, sentence(fact.text, 240), why=why, facts=(fact.id,))
