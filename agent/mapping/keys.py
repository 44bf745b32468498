"""Primary keys: which kind identifies the rows of each entity, and why."""

from __future__ import annotations

import re

from database_specialist.agent.mapping.ground import Ground, Key, Links
from database_specialist.agent.mapping.naming import is_key_attribute
from database_specialist.agent.mapping.types import KEY_TYPE, native_type, plain_type
from database_specialist.agent.model.entities import Attribute, Entity, EntityModel

_LEAVES_THE_DATABASE = re.compile(
    r"\boffline\b|\bpublic(ly)? (id|identifier|link|url)|\bexposed\b|\bunguessable\b|\bnot guessable\b"
    r"|\bmerged? (from|with)\b|\bsync(ed|hroni[sz]ed)? (from|between)\b|\bclient[- ]generated\b",
    re.IGNORECASE,
)

_WITHIN_OTHERS = ("association", "line_item", "weak")
_NATURAL = ("code", "slug", "short_text", "text", "email", "currency", "country", "language", "ip_address")
"""Types whose values can identify a row. A number called `id` is a surrogate by another name."""

_LONGEST_MYSQL_KEY = 191
"""Characters of utf8mb4 in a key that every InnoDB row format takes, and that still leaves room in a composite one."""


def choose_key(model: EntityModel, entity: Entity, links: Links) -> Key:
    """Return how the rows of an entity are identified; `links` are those of the model."""
    if entity.supertype is not None and model.entity(entity.supertype) is not None:
        return Key("shared", reason=entity.supertype)
    inside = entity.kind in _WITHIN_OTHERS and entity.name not in links.referred
    return (_composite(model, entity, links) if inside else None) or _single(entity)


def key_attribute(entity: Entity) -> Attribute | None:
    """Return the attribute that is the key itself, or None."""
    return next((each for each in entity.attributes if is_key_attribute(entity, each)), None)


def key_type(ground: Ground, entity: str) -> str:
    """Return the native type of an entity's key `id`, and so of each foreign key to it."""
    key = ground.keys[entity]
    found = ground.entities.get(entity)
    if key.kind == "shared" and found is not None and found.supertype is not None:
        return key_type(ground, found.supertype)
    if key.kind == "uuid":
        return plain_type("uuid", ground.engine)
    attribute = key_attribute(found) if found is not None else None
    if key.kind == "natural" and attribute is not None:
        longest = min(attribute.length or _LONGEST_MYSQL_KEY, _LONGEST_MYSQL_KEY)
        native = native_type(attribute, ground.engine)
        return f"varchar({longest})" if native.startswith("varchar") else native
    return KEY_TYPE[ground.engine]


def _single(entity: Entity) -> Key:
    attribute = key_attribute(entity)
    if attribute is None:
        words = _LEAVES_THE_DATABASE.search(entity.description)
        return Key("uuid", reason=words.group(0).lower()) if words else Key("identity")
    if attribute.type == "uuid":
        return Key("uuid", reason=f"attribute {attribute.name}")
    if attribute.type not in _NATURAL:
        words = _LEAVES_THE_DATABASE.search(f"{attribute.meaning} {entity.description}")
        return Key("uuid", reason=words.group(0).lower()) if words else Key("identity")
    return Key("natural", (attribute.name,), reason=attribute.name)


def _composite(model: EntityModel, entity: Entity, links: Links) -> Key | None:
    if key_attribute(entity) is not None:
        return None
    roles = {
        each.role: each
        for each in links.outgoing.get(entity.name, ())
        if each.cardinality == "many_to_one" and model.entity(each.target) is not None
    }
    required = {name for name, each in roles.items() if each.required and each.ownership != "independent"}
    if entity.kind == "association":
        return _pair(entity, required)
    owned = {name for name in required if roles[name].ownership == "owned"}
    return _within_owner(entity, owned, required)


def _within_owner(entity: Entity, owned: set[str], required: set[str]) -> Key | None:
    plain = {each.name for each in entity.attributes if each.required and each.generated is None}
    for candidate in entity.unique_sets:
        if len(candidate) > 1 and owned & set(candidate) and set(candidate) <= required | plain:
            ordered = sorted(candidate, key=lambda name: (name not in owned, candidate.index(name)))
            return Key("composite", tuple(ordered), reason="owner")
    return None


def _pair(entity: Entity, required: set[str]) -> Key | None:
    for candidate in entity.unique_sets:
        if len(candidate) > 1 and set(candidate) <= required:
            return Key("composite", candidate, reason="pair")
    if not entity.unique_sets and len(required) == 2:
        return Key("composite", tuple(sorted(required)), reason="pair")
    return None
