"""Finds the verbs of a requirement that do something, and tells them from nouns, adjectives and asides.

A sentence says what is done in its main clause. What stands in parentheses, after "that", "whose", "while" or
"because", in the list after "with", or after the colon that follows an object, describes the thing or the occasion,
and is no access of its own.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass

from database_specialist.agent.designer.queries.lexicon import lexicon, singular, stem

MODALS = frozenset({"can", "may", "must", "shall", "will", "should", "could", "cannot"})
OWN = frozenset({"own", "my", "their", "his", "her", "its", "your"})
DETERMINERS = frozenset(
    {"a", "an", "the", "all", "any", "each", "every", "new", "existing", "multiple", "several", "this", "these", *OWN}
)
_BEFORE_VERB = MODALS | {"to", "and", "or", ",", "i", "we", "be"}
_BREAKS = frozenset(".;:!?")
_BE = frozenset({"be", "is", "are", "was", "were", "been", "being", "get", "gets"})
_ADVERBS = frozenset({"also", "only", "then", "later", "automatically", "manually", "again", "always"})
_NEGATIONS = frozenset({"not", "never", "cannot", "no", "without", "nobody", "neither"})
_PREPOSITIONS = frozenset(
    {"of", "per", "in", "at", "on", "from", "with", "by", "without", "between", "as", "into", "under", "than", "for"}
)
_RELATIVE = frozenset({"that", "which", "who", "whose"})
_ADVERBIAL = frozenset({"where", "while", "when", "because", "if", "until", "unless", "whenever", "once"})
_LETTING = frozenset({"allow", "let", "enable", "help"})
_READS = frozenset({"list", "report", "search", "filter", "history", "view", "export", "available", "detail", "login"})
_NOMINAL = re.compile(
    r"(ation|ations|ment|ments|tion|tions|als?|ance|purchase|history|receipts?|delivery|registration)$"
)
_PARTICIPLE = re.compile(r"ed$")
# "An invoice may be paid in several payments" says how many there are, not what somebody does.
_SEVERAL = frozenset({"several", "multiple", "many", "more"})
_IRREGULAR_PARTICIPLES = frozenset(
    {"paid", "sent", "sold", "bought", "made", "written", "held", "left", "given", "found", "kept", "set", "put"}
)
_SCREENS = frozenset({"dashboard", "status", "detail", "details", "list", "page", "overview", "profile", "queue"})
# "A report shows ..." and "see a report of ...": the report is what is read.
_PRESENTS = frozenset(stem(word) for word in ("show", "display", "present", "list", "see", "view", "get"))
_ASKS_FOR = frozenset(stem(word) for word in ("generate", "view", "see", "run", "produce", "create", "get", "export"))


@dataclass(frozen=True)
class Action:
    """A verb at a place of the sentence."""

    stem: str
    intents: tuple[str, ...]
    start: int
    end: int
    is_passive: bool = False
    is_finite: bool = True
    """Whether it is a verb, not a noun made of one ("registration")."""


def is_sentence(words: Sequence[str]) -> bool:
    """Whether the words have a finite auxiliary: a feature's name ("Reviews and ratings") has none."""
    return any(word in MODALS or word in _BE for word in words)


def find_actions(words: Sequence[str], named: Set[int], makers: Set[str], title: int = 0) -> tuple[Action, ...]:
    """Return what the main clauses do; where they do nothing, what their relative clauses do.

    `named` are the places of stored things, `makers` the stems of their names; the first `title` words are a title.
    """
    aside = asides(words)
    found: list[Action] = []
    relative: list[Action] = []
    for place in range(len(words)):
        is_thing = place in named and _is_feature(words, place, title)
        action = None if is_thing or _is_negated(words, place) else _action(words, place, named, makers, found)
        opened = aside.get(place)
        if action is None or _is_listed(words, place, found, title):
            continue
        if opened is None or _is_listed_read(action, opened):
            found.append(action)
        elif opened in _RELATIVE and "create" in action.intents:
            relative.append(action)
    finite = [action for action in found if action.is_finite and action.intents != ("history",)]
    if any(action.intents == ("report",) for action in finite):
        finite = [action for action in finite if action.stem not in _PRESENTS]
    return tuple(finite or found or relative)


def _is_feature(words: Sequence[str], place: int, title: int) -> bool:
    """Tell the thing of a feature's name ("Event browsing", "Driver dashboard") from the verb that it also is."""
    after = words[place + 1] if place + 1 < len(words) else "."
    return place < title or after.endswith("ing") or bool(_NOMINAL.search(after)) or after in _SCREENS


def _is_listed(words: Sequence[str], place: int, found: Sequence[Action], title: int) -> bool:
    """Whether it stands after a colon that follows what is done: "report a visit: start, end, work report"."""
    start = next((i for i in range(place - 1, title, -1) if words[i] in ".;!?:"), 0)
    if start <= title or words[start] != ":":
        return False
    opening = next((i for i in range(start - 1, -1, -1) if words[i] in ".;!?"), 0)
    return any(opening <= action.start < start for action in found)


def asides(words: Sequence[str]) -> dict[int, str]:
    """Return the places that stand outside the main clauses, each with what opens its aside."""
    found: dict[int, str] = {}
    opened = ""
    for place, word in enumerate(words):
        if opened and _closes(opened, word, words, place):
            opened = ""
        if not opened and _opens(words, place):
            opened = word
        if opened:
            found[place] = opened
    return found


def _opens(words: Sequence[str], place: int) -> bool:
    word, after = words[place], words[place + 1] if place + 1 < len(words) else "."
    if word in ("(", "with") or word in _ADVERBIAL:
        return True
    if word == "to" and place and words[place - 1] == ",":
        return True
    if word in ("before", "after"):
        return after.endswith("ing")
    return word in _RELATIVE and stem(after) not in _LETTING


def _closes(opened: str, word: str, words: Sequence[str], place: int) -> bool:
    if opened == "(":
        return words[place - 1] == ")"
    if word in ".;!?":
        return True
    is_modal = word in MODALS and words[place - 1] not in _RELATIVE
    return (opened in _RELATIVE and (is_modal or word == ",")) or (opened in _ADVERBIAL and word == ",")


def _is_listed_read(action: Action, opened: str) -> bool:
    """Whether it is a way of reading that a list after "with" names: search "with filters for price"."""
    return opened == "with" and set(action.intents) <= {"filter", "report", "search"}


def _action(
    words: Sequence[str], place: int, named: Set[int], makers: Set[str], found: Sequence[Action]
) -> Action | None:
    word, vocabulary = words[place], lexicon()
    phrase = f"{stem(word)} {stem(words[place + 1])}" if place + 1 < len(words) else ""
    if phrase in vocabulary.phrases:
        return Action(stem(word), vocabulary.phrases[phrase], place, place + 2)
    intents = vocabulary.intents.get(stem(word), ())
    is_verb = _is_verb(words, place, found)
    if not intents and stem(word) in makers:
        intents = ("create",) if is_verb else ()
    if stem(word) == "report":
        intents = _of_report(words, place)
    elif not intents and place and words[place - 1] in MODALS and word not in ("be", "not", "also", "only"):
        intents = ("unknown",)
    if stem(word) in vocabulary.relations or (word == "free" and words[place + 1 : place + 2] in (["text"], ["form"])):
        return None
    if not intents or word in _BEFORE_VERB or word in DETERMINERS or (place in named and not is_verb):
        return None
    is_passive = _is_participle(word) and _has_auxiliary(words, place)
    if _is_participle(word) and not is_passive and not is_verb:
        return None
    if is_passive and _SEVERAL & set(words[place:]) and "may" in words[:place]:
        return None
    if not is_passive and not set(intents) <= _READS and _is_noun(words, place, found):
        return None
    is_finite = is_passive or is_verb or not _NOMINAL.search(word) or bool(set(intents) & _READS)
    return Action(stem(word), intents, place, place + 1, is_passive, is_finite)


def _is_participle(word: str) -> bool:
    return word in _IRREGULAR_PARTICIPLES or (bool(_PARTICIPLE.search(word)) and word not in ("feed", "need", "embed"))


def _has_auxiliary(words: Sequence[str], place: int) -> bool:
    before = [word for word in words[max(0, place - 4) : place] if word not in _ADVERBS]
    return bool(before) and (before[-1] in _BE or before[-1] == "been")


def _is_negated(words: Sequence[str], place: int) -> bool:
    return any(word in _NEGATIONS for word in _back_to_break(words, place, 3))


def _back_to_break(words: Sequence[str], place: int, size: int) -> Iterator[str]:
    for word in reversed(words[max(0, place - size) : place]):
        if word in _BREAKS or word == ",":
            return
        yield word


def _is_noun(words: Sequence[str], place: int, found: Sequence[Action]) -> bool:
    """Tell "the planned start", "end date" and "a change of state" from verbs."""
    before = words[place - 1] if place else "."
    after = words[place + 1] if place + 1 < len(words) else "."
    if words[place].endswith("ing") and before not in DETERMINERS:
        return False
    if before in DETERMINERS or before in _PREPOSITIONS or _is_participle(before):
        return True
    if after in ("date", "time", "dates", "times", "number", "status", "flag", "terms") and before not in _BEFORE_VERB:
        return True
    # In an enumeration a word is a verb only after other verbs: "browse, book and manage", but "name, file, size".
    return (
        before in (",", "and", "or")
        and bool(found)
        and not _is_coordinated(words, place, found)
        and (after not in DETERMINERS)
    )


def _is_verb(words: Sequence[str], place: int, found: Sequence[Action]) -> bool:
    """Tell the verb from the noun where an entity has the verb's name: "can order", "books a room"."""
    before = words[place - 1] if place else "."
    after = words[place + 1] if place + 1 < len(words) else "."
    if before in DETERMINERS or before in _PREPOSITIONS:
        return False
    if after in DETERMINERS:
        return True
    is_base = singular(words[place]) == words[place] and after not in _BREAKS and not _is_participle(words[place])
    if before in (",", "and", "or"):
        return is_base and _is_coordinated(words, place, found)
    return is_base and (before in _BEFORE_VERB or before in _BREAKS)


def _is_coordinated(words: Sequence[str], place: int, found: Sequence[Action]) -> bool:
    start = place
    while start and words[start - 1] in (",", "and", "or"):
        start -= 1
    return any(action.end == start for action in found)


def _of_report(words: Sequence[str], place: int) -> tuple[str, ...]:
    """Tell the report that adds up rows from the verb (to report a visit) and from a text (a work report)."""
    after = words[place + 1] if place + 1 < len(words) else "."
    before = words[max(0, place - 4) : place]
    if after in DETERMINERS:
        return ("create",)
    is_asked_for = any(stem(word) in _ASKS_FOR for word in before)
    return ("report",) if is_asked_for or not before or before[-1] in DETERMINERS | _BREAKS else ()
