"""What clauses say of two things at once: which refers to which, and what is kept of the pair."""

from __future__ import annotations

import re
from collections.abc import Callable

from database_specialist.agent.designer.attributes import attribute
from database_specialist.agent.designer.clauses import sentences, split_items
from database_specialist.agent.designer.draft import Draft, EntityDraft
from database_specialist.agent.designer.items import read_item
from database_specialist.agent.designer.nouns import human, name_words, singular, singular_name
from database_specialist.agent.designer.stated import is_person, person_near, place_item, relate
from database_specialist.agent.model.brief import Fact
from database_specialist.agent.model.entities import Relationship

_NOUN = r"[a-z][\w-]*(?: [a-z][\w-]*)?"
_SUBJECT = rf"(?:(?:an?|each|every|the|any)\s+)?(?P<a>{_NOUN}?)"
_EACH_WITH = re.compile(
    rf"^{_SUBJECT}\s+(?:covers?|includes?|has|have|contains?|lists?|names?)\s+(?:one or more|several|many|multiple)\s+"
    rf"(?P<b>{_NOUN}?)\s*(?:\((?P<values>[^()]*)\))?,?\s+each with\s+(?P<list>.+)$",
    re.IGNORECASE,
)
_COVERS = re.compile(
    rf"^{_SUBJECT}\s+(?:covers?|includes?|has|have|contains?)\s+(?:one or more|several|many|multiple)\s+"
    rf"(?P<b>{_NOUN})$",
    re.IGNORECASE,
)
_FOR_EACH_OF_THEM = re.compile(
    rf"^for each (?:(?:covered|included|listed|such) )?(?P<b>{_NOUN}?),? (?P<list>(?:the|an?)\s.+?)\s+"
    rf"(?:is|are) (?:kept|recorded|stored|noted)$",
    re.IGNORECASE,
)
_USED_ON = re.compile(
    rf"\b(?:the\s+)?(?P<a>[a-z]+s)\s+(?P<deed>used|consumed|needed|sold|ordered|served|rented)\s+"
    rf"(?:on|in|for|at|by|during)\s+"
    rf"(?:an?|each|the)\s+(?P<b>{_NOUN}?),?\s+with\s+(?P<list>.+)$",
    re.IGNORECASE,
)
_KEPT_PER = re.compile(
    rf"^(?P<name>{_NOUN}?)\s+(?:is|are)\s+(?:kept|counted|tracked|recorded|held)\s+(?:per|for each|by|for every)\s+"
    rf"(?P<a>{_NOUN}?)\s+and\s+(?:per\s+)?(?P<b>{_NOUN})$",
    re.IGNORECASE,
)
_TAKEN = re.compile(
    rf"^{_SUBJECT}\s+(?:is|are)\s+[a-z]+(?: (?:out|up|down))?\s+(?:by|for|to|on|in|under|from|of)\s+(?P<rest>"
    rf"(?:one|an?|exactly one)\s.+)$",
    re.IGNORECASE,
)
_OF_ONE = re.compile(r"(?:^|\b(?:by|for|to|on|in|under|from|of|at)\s+)(?:one|an?|exactly one)\s+(?P<b>[a-z]+)\b", re.I)
_HELD_SINCE = re.compile(r"\bwho (?P<deed>[a-z]+) it (?P<when>from when until when|before\b.*\bwhen it changed)", re.I)
_SUCCESSOR = re.compile(
    r"\b(?:an?|the) (?:new|later|next) (?P<a>[a-z]+) (?:follows|replaces|succeeds) (?:the|an?) "
    r"(?:old|earlier|previous)(?: one| [a-z]+)?\b",
    re.IGNORECASE,
)
_AVERAGE = re.compile(
    rf"^{_SUBJECT}\s+(?:has|have)\s+(?:on average|about|around|typically|usually)\s+(?P<list>\d.+)$", re.I
)
_ABOUT = re.compile(
    rf"^{_SUBJECT}\s+[a-z]+\s+(?:an?|the)\s+[a-z]+\s+of\s+.*\bon\s+an?\s+(?P<b>[a-z]+)\b", re.IGNORECASE
)
_GIVES = re.compile(
    rf"^{_SUBJECT}\s+(?:gives|submits|makes|offers|delivers|writes)\s+an?\s+(?P<name>[a-z]+)\s+for\s+an?\s+"
    rf"(?P<b>[a-z]+)\b",
    re.I,
)
_APPROVED_BY = re.compile(
    r"^(?P<a>.+?)\s+(?:have|has|need|needs)\s+to be (?P<deed>approved|checked|confirmed|signed) by\b", re.I
)
_THERE_IS = re.compile(
    rf"^for (?:each|every) (?P<b>{_NOUN}?) there is (?:one|an?) (?P<a>[a-z]+)(?::\s*(?P<what>.+))?$", re.I
)
_FROM = {"owned": "ownership", "handled": "assignment", "held": "holding", "used": "use", "managed": "management"}


_BELONGS = re.compile(
    rf"^{_SUBJECT}\s+(?:must |always )?belongs? to (?:exactly )?(?:one|an?) "
    rf"(?P<b>{_NOUN})\b",
    re.IGNORECASE,
)
_RUNS = re.compile(
    rf"^{_SUBJECT}\s+(?:.*\band )?(?:runs|lasts|is valid) for (?:an?|one|\d+) "
    rf"(?:year|month|week)s?\b",
    re.IGNORECASE,
)
_APPOINTS = re.compile(
    r"^an?\s+(?P<a>[a-z]+)\s+(?:appoints|assigns|invites|nominates)\s+an?\s+(?P<b>[a-z]+)\s+to\s+an?\s+(?P<c>[a-z]+)"
    r"(?:\s+(?:for|with)\s+(?P<list>.+))?$",
    re.IGNORECASE,
)


def read_ties(draft: Draft) -> None:
    """Read what statements say of pairs of things: references, links with attributes of their own, and histories."""
    for fact in draft.brief.in_scope:
        if fact.kind == "technology":
            continue
        before: tuple[EntityDraft, EntityDraft] | None = None
        for part in sentences(fact.text):
            for reader in _READERS:
                reader(draft, part, fact)
            before = _read_for_each(draft, part, fact, before)


def _read_for_each(
    draft: Draft, part: str, fact: Fact, before: tuple[EntityDraft, EntityDraft] | None
) -> tuple[EntityDraft, EntityDraft] | None:
    """Read "a contract covers one or more lifts; for each covered lift the agreed interval is kept"."""
    if match := _COVERS.match(part):
        a, b = _entity(draft, match["a"]), _entity(draft, match["b"])
        return (a, b) if a is not None and b is not None and a is not b else None
    match = _FOR_EACH_OF_THEM.match(part)
    if match and before is not None and _entity(draft, match["b"]) is before[1]:
        link(draft, before[0], before[1], match["list"], fact)
    return before


def _entity(draft: Draft, words: str) -> EntityDraft | None:
    name = singular_name(name_words(words), draft.lexicon)
    return draft.entities.get(name) or (draft.find(name) if name else None)


def link(
    draft: Draft, owner: EntityDraft, other: EntityDraft, items: str, fact: Fact, *, name: str = "", once: bool = True
) -> EntityDraft | None:
    """Add the link between two things that has attributes of its own."""
    name = name or f"{owner.name}_{other.name.split('_')[-1]}"
    if owner is other or owner.declared or other.declared:
        return None
    made = draft.entities.get(name) or draft.add(
        EntityDraft(
            name=name, kind="association", facts=(fact.id,), weight=12.0, stated=True,
            description=f"{human(other.name).capitalize()} of {human(owner.name)}, with what is kept of the pair.",
        )
    )  # fmt: skip
    relate(draft, made, owner, owner.name, fact, owned=True)
    relate(draft, made, other, other.name, fact)
    if once:
        made.unique_sets.append((owner.name, other.name))
    for text in split_items(items)[0]:
        item = read_item(text, draft.lexicon)
        if item is not None:
            place_item(draft, made, item, fact)
    pair = {owner.name, other.name}
    draft.stated_many = [each for each in draft.stated_many if {each[0], each[1]} != pair]
    draft.relationships = [
        each for each in draft.relationships
        if not (each.cardinality == "many_to_many" and {each.source, each.target} == pair)
    ]  # fmt: skip
    return made


def _each_with(draft: Draft, part: str, fact: Fact) -> None:
    match = _EACH_WITH.match(part)
    a, b = (_entity(draft, match["a"]), _entity(draft, match["b"])) if match else (None, None)
    if match and a is not None and b is not None:
        if match["values"] and b.kind == "core" and not b.attributes:
            b.kind = "reference"
        link(draft, a, b, match["list"], fact)


def _used_on(draft: Draft, part: str, fact: Fact) -> None:
    match = _USED_ON.search(part)
    a, b = (_entity(draft, match["a"]), _entity(draft, match["b"])) if match else (None, None)
    if match and a is not None and b is not None:
        link(draft, b, a, match["list"], fact, once=False)


def _kept_per(draft: Draft, part: str, fact: Fact) -> None:
    match = _KEPT_PER.match(part)
    a, b = (_entity(draft, match["a"]), _entity(draft, match["b"])) if match else (None, None)
    if match is None or a is None or b is None or a is b:
        return
    kept = _entity(draft, match["name"])
    if kept is None or kept in (a, b):
        return
    relate(draft, kept, a, a.name, fact, owned=True)
    relate(draft, kept, b, b.name, fact)
    kept.unique_sets.append((a.name, b.name))


def _taken(draft: Draft, part: str, fact: Fact) -> None:
    match = _TAKEN.match(part)
    a = _entity(draft, match["a"]) if match else None
    if match is None or a is None or a.declared:
        return
    rest = re.split(r"\s+and\s+|,|\s+with\s+", match["rest"])[0]
    for found in _OF_ONE.finditer(rest):
        b = _entity(draft, found["b"])
        if b is not None and b is not a and not b.declared:
            relate(draft, a, b, b.name, fact)


def _belongs(draft: Draft, part: str, fact: Fact) -> None:
    match = _BELONGS.match(part)
    a, b = (_entity(draft, match["a"]), _entity(draft, match["b"])) if match else (None, None)
    if a is not None and b is not None and a is not b and not (a.declared and b.declared):
        relate(draft, a, b, b.name, fact)


def _runs(draft: Draft, part: str, fact: Fact) -> None:
    """Keep the period of what "runs for a year"."""
    match = _RUNS.match(part)
    a = _entity(draft, match["a"]) if match else None
    for name in ("start_date", "end_date") if a is not None and not a.declared else ():
        if a is not None:
            made = attribute(name, a.name, lexicon=draft.lexicon, facts=(fact.id,), required=True)
            a.attributes.setdefault(name, made)


def _appoints(draft: Draft, part: str, fact: Fact) -> None:
    """Read "a handler appoints a surveyor to a claim for a fee": the link keeps who did it and the terms."""
    match = _APPOINTS.match(part)
    if match is None:
        return
    a, b, c = (_entity(draft, match[group]) for group in ("a", "b", "c"))
    if a is None or b is None or c is None or not is_person(a, draft):
        return
    made = link(draft, c, b, match["list"] or "", fact, once=False)
    if made is not None and a not in (b, c):
        relate(draft, made, a, "appointed_by", fact)


def _successor(draft: Draft, part: str, fact: Fact) -> None:
    match = _SUCCESSOR.search(part)
    a = _entity(draft, match["a"]) if match else None
    if a is not None:
        draft.relate(
            Relationship(
                source=a.name, target=a.name, role=f"previous_{a.name}", cardinality="one_to_one", required=False,
                ownership="independent", inverse=f"next_{a.name}", facts=(fact.id,),
            )
        )  # fmt: skip


def _about(draft: Draft, part: str, fact: Fact) -> None:
    """Read "tasks remind a handler of something to do on a claim by a day"."""
    match = _ABOUT.match(part)
    a, b = (_entity(draft, match["a"]), _entity(draft, match["b"])) if match else (None, None)
    if match and a is not None and b is not None and a is not b:
        relate(draft, a, b, b.name, fact, owned=True)
        whom = re.search(r"^\S+\s+\w+\s+(?:an?|the)\s+([a-z]+)\s+of\b", part, re.IGNORECASE)
        c = _entity(draft, whom[1]) if whom else None
        if c is not None and c not in (a, b):
            relate(draft, a, c, c.name, fact)
        if re.search(r"\bby an? (?:day|date)\b", part):
            a.attributes.setdefault(
                "due_date", attribute("due_date", a.name, lexicon=draft.lexicon, facts=(fact.id,), required=True)
            )


def _gives(draft: Draft, part: str, fact: Fact) -> None:
    match = _GIVES.match(part)
    if match is None:
        return
    a, made, b = (_entity(draft, match[group]) for group in ("a", "name", "b"))
    if a is not None and made is not None and b is not None and len({a.name, made.name, b.name}) == 3:
        relate(draft, made, b, b.name, fact)
        relate(draft, made, a, a.name, fact)


def _there_is(draft: Draft, part: str, fact: Fact) -> None:
    match = _THERE_IS.match(part)
    a, b = (_entity(draft, match["a"]), _entity(draft, match["b"])) if match else (None, None)
    if match is None or a is None or b is None or a is b:
        return
    relate(draft, a, b, b.name, fact, owned=True)
    item = read_item(match["what"], draft.lexicon) if match["what"] else None
    if item is not None and item.name not in a.attributes:
        place_item(draft, a, item, fact)


def _held_since(draft: Draft, part: str, fact: Fact) -> None:
    """Keep who had a thing in which period: "we keep who owned it from when until when"."""
    match = _HELD_SINCE.search(part)
    if match is None:
        return
    entity = _first(draft, part) or _first(draft, fact.text)
    holder = _holder(draft, entity, match["deed"], fact) if entity is not None else None
    if entity is None or holder is None or holder is entity:
        return
    name = f"{entity.name}_{_FROM.get(match['deed'].lower(), 'holding')}"
    made = link(draft, entity, holder, "", fact, name=name, once=False)
    if made is None:
        return
    made.kind = "history"
    both = "date" if match["when"].lower().startswith("from") else "timestamp"
    ends = ("valid_from", "valid_to") if both == "date" else ("started_at", "ended_at")
    for end in ends:
        made.attributes[end] = attribute(
            end, made.name, lexicon=draft.lexicon, facts=(fact.id,), type=both, required=end == ends[0]
        )
    draft.held.append((made.name, entity.name, ends, fact.id))


def _holder(draft: Draft, entity: EntityDraft, deed: str, fact: Fact) -> EntityDraft | None:
    stem = deed.lower().removesuffix("ed")
    role = next((r for r in draft.relations_of(entity.name) if r.role.startswith(stem[:4])), None)
    return draft.entities[role.target] if role is not None else person_near(draft, entity, fact)


def _first(draft: Draft, text: str) -> EntityDraft | None:
    match = re.match(r"\s*(?:an?|each|every|the)\s+([a-z]+(?: [a-z]+)?)\b", text, re.IGNORECASE)
    words = match[1].lower().split() if match else []
    found = (_entity(draft, " ".join(words[:size])) for size in range(len(words), 0, -1))
    return next((entity for entity in found if entity is not None), None)


def _average(draft: Draft, part: str, fact: Fact) -> None:
    """Read "a claim has on average 6 payments, 12 documents and 25 notes"."""
    match = _AVERAGE.match(part)
    a = _entity(draft, match["a"]) if match else None
    for number, words in re.findall(rf"(\d[\d,.]*)\s+({_NOUN})", match["list"]) if match and a is not None else ():
        b = _entity(draft, words.split(" and ")[0].split()[0]) if words else None
        if a is None or b is None or b is a:
            continue
        draft.factors[b.name] = (a.name, float(number.replace(",", "").rstrip(".")), fact.id)
        if not any(r.target == a.name for r in draft.relations_of(b.name)):
            relate(draft, b, a, a.name, fact)


def _approved(draft: Draft, part: str, fact: Fact) -> None:
    """Keep who approved it, where somebody has to: "payments above it have to be approved by somebody else"."""
    match = _APPROVED_BY.search(part)
    if match is None:
        return
    words = [singular(word, draft.lexicon) for word in name_words(match["a"])]
    entity = next((draft.entities[word] for word in reversed(words) if word in draft.entities), None)
    person = person_near(draft, entity, fact) or draft.find("user") if entity is not None else None
    if entity is None or person is None or person is entity:
        return
    if re.search(r"\bsomebody else\b|\bentered themselves\b|\ban?other\b", fact.text, re.IGNORECASE):
        relate(draft, entity, person, "entered_by", fact)
    relate(draft, entity, person, f"{match['deed'].lower()}_by", fact, required=False)


_READERS: tuple[Callable[[Draft, str, Fact], None], ...] = (
    _belongs, _each_with, _used_on, _kept_per, _taken, _runs, _appoints, _successor,
    _about, _gives, _there_is, _held_since, _average, _approved,
)  # fmt: skip
