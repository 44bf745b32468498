"""Large documents in pieces that fit a prompt, and the answers about the pieces put together again.

A piece is a Brief of its own: some of the statements in their order, all else as it was. Statements keep their
numbers, so an answer about a piece is an answer about the whole.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable, Iterable, Sequence
from typing import TypeVar

from database_specialist.agent.answers.requirements import RequirementsAnswer
from database_specialist.agent.model.base import Part
from database_specialist.agent.model.brief import Brief, Fact, Quantity
from database_specialist.agent.reading.listing import listed, mark_of, statements

CHARACTERS_PER_TOKEN = 3.5
_FIGURE = re.compile(r"N\d+")
_TERMS_SHOWN = 40
MAX_GAPS = 8
"""What the prompt allows one reader; several readers of one project get no more."""


def tokens(text: str) -> int:
    """Estimate the tokens of a text.

    >>> tokens("A customer books a room.")
    7
    """
    return int(len(text) / CHARACTERS_PER_TOKEN) + 1


def shards(brief: Brief, *, max_tokens: int) -> tuple[Brief, ...]:
    """Split the statements of a Brief into pieces of at most `max_tokens`.

    Pieces end where a section ends, the outermost sections first; only a section that is too long by itself is cut
    between its statements, and only a statement that is too long by itself exceeds the limit. Each piece lists the
    headings its statements stand under. A Brief that fits is returned as it is.
    """
    if _size(brief, brief.facts) <= max_tokens:
        return (brief,)
    pieces = _packed(brief, _groups(brief, brief.facts, 1, max_tokens), max_tokens)
    return tuple(_piece(brief, piece) for piece in pieces)


def about(brief: Brief, fact_ids: Iterable[str]) -> Brief:
    """Return the Brief of these statements, in its own order, with the figures that were read from them."""
    wanted = set(fact_ids)
    return _piece(brief, tuple(fact for fact in brief.facts if fact.id in wanted))


def halves(brief: Brief) -> tuple[Brief, ...]:
    """Cut a Brief in two between its statements; one of a single statement stays as it is."""
    middle = len(brief.facts) // 2
    return (_piece(brief, brief.facts[:middle]), _piece(brief, brief.facts[middle:])) if middle else (brief,)


def fitting(facts: Sequence[Fact], *, max_tokens: int, first: Callable[[Fact], int]) -> tuple[Fact, ...]:
    """Return as many statements as fit, in their order; of all those with the lowest `first` are taken first.

    Where all fit, all are returned. Headings count with every statement, so the listing is never longer.
    """
    left, taken = max_tokens, set()
    for fact in sorted(facts, key=first):
        left -= tokens(listed([fact]))
        if left < 0:
            break
        taken.add(fact.id)
    whole = tokens(listed(facts)) <= max_tokens
    return tuple(fact for fact in facts if whole or fact.id in taken)


def size(brief: Brief) -> int:
    """Estimate the tokens of all statements as a prompt lists them."""
    return _size(brief, brief.facts)


def terms_of(brief: Brief) -> str:
    """Quote the glossary's terms that the statements use, a line each: a piece keeps what its words mean."""
    text = " ".join(fact.text.lower() for fact in brief.facts)
    used = [term for term in brief.glossary if term.term.lower() in text]
    return marked("\n".join(f"{term.term}: {' '.join(term.meaning.split())}" for term in used[:_TERMS_SHOWN]))


def marked(text: str) -> str:
    """Put a text between two lines that it cannot hold; "none" where there is none."""
    mark = mark_of(text)
    return f"{mark}\n{text}\n{mark}" if text else "none"


def _size(brief: Brief, facts: Sequence[Fact]) -> int:
    return tokens(statements(brief.model_copy(update={"facts": tuple(facts)})))


def _groups(brief: Brief, facts: Sequence[Fact], depth: int, max_tokens: int) -> list[tuple[Fact, ...]]:
    """Return the facts in runs that fit: by the headings of this depth, else of the next, else cut anywhere."""
    if _size(brief, facts) <= max_tokens or len(facts) == 1:
        return [tuple(facts)]
    if depth > max(len(fact.section) for fact in facts):
        return _packed(brief, [(fact,) for fact in facts], max_tokens)
    runs: list[list[Fact]] = []
    for fact in facts:
        if runs and _heading(runs[-1][-1], depth) == _heading(fact, depth):
            runs[-1].append(fact)
        else:
            runs.append([fact])
    return [group for run in runs for group in _groups(brief, run, depth + 1, max_tokens)]


def _heading(fact: Fact, depth: int) -> tuple[str, ...]:
    """Name the section of this depth; documents never share one."""
    return (fact.span.file, *fact.section[:depth])


def _packed(brief: Brief, groups: Iterable[tuple[Fact, ...]], max_tokens: int) -> list[tuple[Fact, ...]]:
    """Join neighbouring groups as long as they fit together."""
    pieces: list[tuple[Fact, ...]] = []
    for group in groups:
        joined = (*pieces[-1], *group) if pieces else group
        if pieces and _size(brief, joined) <= max_tokens:
            pieces[-1] = joined
        else:
            pieces.append(group)
    return pieces


def _piece(brief: Brief, facts: tuple[Fact, ...]) -> Brief:
    """Return the Brief of these facts, with the figures that were read from them; what has no place stays in all."""
    held = {fact.id for fact in facts}
    figures = tuple(each for each in brief.quantities if _is_of(each, held))
    return brief.model_copy(update={"facts": facts, "quantities": figures})


def _is_of(quantity: Quantity, held: set[str]) -> bool:
    return not quantity.figure.facts or bool(held & set(quantity.figure.facts))


Element = TypeVar("Element", bound=Part)


def merged(answers: Sequence[RequirementsAnswer]) -> RequirementsAnswer:
    """Put the answers about the pieces of one Brief together, in the order of the pieces.

    Of what several say about the same thing the first stays, with the facts of all of them; gaps are taken in turns,
    because each reader put the most consequential first.
    """
    if len(answers) == 1:
        return answers[0]
    return RequirementsAnswer(
        # A piece's statements are its own, so no two readers correct the same one.
        corrections=tuple(each for answer in answers for each in answer.corrections),
        roles=_with_all_facts((each for answer in answers for each in answer.roles), lambda each: _name(each.name)),
        glossary=_with_all_facts(
            (each for answer in answers for each in answer.glossary), lambda each: _name(each.name)
        ),
        quantities=_first(
            (each for answer in answers for each in answer.quantities),
            lambda each: (each.metric, _name(each.subject), each.value, each.statistic, each.replaces),
        ),
        wrong=_wrong(answers),
        gaps=_first(_in_turns([answer.gaps for answer in answers]), lambda each: _name(each.question))[:MAX_GAPS],
        contradictions=_first(
            (each for answer in answers for each in answer.contradictions), lambda each: tuple(sorted(each.facts))
        ),
    )


def _wrong(answers: Sequence[RequirementsAnswer]) -> tuple[str, ...]:
    """Return what every reader who could see it calls wrong.

    Roles and terms are shown to all readers, and one who sees no statement about a role must not take it away from
    those who do. A figure belongs to one piece.
    """
    said = [name for answer in answers for name in dict.fromkeys(answer.wrong)]
    return tuple(name for name in dict.fromkeys(said) if _FIGURE.fullmatch(name) or said.count(name) == len(answers))


def _name(text: str) -> str:
    return " ".join(text.lower().replace("_", " ").split()).rstrip("?.")


def _first(elements: Iterable[Element], key: Callable[[Element], Hashable]) -> tuple[Element, ...]:
    held: dict[Hashable, Element] = {}
    for element in elements:
        held.setdefault(key(element), element)
    return tuple(held.values())


def _with_all_facts(elements: Iterable[Element], key: Callable[[Element], Hashable]) -> tuple[Element, ...]:
    """Keep the first of each name, standing on the facts of all of that name."""
    held: dict[Hashable, list[Element]] = {}
    for element in elements:
        held.setdefault(key(element), []).append(element)
    return tuple(same[0].model_copy(update={"facts": _facts(same)}) for same in held.values())


def _facts(same: Sequence[Part]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(fact for each in same for fact in getattr(each, "facts", ())))


def _in_turns(rows: Sequence[Sequence[Element]]) -> Iterable[Element]:
    longest = max((len(row) for row in rows), default=0)
    return (row[turn] for turn in range(longest) for row in rows if turn < len(row))
