"""Which candidates become entities."""

from __future__ import annotations

from database_specialist.agent.designer.candidates import Candidate, find_candidates, fold
from database_specialist.agent.designer.draft import Draft, EntityDraft
from database_specialist.agent.designer.nouns import comparable, human, name_words, plural_name, sentence, singular_name

ARCHETYPE_THRESHOLD = 2.5
OTHER_THRESHOLD = 3.5
WEAK_THRESHOLD = 4.0


def select_entities(draft: Draft) -> None:
    """Add the candidates that are strong enough, strongest first."""
    found = fold(find_candidates(draft.brief, draft.lexicon), draft.lexicon, keep=OTHER_THRESHOLD)
    for candidate in sorted(found.values(), key=lambda candidate: -candidate.weight):
        if _is_chosen(candidate, draft):
            _add(candidate, draft)


def _is_chosen(candidate: Candidate, draft: Draft) -> bool:
    if candidate.declared:
        return True
    archetype = draft.lexicon.archetypes.get(candidate.archetype or "")
    if archetype is None or candidate.key != archetype.name:
        if _is_person(candidate.name, draft):
            return False
        return candidate.weight >= OTHER_THRESHOLD and len(candidate.facts) >= 2
    return candidate.weight >= (WEAK_THRESHOLD if archetype.weak_evidence else ARCHETYPE_THRESHOLD)


def _is_person(name: str, draft: Draft) -> bool:
    roles = {comparable(role.name, draft.lexicon) for role in draft.brief.roles}
    words = name_words(name)
    return bool(words) and (words[-1] in draft.lexicon.words("persons") or comparable(name, draft.lexicon) in roles)


def _add(candidate: Candidate, draft: Draft) -> EntityDraft:
    archetype = draft.lexicon.archetypes.get(candidate.archetype or "")
    name = singular_name(candidate.name.split("_"), draft.lexicon)
    facts = candidate.facts
    quote = next((fact.text for fact in draft.brief.facts if facts and fact.id == facts[0]), "")
    own = archetype if archetype is not None and candidate.key == archetype.name else None
    return draft.add(
        EntityDraft(
            name=name,
            archetype=archetype,
            plural=own.plural if own and own.plural and name == own.name else plural_name(name, draft.lexicon),
            kind=archetype.kind if archetype else "core",
            description=own.description if own and own.description else f"{human(name).capitalize()}: {sentence(quote, 120)}",
            append_only=archetype.append_only if archetype else False,
            facts=facts,
            added_because=None if facts else f"The documents name the {human(name)}.",
            weight=candidate.weight,
        )
    )
