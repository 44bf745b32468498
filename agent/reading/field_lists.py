"""Tables that a document spells out field by field: in a table of columns, in a list of names, or in a sentence."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import groupby

from database_specialist.agent.model.base import Span
from database_specialist.agent.model.brief import DeclaredAttribute, DeclaredEntity
from database_specialist.agent.reading.blocks import Block
from database_specialist.agent.reading.statements import heading_title, section_scope, without_marks

_FIELD_HEADERS = ("field", "column", "attribute", "property", "field name", "column name", "attribute name")
_TYPE_HEADERS = ("type", "data type", "datatype", "sql type", "format")
_NOTE_HEADERS = ("description", "notes", "note", "comment", "constraints", "constraint", "details", "meaning")
_IDENTIFIER = re.compile(r"^[A-Za-z_][\w]{0,62}$")
_ITEM = re.compile(r"^(?P<name>[a-z_]\w{0,62})\s*(?:[:(\u2013\u2014-]\s*(?P<rest>.*))?$", re.DOTALL)
_STRUCTURE = re.compile(
    r"\b(?:tables?|schema|entity|entities|model|fields?|columns?|attributes?" r"|collection|record|structure)\b",
    re.IGNORECASE,
)
_SENTENCE = re.compile(
    r"\b(?:the |an? )?[`\"]?(?P<table>[a-z]\w{1,60})[`\"]? table\b[^.;:\n]{0,40}?\b(?:with"
    r"|have|has|having|needs?|includes?"
    r"|contains?)\s+(?:the\s+)?(?:columns?\s*:?\s*(?:for |of )?)?(?P<columns>[`\"]?\w+[`\"]?(?:\s*,\s*"
    r"(?:and\s+)?[`\"]?\w+[`\"]?"
    r"|\s+and\s+[`\"]?\w+[`\"]?){1,60})",
    re.IGNORECASE,
)


def read_field_lists(file: str, blocks: Sequence[Block]) -> Iterator[DeclaredEntity]:
    """Yield an entity for each table of columns, each list of fields and each sentence that names a table's columns."""
    kept = [block for block in blocks if section_scope(block.section) == "in"]
    for (kind, section), group in groupby(kept, key=lambda block: (block.kind, block.section)):
        members = list(group)
        name = _entity_name(section)
        if kind == "row" and name:
            yield from _entity(file, name, members, [_of_row(block) for block in members])
        elif kind == "item" and name and _STRUCTURE.search(section[-1]):
            yield from _entity(file, name, members, [_of_item(block) for block in members])
    for block in kept:
        if block.kind in ("item", "paragraph"):
            yield from _of_sentences(file, block)


def _entity_name(section: Sequence[str]) -> str:
    """Return the name of a table from the heading above its fields: "Audit log schema" -> "audit_log"."""
    if not section:
        return ""
    flat = re.split(r"[(/:]", heading_title(section[-1]).replace("`", ""))[0]
    words = re.findall(r"\w+", _STRUCTURE.sub(" ", flat))
    return "_".join(words) if 0 < len(words) <= 3 and _IDENTIFIER.match("_".join(words)) else ""


def _entity(
    file: str, name: str, blocks: Sequence[Block], fields: Sequence[DeclaredAttribute | None]
) -> Iterator[DeclaredEntity]:
    named = [field for field in fields if field is not None]
    # A list in which most items are no fields is prose that happens to begin with lower-case words.
    if len(named) < 3 or len(named) < 0.8 * len(fields):
        return
    unique = {field.name: field for field in reversed(named)}
    span = Span(file=file, line=blocks[0].line, end_line=max(blocks[0].line, blocks[-1].end_line))
    yield DeclaredEntity(name=name, origin="code", attributes=tuple(reversed(unique.values())), span=span)


def _of_row(block: Block) -> DeclaredAttribute | None:
    cells = {" ".join(without_marks(cell.header).lower().split()): without_marks(cell.text) for cell in block.cells}
    name = next((cells[header] for header in _FIELD_HEADERS if header in cells), "")
    if not _IDENTIFIER.match(name):
        return None
    type_ = next((cells[header] for header in _TYPE_HEADERS if cells.get(header)), None)
    note = next((cells[header] for header in _NOTE_HEADERS if cells.get(header)), None)
    said = f"{type_ or ''} {note or ''} {cells.get('key', '')}".lower()
    return DeclaredAttribute(
        name=name,
        type=type_,
        comment=note,
        primary_key=bool(re.search(r"\bpk\b|primary key", said)),
        unique=bool(re.search(r"\bunique\b", said)),
        required=True if re.search(r"\bnot null\b|\brequired\b", said) else None,
    )


def _of_item(block: Block) -> DeclaredAttribute | None:
    match = _ITEM.match(without_marks(block.text))
    if match is None:
        return None
    rest = (match.group("rest") or "").strip(" ()")
    return DeclaredAttribute(name=match.group("name"), comment=rest[:200] or None)


def _of_sentences(file: str, block: Block) -> Iterator[DeclaredEntity]:
    for match in _SENTENCE.finditer(block.text):
        names = [
            name
            for name in re.findall(r"\w+", match.group("columns"))
            if name.lower() not in ("and", "columns", "column")
        ]
        if len(names) < 2 or not any("_" in name for name in names):
            continue
        first = block.line + block.text.count("\n", 0, match.start())
        span = Span(file=file, line=first, end_line=first + match.group().count("\n"))
        attributes = tuple(DeclaredAttribute(name=name) for name in dict.fromkeys(names))
        yield DeclaredEntity(name=match.group("table"), origin="code", attributes=attributes, span=span)
