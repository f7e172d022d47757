"""Forms that are a list of rules: texts go through them one after the other, cells too.

It does not know the rules, nor Markdown.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from vanguard.documents.evaluate.forms.contract import Form
from vanguard.documents.evaluate.metrics import trees

Rule = Callable[[str], str]


def form_by(rules: Sequence[Rule], *, name: str, version: str, source: str) -> Form:
    """The form that has these rules; text, body and tables are a page's own."""

    def normal(text: str) -> str:
        for rule in rules:
            text = rule(text)
        return text

    return Form(
        name=name,
        version=version,
        source=source,
        text=lambda content: normal(content.text),
        body=lambda content: normal(content.body),
        whole=lambda content: normal(content.text),
        tables=lambda content: tuple(trees.of_grid(grid, normal) for grid in content.grids),
        normal=normal,
    )
