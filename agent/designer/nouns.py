"""Names and noun phrases: number, spelling, words of an identifier."""

from __future__ import annotations

import re
from collections.abc import Sequence

from database_specialist.agent.designer.knowledge import DEFAULT, Lexicon

_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_WORD = re.compile(r"[^\W_]+(?:'[^\W_]+)?")
_SIBILANT = re.compile(r"(?:s|x|z|ch|sh)$")


def name_words(name: str) -> tuple[str, ...]:
    """Split an identifier or a phrase into lower-case words.

    >>> name_words("OrderItem"), name_words("SKU code"), name_words("purchase-order_lines")
    (('order', 'item'), ('sku', 'code'), ('purchase', 'order', 'lines'))
    """
    return tuple(word.lower().removesuffix("'s").replace("'", "") for word in _WORD.findall(_CAMEL.sub(" ", name)))


def singular(word: str, lexicon: Lexicon = DEFAULT) -> str:
    """Return the singular of a lower-case word, or the word itself.

    >>> [singular(word) for word in ("categories", "boxes", "statuses", "people", "series", "classes", "invoices")]
    ['category', 'box', 'status', 'person', 'series', 'class', 'invoice']
    """
    if word in lexicon.irregular:
        return lexicon.irregular[word]
    if (
        word in lexicon.words("invariant")
        or len(word) < 4
        or not word.endswith("s")
        or word.endswith(("ss", "us", "is"))
    ):
        return word
    if word.endswith("ies"):
        return word[:-3] + "y"
    if word.endswith(("sses", "xes", "zzes", "ches", "shes")):
        return word[:-2]
    if word.endswith("oes"):
        return word[:-2]
    return word[:-1]


def plural(word: str, lexicon: Lexicon = DEFAULT) -> str:
    """Return the plural of a lower-case singular.

    >>> [plural(word) for word in ("category", "box", "status", "day", "person", "delivery", "staff")]
    ['categories', 'boxes', 'statuses', 'days', 'people', 'deliveries', 'staff']
    """
    for many, one in lexicon.irregular.items():
        if one == word:
            return many
    if word in lexicon.words("invariant"):
        return word
    if word.endswith("y") and word[-2:-1] not in "aeiou":
        return word[:-1] + "ies"
    if _SIBILANT.search(word):
        return word + "es"
    return word + "s"


def singular_name(words: Sequence[str], lexicon: Lexicon = DEFAULT) -> str:
    """Return the snake_case singular of a phrase: only its head carries the number.

    >>> singular_name(("order", "items")), singular_name(("goods", "receipts"))
    ('order_item', 'goods_receipt')
    """
    if not words:
        return ""
    head = singular(words[-1], lexicon)
    return "_".join((*words[:-1], lexicon.short_forms.get(head, head)))


def plural_name(name: str, lexicon: Lexicon = DEFAULT) -> str:
    """Return the plural of a snake_case singular.

    >>> plural_name("order_item"), plural_name("audit_history")
    ('order_items', 'audit_histories')
    """
    head, _, tail = name.rpartition("_")
    return f"{head}_{plural(tail, lexicon)}" if head else plural(tail, lexicon)


def comparable(name: str, lexicon: Lexicon = DEFAULT) -> str:
    """Return a name in one spelling and number, for comparing names of different writers.

    >>> comparable("OrganisationMembers") == comparable("organization_member")
    True
    """
    words = [singular(word, lexicon) for word in name_words(name)]
    return "_".join(lexicon.spelling.get(word, word) for word in (lexicon.short_forms.get(w, w) for w in words))


def human(name: str) -> str:
    """Return a snake_case name as words."""
    return name.replace("_", " ")


def article(name: str) -> str:
    """Return a name in words with its indefinite article.

    >>> article("order_item"), article("user"), article("invoice")
    ('an order item', 'a user', 'an invoice')
    """
    words = human(name)
    vowel = words[0] in "aeiou" and not re.match(r"(?:us[aeiou]|uni[^nm]|eu|one\b)", words)
    return f"{'an' if vowel else 'a'} {words}"


def sentence(text: str, limit: int = 160) -> str:
    """Return a statement cut to one line, for quoting."""
    line = " ".join(text.split())
    return line if len(line) <= limit else line[: limit - 1].rsplit(" ", 1)[0] + " ..."
