"""The strict form, the default: only what cannot be seen on paper is folded.

It does not know Markdown: it looks at the pieces of a page. Rules as in an independent run over 462
Arabic pages (Clouda OCR benchmark, normalisation v1.0.0, 2026-09-19), but that a line's end is a space.
"""

from __future__ import annotations

from vanguard.documents.evaluate import letters
from vanguard.documents.evaluate.forms.contract import Form
from vanguard.documents.evaluate.metrics import trees
from vanguard.documents.evaluate.sources.content import Content

RULES = (
    letters.base_letters,
    letters.composed,
    letters.visible,
    letters.separators,
    letters.spaced,
)


def normal(text: str) -> str:
    """The rules, one after the other."""
    for rule in RULES:
        text = rule(text)
    return text


def _tables(content: Content) -> tuple[trees.Node, ...]:
    return tuple(trees.of_grid(grid, normal) for grid in content.grids)


FORM = Form(
    name="strict",
    version="strict-1",
    source="own; rules of the Clouda OCR benchmark v1.0.0 (2026-09-19)",
    text=lambda content: normal(content.text),
    body=lambda content: normal(content.body),
    whole=lambda content: normal(content.text),
    tables=_tables,
    normal=normal,
)
