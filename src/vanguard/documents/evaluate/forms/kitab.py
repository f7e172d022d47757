"""KITAB-Bench's form, to be compared with its published figures and for nothing else.

It does not know pieces: like the published scorer it looks at the raw Markdown, takes HTML tables
out by a pattern, and leaves marks of Markdown and tables of pipes in the text. It folds hamza and
ta marbuta, so it hides errors that readers make. Source: `pdfs_eval/metrics.py`, `pdfs-eval/eval.py`
and `ocr-eval/metrics.py` of the KITAB-Bench repository (MIT; commits 4777fad, 7d70ef5, 4a2e4dd; read
2026-11-26), paper arXiv 2502.14949.
"""

from __future__ import annotations

import re

from vanguard.documents.evaluate import letters
from vanguard.documents.evaluate.forms.contract import Form
from vanguard.documents.evaluate.metrics import flattened
from vanguard.documents.evaluate.metrics.trees import Node
from vanguard.documents.evaluate.sources.content import Content

_BEGIN = re.compile("<table", re.IGNORECASE)
_END = re.compile("</table>", re.IGNORECASE)
_MARKS = re.compile(r"[\u064B-\u065F\u0670]")


def no_pictures(text: str) -> str:
    """Without the tag `<image>`."""
    return text.replace("<image>", "")


def no_marks(text: str) -> str:
    """Without U+064B to U+065F and U+0670, hamza above and below included."""
    return _MARKS.sub("", text)


def one_alef(text: str) -> str:
    """All alefs as the bare one."""
    return re.sub("[إأٱآ]", "ا", text)


def one_heh(text: str) -> str:
    """Ta marbuta as heh."""
    return text.replace("ة", "ه")


def one_yeh(text: str) -> str:
    """Alef maksura as yeh."""
    return text.replace("ى", "ي")


def spaced(text: str) -> str:
    """Runs of white space as one space, none at the ends."""
    return " ".join(text.split())


RULES = (no_pictures, no_marks, one_alef, one_heh, one_yeh, letters.unstretched, spaced)


def normal(text: str) -> str:
    """The rules, one after the other."""
    for rule in RULES:
        text = rule(text)
    return text


def cut(text: str) -> tuple[str, list[str]]:
    """The text without its tables, and the tables as they stand there.

    What the published pattern finds, from `<table` to the next `</table>` in any case, but in one pass: a page of a hundred thousand
    tables that never end would keep the pattern busy for hours.
    """
    kept: list[str] = []
    tables: list[str] = []
    place = 0
    while (begin := _BEGIN.search(text, place)) and (end := _END.search(text, begin.end())):
        kept.append(text[place : begin.start()])
        tables.append(text[begin.start() : end.end()])
        place = end.end()
    return "".join([*kept, text[place:]]), tables


def _body(content: Content) -> str:
    return normal(cut(content.markdown)[0])


def _tables(content: Content) -> tuple[Node, ...]:
    found = (letters.folded_arabic_digits(normal(raw)) for raw in cut(content.markdown)[1])
    return tuple(map(flattened.tree, found))


FORM = Form(
    name="kitab",
    version="kitab-4777fad",
    source="KITAB-Bench, github.com/mbzuai-oryx/KITAB-Bench at 4777fad, read 2026-11-26",
    text=_body,
    body=_body,
    whole=lambda content: normal(content.markdown),
    tables=_tables,
    normal=normal,
)
