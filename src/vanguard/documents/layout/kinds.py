"""Which kind of block a paragraph is: by its size and weight beside the rest, its place, its words.

It does not know how lines were read.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from vanguard.documents.layout.figures import shared
from vanguard.documents.layout.paragraphs import Letters, is_item
from vanguard.documents.page import BlockKind, Box, Line

_LARGER, _HEAVIER = 1.22, 1.22
_SMALLER = 0.92
_LEVELS = ((1.6, 1), (1.3, 2))
_TITLE_PLACE = 0.4  # of the page's height
_HEADING_WORDS = 14
_FEW_WORDS = 5
_CAPTION_LINES = 3
_NEAR = 4.0  # heights of writing between a caption and what it belongs to
_CAPTION = re.compile(
    r"^\W{0,2}(?:ال)?(?:جدول|شكل|صورة|خريطة|رسم|لوحة)|^(?:figure|fig\.|table)\b", re.IGNORECASE
)
_NOTE = re.compile(r"^\W{0,2}[\d٠-٩*†]{1,3}\W|^[(\[]\s?\S{1,3}\s?[)\]]")
_PAGE_NUMBER = re.compile(
    r"^\W*(?:صفحة|ص|page)?\W*[\d٠-٩]{1,4}\W*(?:(?:من|of|/)\W*[\d٠-٩]{1,4}\W*)?$"
)
_ENDS = re.compile(r"[.،؛,;]$")


@dataclass(frozen=True)
class Paragraph:
    """Lines that belong together, in pixels.

    Attributes:
        column: of the region in which they stand.
    """

    lines: tuple[Line, ...]
    box: Box
    column: Box
    letters: Letters

    @property
    def text(self) -> str:
        """Its lines with one space between them."""
        return " ".join(line.text for line in self.lines)


@dataclass(frozen=True)
class Surroundings:
    """What a paragraph is compared with.

    Attributes:
        body: how most of the page's text looks.
        solids: boxes of tables and figures.
        rules: across, that stand free.
        size: of the page, height in pixels.
        height: of the writing, in pixels.
    """

    body: Letters
    solids: tuple[Box, ...]
    rules: tuple[Box, ...]
    size: float
    height: float


def usual(paragraphs: Sequence[Paragraph], height: float) -> Letters:
    """How most of the text looks: medians over all lines."""
    sizes = [one.letters.size for one in paragraphs for _ in one.lines]
    weights = [one.letters.weight for one in paragraphs for _ in one.lines]
    if not sizes:
        return Letters(height, 0.0)
    return Letters(float(np.median(sizes)), float(np.median(weights)))


def free_rules(
    rules: Sequence[Box], paragraphs: Sequence[Paragraph], solids: Sequence[Box], height: float
) -> tuple[Box, ...]:
    """Rules that are no part of a table or a figure, nor a stroke within a paragraph."""
    rim = height / 3
    texts = [
        Box(one.box.left, one.box.top + rim, one.box.right, one.box.bottom - rim)
        for one in paragraphs
        if one.box.height > 2 * rim
    ]
    return tuple(
        rule for rule in rules if not any(shared(rule, one) > 0 for one in (*texts, *solids))
    )


def kind_of(
    paragraph: Paragraph, around: Surroundings, after: Paragraph | None
) -> tuple[BlockKind, int]:
    """Its kind, and its level where it is a heading; `after` is what stands below it."""
    if _is_caption(paragraph, around):
        return "caption", 0
    if _is_footnote(paragraph, around):
        return "footnote", 0
    if is_item(paragraph.text):
        return "list_item", 0
    size = paragraph.letters.size / around.body.size
    stroke = paragraph.letters.size * paragraph.letters.weight
    heavy = stroke > _HEAVIER * max(0.1, around.body.size * around.body.weight)
    short = len(paragraph.lines) <= 2 and len(paragraph.text.split()) <= _HEADING_WORDS
    if not short or _ENDS.search(paragraph.text):
        return "paragraph", 0
    if not (size > _LARGER or heavy or _stands_over(paragraph, after, around.height)):
        return "paragraph", 0
    level = next((level for least, level in _LEVELS if size >= least), 3)
    if level == 1 and paragraph.box.top < _TITLE_PLACE * around.size:
        return "title", 1
    return "heading", level


def _stands_over(paragraph: Paragraph, after: Paragraph | None, height: float) -> bool:
    """Whether it is a few words alone on their line, apart from the lines of text below."""
    if after is None or len(after.lines) < 2 or len(paragraph.lines) > 1:
        return False
    few = len(paragraph.text.split()) <= _FEW_WORDS
    gap = after.box.top - paragraph.box.bottom
    return few and 0.5 * height < gap < 4 * height and paragraph.box.width < 0.5 * after.box.width


def furniture_kind(where: BlockKind, text: str, wide: float, height: float) -> BlockKind:
    """A header or footer, or the page's number in it: digits, or too short to be anything else."""
    if _PAGE_NUMBER.match(text) or wide < 3.5 * height:
        return "page_number"
    return where


def _is_caption(paragraph: Paragraph, around: Surroundings) -> bool:
    if len(paragraph.lines) > _CAPTION_LINES:
        return False
    near = any(
        -around.height
        < max(one.top - paragraph.box.bottom, paragraph.box.top - one.bottom)
        < _NEAR * around.height
        and paragraph.box.left < one.right
        and paragraph.box.right > one.left
        for one in around.solids
    )
    return near and bool(_CAPTION.search(paragraph.text) or _is_under(paragraph, around))


def _is_under(paragraph: Paragraph, around: Surroundings) -> bool:
    """A single line in the middle of what it stands close to, whatever it was read as."""
    box = paragraph.box
    return len(paragraph.lines) == 1 and any(
        max(one.top - box.bottom, box.top - one.bottom) < 2 * around.height
        and abs(one.left + one.right - box.left - box.right) < 3 * around.height
        and box.width < 0.7 * one.width
        for one in around.solids
    )


def _is_footnote(paragraph: Paragraph, around: Surroundings) -> bool:
    """Below a short rule at the foot of its column, or small and marked there."""
    if paragraph.box.top < 0.5 * around.size:
        return False
    column = paragraph.column
    for rule in around.rules:
        above = 0.4 * around.size < rule.top < paragraph.box.top + around.height / 2
        inside = (
            rule.left > column.left - around.height and rule.right < column.right + around.height
        )
        rim = min(abs(column.right - rule.right), abs(rule.left - column.left))
        if above and inside and rim < 1.5 * around.height and rule.width < 0.6 * column.width:
            return True
    small = paragraph.letters.size < _SMALLER * around.body.size
    return small and bool(_NOTE.match(paragraph.text)) and paragraph.box.top > 0.7 * around.size
