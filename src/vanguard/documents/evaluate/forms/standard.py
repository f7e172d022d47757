"""Standardises Markdown before it is compared: one spelling for tables, rules, headings and bold.

It does not know scores. Each rule is one function; `VERSION` rises when one changes.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache

from vanguard.documents.evaluate.sources import html, markdown
from vanguard.documents.evaluate.sources.content import table_html

VERSION = 1

_TABLE = re.compile(r"<table\b.*?(?:</table\s*>|\Z)", re.IGNORECASE | re.DOTALL)
# Possessive throughout: a line of a million blanks must not be tried in a million ways.
_DASHES = r"[ \t]*+:?-++:?[ \t]*+"
_PIPES = re.compile(
    rf"^[ \t]*+\|?+[^\n|]*+\|[^\n]*+\n[ \t]*+\|?+{_DASHES}(?:\|{_DASHES})*\|?+[ \t]*+$"
    # groups are not possessive: Python 3.11.2 repeats those wrongly
    r"(?:\n[^\n|]*+\|[^\n]*+)*",
    re.MULTILINE,
)
_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)
_TAG = re.compile(r"</?[A-Za-z][\w:-]{0,40}(?:\s[^<>]{0,2000})?/?>")
_BREAK = re.compile(r"<br\s*/?>", re.IGNORECASE)
_HEADING_TAG = re.compile(
    r"<h([1-6])(?:\s[^<>]{0,2000})?>(.{0,2000}?)</h\1\s*>", re.IGNORECASE | re.DOTALL
)
_BOLD_TAG = re.compile(r"</?(?:b|strong)(?:\s[^<>]{0,2000})?>", re.IGNORECASE)
_RULE = re.compile(r"^[ \t]*(?:(?:\*[ \t]*){3,}|(?:-[ \t]*){3,}|(?:_[ \t]*){3,})$", re.MULTILINE)
_UNDERLINED = re.compile(r"^(?P<head>[^\n#|<][^\n]*)\n[ \t]*={2,}[ \t]*$", re.MULTILINE)
_HEADING = re.compile(r"^[ \t]{0,3}(#{1,6})[ \t]*+([^\n#][^\n]*)$", re.MULTILINE)
_BOLD = re.compile(r"__(?=\S)([^\n_]+?)(?<=\S)__")
_FENCE = re.compile(r"^[ \t]*(?:```|~~~)[\w-]*[ \t]*$", re.MULTILINE)


def line_ends(text: str) -> str:
    """One sort of line end."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def no_fences(text: str) -> str:
    """Without the fences that models put around their whole answer."""
    return _FENCE.sub("", text)


def pipe_tables(text: str) -> str:
    """Tables of pipes as HTML tables."""
    return _PIPES.sub(lambda match: _as_html(match[0]), text)


def html_tables(text: str) -> str:
    """HTML tables with rows, cells and spans alone; one that was cut off is closed."""
    return _TABLE.sub(
        lambda match: "\n".join(table_html(grid) for grid in html.table_grids(match[0])), text
    )


def tags_as_marks(text: str) -> str:
    """Headings and bold of HTML as those of Markdown, breaks as line ends; not within tables."""

    def outside(part: str) -> str:
        part = _HEADING_TAG.sub(lambda match: f"\n{'#' * int(match[1])} {match[2]}\n", part)
        return _BREAK.sub("\n", _BOLD_TAG.sub("**", part))

    return _outside_tables(text, outside)


def no_tags(text: str) -> str:
    """Without other tags and comments; what stood between two tags stays. Not within tables."""
    return _outside_tables(text, lambda part: _TAG.sub("", _COMMENT.sub("", part)))


def headings(text: str) -> str:
    """Headings with leading marks alone, one space behind them."""
    text = _UNDERLINED.sub(lambda match: f"# {match['head'].strip()}", text)
    return _HEADING.sub(lambda match: f"{match[1]} {_without_end_marks(match[2])}", text)


def rules(text: str) -> str:
    """Horizontal rules as three dashes."""
    return _RULE.sub("---", text)


def bold(text: str) -> str:
    """Bold with stars."""
    return _BOLD.sub(r"**\1**", text)


def blank_lines(text: str) -> str:
    """At most one empty line, no spaces at the ends of lines."""
    lines = "\n".join(line.rstrip(" \t") for line in text.split("\n"))
    return re.sub(r"\n{3,}", "\n\n", lines).strip()


RULES = (
    line_ends,
    no_fences,
    html_tables,
    pipe_tables,
    tags_as_marks,
    no_tags,
    headings,
    rules,
    bold,
    blank_lines,
)


# A form asks for the same page several times, one after the other.
@lru_cache(maxsize=4)
def standardised(text: str) -> str:
    """The rules, one after the other."""
    for rule in RULES:
        text = rule(text)
    return text


def _without_end_marks(heading: str) -> str:
    return heading.rstrip().rstrip("#").rstrip()


def _as_html(lines: str) -> str:
    """The table, and the lines below it that turn out not to be rows of it."""
    found = list(markdown.pieces(lines))
    if all(piece.grid is None for piece in found):
        return lines
    parts = (piece.text if piece.grid is None else table_html(piece.grid) for piece in found)
    return "\n\n".join(parts)


def _outside_tables(text: str, change: Callable[[str], str]) -> str:
    begin = 0
    parts: list[str] = []
    for match in _TABLE.finditer(text):
        parts += [change(text[begin : match.start()]), match[0]]
        begin = match.end()
    return "".join([*parts, change(text[begin:])])
