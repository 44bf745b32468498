"""States and kinds told in sentences: "a claim is registered, then under review", "members are people or companies"."""

from __future__ import annotations

import re
from itertools import pairwise

from database_specialist.agent.designer.attributes import attribute
from database_specialist.agent.designer.clauses import KINDS, sentences, split_items
from database_specialist.agent.designer.draft import Draft, EntityDraft
from database_specialist.agent.designer.items import read_item
from database_specialist.agent.designer.nouns import human, name_words, singular_name
from database_specialist.agent.designer.stated import place_item
from database_specialist.agent.model.brief import Fact
from database_specialist.agent.model.entities import Lifecycle, Transition

_ONE_OF = re.compile(
    r"^(?:an?|each|every)\s+(?P<a>[a-z]+(?: [a-z]+)?)\s+is\s+(?P<list>(?:[a-z]+(?: [a-z]+)?,\s*)*[a-z]+"
    r"(?: [a-z]+)?\s+or\s+[a-z]+(?: [a-z]+)?)$",
    re.IGNORECASE,
)
_AND_ARE = re.compile(r"^(?P<a>[a-z]+s)\b.*,\s+and are (?P<list>[a-z]+ or [a-z]+)$", re.IGNORECASE)
_CHAIN = re.compile(
    r"^(?:an?|each|every)\s+(?P<a>[a-z]+(?: [a-z]+)?)\s+is\s+(?P<list>[a-z ]+"
    r"(?:,\s*then [a-z ]+)+)$",
    re.I,
)
_STEP = re.compile(
    r"^(?:and\s+)?(?:an?|each|every)\s+(?P<from>[a-z]+(?: or [a-z]+)?)\s+(?P<a>[a-z]+)\s+"
    r"(?:is|can be|may be|becomes)\s+"
    r"(?:then\s+)?(?P<to>[a-z]+)(?:\s+(?:when|if|once|after)\b.*|,\s*which puts it (?P<back>[a-z ]+?)(?: again)?)?$",
    re.IGNORECASE,
)
_OF_KIND = re.compile(
    r"\b(?:of|for)\s+(?P<kind>[a-z]+)\s+(?:we (?:keep|record|store)\s+)?(?="
    r"(?:the|an?|[a-z]+ name)\b)",
    re.I,
)


def read_told_states(draft: Draft) -> None:
    """Read the states and kinds that sentences tell."""
    for fact in draft.brief.in_scope:
        if fact.kind == "technology":
            continue
        _read_kinds(draft, fact)
        parts = [piece for part in sentences(fact.text) for piece in re.split(r",\s+and\s+(?=an?\s)", part)]
        for part in parts:
            _read_one_of(draft, part, fact)
            _read_chain(draft, part, fact)
        for part in parts:
            _read_step(draft, part, fact)


def _name(words: str) -> str:
    return "_".join(name_words(words))


def _entity(draft: Draft, words: str) -> EntityDraft | None:
    entity = draft.entities.get(singular_name(name_words(words), draft.lexicon))
    return entity if entity is not None and not entity.declared else None


def _read_one_of(draft: Draft, part: str, fact: Fact) -> None:
    match = _ONE_OF.match(part) or _AND_ARE.match(part)
    entity = _entity(draft, match["a"]) if match else None
    if match is None or entity is None or "status" in entity.attributes:
        return
    values = tuple(_name(re.sub(r"^in (?!\w+$)", "", value)) for value in re.split(r",\s*|\s+or\s+", match["list"]))
    if len(values) > 1 and all(_is_state(draft, value) for value in values):
        _set_status(draft, entity, values, fact)


def _is_state(draft: Draft, value: str) -> bool:
    words = value.split("_")
    return draft.find(value) is None and len(words) < 3 and not {"a", "an", "the", "one", "more", "not"} & set(words)


def _set_status(draft: Draft, entity: EntityDraft, values: tuple[str, ...], fact: Fact) -> None:
    entity.attributes["status"] = attribute(
        "status", entity.name, lexicon=draft.lexicon, facts=(fact.id,), type="enum", values=values,
    )  # fmt: skip


def _read_chain(draft: Draft, part: str, fact: Fact) -> None:
    match = _CHAIN.match(part)
    entity = _entity(draft, match["a"]) if match else None
    if match is None or entity is None or "status" in entity.attributes:
        return
    steps = [
        [_name(state) for state in re.split(r"\s+or\s+", step.strip().removeprefix("then "))]
        for step in match["list"].split(",")
    ]
    values = tuple(dict.fromkeys(state for step in steps for state in step))
    _set_status(draft, entity, values, fact)
    pairs = [(a, b) for left, right in pairwise(steps) for a in left for b in right]
    entity.lifecycle = Lifecycle(
        attribute="status", initial=values[0], facts=(fact.id,),
        transitions=tuple(Transition(source=a, target=b) for a, b in pairs),
    )  # fmt: skip


def _read_step(draft: Draft, part: str, fact: Fact) -> None:
    """Read "an accepted claim is settled when everything is paid"."""
    match = _STEP.match(part)
    entity = _entity(draft, match["a"]) if match else None
    if match is None or entity is None or entity.lifecycle is None or "status" not in entity.attributes:
        return
    known = entity.attributes["status"]
    sources = [state for state in (_name(word) for word in match["from"].split(" or ")) if state in known.values]
    back = _name(match["back"]) if match["back"] else ""
    target = back if back in known.values else _name(match["to"])
    steps = tuple(Transition(source=source, target=target) for source in sources if source != target)
    if not steps:
        return
    values = known.values if target in known.values else (*known.values, target)
    facts = tuple(dict.fromkeys((*known.facts, fact.id)))
    entity.attributes["status"] = known.model_copy(update={"values": values, "facts": facts})
    new = tuple(step for step in steps if step not in entity.lifecycle.transitions)
    update = {"transitions": (*entity.lifecycle.transitions, *new), "facts": facts}
    entity.lifecycle = entity.lifecycle.model_copy(update=update)


def _read_kinds(draft: Draft, fact: Fact) -> None:
    match = KINDS.match(fact.text.strip(" ."))
    entity = _entity(draft, match["a"]) if match else None
    if match is None or entity is None:
        return
    kinds = {match[group].lower(): singular_name((match[group].lower(),), draft.lexicon) for group in ("x", "y")}
    marks = list(_OF_KIND.finditer(match["rest"]))
    told: dict[str, list[str]] = {}
    for position, mark in enumerate(marks):
        end = marks[position + 1].start() if position + 1 < len(marks) else len(match["rest"])
        for text in split_items(match["rest"][mark.end() : end].strip(" ,;."))[0]:
            item = read_item(text, draft.lexicon)
            of = mark["kind"].lower()
            if item is not None:
                placed = place_item(draft, entity, item, fact, optional=of in kinds)
                told.setdefault(of, []).append(placed)
    if not set(told) & set(kinds):
        return
    entity.stated = True
    entity.attributes["kind"] = attribute(
        "kind", entity.name, lexicon=draft.lexicon, facts=(fact.id,), type="enum", values=tuple(kinds.values()),
    )  # fmt: skip
    for word, kind in kinds.items():
        needed = [name for name in told.get(word, ()) if name]
        if needed:
            draft.add_rule(
                entity, "check", f"{entity.name}_{kind}_fields",
                f"{human(entity.name).capitalize()} rows of kind {human(kind)} have {', '.join(map(human, needed))}.",
                attributes=("kind", *needed), facts=(fact.id,),
                condition=f"kind <> '{kind}' OR ({' AND '.join(f'{name} IS NOT NULL' for name in needed)})",
            )  # fmt: skip
