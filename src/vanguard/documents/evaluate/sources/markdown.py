"""Markdown into pieces: paragraphs and headings without their marks, tables as grids.

It does not know files. Lists, code and reference links are read as plain lines: a number before a
line of an Arabic page is text that was on the page, and so is what is indented or in brackets.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from markdown_it import MarkdownIt
from markdown_it.token import Token

from vanguard.documents.evaluate.sources import html
from vanguard.documents.evaluate.sources.content import (
    MAX_CELLS,
    Content,
    Grid,
    GridCell,
    Piece,
)

# An unclosed table, as a reader that was cut off leaves it, reaches to the end.
_TABLE = re.compile(r"<table\b.*?(?:</table\s*>|\Z)", re.IGNORECASE | re.DOTALL)
_FENCE = re.compile(r"^[ \t]*(?:```|~~~)[\w-]*[ \t]*$", re.MULTILINE)
_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)
_BULLET = re.compile(r"^[ \t]*[-*+•▪●◦‣][ \t]+", re.MULTILINE)
_PARSER = (
    MarkdownIt("commonmark", {"html": True})
    .enable("table")
    .disable(["code", "fence", "list", "lheading", "reference", "html_block"])
)
_PARTS = re.compile(r"(?<=\n)[ \t]*\n")
# The parser keeps a Python object for each mark: a runaway page is read in portions.
_PORTION_CHARS = 200_000


def content(text: str) -> Content:
    """The pieces of a Markdown text, which is kept beside them."""
    return Content(tuple(pieces(text)), text)


def plain(text: str) -> Content:
    """A text without markup: a piece for each paragraph."""
    parts = (part.strip() for part in re.split(r"\n[^\S\n]*\n", text))
    return Content(tuple(Piece(part) for part in parts if part), text)


def pieces(text: str) -> Iterator[Piece]:
    """Paragraphs, headings and tables, in their order."""
    text = _COMMENT.sub("", _FENCE.sub("", text.replace("\r\n", "\n").replace("\r", "\n")))
    begin = 0
    for match in _TABLE.finditer(text):
        yield from _text_pieces(text[begin : match.start()])
        yield from (Piece(grid.text, grid) for grid in html.table_grids(match[0]))
        begin = match.end()
    yield from _text_pieces(text[begin:])


def _text_pieces(text: str) -> Iterator[Piece]:
    for portion in _portions(text):
        tokens = iter(_PARSER.parse(portion))
        for token in tokens:
            if token.type == "table_open":
                grid = _grid(tokens)
                yield Piece(grid.text, grid)
            elif token.type == "inline":
                found = _BULLET.sub("", _inline(token)).strip()
                if found:
                    yield Piece(found)


def _portions(text: str) -> Iterator[str]:
    if len(text) <= _PORTION_CHARS:
        yield text
        return
    portion: list[str] = []
    size = 0
    for part in _PARTS.split(text):
        for begin in range(0, len(part) or 1, _PORTION_CHARS):
            piece = part[begin : begin + _PORTION_CHARS]
            if size + len(piece) > _PORTION_CHARS and portion:
                yield "\n\n".join(portion)
                portion, size = [], 0
            portion.append(piece)
            size += len(piece)
    yield "\n\n".join(portion)


def _grid(tokens: Iterator[Token]) -> Grid:
    rows: list[list[GridCell]] = []
    left, header = MAX_CELLS, False
    for token in tokens:
        if token.type == "table_close":
            break
        if token.type == "tr_open":
            rows.append([])
        elif token.type in ("th_open", "td_open"):
            header = token.type == "th_open"
        elif token.type == "inline" and left:
            left -= 1
            rows[-1].append(GridCell(_inline(token).strip(), header=header))
    return Grid(tuple(map(tuple, rows)))


def _inline(token: Token) -> str:
    """The text of a line without emphasis, links and tags; pictures leave nothing."""
    parts: list[str] = []
    for child in token.children or ():
        if child.type in ("softbreak", "hardbreak"):
            parts.append("\n")
        elif child.type == "html_inline":
            parts.append("\n" if child.content.lower().startswith("<br") else "")
        elif child.type != "image":
            parts.append(child.content)
    return "".join(parts)
