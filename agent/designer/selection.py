"""Which candidates become entities."""

from __future__ import annotations

from database_specialist.agent.designer.candidates import Candidate, find_candidates, fold, is_scarce
from database_specialist.agent.designer.draft import Draft, EntityDraft
from database_specialist.agent.designer.knowledge import Archetype
from database_specialist.agent.designer.nouns import (
    comparable,
    human,
    name_words,
    plural_name,
    sentence,
    singular_name,
)
from database_specialist.agent.designer.people import is_only_role, role_names

ARCHETYPE_THRESHOLD = 1.8
STORED_THRESHOLD = 1.0
OTHER_THRESHOLD = 3.5
WEAK_THRESHOLD = 3.5
PLAIN_THRESHOLD = 5.0
PROFILE_THRESHOLD = 2.5
_STRONG = frozenset({"declared", "table", "rest", "named", "feature", "fields", "identifier", "volume"})


def select_entities(draft: Draft) -> dict[str, tuple[str, ...]]:
    """Add the candidates that are strong enough, strongest first; return the people that are only roles, with facts."""
    found = fold(find_candidates(draft.brief, draft.lexicon), draft.lexicon, keep=OTHER_THRESHOLD)
    folded: dict[str, tuple[str, ...]] = {}
    for candidate in sorted(found.values(), key=lambda candidate: -candidate.weight):
        if not _is_chosen(candidate, draft):
            continue
        if is_only_role(candidate, draft.brief, draft.lexicon):
            folded[candidate.name] = candidate.facts
            continue
        add_candidate(candidate, draft)
    return _restore_people(folded, found, draft)


def _restore_people(
    folded: dict[str, tuple[str, ...]], found: dict[str, Candidate], draft: Draft
) -> dict[str, tuple[str, ...]]:
    """Without an account to be a role of, people are entities of their own."""
    from database_specialist.agent.designer.conventions import mentions

    signs = draft.lexicon.conventions.get("called", ())
    login = next((rule["pattern"] for rule in signs if rule["entity"] == "user"), None)
    if draft.find("user") is not None or (login and mentions(draft, login)):
        return folded
    for candidate in found.values():
        if candidate.name in folded:
            add_candidate(candidate, draft)
    return {}


def _is_chosen(candidate: Candidate, draft: Draft) -> bool:
    if candidate.declared or _is_stated(candidate):
        return True
    archetype = draft.lexicon.archetypes.get(candidate.archetype or "")
    sources = {source for source, _ in candidate.signs}
    if archetype is None or candidate.key != archetype.name:
        if _is_person(candidate.name, draft) and not ("fields" in sources and candidate.weight >= PROFILE_THRESHOLD):
            return False
        if "fields" not in sources and (not sources & (_STRONG | {"title"}) and candidate.weight < 3.9):
            return False
        if archetype is not None and archetype.weak_evidence and not sources & _STRONG:
            return False
        if _is_person(candidate.name, draft):
            return True
        return candidate.weight >= OTHER_THRESHOLD and (
            len(candidate.facts) >= 2 or bool(sources & {"fields", "table"})
        )
    if archetype.weak_evidence:
        enough = PROFILE_THRESHOLD if "fields" in sources else WEAK_THRESHOLD
        return candidate.weight >= (enough if sources & _STRONG else PLAIN_THRESHOLD)
    if is_scarce(draft.brief):
        return candidate.weight >= 0.15
    stored = any(weight >= STORED_THRESHOLD for (source, _), weight in candidate.signs.items() if source == "mention")
    return candidate.weight >= (STORED_THRESHOLD if stored else ARCHETYPE_THRESHOLD)


def _is_stated(candidate: Candidate) -> bool:
    """Whether a clause says what it has, or ties it to another thing."""
    return any(source == "subject" for source, _ in candidate.signs)


def _is_person(name: str, draft: Draft) -> bool:
    roles = {comparable(role, draft.lexicon) for role in role_names(draft.brief, draft.lexicon)}
    words = name_words(name)
    return bool(words) and (words[-1] in draft.lexicon.words("persons") or comparable(name, draft.lexicon) in roles)


def add_candidate(candidate: Candidate, draft: Draft) -> EntityDraft:
    """Make an entity of a candidate, under the name that the documents use most."""
    archetype = draft.lexicon.archetypes.get(candidate.archetype or "")
    name = singular_name(candidate.name.split("_"), draft.lexicon)
    own = archetype if archetype is not None and candidate.key == archetype.name else None
    return draft.add(
        EntityDraft(
            name=name,
            archetype=archetype,
            plural=own.plural if own and own.plural and name == own.name else plural_name(name, draft.lexicon),
            kind=archetype.kind if archetype else "core",
            description=_description(name, own, candidate, draft),
            append_only=archetype.append_only if archetype else False,
            facts=candidate.facts,
            added_because=None if candidate.facts else f"The documents name the {human(name)}.",
            weight=candidate.weight,
            stated=_is_stated(candidate),
        )
    )


def _description(name: str, own: Archetype | None, candidate: Candidate, draft: Draft) -> str:
    if own and own.description:
        return own.description
    first = candidate.facts[0] if candidate.facts else ""
    quote = next((fact.text for fact in draft.brief.facts if fact.id == first), "")
    return f"{human(name).capitalize()}: {sentence(quote, 120)}" if quote else f"{human(name).capitalize()}."


def drop_baseless(draft: Draft) -> None:
    """Drop undeclared parts whose owner the system does not have: stock without products."""
    for entity in list(draft.entities.values()):
        if entity.archetype is None or entity.declared or entity.stated or entity.weight >= 12:
            continue
        owned = [
            spec
            for spec in entity.archetype.relations
            if spec.required and spec.ownership == "owned" and "*" not in spec.targets
        ]
        missing = [
            spec for spec in owned if not any(draft.find(target) not in (None, entity) for target in spec.targets)
        ]
        if missing:
            del draft.entities[entity.name]
            draft.aliases = {key: value for key, value in draft.aliases.items() if value != entity.name}
