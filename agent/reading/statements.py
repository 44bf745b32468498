"""Atomic statements: blocks are split, freed of their marks and told their label, title, priority and scope."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from database_specialist.agent.model.brief import Priority, Scope
from database_specialist.agent.reading.blocks import Block, Cell, is_drawing
from database_specialist.agent.reading.sentences import split_sentences
from database_specialist.agent.reading.vocabulary import key_of, pattern, words

_KNOWN = "|".join(words("labels", "prefixes"))
_LABEL = re.compile(
    rf"^[\[(]?((?:(?i:{_KNOWN})[- ]?(?:[A-Z]{{1,5}}-?)?\d{{1,4}}(?:\.\d{{1,3}}){{0,3}}[a-z]?)"
    r"|[A-Z]{1,6}-(?:[A-Z]{1,6}-?)?\d{1,5}(?:\.\d{1,3}){0,2}[a-z]?(?=\s*[\])]?\s*[:.)|\u2013\u2014-]|$))\b[\])]?"
    r"\s*[:.)|\u2013\u2014-]{0,2}\s*"
)
_LABEL_ALONE = re.compile(r"^[\[(]?[A-Za-z]{0,8}[-_. ]?(?:[A-Za-z]{1,6}[-_]?)?\d{1,5}(?:\.\d{1,3}){0,3}[a-z]?[\])]?$")
_SEPARATOR = re.compile(r"^\s*(?::|\.(?=\s)|[\u2013\u2014]|-(?=\s)|->|\u2192)\s*")
_CHECK_BOX = re.compile(r"^\[([ xX])\]\s+")
_EMOJI = re.compile("[\U0001f000-\U0001faff\u2600-\u27bf\u2b00-\u2bff\ufe0f\u200d]")
_OUT_MARK = re.compile("^\\s*[\u274c\U0001f6ab\u26d4\u2716]")
_LATER_MARK = re.compile("^\\s*[\U0001f51c\u23f3\U0001f4c5\U0001f52e]")
_INLINE_PRIORITY = re.compile(
    r"[\[(]\s*(?:priority\s*[:=]?\s*)?(must(?:[ -]have)?|should(?:[ -]have)?|could(?:[ -]have)?|won'?t(?:[ -]have)?"
    r"|p[0-3]|high|medium|low|critical|nice[ -]to[ -]have|optional|mandatory|essential)(?:\s+priority)?\s*[\])]"
    r"|\bpriority\s*[:=]\s*(must|should|could|won'?t|p[0-3]|high|medium|low|critical)\b",
    re.IGNORECASE,
)
_STATED_PRIORITY = re.compile(
    r"\bpriority\s*[:=]\s*\*{0,2}(must(?: have)?|should(?: have)?|could(?: have)?"
    r"|won'?t(?: have)?|p[0-3]|high|medium|low|critical)\b",
    re.IGNORECASE,
)
_LAST_PRIORITY = re.compile(r"[.!]\s*[\[(](must|should|could|won'?t)(?:[ -]have)?[\])]\s*$", re.IGNORECASE)
_INLINE_LATER = re.compile(
    r"[\[(](?:planned|future|later|deferred|roadmap|backlog|stretch goal|post-mvp|not (?:yet )?in (?:the )?(?:mvp|v1)"
    r"|[^\])\n]{0,20}\b(?:phase|version|release|v)\s?[2-9][^\])\n]{0,20}"
    r"|(?:future|later|planned)[ -](?:phase|version|release|work|feature|enhancement|scope)s?)[\])]"
    r"|\b(?:in a (?:later|future) (?:phase|release|version)|in (?:phase|version"
    r"|release) [2-9]|(?:is|are) a v[2-9] feature|post-mvp"
    r"|planned for (?:phase [2-9]|later|the future|v[2-9]|a (?:future|later))"
    r"|deferred to (?:phase|version|v[2-9]|later|a))\b"
    r"|^(?:future|later)(?: \w+){0,2}:",
    re.IGNORECASE,
)
_INLINE_OUT = re.compile(
    r"\b(?:(?:is|are|remains?) (?:explicitly )?\*{0,2}out[ -]of[ -]scope|not"
    r" (?:in|part of the) scope|out[ -]of[ -]scope (?:for|in|of)"
    r"|will not be (?:built|supported|included|implemented)|is not (?:part of"
    r" this|planned for this) (?:project|release|version))\b"
    r"|[\[(]out[ -]of[ -]scope[\])]",
    re.IGNORECASE,
)
_ROMAN_OR_NUMBER = re.compile(r"^(?:\d{1,2}(?:\.\d{1,3}){0,4}\.?|[A-Z]\.|[IVX]{1,4}\.)\s+")


@dataclass(frozen=True)
class Statement:
    """One statement of a document, not yet numbered or classified."""

    text: str
    line: int
    end_line: int
    section: tuple[str, ...]
    form: str
    """"item", "paragraph", "row" or "heading"."""
    label: str | None = None
    title: str | None = None
    priority: Priority | None = None
    scope: Scope = "in"
    cells: tuple[Cell, ...] = ()


def read_statements(blocks: Sequence[Block]) -> Iterator[Statement]:
    """Yield the statements of a document, in order."""
    for index, block in enumerate(blocks):
        if block.kind == "row":
            yield from _of_row(block)
        elif block.kind == "heading":
            yield from _of_heading(block, blocks[index + 1] if index + 1 < len(blocks) else None)
        elif block.kind in ("item", "paragraph"):
            yield from _of_text(block)


def heading_title(heading: str) -> str:
    """Return a heading without its number and emoji."""
    return _ROMAN_OR_NUMBER.sub("", without_marks(heading)).strip(" :") or heading


def without_marks(text: str) -> str:
    """Return the text on one line, without check boxes, emoji and emphasis that was left over."""
    text = _CHECK_BOX.sub("", " ".join(text.split()))
    text = _EMOJI.sub("", text).replace("**", "").replace("__", "")
    return " ".join(text.split()).strip()


def take_label(text: str) -> tuple[str | None, str]:
    """Split "FR-P01: Create product" into the label and the rest."""
    match = _LABEL.match(text)
    return (match.group(1).replace(" ", "-"), text[match.end() :]) if match else (None, text)


def section_scope(section: Sequence[str]) -> Scope:
    """Return the scope that headings give; the innermost that says anything decides."""
    for title in reversed(section):
        flat = heading_title(title)
        if pattern("sections", "out").search(flat):
            return "out"
        if pattern("sections", "later").search(flat):
            return "later"
        if pattern("sections", "now").search(flat):
            return "in"
    return "in"


def _section_priority(section: Sequence[str]) -> Priority | None:
    for title in reversed(section):
        found = as_priority(re.sub(r"\(.*?\)", "", heading_title(title)))
        if found:
            return found
    return None


def as_priority(value: str) -> Priority | None:
    """Return the priority that a cell or a heading names."""
    flat = without_marks(value).strip(" .:()[]`")
    found = key_of("priorities", flat) or key_of("priorities", flat.split(" (")[0].split(" - ")[0])
    return found  # type: ignore[return-value]  # the keys of the table are the priorities


def _marked(text: str, raw: str, section: Sequence[str]) -> tuple[Scope, Priority | None, str]:
    """Return scope, priority, and the text without its inline priority."""
    scope = section_scope(section)
    if scope == "in" and (_OUT_MARK.match(raw) or _INLINE_OUT.search(text)):
        scope = "out"
    elif scope == "in" and (_LATER_MARK.match(raw) or _INLINE_LATER.search(text)):
        scope = "later"
    match = _INLINE_PRIORITY.search(text)
    if match is None:
        return scope, _section_priority(section), text
    rest = (text[: match.start()] + text[match.end() :]).strip()
    return scope, as_priority(match.group(1) or match.group(2)), " ".join(rest.split()) or text


def _of_heading(block: Block, following: Block | None) -> Iterator[Statement]:
    """A heading that bears a label is itself a requirement; others are only context."""
    label, rest = take_label(_ROMAN_OR_NUMBER.sub("", without_marks(block.text)))
    if label is None or not rest.strip():
        return
    scope, priority, text = _marked(rest, block.text, block.section)
    yield Statement(text, block.line, block.end_line, block.section, "heading", label, None, priority, scope)


def _of_text(block: Block) -> Iterator[Statement]:
    if block.has_children and block.text.rstrip().endswith(":") and len(block.text) < 80:
        return
    text, title, offset = _take_lead(block)
    shown = without_marks(text[:200])
    stated = _STATED_PRIORITY.search(block.text) or _LAST_PRIORITY.search(block.text)
    label, _ = take_label(title or shown)
    if title:
        title = take_label(title)[1].strip(" :") or None
    for start, sentence in split_sentences(text):
        if is_drawing(sentence):
            continue
        line = block.line + block.text.count("\n", 0, offset + start)
        end = line + sentence.count("\n")
        flat = without_marks(sentence)
        if label and start < 8 and not title:
            flat = take_label(flat)[1]
        scope, priority, flat = _marked(flat, block.text, block.section)
        if stated:
            priority = as_priority(stated.group(1))
        if any(character.isalnum() for character in flat) and not _is_priority(flat):
            yield Statement(flat, line, end, block.section, block.kind, label, title, priority, scope)


def _is_priority(text: str) -> bool:
    return bool(_STATED_PRIORITY.fullmatch(text.rstrip(".")) or _INLINE_PRIORITY.fullmatch(text))


def _take_lead(block: Block) -> tuple[str, str | None, int]:
    """Split a bold lead from its text; return the text, the title and the text's offset in the block."""
    if not block.lead:
        return block.text, None, 0
    at = block.text.find(block.lead)
    if at < 0:
        return block.text, None, 0
    end = at + len(block.lead)
    match = _SEPARATOR.match(block.text[end:])
    if match is None and not block.lead.endswith((":", ".")):
        return block.text, None, 0
    offset = end + (match.end() if match else 0)
    rest = block.text[offset:]
    if not any(character.isalnum() for character in rest):
        return block.text, None, 0
    return rest, without_marks(block.lead).strip(" :."), offset


def _of_row(block: Block) -> Iterator[Statement]:
    roles = column_roles([cell.header for cell in block.cells])
    chosen = {role: block.cells[index].text for role, index in roles.items() if index < len(block.cells)}
    label = _row_label(chosen.get("id", ""))
    title = without_marks(chosen.get("title", "")) or None
    text = without_marks(chosen.get("description", ""))
    others = [cell for index, cell in enumerate(block.cells) if index not in roles.values() or not chosen]
    if not text:
        text, title = _joined(others, title, roles, chosen)
    elif _pairs(others):
        text = f"{text.rstrip('.')}; {_pairs(others)}"
    scope, priority, text = _marked(text, block.text, block.section)
    priority = as_priority(chosen.get("priority", "")) or priority
    if scope == "in":
        scope = _cell_scope(chosen.get("scope", ""))
    base = Statement(text, block.line, block.end_line, block.section, "row", label, title, priority, scope, block.cells)
    for _, sentence in split_sentences(text):
        yield replace(base, text=sentence)


def _row_label(cell: str) -> str | None:
    flat = without_marks(cell)
    return flat.strip("[]()") if _LABEL_ALONE.match(flat) and not flat.isdigit() else None


def _joined(
    others: Sequence[Cell], title: str | None, roles: dict[str, int], chosen: dict[str, str]
) -> tuple[str, str | None]:
    """Return the text of a row that has no description column: its cells, each with its header."""
    pairs = _pairs(others)
    if not pairs:
        return title or "; ".join(chosen.values()), None
    return pairs, title


def _pairs(cells: Sequence[Cell]) -> str:
    said = [(without_marks(cell.header), without_marks(cell.text)) for cell in cells]
    return "; ".join(
        f"{header}: {text}" if header else text for header, text in said if text and text not in "-\u2013\u2014"
    )


def _cell_scope(value: str) -> Scope:
    flat = without_marks(value)
    found = key_of("scope_values", flat)
    return "later" if found == "later" else "out" if found == "out" else "in"


def column_roles(headers: Sequence[str]) -> dict[str, int]:
    """Return which column is the id, the title, the description, the priority and the scope of a row.

    The first column is the title when no header says otherwise.
    """
    flat = [" ".join(without_marks(header).lower().split()) for header in headers]
    roles: dict[str, int] = {}
    for role in ("id", "priority", "scope", "description", "title"):
        names = words("columns", role)
        for index, header in enumerate(flat):
            if header in names and index not in roles.values():
                roles[role] = index
                break
    if "title" not in roles and "description" not in roles:
        free = [index for index in range(len(flat)) if index not in roles.values()]
        if free:
            roles["title"] = free[0]
    return roles
