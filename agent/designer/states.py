"""States: chains ("draft -> sent -> paid") and lists of allowed values, and the entities they belong to."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

from database_specialist.agent.designer.attributes import attribute
from database_specialist.agent.designer.draft import Draft, EntityDraft
from database_specialist.agent.designer.nouns import human, name_words
from database_specialist.agent.model.brief import Fact
from database_specialist.agent.model.entities import Attribute, Lifecycle, Transition

_ARROW = re.compile(r"\s*(?:->|=>|-->|\u2192|\u27f6|\u21d2|\u2794|\u279c)\s*")
_ABOUT = re.compile(
    r"\b(?:status(?:es)?|states?|lifecycles?|life cycle|stages?|transitions?|workflow)\b", re.IGNORECASE
)
_LIST = re.compile(
    r"\b(?P<what>status(?:es)?|states?|stages?)\b\s*(?:values?\s*)?"
    r"(?:[:(=]|(?:is|are|can be|may be|must be|includes?)\s+(?:one of\s*:?\s*)?)\s*"
    r"(?P<list>`?[A-Za-z][\w -]*`?(?:\s*(?:,|/|\||\bor\b|\band\b)\s*(?:or |and )?`?[A-Za-z][\w-]*(?: [\w-]+){0,2}`?)+)",
    re.IGNORECASE,
)
_EXIT = re.compile(r"\b(?:is|are) (\w+)(?: or (\w+))? (?:can|may) (?:also )?be (\w+)\b")
_SQL_VALUE = re.compile(r"\b(?P<name>status|state)\s*=\s*'(?P<value>[A-Za-z_]{2,30})'")
_MAX_STATES = 14
_UNLIKELY = frozenset({
    "the", "and", "not", "history", "change", "changes", "update", "updates", "code", "codes", "tracking", "field",
    "is", "are", "with", "recipient",
})  # fmt: skip
_SMALL = frozenset({"of", "in", "on", "to", "by", "or", "only", "for", "at"})


def read_states(draft: Draft) -> None:
    """Give entities the states that the documents name, and the allowed steps where a chain shows them."""
    for fact in draft.brief.in_scope:
        chains = list(_chains(fact))
        owner = _owner(draft, fact, deep=bool(chains)) if chains or _ABOUT.search(fact.text) else None
        if owner is None:
            continue
        if chains:
            _set_chain(draft, owner, chains, fact)
        else:
            _set_list(draft, owner, fact)
    _read_sql_values(draft)
    for fact in draft.brief.in_scope:
        _add_exit(draft, fact)
    for entity in draft.entities.values():
        _close(draft, entity)


def _chains(fact: Fact) -> Iterator[list[list[str]]]:
    """Yield chains as lists of steps; a step has one or more alternative states."""
    context = " ".join((fact.title or "", fact.text, *fact.section[-2:]))
    for part in re.split(r"[;.]\s|\n", fact.text):
        pieces = _ARROW.split(part)
        if len(pieces) < 2 or not (len(pieces) > 2 or _ABOUT.search(context)):
            continue
        pieces[0] = re.split(r"[:(]", pieces[0])[-1]
        steps = [_alternatives(piece) for piece in pieces]
        shouted = all(state.isupper() for piece in pieces for state in re.findall(r"[A-Za-z_]{3,}", piece)[:1])
        if all(steps) and (shouted or _ABOUT.search(context)):
            yield steps


def _alternatives(piece: str) -> list[str]:
    plain = re.sub(r"\([^)]*\)", " ", piece).strip(" .`*_\"'[](){}")
    states = [_state(part) for part in re.split(r"\s*(?:/|\||,|\bor\b)\s*", plain)]
    return [state for state in states if state] if all(states) else []


def _state(text: str) -> str:
    words = name_words(text.strip(" `*'\""))
    if (
        not 0 < len(words) <= 3
        or set(words) & _UNLIKELY
        or set(words) <= _SMALL
        or any(word.isdigit() for word in words)
    ):
        return ""
    return "_".join(words)


def _owner(draft: Draft, fact: Fact, *, deep: bool) -> EntityDraft | None:
    """Return whose states a statement gives; a heading far above may speak for a chain, not for a mere list."""
    titles = (*reversed(fact.section),) if deep else fact.section[-1:] if not fact.title else ()
    for text in (fact.title or "", fact.text, *titles):
        found = mentioned(draft, text)
        if found:
            return found[0]
    return None


def mentioned(draft: Draft, text: str) -> list[EntityDraft]:
    """Return the entities that a text names, in the order of their first mention, longer names first."""
    lower = " " + " ".join(name_words(text)) + " "
    found: dict[str, int] = {}
    taken: list[tuple[int, int]] = []
    for surface, name in _possible(draft, lower.split()):
        position = lower.find(f" {surface} ")
        if position >= 0 and not any(start <= position < end for start, end in taken):
            taken.append((position, position + len(surface) + 1))
            found[name] = min(found.get(name, position), position)
    return [draft.entities[name] for name in sorted(found, key=lambda name: found[name])]


def _possible(draft: Draft, words: list[str]) -> list[tuple[str, str]]:
    """Return the surfaces whose first word a text holds, longest first: a model may have thousands."""
    ordered = surfaces(draft)
    found = (entry for word in dict.fromkeys(words) for entry in draft.surface_index.get(word, ()))
    return [ordered[position] for position in sorted(found)]


def surfaces(draft: Draft) -> list[tuple[str, str]]:
    """Return every way to write an entity's name with the entity, longest first."""
    size = (len(draft.entities), len(draft.aliases))
    if draft.surface_cache[0] == size:
        return draft.surface_cache[1]
    forms: dict[str, str] = {}
    for entity in draft.entities.values():
        forms.setdefault(human(entity.name), entity.name)
        forms.setdefault(human(entity.plural), entity.name)
    for alias, name in draft.aliases.items():
        if name in draft.entities:
            forms.setdefault(human(alias), name)
            forms.setdefault(human(alias) + "s", name)
    for phrase, archetype in draft.lexicon.names.items():
        if archetype in draft.aliases and draft.aliases[archetype] in draft.entities:
            forms.setdefault(phrase, draft.aliases[archetype])
            forms.setdefault(phrase + "s", draft.aliases[archetype])
    ordered = sorted(forms.items(), key=lambda item: (-len(item[0]), item[0]))
    draft.surface_cache = (size, ordered)
    draft.surface_index = {}
    for position, (surface, _) in enumerate(ordered):
        draft.surface_index.setdefault(surface.partition(" ")[0], []).append(position)
    return ordered


def _set_chain(draft: Draft, entity: EntityDraft, chains: list[list[list[str]]], fact: Fact) -> None:
    known = entity.lifecycle
    transitions = {(t.source, t.target): t for t in (known.transitions if known else ())}
    for steps in chains:
        for sources, targets in pairwise(steps):
            for source in sources:
                for target in targets:
                    if source != target:
                        transitions.setdefault((source, target), Transition(source=source, target=target))
    states = tuple(dict.fromkeys(state for pair in transitions for state in pair))
    if not 2 <= len(states) <= _MAX_STATES:
        return
    name = _status_name(entity)
    facts = tuple(dict.fromkeys((*(known.facts if known else ()), fact.id)))
    initial = known.initial if known else chains[0][0][0]
    entity.attributes[name] = _enum(draft, entity, name, states, facts, initial)
    entity.lifecycle = Lifecycle(attribute=name, initial=initial, transitions=tuple(transitions.values()), facts=facts)


def _status_name(entity: EntityDraft) -> str:
    return next((name for name in ("status", "state", "stage") if name in entity.attributes), "status")


def _enum(
    draft: Draft, entity: EntityDraft, name: str, values: tuple[str, ...], facts: tuple[str, ...], initial: str | None
) -> Attribute:
    return attribute(
        name, entity.name, lexicon=draft.lexicon, type="enum", values=values, facts=facts, default=initial,
        required=True,
    )  # fmt: skip


def _set_list(draft: Draft, entity: EntityDraft, fact: Fact) -> None:
    for match in _LIST.finditer(fact.text):
        parts = re.split(r"\s*(?:,|/|\||\bor\b|\band\b)\s*", match["list"])
        values = tuple(dict.fromkeys(value for part in parts if (value := _state(part))))
        name = _status_name(entity)
        known = entity.attributes.get(name)
        if any(value in draft.lexicon.words("heads") for value in values):
            continue
        if (
            len(values) < 2
            or len(values) > _MAX_STATES
            or entity.lifecycle is not None
            or (known and known.values and known.facts)
        ):
            continue
        entity.attributes[name] = _enum(draft, entity, name, values, (fact.id,), values[0])


def _add_exit(draft: Draft, fact: Fact) -> None:
    """Read "an order that is open or planned can also be cancelled"."""
    match = _EXIT.search(fact.text)
    owner = next((e for e in mentioned(draft, fact.text) if e.lifecycle is not None), None) if match else None
    if match is None or owner is None or owner.lifecycle is None:
        return
    known = owner.attributes[owner.lifecycle.attribute]
    sources = [state for state in (_state(match[1]), _state(match[2] or "")) if state in known.values]
    target = _state(match[3])
    if not sources or not target:
        return
    steps = [Transition(source=source, target=target) for source in sources]
    new = tuple(step for step in steps if step not in owner.lifecycle.transitions)
    values = known.values if target in known.values else (*known.values, target)
    owner.attributes[known.name] = known.model_copy(update={"values": values, "facts": (*known.facts, fact.id)})
    update = {"transitions": (*owner.lifecycle.transitions, *new), "facts": (*owner.lifecycle.facts, fact.id)}
    owner.lifecycle = owner.lifecycle.model_copy(update=update)


def _read_sql_values(draft: Draft) -> None:
    """Collect the states that SQL and code of the documents compare with: status = 'reserved'."""
    for fact in draft.brief.in_scope:
        for match in _SQL_VALUE.finditer(fact.text):
            owner = _owner(draft, fact, deep=True)
            known = owner.attributes.get(match["name"]) if owner else None
            if owner is None or known is None or known.type != "enum" or match["value"].lower() in known.values:
                continue
            entity_values = (*known.values, match["value"].lower())
            owner.attributes[match["name"]] = known.model_copy(update={"values": entity_values})


def _close(draft: Draft, entity: EntityDraft) -> None:
    """Give a state without values the customary ones: a status that takes any text collects spellings."""
    for name in ("status", "state"):
        known = entity.attributes.get(name)
        is_address = name == "state" and {"city", "country", "postal_code"} & set(entity.attributes)
        if known is None or known.type == "enum" or is_address:
            continue
        customary = entity.archetype.states if entity.archetype else ()
        if not customary and entity.archetype:
            customary = next(
                (spec.values for spec in entity.archetype.attributes if spec.name in ("status", "state")), ()
            )
        values = customary or ("active", "inactive")
        facts = known.facts
        entity.attributes[name] = attribute(
            name, entity.name, lexicon=draft.lexicon, type="enum", values=values, facts=facts, default=values[0],
            because=f"The documents give {human(entity.plural)} a state and no list of values; these are customary.",
        )  # fmt: skip
