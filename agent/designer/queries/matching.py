"""Reads a functional statement: who does what to which stored thing."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from database_specialist.agent.designer.queries.catalog import Catalog
from database_specialist.agent.designer.queries.endpoints import Endpoint, endpoint
from database_specialist.agent.designer.queries.lexicon import lexicon, singular, stem
from database_specialist.agent.designer.queries.verbs import DETERMINERS, OWN, Action, find_actions, is_sentence
from database_specialist.agent.model.brief import Fact
from database_specialist.agent.model.entities import Entity

_WORD = re.compile(r"[A-Za-z][A-Za-z'\-]*|[.;:,!?()]")
_BACKGROUND = re.compile(r"\s*(today|currently|at present|nowadays|until now|so far)\b(?!'s)", re.IGNORECASE)
_STORY = re.compile(r"^\s*as an? (?P<role>[^,]{2,60}),\s*(?:i|we)\b", re.IGNORECASE)
_PURPOSE = re.compile(r"\b(so that|in order to|because)\b.*$", re.IGNORECASE | re.DOTALL)
_HISTORY = frozenset({"history", "histories"})
_CODE = re.compile(r"[{}=<>]|\w_\w|\w\(")
_WRITTEN = frozenset(stem(word) for word in ("write", "store", "save", "record", "log", "add", "copy"))
_NEAR = 3
_TELLING_ATTRIBUTES = 2
_FEATURE_WORDS = 8
_GENERIC_TAILS = frozenset({"type", "record", "entry", "account", "profile", "info", "instance"})
_DETAIL = frozenset({"detail", "details", "profile", "information", "specific", "single", "individual", "status"})


@dataclass(frozen=True)
class Access:
    """One thing done to one entity, as a fact says it."""

    intent: str
    entity: str
    verb: str
    """The verb's stem."""
    fact: Fact
    role: str | None = None
    subject: str | None = None
    """The entity that acts, when it is one."""
    others: tuple[str, ...] = ()
    """The other entities of the clause, in order."""
    attributes: tuple[str, ...] = ()
    """Attributes and roles of the entity that the fact names."""
    by: tuple[str, ...] = ()
    """Those of them that come after "by" or "per"."""
    within: str | None = None
    """The entity whose rows hold the wanted ones, when the fact puts it in front: hotels of their reviews."""
    words: tuple[str, ...] = ()
    """The words of the sentence."""
    told: tuple[str, ...] = ()
    """Those of them that follow the verb."""
    is_own: bool = False
    """Whether the actor is limited to what belongs to it."""


@dataclass(frozen=True)
class Mention:
    """An entity named at a place of the sentence."""

    entity: str
    start: int
    end: int
    is_plural: bool


@dataclass(frozen=True)
class Names:
    """The words by which each entity may be called, longest first."""

    phrases: dict[tuple[str, ...], str] = field(default_factory=dict)
    longest: int = 1
    makers: frozenset[str] = frozenset()
    """The stems of the entities' last words: to order makes an order."""

    @classmethod
    def of(cls, entities: Sequence[Entity]) -> Names:
        """Collect names, plurals, unambiguous last words and synonyms."""
        phrases: dict[tuple[str, ...], str] = {}
        for entity in entities:
            for name in (entity.name, entity.plural):
                phrases.setdefault(_words_of(name), entity.name)
        tails: dict[str, list[str]] = {}
        for entity in entities:
            words = _words_of(entity.name)
            if len(words) > 1 and entity.kind == "core":
                tails.setdefault(words[-1], []).append(entity.name)
        for tail, owners in tails.items():
            if len(owners) == 1:
                phrases.setdefault((tail,), owners[0])
        for entity in entities:
            words = _words_of(entity.name)
            if len(words) > 1 and words[-1] in _GENERIC_TAILS:
                phrases.setdefault((*words[:-2], singular(words[-2])), entity.name)
        for word, others in lexicon().synonyms.items():
            known = [phrases[(other,)] for other in others if (other,) in phrases]
            if known:
                phrases.setdefault((word,), known[0])
        makers = frozenset(stem(entity.split("_")[-1]) for entity in phrases.values())
        return cls(phrases, max((len(phrase) for phrase in phrases), default=1), makers)


def accesses(fact: Fact, catalog: Catalog, names: Names) -> tuple[Access, ...]:
    """Return what a functional fact does to stored things, in the order of its words; empty when it does nothing."""
    account = catalog.account
    if _BACKGROUND.match(fact.text):
        return ()
    listed = endpoint(fact.text, names.phrases, account.entity if account else None)
    if listed is not None:
        return (_of_endpoint(listed, fact, catalog),)
    statement = (
        f"{fact.title}: {fact.text}" if fact.title and fact.title.lower() not in fact.text.lower() else fact.text
    )
    story = _STORY.match(statement)
    body = _PURPOSE.sub("", statement[story.end() :] if story else statement)
    words = [word.lower() for word in _WORD.findall(body)]
    mentions = _mentions(words, names)
    places = {place for mention in mentions for place in range(mention.start, mention.end)}
    title = len(_WORD.findall(fact.title)) if statement != fact.text and fact.title else 0
    actions = find_actions(words, places, names.makers, title)
    role = story["role"].strip() if story else None
    if not mentions and (implied := _implied(fact, words, catalog)):
        named = [(action, Mention(implied, action.end, action.end, is_plural=True)) for action in actions]
        return tuple(
            access for action, mention in named for access in _accesses(action, words, (mention,), fact, catalog, role)
        )
    found = [access for action in actions for access in _accesses(action, words, mentions, fact, catalog, role)]
    return tuple(found) or (() if actions or is_sentence(words) else _of_nouns(fact, mentions, catalog))


def _implied(fact: Fact, words: Sequence[str], catalog: Catalog) -> str | None:
    """Return the entity of a fact that names none: the one it gave rise to, or whose attributes it lists."""
    risen = [entity.name for entity in catalog.model.entities if fact.id in entity.facts and entity.kind == "core"]
    if risen:
        return risen[0]
    counts = [(len(_attributes(catalog, entity.name, words)), entity.name) for entity in catalog.model.entities]
    most = max((count for count, _ in counts), default=0)
    best = [name for count, name in counts if count == most]
    return best[0] if most >= _TELLING_ATTRIBUTES and len(best) == 1 else None


def _of_endpoint(found: Endpoint, fact: Fact, catalog: Catalog) -> Access:
    words = [word.lower() for word in _WORD.findall(found.rest)]
    return Access(
        intent=found.intent,
        entity=found.entity,
        verb=found.verb,
        fact=fact,
        role=role_of(None, fact, catalog),
        subject=found.within,
        within=found.within,
        attributes=_attributes(catalog, found.entity, words),
        is_own=found.is_own,
    )


def _of_nouns(fact: Fact, mentions: Sequence[Mention], catalog: Catalog) -> tuple[Access, ...]:
    """Read a feature named by its things alone ("Reviews and ratings"): they are made and looked at."""
    if len(fact.text.split()) > _FEATURE_WORDS or _CODE.search(fact.text):
        return ()
    entities = dict.fromkeys(mention.entity for mention in mentions)
    role = role_of(None, fact, catalog)
    return tuple(
        Access(intent="feature", entity=entity, verb="", fact=fact, role=role, attributes=()) for entity in entities
    )


def unread(fact: Fact, catalog: Catalog, names: Names) -> str:
    """Say why a fact gave no access: no stored thing in it, or nothing done to the one there is."""
    title = fact.title or " ".join(fact.text.split()[:8])
    words = [word.lower() for word in _WORD.findall(f"{fact.title or ''}. {fact.text}")]
    mentions = _mentions(words, names)
    if not mentions:
        return f'"{title}" names nothing that a table of this design holds.'
    named = catalog.table(mentions[0].entity)
    held = named.name if named else mentions[0].entity
    return f'"{title}" names {held} but no reading or writing of its rows.'


def role_of(access_role: str | None, fact: Fact, catalog: Catalog) -> str | None:
    """Return the Brief's role that acts in a fact: the story's role, or the first one that the text names."""
    text = singular_text(access_role or fact.text)
    named = [(text.find(singular_text(role.name)), role.name) for role in catalog.brief.roles]
    found = sorted((place, name) for place, name in named if place >= 0)
    return found[0][1] if found else None


def singular_text(text: str) -> str:
    """Lower the text and put each of its words in the singular."""
    return " ".join(singular(word) for word in re.findall(r"[a-z]+", text.lower()))


def _words_of(name: str) -> tuple[str, ...]:
    words = name.lower().split("_")
    return (*words[:-1], singular(words[-1]))


def _mentions(words: Sequence[str], names: Names) -> tuple[Mention, ...]:
    found: list[Mention] = []
    place = 0
    while place < len(words):
        for size in range(min(names.longest, len(words) - place), 0, -1):
            chunk = words[place : place + size]
            last = chunk[-1].removesuffix("'s").removesuffix("'")
            phrase = (*chunk[:-1], singular(last))
            if entity := names.phrases.get(tuple(phrase)):
                found.append(Mention(entity, place, place + size, is_plural=singular(last) != last))
                place += size - 1
                break
        place += 1
    return tuple(found)


def _accesses(
    action: Action,
    words: Sequence[str],
    mentions: Sequence[Mention],
    fact: Fact,
    catalog: Catalog,
    role: str | None,
) -> Iterator[Access]:
    """Yield what one verb does: one access for each of its objects."""
    mentions = [mention for mention in mentions if not mention.start <= action.start < mention.end]
    start, end = _clause(words, action.start)
    after = [mention for mention in mentions if action.end <= mention.start < end]
    before = [mention for mention in mentions if start <= mention.start < action.start]
    made = _made_by(action, [mention.entity for mention in after], catalog)
    chosen = _object(action, before, after, words)
    if (chosen is None and made is None) or _is_state_of_list(action, words[start:end], chosen, catalog):
        return
    named = chosen or Mention(made or "", action.start, action.end, is_plural=False)
    objects = [named] if made or action.is_passive else [named, *_coordinated(named, after, words)]
    actor = before[0].entity if before and after else None
    for each in objects:
        entity = made or each.entity
        within = _holder(each, after, words)
        yield Access(
            intent="create" if made else _intent(action, each, words, words[start:end]),
            entity=entity,
            verb=action.stem,
            fact=fact,
            role=role_of(role, fact, catalog),
            subject=actor if actor != entity else None,
            others=tuple(dict.fromkeys(m.entity for m in (*after, *before) if m.entity != entity and m not in objects)),
            attributes=_attributes(catalog, entity, words[start:end]),
            within=within.entity if within else None,
            is_own=_is_own(each, words, words[start:end]),
            by=_attributes(catalog, entity, _after_by(words[start:end])),
            words=tuple(words[start:end]),
            told=tuple(words[action.end : end]),
        )


def _coordinated(first: Mention, after: Sequence[Mention], words: Sequence[str]) -> Iterator[Mention]:
    """Yield the objects that stand beside the first: the documents of "photos and documents"."""
    last = first
    for mention in after:
        between = words[last.end : mention.start]
        is_next = mention.start >= last.end and set(between) <= {",", "and", "or", *DETERMINERS}
        if is_next and {"and", "or", ","} & set(between) and mention.is_plural == first.is_plural:
            yield mention
            last = mention


def _is_state_of_list(action: Action, scope: Sequence[str], chosen: Mention | None, catalog: Catalog) -> bool:
    """Whether the word is one of the states that the fact lists, not a verb: "these states: open, planned"."""
    table = catalog.table(chosen.entity) if chosen else None
    state = catalog.state(table) if table else None
    values = {stem(value) for value in state.values} if state else set()
    return action.stem in values and bool({"states", "statuses"} & set(scope))


def _object(
    action: Action, before: Sequence[Mention], after: Sequence[Mention], words: Sequence[str]
) -> Mention | None:
    """Return what the verb is done to: what follows it, or its subject where it is passive or a noun."""
    if action.is_passive:
        goal = next((m for m in after if m.start - action.end <= _NEAR), None) if action.stem in _WRITTEN else None
        return goal or (before[-1] if before else None)
    if after:
        return _head(after)
    is_clause = action.is_finite and bool(before) and _is_intransitive(action, words)
    return before[-1] if before and not is_clause else None


def _is_intransitive(action: Action, words: Sequence[str]) -> bool:
    """Whether the verb ends or leads on without an object: "sessions end after 12 hours"."""
    word = words[action.start]
    return not word.endswith("ing") and "transition" in action.intents and len(words) > _FEATURE_WORDS - 4


def _head(mentions: Sequence[Mention]) -> Mention:
    """Return the noun of a compound that the others only describe: the orders of "user orders"."""
    head = mentions[0]
    for mention in mentions[1:]:
        if mention.start != head.end:
            break
        head = mention
    return head


def _holder(chosen: Mention, after: Sequence[Mention], words: Sequence[str]) -> Mention | None:
    """Return what the chosen rows belong to: "user orders", "orders of a user"."""
    for mention in after:
        if mention.end == chosen.start:
            return mention
        between = list(words[chosen.end : mention.start])
        if between and between[0] in ("of", "for", "in") and len(between) <= 3:
            return mention
    return None


def _is_own(mention: Mention, words: Sequence[str], scope: Sequence[str]) -> bool:
    before = words[max(0, mention.start - 2) : mention.start]
    return any(word in OWN for word in before) or any(word in _HISTORY for word in scope)


def _after_by(scope: Sequence[str]) -> Sequence[str]:
    place = next((place for place, word in enumerate(scope) if word in ("by", "per")), len(scope))
    return scope[place + 1 :]


def _clause(words: Sequence[str], place: int) -> tuple[int, int]:
    start = next((i + 1 for i in range(place - 1, -1, -1) if words[i] in ".;!?"), 0)
    end = next((i for i in range(place, len(words)) if words[i] in ".;!?"), len(words))
    return start, end


def _made_by(action: Action, named: Sequence[str], catalog: Catalog) -> str | None:
    """Return the entity that the verb itself makes: to book makes a booking, to pay a payment."""
    if action.stem in {"list", "search", "report", "view"} or len(action.stem) < 3:
        return None
    if {"login", "update", "remove"} & set(action.intents):
        return None
    for name in catalog.made_by(action.stem):
        if name not in named and singular(name.split("_")[-1]) != action.stem + "s":
            return name
    return None


def _intent(action: Action, mention: Mention, words: Sequence[str], scope: Sequence[str]) -> str:
    intents = action.intents
    if "view" in intents or ("list" in intents and action.stem == "review"):
        if any(stem(word) in {"history", "list"} or word in {"all", "histories"} for word in scope):
            return "list"
        after = set(words[mention.end : mention.end + 2]) | set(words[action.end : mention.start])
        return "detail" if after & _DETAIL or not mention.is_plural else "list"
    return intents[0] if len(intents) == 1 else "|".join(intents)


def _attributes(catalog: Catalog, entity_name: str, scope: Sequence[str]) -> tuple[str, ...]:
    entity = catalog.entity_named(entity_name)
    if entity is None:
        return ()
    text = f" {' '.join(singular(word) for word in scope)} "
    names = [attribute.name for attribute in entity.attributes]
    names += catalog.roles(entity_name)
    own = {singular(word) for word in (*entity.name.split("_"), *entity.plural.split("_"))}
    return tuple(name for name in names if any(f" {phrase} " in text for phrase in spoken(name) if phrase not in own))


def spoken(name: str) -> Iterator[str]:
    """Yield the ways in which a text may call an attribute, in the singular: "unit price", "price"."""
    words = [singular(word) for word in name.split("_")]
    yield " ".join(words)
    if len(words) > 1 and words[-1] in {"at", "on", "id", "name", "type", "code", "number", "amount", "date", "hash"}:
        yield " ".join(words[:-1])
    if len(words) > 1 and words[0] in {"unit", "total", "full", "is"}:
        yield " ".join(words[1:])
