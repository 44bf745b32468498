"""The designer's knowledge, read from the TOML files in `lexicon/`.

    archetypes.toml   kinds of things, their customary attributes and relations
    attributes.toml   what an attribute's name says about its type
    conventions.toml  what the field adds by custom, and its words in the documents
    stopwords.toml    words that never name a thing
    verbs.toml        what is done to things
    words.toml        plurals and spellings

A file of one's own in the same format extends or overrides them: see `extended`.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from importlib import resources
from types import MappingProxyType
from typing import Any

from database_specialist.agent.errors import ConfigError

_ATTRIBUTE = re.compile(r"^(?P<name>\w+)(?P<flags>[?*]*)(?:\s*:\s*(?P<type>\w+))?(?:\s*=\s*(?P<values>.+))?$")
_RELATION = re.compile(
    r"^(?P<role>\w+)\s*->\s*(?P<targets>[\w*]+(?:\s*\|\s*[\w*]+)*)(?P<flags>(?:\s+(?:\?|owned|independent|one))*)$"
)


@dataclass(frozen=True)
class AttributeSpec:
    """One customary attribute: `name?*: type = a | b`."""

    name: str
    required: bool = True
    unique: bool = False
    type: str | None = None
    values: tuple[str, ...] = ()


@dataclass(frozen=True)
class RelationSpec:
    """One customary relation: `role -> target | other ? owned`."""

    role: str
    targets: tuple[str, ...]
    required: bool = True
    ownership: str = "referenced"
    one: bool = False


@dataclass(frozen=True)
class Archetype:
    """A kind of thing that systems keep data about."""

    name: str
    plural: str | None = None
    synonyms: tuple[str, ...] = ()
    kind: str = "core"
    description: str = ""
    person: bool = False
    append_only: bool = False
    weak_evidence: bool = False
    """Its name is an everyday word: it counts only with strong signs."""
    attributes: tuple[AttributeSpec, ...] = ()
    relations: tuple[RelationSpec, ...] = ()
    keys: tuple[tuple[str, ...], ...] = ()
    states: tuple[str, ...] = ()
    range: tuple[str, ...] = ()
    parts: tuple[str, ...] = ()
    """Archetypes that come with it."""


@dataclass(frozen=True)
class Pattern:
    """What an attribute's name says about its values."""

    names: tuple[str, ...]
    settings: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Lexicon:
    """All of the designer's knowledge."""

    archetypes: Mapping[str, Archetype]
    patterns: tuple[Pattern, ...]
    conventions: Mapping[str, Any]
    word_sets: Mapping[str, frozenset[str]]
    irregular: Mapping[str, str]
    spelling: Mapping[str, str]
    short_forms: Mapping[str, str]

    @cached_property
    def names(self) -> Mapping[str, str]:
        """Every name and synonym, in words, with the archetype it stands for."""
        found: dict[str, str] = {}
        for archetype in self.archetypes.values():
            for name in (archetype.name.replace("_", " "), *archetype.synonyms):
                found.setdefault(name, archetype.name)
        return MappingProxyType(found)

    def words(self, name: str) -> frozenset[str]:
        """Return the word set of this name; an empty one when there is none."""
        return self.word_sets.get(name, frozenset())


def attribute_spec(text: str) -> AttributeSpec:
    """Read the notation of archetypes.

    >>> attribute_spec("status? = draft | final")
    AttributeSpec(name='status', required=False, unique=False, type='enum', values=('draft', 'final'))
    """
    match = _ATTRIBUTE.match(text)
    if match is None:
        raise ConfigError(f"lexicon: {text!r} is not an attribute; write name?*: type = a | b")
    values = tuple(value.strip() for value in (match["values"] or "").split("|") if value.strip())
    kind = match["type"] or ("enum" if values else None)
    return AttributeSpec(match["name"], "?" not in match["flags"], "*" in match["flags"], kind, values)


def relation_spec(text: str) -> RelationSpec:
    """Read the notation of archetypes.

    >>> relation_spec("order -> order | quote ? owned").targets
    ('order', 'quote')
    """
    match = _RELATION.match(text)
    if match is None:
        raise ConfigError(f"lexicon: {text!r} is not a relation; write role -> target | other ? owned")
    flags = match["flags"].split()
    ownership = next((flag for flag in flags if flag in ("owned", "independent")), "referenced")
    targets = tuple(target.strip() for target in match["targets"].split("|"))
    return RelationSpec(match["role"], targets, "?" not in flags, ownership, "one" in flags)


def read_lexicon(files: Mapping[str, str]) -> Lexicon:
    """Read a lexicon from TOML texts by their names ("archetypes", "attributes", ...)."""
    data = {name: tomllib.loads(text) for name, text in files.items()}
    word_sets: dict[str, frozenset[str]] = {}
    for section in ("stopwords", "verbs"):
        word_sets |= {name: frozenset(text.split()) for name, text in data.get(section, {}).items()}
    words = data.get("words", {})
    word_sets["invariant"] = frozenset(words.get("words", {}).get("invariant", "").split())
    return Lexicon(
        archetypes=MappingProxyType(
            {name: _archetype(name, body) for name, body in data.get("archetypes", {}).items()}
        ),
        patterns=tuple(_pattern(body) for body in data.get("attributes", {}).get("pattern", [])),
        conventions=MappingProxyType(data.get("conventions", {})),
        word_sets=MappingProxyType(word_sets),
        irregular=MappingProxyType(words.get("irregular", {})),
        spelling=MappingProxyType(words.get("spelling", {})),
        short_forms=MappingProxyType(words.get("short_forms", {})),
    )


def extended(lexicon: Lexicon, files: Mapping[str, str]) -> Lexicon:
    """Return the lexicon with more files read over it: entries of the same name replace, patterns come first."""
    more = read_lexicon(files)
    return replace(
        lexicon,
        archetypes=MappingProxyType({**lexicon.archetypes, **more.archetypes}),
        patterns=more.patterns + lexicon.patterns,
        conventions=MappingProxyType({**lexicon.conventions, **more.conventions}),
        word_sets=MappingProxyType(
            {**lexicon.word_sets, **{name: lexicon.words(name) | words for name, words in more.word_sets.items()}}
        ),
        irregular=MappingProxyType({**lexicon.irregular, **more.irregular}),
        spelling=MappingProxyType({**lexicon.spelling, **more.spelling}),
        short_forms=MappingProxyType({**lexicon.short_forms, **more.short_forms}),
    )


def _archetype(name: str, body: Mapping[str, Any]) -> Archetype:
    return Archetype(
        name=name,
        plural=body.get("plural"),
        synonyms=tuple(body.get("synonyms", ())),
        kind=body.get("kind", "core"),
        description=body.get("description", ""),
        person=body.get("person", False),
        append_only=body.get("append_only", False),
        weak_evidence=body.get("weak_evidence", False),
        attributes=tuple(attribute_spec(text) for text in body.get("attributes", ())),
        relations=tuple(relation_spec(text) for text in body.get("relations", ())),
        keys=tuple(tuple(key) for key in body.get("keys", ())),
        states=tuple(body.get("states", ())),
        range=tuple(body.get("range", ())),
        parts=tuple(body.get("parts", ())),
    )


def _pattern(body: Mapping[str, Any]) -> Pattern:
    return Pattern(tuple(body["names"]), MappingProxyType({k: v for k, v in body.items() if k != "names"}))


def _packaged() -> dict[str, str]:
    folder = resources.files("database_specialist.agent.designer").joinpath("lexicon")
    names = ("archetypes", "attributes", "conventions", "stopwords", "verbs", "words")
    return {name: folder.joinpath(f"{name}.toml").read_text("utf-8") for name in names}


DEFAULT = read_lexicon(_packaged())
"""The lexicon that comes with the product."""
