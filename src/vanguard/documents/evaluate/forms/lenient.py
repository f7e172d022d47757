"""The lenient form: the strict one without marks and tatweel, with one set of digits.

It does not know Markdown. The gap between strict and lenient is what marks and digits cost.
"""

from __future__ import annotations

from vanguard.documents.evaluate import letters
from vanguard.documents.evaluate.forms import strict
from vanguard.documents.evaluate.forms.contract import Form
from vanguard.documents.evaluate.metrics import trees
from vanguard.documents.evaluate.sources.content import Content

RULES = (
    *strict.RULES,
    letters.unmarked,
    letters.unstretched,
    letters.folded_digits,
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
    name="lenient",
    version="lenient-1",
    source="own",
    text=lambda content: normal(content.text),
    body=lambda content: normal(content.body),
    whole=lambda content: normal(content.text),
    tables=_tables,
    normal=normal,
)
