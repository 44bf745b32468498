"""Candidates for entities: every sign of a thing that is stored, weighed."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from database_specialist.agent.designer.clauses import KINDS, Clause, bound_nouns, clauses_of
from database_specialist.agent.designer.fields import field_lists
from database_specialist.agent.designer.items import read_item
from database_specialist.agent.designer.knowledge import Lexicon
from database_specialist.agent.designer.nouns import comparable, name_words, singular_name
from database_specialist.agent.designer.phrases import Resolved, phrases, resolve
from database_specialist.agent.model.brief import Brief, Fact

_DECLARED_WEIGHT = {
    "sql": 20.0, "mermaid": 20.0, "dbml": 20.0, "prisma": 20.0, "graphql": 8.0, "json_schema": 8.0, "openapi": 6.0,
    "sql_fragment": 6.0, "code": 4.0,
}  # fmt: skip
_KIND_WEIGHT = {
    "functional": 1.0, "rule": 1.0, "data": 1.0, "compliance": 0.6, "quantity": 0.4, "role": 0.6, "glossary": 0.8,
    "technology": 0.1, "context": 0.25,
}  # fmt: skip
_DEED_WEIGHT = {"store": 1.0, "touch": 0.5, "relate": 1.0, "other": 0.3, "none": 0.2}
_MENTION_CAP = 4.0
_SHORT = 7
_REST = re.compile(r"\b(?:GET|POST|PUT|PATCH|DELETE)\s+(/[\w/:{}.*-]+)")
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
_CATALOG = re.compile(r"^(?:pg_|information_schema|sqlite_|mysql_|sys_)")
_PARTICIPLE = re.compile(r"(?:ed|able|ible|ing)$")
_VERSION = re.compile(r"^(?:v\d+|api|rest|me|admin|public|internal|\W*)$")
_REST_TEXT = re.compile(r"\b(?:GET|POST|PUT|PATCH|DELETE)\b(?:\s+/\S+)?")
_NAMED = re.compile(r"`?\b([A-Za-z]\w*(?: [A-Za-z]\w+)?)`? (?:tables?|entity|entities)\b|\b([a-z]+_[a-z_]+)`? rows?\b")
_IDENTIFIER = re.compile(r"(?<![\w./:-])([a-z]+(?:_[a-z]+)+s|[A-Z][a-z]+(?:[A-Z][a-z]+)+)(?![\w(./-])")
_FEATURE = re.compile(
    r"^(?:[\d.]+\s+)?(.+?)\s+"
    r"(?:management|tracking|administration|registration|processing|handling|creation|recording|scheduling|planning|ordering|module|catalogu?e|directory)$",
    re.I,
)
_DTO = re.compile(
    r"(?:Request|Response|Input|Payload|Dto|DTO|Body|Params|Query|Error|Props|Result|Filter|Args|Config|Page|List|Create|Update)$"
)


@dataclass
class Candidate:
    """One possible entity and the signs for it."""

    key: str
    archetype: str | None = None
    surfaces: Counter[str] = field(default_factory=Counter)
    signs: dict[tuple[str, str], float] = field(default_factory=dict)
    """(source, fact id) -> weight: a fact counts once for each source."""
    declared: bool = False

    @property
    def name(self) -> str:
        """The name that the documents use most."""
        return max(self.surfaces, key=lambda surface: (self.surfaces[surface], -len(surface), surface))

    @property
    def weight(self) -> float:
        """All signs together; plain mentions count up to a cap."""
        mentions = sum(weight for (source, _), weight in self.signs.items() if source == "mention")
        strong = sum(weight for (source, _), weight in self.signs.items() if source != "mention")
        return strong + min(mentions, _MENTION_CAP)

    @property
    def facts(self) -> tuple[str, ...]:
        """The facts behind it, strongest first, at most eight."""
        best: dict[str, float] = {}
        for (_, fact), weight in self.signs.items():
            if fact:
                best[fact] = best.get(fact, 0.0) + weight
        return tuple(sorted(best, key=lambda fact: (-best[fact], int(fact[1:])))[:8])


@dataclass(frozen=True)
class Sign:
    """One sign that something is stored."""

    resolved: Resolved
    source: str
    weight: float
    fact: str = ""


def find_candidates(brief: Brief, lexicon: Lexicon) -> dict[str, Candidate]:
    """Return the candidates by their comparable names, in the order they were first met."""
    found: dict[str, Candidate] = {}
    strange = _strangers(brief, lexicon)
    for sign in _signs(brief, lexicon):
        if sign.resolved.name in strange:
            sign = replace(sign, resolved=replace(sign.resolved, archetype=None))
        key = comparable(sign.resolved.name, lexicon)
        if sign.resolved.archetype and sign.resolved.name == sign.resolved.surface:
            key = sign.resolved.archetype
        candidate = found.setdefault(key, Candidate(key))
        candidate.archetype = candidate.archetype or sign.resolved.archetype
        vague = sign.resolved.archetype is not None and sign.resolved.name in lexicon.words("vague")
        candidate.surfaces[sign.resolved.archetype if vague and sign.resolved.archetype else sign.resolved.name] += (
            round(sign.weight * 10)
        )
        candidate.declared = candidate.declared or sign.source == "declared"
        place = (sign.source, sign.fact)
        candidate.signs[place] = max(candidate.signs.get(place, 0.0), sign.weight)
    return found


SCARCE = 12
"""Documents of so few statements are prompts: every word of them is about the data."""


def is_scarce(brief: Brief) -> bool:
    """Whether the documents are no more than a prompt."""
    return len(brief.in_scope) <= SCARCE


def is_about_data(fact: Fact, lexicon: Lexicon) -> float:
    """Weigh a fact by its kind and by the sections it stands in."""
    weight = _KIND_WEIGHT[fact.kind]
    heading = {word for title in fact.section[1:] for word in name_words(title)}
    if heading & lexicon.words("data_sections"):
        weight = max(weight, 1.0)
    elif heading & lexicon.words("sections") and not any("requirement" in title.lower() for title in fact.section):
        weight = min(weight, 0.25)
    return weight


def _signs(brief: Brief, lexicon: Lexicon) -> Iterator[Sign]:
    yield from _declared_signs(brief, lexicon)
    declared = {each.fact for each in brief.declared}
    for fact in brief.in_scope:
        if fact.id in declared:
            continue
        weight = 1.0 if is_scarce(brief) else is_about_data(fact, lexicon)
        yield from _fact_signs(fact, weight, lexicon)
    yield from _heading_signs(brief, lexicon)
    yield from _quantity_signs(brief, lexicon)


def _declared_signs(brief: Brief, lexicon: Lexicon) -> Iterator[Sign]:
    for declared in brief.declared:
        name = declared.name
        if declared.origin in ("openapi", "json_schema", "graphql", "code") and _DTO.search(name):
            continue
        if _CATALOG.match(name):
            continue
        resolved = resolve_name(name, lexicon)
        yield Sign(
            resolved,
            "declared" if declared.origin != "code" else "code",
            _DECLARED_WEIGHT[declared.origin],
            declared.fact or "",
        )


def resolve_name(name: str, lexicon: Lexicon) -> Resolved:
    """Take a declared name as it stands, only singular, and find the archetype behind it."""
    words = name_words(name)
    own = singular_name(words, lexicon)
    guess = resolve(words, lexicon)
    return Resolved(
        own,
        guess.archetype if guess else None,
        own if guess and guess.surface == own else (guess.surface if guess else own),
    )


def _properties(clause: Clause, lexicon: Lexicon) -> list[str]:
    """Return the names of what a clause gives its subject, one of each."""
    read = (read_item(item, lexicon) for item in clause.properties)
    return [item.name for item in read if item is not None]


def _strangers(brief: Brief, lexicon: Lexicon) -> frozenset[str]:
    """Return the stated things that only share their word with an archetype: a session in the field is no login."""
    told: dict[str, set[str]] = {}
    for fact in brief.in_scope:
        for clause in clauses_of(fact.text, lexicon):
            told.setdefault(clause.subject, set()).update(_properties(clause, lexicon))
    found = set()
    for name, properties in told.items():
        archetype = lexicon.archetypes.get(lexicon.names.get(name.replace("_", " "), ""))
        if archetype is None or len(properties) < 3:
            continue
        customary = {spec.name for spec in archetype.attributes} | {spec.role for spec in archetype.relations}
        if archetype.kind != "core" and not customary & properties:
            found.add(name)
    return frozenset(found)


def _stated_signs(fact: Fact, lexicon: Lexicon) -> Iterator[Sign]:
    """A thing that a clause says what it has is kept."""
    if fact.kind == "technology":
        return
    for clause in clauses_of(fact.text, lexicon):
        number = len(_properties(clause, lexicon))
        if number:
            yield Sign(resolve_name(clause.subject, lexicon), "subject", 8.0 if number > 1 else 4.0, fact.id)
    for name in bound_nouns(fact.text, lexicon):
        yield Sign(resolve_name(name, lexicon), "subject", 4.0, fact.id)


def _without_lists(fact: Fact, lexicon: Lexicon) -> str:
    """Return a statement without the lists of what things have: a property is no sign of a thing."""
    text = fact.text
    if KINDS.match(text):
        return ""
    for clause in clauses_of(text, lexicon):
        for item in clause.properties:
            text = text.replace(item, " ; ", 1)
    text = re.sub(r"\b(?:attach|upload|add)\w* [a-z]+s and [a-z]+s to\b", " to ", text) if text != fact.text else text
    return re.sub(r"^[\w ]+ and [\w ]+ together (?=(?:is|are) unique)", " ", text, flags=re.I)


def _fact_signs(fact: Fact, weight: float, lexicon: Lexicon) -> Iterator[Sign]:
    yield from _stated_signs(fact, lexicon)
    yield from _title_signs(fact, weight, lexicon)
    yield from _named_signs(fact, weight, lexicon)
    if any(listed.explicit for listed in field_lists(fact, lexicon)):
        yield from _field_signs(fact, lexicon)
        return
    yield from _rest_signs(fact, lexicon)
    if fact.kind not in ("technology", "quantity"):
        yield from _field_signs(fact, lexicon)
    yield from _identifier_signs(fact, weight, lexicon)
    is_bullet = not fact.title and len(fact.text.split()) <= _SHORT and weight >= 0.8
    if is_bullet:
        yield from _bullet_signs(fact, lexicon)
    for phrase in phrases(_REST_TEXT.sub(" ", _without_lists(fact, lexicon)), lexicon):
        resolved = resolve(phrase.words, lexicon)
        if resolved is None:
            continue
        if phrase.described:
            if resolved.archetype is None:
                continue
            value = 0.2
        else:
            value = max(_DEED_WEIGHT[phrase.deed], 0.7 if is_bullet and resolved.archetype else 0.0)
            if resolved.archetype is None and phrase.deed in ("none", "other", "relate"):
                value = 0.1
        yield Sign(resolved, "mention", value * weight, fact.id)


def _bullet_signs(fact: Fact, lexicon: Lexicon) -> Iterator[Sign]:
    """A short bullet of a feature list: "Organization management"."""
    feature = _FEATURE.match(fact.text.strip(" ."))
    for part in re.split(r"\s*(?:,|&|/|\band\b)\s*", feature[1]) if feature else ():
        words = name_words(part)
        resolved = resolve(words, lexicon) if 0 < len(words) <= 3 else None
        if resolved is not None:
            yield Sign(resolved, "feature", 2.0, fact.id)


def _title_signs(fact: Fact, weight: float, lexicon: Lexicon) -> Iterator[Sign]:
    if not fact.title or weight < 0.3:
        return
    feature = _FEATURE.match(fact.title.strip())
    if feature:
        for part in re.split(r"\s*(?:,|&|/|\band\b)\s*", feature[1]):
            resolved = resolve(name_words(part), lexicon)
            if resolved:
                yield Sign(resolved, "feature", 2.5, fact.id)
        return
    in_data = in_data_section(fact, lexicon)
    for part in re.split(r"\s*(?:/|,|&)\s*", fact.title):
        for phrase in phrases(_CAMEL.sub(" ", part), lexicon):
            resolved = resolve(phrase.words, lexicon)
            if resolved is None:
                continue
            alone = len(phrase.words) == len(name_words(part))
            if in_data and alone:
                value = 3.0
            else:
                value = 2.0 if phrase.deed == "store" else 1.5 if alone and (resolved.archetype or fact.label) else 0.3
            yield Sign(resolved, "title", value * min(1.0, weight), fact.id)


def in_data_section(fact: Fact, lexicon: Lexicon) -> bool:
    """Whether the heading above says that a list of stored things follows: "Domain entities"."""
    words = name_words(fact.section[-1]) if fact.section else ()
    return 0 < len(words) <= 6 and bool(set(words) & lexicon.words("data_sections"))


def _identifier_signs(fact: Fact, weight: float, lexicon: Lexicon) -> Iterator[Sign]:
    """Names that stand in the text as they stand in code: "order_items", "OrderItem"."""
    for match in _IDENTIFIER.finditer(fact.text if not fact.title else f"{fact.title} ; {fact.text}"):
        words = name_words(match[1])
        is_name = "_" in match[1] and singular_name(words, lexicon) != "_".join(words)
        resolved = resolve(words, lexicon)
        if resolved is None or (not is_name and resolved.archetype is None) or _DTO.search(match[1]):
            continue
        exact = resolved.archetype is not None and resolved.surface == singular_name(words, lexicon)
        yield Sign(resolve_name(match[1], lexicon), "identifier", 1.2 if exact or is_name else 0.6, fact.id)


def _named_signs(fact: Fact, weight: float, lexicon: Lexicon) -> Iterator[Sign]:
    for match in _NAMED.finditer(fact.text):
        words = name_words(match[1] or match[2])
        if _CATALOG.match("_".join(words)):
            continue
        stops = (
            lexicon.words("function_words")
            | lexicon.words("store")
            | lexicon.words("other")
            | lexicon.words("modifiers")
        )
        spaced = (match[1] or "").split(" ")
        if len(spaced) == 2 and spaced[0].lower() in stops:
            words = name_words(spaced[1])
        if len(words) == 1 and words[0] in stops:
            continue
        if "_" in (match[2] or spaced[-1]) and weight >= 0.2:
            yield Sign(resolve_name("_".join(words), lexicon), "table", 4.5, fact.id)
            continue
        if (
            words
            and words[-1] not in lexicon.words("heads")
            and words[-1] not in stops
            and not _PARTICIPLE.search(words[-1])
        ):
            yield Sign(resolve_name("_".join(words), lexicon), "named", 4.0 if weight >= 0.25 else 1.0, fact.id)


def _field_signs(fact: Fact, lexicon: Lexicon) -> Iterator[Sign]:
    if KINDS.match(fact.text):
        return
    for listed in field_lists(fact, lexicon):
        words = listed.owner.split("_")
        resolved = resolve_name(listed.owner, lexicon) if listed.explicit else resolve(words, lexicon)
        if resolved is not None:
            yield Sign(resolved, "fields", 8.0 if listed.explicit else 2.0, fact.id)


def _rest_signs(fact: Fact, lexicon: Lexicon) -> Iterator[Sign]:
    for match in _REST.finditer(fact.text):
        for name, value in rest_resources(match[1], match.group().split()[0], lexicon):
            yield Sign(name, "rest", value, fact.id)


def rest_resources(path: str, verb: str, lexicon: Lexicon) -> list[tuple[Resolved, float]]:
    """Return the resources of a path with their weights: plural segments, and those followed by a parameter."""
    segments = [segment for segment in path.strip("/").split("/") if segment and not _VERSION.match(segment)]
    found: list[tuple[Resolved, float]] = []
    for position, segment in enumerate(segments):
        if segment.startswith((":", "{")) or "." in segment:
            continue
        words = name_words(segment)
        following = segments[position + 1] if position + 1 < len(segments) else ""
        if not words or words[-1] in lexicon.words("store") - {
            "orders",
            "posts",
            "files",
            "records",
            "logs",
            "returns",
            "invoices",
            "reports",
            "likes",
            "follows",
            "requests",
            "books",
            "refunds",
        }:
            continue
        resolved = resolve(words, lexicon)
        is_plural = singular_name(words, lexicon) != "_".join(words)
        if resolved is None or (not is_plural and resolved.archetype is None):
            continue
        value = 1.5 if following.startswith((":", "{")) else 1.0 if verb == "POST" and not following else 0.6
        found.append((resolved, value if is_plural else value / 2))
    return found


def _heading_signs(brief: Brief, lexicon: Lexicon) -> Iterator[Sign]:
    """Headings of feature modules: "4.3 Work Order Management"."""
    seen: set[str] = set()
    for fact in brief.in_scope:
        for depth, title in enumerate(fact.section):
            if title in seen or depth == 0 or is_about_data(fact, lexicon) < 0.5:
                continue
            seen.add(title)
            yield from _one_heading(title, fact.id, lexicon)


def _one_heading(title: str, fact_id: str, lexicon: Lexicon) -> Iterator[Sign]:
    plain = re.sub(r"^[\d.]+\s*[-:)]?\s*", "", title).strip()
    feature = _FEATURE.match(plain)
    for part in re.split(r"\s*(?:,|&|/|\band\b)\s*", feature[1] if feature else plain):
        words = name_words(part)
        resolved = resolve(words, lexicon) if 0 < len(words) <= 4 else None
        known = lexicon.archetypes.get(resolved.archetype or "") if resolved else None
        plain_name = known is not None and not known.weak_evidence and len(words) <= 2
        if resolved and (feature or plain_name):
            yield Sign(resolved, "heading", 2.5 if feature else 1.5, fact_id)


def _quantity_signs(brief: Brief, lexicon: Lexicon) -> Iterator[Sign]:
    for quantity in brief.quantities:
        if quantity.metric in ("rows", "rows_per_period") and quantity.figure.origin == "given":
            resolved = resolve(name_words(quantity.subject), lexicon)
            if resolved:
                yield Sign(resolved, "volume", 1.5, quantity.figure.facts[0] if quantity.figure.facts else "")


def fold(found: dict[str, Candidate], lexicon: Lexicon, *, keep: float) -> dict[str, Candidate]:
    """Fold weak compounds into their heads: "delivery order" seen once is an order."""
    for key in list(found):
        candidate = found[key]
        head = candidate.archetype
        strong = sum(
            weight
            for (source, _), weight in candidate.signs.items()
            if source in ("fields", "named", "rest", "subject")
        )
        if head is None or head == key or candidate.declared or strong >= keep:
            continue
        if candidate.weight >= keep and len(candidate.facts) > 1:
            continue
        target = found.setdefault(head, Candidate(head, head))
        for place, weight in candidate.signs.items():
            target.signs[place] = max(target.signs.get(place, 0.0), weight * 0.7)
        if not target.surfaces:
            target.surfaces[head] += 1
        del found[key]
    return found


def texts(facts: Iterable[Fact]) -> Sequence[tuple[str, str]]:
    """Return (fact id, title and text) of facts."""
    return [(fact.id, f"{fact.title}: {fact.text}" if fact.title else fact.text) for fact in facts]
