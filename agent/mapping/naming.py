"""The way from conceptual to physical names. Everybody who needs a name of the schema asks here."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Collection, Iterable
from functools import lru_cache

from database_specialist.agent.dialects.identifiers import reserved_words
from database_specialist.agent.model.base import Engine
from database_specialist.agent.model.entities import Attribute, Entity, EntityModel, Relationship

MAX_BYTES = 63
"""PostgreSQL's limit (NAMEDATALEN - 1); MySQL allows 64."""

_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_OTHER = re.compile(r"[^a-z0-9]+")
_BOUNDS = {"date_range": ("from", "until"), "timestamp_range": ("from", "until")}


@lru_cache(maxsize=65536)
def snake(name: str) -> str:
    """Write a name in snake_case ASCII.

    >>> snake("Delivery-Zone"), snake("lineNo"), snake("2nd")
    ('delivery_zone', 'line_no', 'n2nd')
    """
    folded = unicodedata.normalize("NFKD", _CAMEL.sub("_", name)).encode("ascii", "ignore").decode()
    plain = _OTHER.sub("_", folded.lower()).strip("_")
    if not plain:
        return "n" + _digest(name)
    return plain if plain[0].isalpha() else "n" + plain


def shorten(name: str) -> str:
    """Cut a name to the limit, with a hash of the whole at its end.

    >>> len(shorten("x" * 80)), shorten("orders_pkey")
    (63, 'orders_pkey')
    """
    if len(name.encode()) <= MAX_BYTES:
        return name
    return f"{name[: MAX_BYTES - 7]}_{_digest(name)}"


def constraint_name(table: str, parts: Iterable[str], suffix: str) -> str:
    """Name a constraint: `<table>_<parts>_<suffix>`.

    >>> constraint_name("orders", ["customer_id"], "fkey")
    'orders_customer_id_fkey'
    """
    words = [_OTHER.sub("_", part.lower()).strip("_") for part in parts]
    return shorten("_".join([table, *words, suffix] if suffix else [table, *words]))


def table_names(entity_model: EntityModel) -> dict[str, str]:
    """Return the table of each entity, by the entity's name."""
    names: dict[str, str] = {}
    taken: set[str] = set()
    for entity in entity_model.entities:
        if entity.name not in names:
            names[entity.name] = _unused(shorten(snake(entity.plural)), taken)
            taken.add(names[entity.name])
    return names


def table_name(entity_model: EntityModel, entity: str) -> str:
    """Return the table of an entity; KeyError when the model has no such entity."""
    return table_names(entity_model)[entity]


def column_name(
    entity_model: EntityModel, entity: str, attribute_or_role: str, *, engine: Engine = "postgresql"
) -> tuple[str, ...]:
    """Return the columns that an attribute, or a relationship's role, was mapped to.

    Two for a range on engines without range types; none for the role of a many-to-many relationship.
    A role wins over an attribute of the same name. KeyError when the entity has neither.
    """
    owner = next(each for each in entity_model.entities if each.name == entity)
    for relationship in entity_model.relationships:
        if relationship.source == entity and relationship.role == attribute_or_role:
            return () if relationship.cardinality == "many_to_many" else (role_column(relationship),)
    attribute = owner.attribute(attribute_or_role)
    if attribute is not None:
        return attribute_columns(owner, attribute, engine)
    raise KeyError(f"{entity}.{attribute_or_role}")


def attribute_columns(entity: Entity, attribute: Attribute, engine: Engine) -> tuple[str, ...]:
    """Return the columns of an attribute, in order."""
    if is_key_attribute(entity, attribute):
        return ("id",)
    name = _free_of_reserved(snake(attribute.name), entity)
    if attribute.type in _BOUNDS and engine != "postgresql":
        return tuple(shorten(f"{name}_{bound}") for bound in _BOUNDS[attribute.type])
    return (name,)


def role_column(relationship: Relationship) -> str:
    """Return the foreign-key column of a relationship's role."""
    return shorten(snake(relationship.role).removesuffix("_id") + "_id")


def is_key_attribute(entity: Entity, attribute: Attribute) -> bool:
    """Say whether an attribute states the entity's identity, and so is the column `id` itself."""
    name = snake(attribute.name)
    if name == "id":
        return True
    own = {f"{snake(entity.name)}_id", f"{snake(entity.name)}_uuid", "uuid", "guid"}
    if name not in own or any(snake(other.name) == "id" for other in entity.attributes):
        return False
    first = next(other for other in entity.attributes if snake(other.name) in own)
    return attribute == first and attribute.type in ("uuid", "integer", "big_integer")


def join_table_name(entity_model: EntityModel, relationship: Relationship, taken: Collection[str]) -> str:
    """Name the join table of a many-to-many relationship: `<source>_<targets>`, or `<source>_<role>`."""
    tables = table_names(entity_model)
    source, target = snake(relationship.source), tables[relationship.target]
    return _unused(shorten(f"{source}_{_plural_role(relationship, target)}"), taken)


def _plural_role(relationship: Relationship, target: str) -> str:
    role, singular = snake(relationship.role), snake(relationship.target)
    if role.endswith(singular):
        return role.removesuffix(singular) + target
    return role if role.endswith((target, "s")) else f"{role}_{target}"


def _unused(name: str, taken: Collection[str]) -> str:
    number, candidate = 2, name
    while candidate in taken:
        candidate, number = shorten(f"{name}_{number}"), number + 1
    return candidate


def _free_of_reserved(name: str, entity: Entity) -> str:
    # `end` becomes `trip_end`: a name that needs no quotes in anybody's SQL is worth the extra word.
    words = reserved_words("postgresql") | reserved_words("sqlite")
    if name not in words:
        return shorten(name)
    longer = shorten(f"{snake(entity.name)}_{name}")
    return longer if longer not in words else f"{name}_value"


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:6]
