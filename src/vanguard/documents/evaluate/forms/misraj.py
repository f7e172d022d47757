"""Misraj's form: Markdown on both sides is standardised first, then compared as it is.

It does not know pieces. The paper (arXiv 2509.18174, 2025-09-17) describes the standardisation in
words; no scorer has been published, so the rules in `standard` are our reading of it, and versioned.
Letters are not folded; TEDS is KITAB-Bench's.
"""

from __future__ import annotations

from vanguard.documents.evaluate import letters
from vanguard.documents.evaluate.forms import kitab, standard
from vanguard.documents.evaluate.forms.contract import Form
from vanguard.documents.evaluate.metrics import flattened
from vanguard.documents.evaluate.metrics.trees import Node
from vanguard.documents.evaluate.sources.content import Content


def normal(text: str) -> str:
    """White space alone: the standardised Markdown is the form."""
    return letters.spaced(text)


def _whole(content: Content) -> str:
    return normal(standard.standardised(content.markdown))


def _body(content: Content) -> str:
    return normal(kitab.cut(standard.standardised(content.markdown))[0])


def _tables(content: Content) -> tuple[Node, ...]:
    _, found = kitab.cut(standard.standardised(content.markdown))
    return tuple(flattened.tree(letters.folded_arabic_digits(normal(raw))) for raw in found)


FORM = Form(
    name="misraj",
    version=f"misraj-{standard.VERSION}",
    source="our reading of arXiv 2509.18174 (2025-09-17); no scorer is published",
    text=_whole,
    body=_body,
    whole=_whole,
    tables=_tables,
    normal=normal,
)
