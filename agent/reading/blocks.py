"""Blocks of a document: what stands on which lines, under which headings.

    Markdown or text -> tokens (markdown-it) -> heading | item | paragraph | row | fence

A block knows its section path and, in a nested list, the items above it. Text keeps one line feed for each line
of the source, so that a sentence inside a block can be placed on its own line.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from markdown_it import MarkdownIt
from markdown_it.token import Token

BlockKind = Literal["heading", "item", "paragraph", "row", "fence"]

_TAG = re.compile(r"<(?:!--[^>]{0,2000}-->|/?[A-Za-z][A-Za-z0-9-]{0,20}(?:\s[^<>]{0,500})?/?>)")
_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)
_DRAWING = re.compile("[\u2190-\u21ff\u2500-\u259f\u25a0-\u25ff|+\\-_=<>^v/\\\\\\s.:*#~]")
_ABOVE_LIST = 8
_LEAD_IN = re.compile(r"(?:[\w/&'-]+ ){0,4}[\w/&'-]+:\Z")
_BARE_HEADING = re.compile(r"^(?:\[([^\[\]\n]{2,80})\]|([A-Z][A-Z0-9 &/,()'-]{3,60}):?)$")


@dataclass(frozen=True)
class Cell:
    """A cell of a table with its column's header."""

    header: str
    text: str


@dataclass(frozen=True)
class Block:
    """A piece of a document that is read as one."""

    kind: BlockKind
    text: str
    line: int
    end_line: int
    section: tuple[str, ...] = ()
    depth: int = 0
    """Nesting of a list item, from 1; level of a heading."""
    lead: str = ""
    """The bold words that open the block."""
    info: str = ""
    """The info string of a fence."""
    cells: tuple[Cell, ...] = ()
    ordered: bool = False
    has_children: bool = False


@dataclass
class _Reader:
    """Walks over the tokens of one document and collects its blocks."""

    blocks: list[Block] = field(default_factory=list)
    headings: list[tuple[int, str]] = field(default_factory=list)
    parents: list[str] = field(default_factory=list)
    ordered: list[bool] = field(default_factory=list)
    header: list[str] = field(default_factory=list)
    cells: list[str] = field(default_factory=list)
    row: tuple[int, int] = (0, 1)
    in_head: bool = False
    list_follows: bool = False
    """Whether a list or a table comes right after the paragraph that is read."""

    @property
    def section(self) -> tuple[str, ...]:
        return tuple(text for _, text in self.headings) + tuple(parent for parent in self.parents[:-1] if parent)

    def add_heading(self, text: str, level: int, span: tuple[int, int]) -> None:
        text = " ".join(text.split()).strip(" :#")
        if not text:
            return
        self.headings = [entry for entry in self.headings if entry[0] < level]
        outer = tuple(title for _, title in self.headings)
        self.blocks.append(Block("heading", text, span[0] + 1, span[1], outer, level))
        self.headings.append((level, text))

    def add_text(self, token: Token) -> None:
        start, end = token.map or (0, 1)
        text, lead = _inline(token.children or [])
        if not text.strip() or is_drawing(text):
            return
        if not self.parents:
            self._add_paragraph(text, lead, start, end)
            return
        first = not self.parents[-1]
        kind: BlockKind = "item" if first else "paragraph"
        block = Block(kind, text, start + 1, end, self.section, len(self.parents), lead, ordered=self.ordered[-1])
        if first:
            self.parents[-1] = (lead or " ".join(text.split())).strip(" :")[:80]
        self.blocks.append(block)

    def _add_paragraph(self, text: str, lead: str, start: int, end: int) -> None:
        title = _bare_heading(text, lead)
        # The words above a list belong to that list only: the next paragraph is no longer under them.
        self.headings = [entry for entry in self.headings if entry[0] < _ABOVE_LIST]
        if title:
            self.add_heading(title, 7, (start, end))
        elif self.list_follows and _LEAD_IN.match(text):
            self.add_heading(text, _ABOVE_LIST, (start, end))
        else:
            self.blocks.append(Block("paragraph", text, start + 1, end, self.section, 0, lead))

    def add_row(self) -> None:
        cells = [" ".join(cell.split()) for cell in self.cells]
        if self.in_head:
            self.header = cells
        elif any(cells):
            pairs = tuple(
                Cell(self.header[index] if index < len(self.header) else "", cell) for index, cell in enumerate(cells)
            )
            text = "; ".join(cell for cell in cells if cell)
            self.blocks.append(Block("row", text, self.row[0] + 1, self.row[1], self.section, cells=pairs))
        self.cells = []


def read_blocks(text: str) -> tuple[Block, ...]:
    """Return the blocks of a Markdown or plain-text document, in order."""
    reader = _Reader()
    # Indented code is a list gone astray far more often than it is code.
    parser = MarkdownIt("commonmark", {"maxNesting": 30}).enable("table").disable("code")
    open_heading = 0
    in_row = False
    tokens = parser.parse(text)
    for index, token in enumerate(tokens):
        following = tokens[index + 2].type if index + 2 < len(tokens) else ""
        reader.list_follows = following in ("bullet_list_open", "ordered_list_open", "table_open")
        if token.type == "heading_open":
            open_heading = int(token.tag[1:])
        elif token.type == "heading_close":
            open_heading = 0
        elif token.type in ("list_item_open", "list_item_close", "bullet_list_open", "ordered_list_open"):
            _move_in_list(reader, token)
        elif token.type in ("bullet_list_close", "ordered_list_close"):
            reader.ordered.pop()
        elif token.type in ("thead_open", "thead_close"):
            reader.in_head = token.type == "thead_open"
        elif token.type == "tr_open":
            in_row, reader.row = True, _lines(token)
        elif token.type == "tr_close":
            in_row = False
            reader.add_row()
        elif token.type == "inline":
            _take_inline(reader, token, open_heading, in_row)
        elif token.type == "fence":
            start, end = _lines(token)
            reader.blocks.append(Block("fence", token.content, start + 1, end, reader.section, info=token.info.strip()))
        elif token.type == "html_block":
            reader.blocks.extend(_html_paragraphs(token, reader.section))
    return _mark_parents(reader.blocks)


def _lines(token: Token) -> tuple[int, int]:
    start, end = token.map or (0, 1)
    return start, max(end, start + 1)


def _move_in_list(reader: _Reader, token: Token) -> None:
    if token.type == "list_item_open":
        reader.parents.append("")
    elif token.type == "list_item_close":
        reader.parents.pop()
    else:
        # A bold line above a list is its heading; the list's own items are not.
        reader.ordered.append(token.type == "ordered_list_open")


def _take_inline(reader: _Reader, token: Token, open_heading: int, in_row: bool) -> None:
    if in_row:
        reader.cells.append(_inline(token.children or [])[0])
    elif open_heading:
        reader.add_heading(_inline(token.children or [])[0], open_heading, _lines(token))
    else:
        reader.add_text(token)


def _inline(children: Sequence[Token]) -> tuple[str, str]:
    """Return the text without marks, and the bold words that open it."""
    parts: list[str] = []
    lead: list[str] = []
    strong = 0
    opening = True
    for token in children:
        strong += (token.type == "strong_open") - (token.type == "strong_close")
        piece = _piece(token)
        if strong and opening:
            lead.append(piece)
        elif piece.strip() and not _is_mark(piece):
            opening = False
        parts.append(piece)
    return "".join(parts), " ".join("".join(lead).split())


def _piece(token: Token) -> str:
    if token.type in ("text", "code_inline"):
        return token.content
    if token.type in ("softbreak", "hardbreak"):
        return "\n"
    if token.type == "html_inline":
        return "; " if token.content.lower().startswith("<br") else ""
    if token.type == "image":
        return ""
    return ""


def _is_mark(piece: str) -> bool:
    """Whether a piece holds only a check box, an emoji or punctuation, which may stand before a bold lead."""
    return not any(character.isalnum() for character in piece.replace("[x]", "").replace("[X]", ""))


def _bare_heading(text: str, lead: str) -> str:
    """Return the title when a paragraph is a heading in all but name: all bold, `[In brackets]` or IN CAPITALS."""
    flat = " ".join(text.split())
    if "\n" in text or len(flat) > 90:
        return ""
    if lead and flat.strip(" :") == lead.strip(" :"):
        return lead
    match = _BARE_HEADING.match(flat)
    return (match.group(1) or match.group(2)).capitalize() if match else ""


def is_drawing(text: str) -> bool:
    """Whether a text is an ASCII drawing: boxes, arrows and rules rather than words."""
    marks = len(_DRAWING.findall(text)) - text.count(" ")
    dense = len(text) - text.count(" ")
    return dense > 8 and marks > 0.5 * dense


def _html_paragraphs(token: Token, section: tuple[str, ...]) -> Iterator[Block]:
    start, _ = _lines(token)
    content = _COMMENT.sub(lambda match: "\n" * match.group().count("\n"), token.content)
    for offset, line in enumerate(content.split("\n")):
        text = html.unescape(_TAG.sub(" ", line)).strip()
        if text:
            yield Block("paragraph", text.replace("\n", " "), start + offset + 1, start + offset + 1, section)


def _mark_parents(blocks: Sequence[Block]) -> tuple[Block, ...]:
    """Say of each list item whether deeper items follow it."""
    marked: list[Block] = []
    for index, block in enumerate(blocks):
        following = blocks[index + 1] if index + 1 < len(blocks) else None
        is_item = block.kind == "item" and following is not None and following.kind == "item"
        below = is_item and following is not None and following.depth > block.depth
        marked.append(replace(block, has_children=True) if below else block)
    return tuple(marked)
