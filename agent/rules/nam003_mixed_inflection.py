"""Half singular, half plural: every name must be looked up.

https://github.com/kristiandupont/schemalint
"""

from __future__ import annotations

from collections.abc import Iterator

from database_specialist.agent.model.relational import Schema
from database_specialist.agent.rules.rule import Objection, rule
from database_specialist.agent.rules.walk import singular, words

_UNCOUNTED = {
    (word,)
    for word in [
        "data",
        "metadata",
        "meta",
        "media",
        "criteria",
        "people",
        "children",
        "staff",
        "history",
        "outbox",
        "queue",
        "inventory",
        "equipment",
        "information",
        "feedback",
        "config",
    ]
}


@rule("NAM003", "info", "Singular and plural table names", owner="model_entities")
def mixed_inflection(schema: Schema) -> Iterator[Objection]:
    """Object to the tables in the minority, where four fifths or more agree. Words that tell nothing do not vote."""
    plural = [t.name for t in schema.tables if t.name.endswith("s") and singular(t.name) != t.name]
    single = [t.name for t in schema.tables if not t.name.endswith("s") and words(t.name)[-1:] not in _UNCOUNTED]
    few, many, word = (single, plural, "plural") if len(single) <= len(plural) else (plural, single, "singular")
    if few and len(many) >= 4 * len(few):
        for name in few:
            yield Objection(
                place=name,
                message=f"{name} stands out: {len(many)} of {len(schema.tables)} table names are {word}.",
                help=f"Rename {name} to its {word}.",
            )
