"""Lists of fields in prose: "Customer (name, email)", "products with SKU, name and price", "a users table with ..."."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from database_specialist.agent.designer.attributes import attribute, setting_of
from database_specialist.agent.designer.clauses import KINDS, clauses_of
from database_specialist.agent.designer.declared import referred
from database_specialist.agent.designer.draft import Draft, EntityDraft
from database_specialist.agent.designer.knowledge import Lexicon
from database_specialist.agent.designer.nouns import human, name_words, singular_name
from database_specialist.agent.designer.phrases import phrases, resolve
from database_specialist.agent.model.brief import Fact

_EXPLICIT = re.compile(
    r"(?P<name>[\w`]+(?:[ -]\w+)?)`?\s+(?:tables?|entity|entities|collection)\s+"
    r"(?:(?:should|must|shall|will)\s+)?(?:have|has|need(?:s)?|contain(?:s)?|include(?:s)?|store(?:s)?|with)\s+"
    r"(?P<list>[^.;]+)",
    re.IGNORECASE,
)
_WITH = re.compile(
    r"(?:\b(?:with|including|includes?|contains?|containing|captur\w+|records?|stor\w+|has|have|fields?:|attributes?:"
    r"|such as|consists? of|for|enter\w*|specif\w+|provid\w+|like)|(?<=\w):)\s*:?\s+"
    r"(?=(?P<list>(?:(?!\bwith\b)(?:[^.;:()]|\([^()]*\)))+))",
    re.IGNORECASE,
)
_PARENTHESES = re.compile(
    r"(?P<name>[A-Za-z][\w`-]*(?: [a-z]\w+)?)`?\s*\("
    r"(?:e\.g\.,?|i\.e\.,?|such as|including|includes?:?|fields?:)?\s*(?P<list>[^()]{6,})\)"
)
_INDIRECT = re.compile(r"\b(?:attach|add|link|upload)\w*\b.*\b(?:to|for|on) (?:an?|the|each)\s*$", re.IGNORECASE)
_INTO = re.compile(r"\b(?:written|recorded|logged|kept|stored|saved|entered) (?:to|in|into) (?:an?|the) [\w ]+$", re.I)
_LINES = frozenset({"line", "item", "position", "lines", "items", "positions"})
_PASSIVE = re.compile(
    r"^\W*[\w -]{3,40}?\s+(?:is|are|can be|must be|shall be)\s+(?:\w+ly )?\w+(?:ed|en|t)\b", re.IGNORECASE
)
_SEARCH = re.compile(
    r"\b(?:search\w*|filter\w*|sort\w*|brows\w+|facet\w*|group\w* by|quer\w+|log(?:s|ged)? ?in|sign(?:s|ed)? ?in)\b",
    re.IGNORECASE,
)
_SPLIT = re.compile(r"\s*(?:,|;|\band\b|\bplus\b|\bor\b|&|\+|/|\|)\s*(?![^()]*\))", re.IGNORECASE)
_LEAD = re.compile(r"^(?:columns?|fields?|attributes?|properties|the|following|for|as|:|\s)+\s+", re.IGNORECASE)
_ENDING = re.compile(r"\s+(?:columns?|fields?|attributes?)$", re.IGNORECASE)
_DROPPED = frozenset(
    [
        "the",
        "a",
        "an",
        "its",
        "their",
        "his",
        "her",
        "our",
        "optional",
        "unique",
        "etc",
        "one",
        "or",
        "more",
        "other",
        "any",
        "each",
        "all",
        "new",
        "current",
        "basic",
        "full",
        "key",
        "free",
    ]
)
_BROKEN = frozenset(
    [
        "with",
        "in",
        "on",
        "by",
        "at",
        "from",
        "to",
        "if",
        "for",
        "into",
        "onto",
        "than",
        "that",
        "which",
        "who",
        "when",
        "where",
        "is",
        "are",
        "be",
        "was",
        "can",
        "may",
        "must",
    ]
)
_MEASURE = re.compile(r"\s+in\s+(days|hours|minutes|seconds|months|years|kg|km|kwh)$", re.IGNORECASE)
_UNIT = re.compile(r"\s+in\s+\w+$", re.IGNORECASE)
_STATE_WORDS = frozenset(
    [
        "status",
        "state",
        "type",
        "role",
        "priority",
        "kind",
        "level",
        "gender",
        "category",
        "mode",
        "method",
        "channel",
        "severity",
        "tier",
    ]
)
_COMPOSED = re.compile(r"(?:name|address|location|contact|detail|info)s?$")
_MAX_FIELDS = 25


@dataclass(frozen=True)
class Field:
    """One field of a list."""

    name: str
    values: tuple[str, ...] = ()
    optional: bool = False


@dataclass(frozen=True)
class FieldList:
    """What a statement lists about a thing."""

    owner: str
    fields: tuple[Field, ...]
    explicit: bool
    """The statement says table, columns or fields: the list is complete."""
    fact: str


def field_lists(fact: Fact, lexicon: Lexicon) -> Iterator[FieldList]:
    """Yield the field lists of a statement, explicit ones first."""
    explicit = list(_EXPLICIT.finditer(fact.text))
    for match in explicit:
        fields = split_fields(match["list"])
        if fields:
            yield FieldList(_own_name(match["name"], lexicon), fields, True, fact.id)
    if explicit:
        return
    defined = _defined(fact, lexicon)
    if defined is not None:
        yield defined
        return
    for match in _PARENTHESES.finditer(fact.text):
        if _SEARCH.search(fact.text[: match.start()]):
            continue
        fields = split_fields(match["list"])
        resolved = resolve(name_words(match["name"]), lexicon)
        before = fact.text[: match.start()]
        if _INDIRECT.search(before) and (owner := _owner_before(fact, before, lexicon)):
            yield FieldList(owner, fields, False, fact.id)
            continue
        if resolved is not None and _are_fields(fields, lexicon):
            yield FieldList(resolved.name, fields, False, fact.id)
    yield from _with_lists(fact, lexicon)


def _with_lists(fact: Fact, lexicon: Lexicon) -> Iterator[FieldList]:
    for match in _WITH.finditer(fact.text):
        owner = _owner_before(fact, fact.text[: match.start()], lexicon)
        if match.group().lower().startswith("for"):
            owner = _subject(fact.text[: match.start()], lexicon)
        fields = split_fields(match["list"])
        if _SEARCH.search(fact.text[: match.end()]):
            continue
        if owner and _are_fields(fields, lexicon):
            yield FieldList(owner, fields, False, fact.id)


def _subject(before: str, lexicon: Lexicon) -> str | None:
    """Return the first thing that the clause names: "a visit assigns a technician for a planned start"."""
    clause = re.split(r"[:;.]", before)[-1]
    named = (resolve(phrase.words, lexicon) for phrase in phrases(clause, lexicon))
    return next((found.name for found in named if found is not None), None)


def _owner_before(fact: Fact, before: str, lexicon: Lexicon) -> str | None:
    """Return what a list after "with" describes: the object of the deed, else the title's, else the last."""
    into = bool(_INTO.search(before))
    named = [(phrase, found) for phrase in phrases(before, lexicon) if (found := resolve(phrase.words, lexicon))]
    if into and named:
        return named[-1][1].name
    last = name_words(before)[-1:]
    if named and set(last) & _LINES:
        parts = (f"{named[0][1].name} {form}".replace("_", " ") for form in ("item", "line"))
        part = next((lexicon.names[name] for name in parts if name in lexicon.names), None)
        if part is not None:
            return part
    if named and _PASSIVE.search(before):
        return named[0][1].name
    done = [found.name for phrase, found in named if phrase.deed == "store"]
    if done:
        return done[0]
    for text in (fact.title or "", "" if named else fact.section[-1] if fact.section else ""):
        titled = [found for phrase in phrases(text, lexicon) if (found := resolve(phrase.words, lexicon))]
        if titled:
            return titled[-1].name
    return named[-1][1].name if named else None


def _defined(fact: Fact, lexicon: Lexicon) -> FieldList | None:
    """Read "Reading: value in kWh, measured at, quality (measured, estimated)"."""
    words = name_words(fact.title or "")
    if words and words[0] in lexicon.words("store") | lexicon.words("touch"):
        return None
    resolved = resolve(words, lexicon) if 0 < len(words) <= 3 else None
    if resolved is None:
        return None
    inner = re.fullmatch(r"[^():,]*\((?P<list>[^()]+)\)\.?|(?P<plain>[^.;]+)\.?", fact.text.strip())
    fields = split_fields((inner["list"] or inner["plain"]) if inner else "")
    headed = set(name_words(fact.section[-1])) if fact.section else set()
    in_data = bool(headed & lexicon.words("data_sections"))
    enough = len(fields) >= 2 and sum(bool(setting_of(field.name, lexicon)) for field in fields) * (
        3 if in_data else 2
    ) >= len(fields)
    return FieldList(resolved.name, fields, False, fact.id) if enough else None


def _are_fields(fields: tuple[Field, ...], lexicon: Lexicon) -> bool:
    """Whether most names look like properties rather than things or deeds."""
    known = sum(bool(setting_of(field.name, lexicon)) for field in fields)
    return len(fields) >= 2 and known >= max(2, (len(fields) + 1) // 2)


def split_fields(text: str) -> tuple[Field, ...]:
    """Split a list into fields; what cannot be a name is left out.

    >>> [field.name for field in split_fields("columns for user_id, e-mail address and status (open/closed)")]
    ['user_id', 'email_address', 'status']
    """
    found: dict[str, Field] = {}
    for part in _SPLIT.split(_LEAD.sub("", text.strip())):
        parsed = _field(part)
        if parsed is not None:
            found.setdefault(parsed.name, parsed)
    return tuple(found.values())[:_MAX_FIELDS]


def _field(part: str) -> Field | None:
    bracket = re.search(r"\(([^()]*)\)", part)
    plain = (
        _ENDING.sub("", re.sub(r"\([^()]*\)", " ", part))
        .strip(" .`*:\"'")
        .replace("e-mail", "email")
        .replace("E-mail", "email")
    )
    unit = _MEASURE.search(plain)
    words = [word for word in name_words(_UNIT.sub("", plain)) if word not in _DROPPED]
    if unit and words and words[-1] not in ("value", "amount"):
        words.append(unit[1].lower())
    while words and words[0] in ("of", "for"):
        words = words[1:]
    if set(words) & _BROKEN or words[-1:] == ["of"]:
        return None
    if not 0 < len(words) <= 4 or not words[0][0].isalpha() or any(len(word) > 25 for word in words):
        return None
    values = tuple(value.strip() for value in re.split(r"[,/|]|\bor\b", bracket[1])) if bracket else ()
    clean = tuple(value for value in values if re.fullmatch(r"[A-Za-z][\w -]{0,30}", value))
    return Field("_".join(words), clean if len(clean) == len(values) else (), "optional" in part.lower())


def _own_name(name: str, lexicon: Lexicon) -> str:
    stops = (
        lexicon.words("function_words") | lexicon.words("modifiers") | lexicon.words("other") | lexicon.words("store")
    )
    spaced = name.strip("`").split(" ")
    if len(spaced) > 1 and spaced[0].lower() in stops:
        spaced = spaced[1:]
    return singular_name(name_words(" ".join(spaced)), lexicon)


def read_fields(draft: Draft) -> None:
    """Give entities the fields that the documents list for them."""
    for fact in draft.brief.in_scope:
        if fact.kind in ("technology", "quantity"):
            continue
        stated = KINDS.match(fact.text) or any(clause.properties for clause in clauses_of(fact.text, draft.lexicon))
        for listed in field_lists(fact, draft.lexicon):
            if stated and not listed.explicit:
                continue
            entity = draft.find(listed.owner)
            if entity is None or entity.declared:
                continue
            for field in listed.fields:
                _place(draft, entity, field, listed)
            entity.listed = entity.listed or listed.explicit


def _place(draft: Draft, entity: EntityDraft, field: Field, listed: FieldList) -> None:
    name = _plain_name(field.name, entity)
    if name is None:
        return
    if name.endswith("_id") and draft.find(name.removesuffix("_id")) is None:
        _place_foreign(draft, entity, name, listed)
        return
    other = (
        draft.find(name.removesuffix("_id")) if name.endswith("_id") or not setting_of(name, draft.lexicon) else None
    )
    if other is not None and (other is not entity):
        draft.wanted.append((entity.name, name.removesuffix("_id"), other.name, listed.fact))
        return
    tail = draft.find(name.split("_")[-1]) if name.count("_") == 1 and not setting_of(name, draft.lexicon) else None
    if tail is not None and tail is not entity and not listed.explicit:
        draft.wanted.append((entity.name, name, tail.name, listed.fact))
        return
    if not listed.explicit and not setting_of(name, draft.lexicon) and len(name.split("_")) > 2:
        return
    values = tuple("_".join(name_words(value)) for value in field.values)
    free = setting_of(name, draft.lexicon).get("type", "short_text") == "short_text" and not _COMPOSED.search(name)
    is_enum = len(values) > 1 and (name.split("_")[-1] in _STATE_WORDS or free)
    counted = entity.kind == "event" and not is_enum and free and singular_name(name.split("_"), draft.lexicon) != name
    known = entity.attributes.get(name)
    if known is not None and known.facts:
        return
    entity.attributes[name] = attribute(
        name,
        entity.name,
        lexicon=draft.lexicon,
        facts=(listed.fact,),
        type="enum" if is_enum else "integer" if counted else None,
        values=values if is_enum else None,
        required=False if field.optional or _is_often_empty(name) else None,
    )


def _place_foreign(draft: Draft, entity: EntityDraft, name: str, listed: FieldList) -> None:
    """Keep a key of something that the documents do not describe: it is looked up elsewhere."""
    target = referred(draft, name.removesuffix("_id"), entity)
    if target is not None:
        draft.wanted.append((entity.name, name.removesuffix("_id"), target.name, listed.fact))
        return
    meaning = f"Identifier of the {human(name.removesuffix('_id'))}, which the documents do not describe."
    made = attribute(name, entity.name, lexicon=draft.lexicon, facts=(listed.fact,), type="big_integer")
    entity.attributes.setdefault(name, made.model_copy(update={"meaning": meaning}))


def _plain_name(name: str, entity: EntityDraft) -> str | None:
    """Return the column's name, or None for the entity's own surrogate key and for its list parts."""
    if name in ("id", f"{entity.name}_id", "uuid"):
        return None
    ranged = {"start": "starts_at", "start_time": "starts_at", "end": "ends_at", "end_time": "ends_at"}
    if name in ranged and entity.archetype is not None and ranged[name] in entity.archetype.range:
        return ranged[name]
    tail = entity.name.split("_")[-1]
    return None if name == f"{tail}_id" else name


def _is_often_empty(name: str) -> bool:
    return name.startswith("actual_") or name in (
        "description",
        "notes",
        "note",
        "comment",
        "bio",
        "avatar",
        "image",
        "photo",
        "website",
        "end_date",
        "completed_at",
        "middle_name",
    )
