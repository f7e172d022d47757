"""What a normal form is.

It does not know any.
"""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from vanguard.documents.evaluate.metrics.trees import Node
from vanguard.documents.evaluate.sources.content import Content


class Form(msgspec.Struct, frozen=True):
    """A way to say which differences count.

    Attributes:
        name: of the profile.
        version: rises when a rule changes, so that figures of two versions are not compared.
        source: where the rules come from, with date.
        text: what CER, WER, BLEU and chrF compare.
        body: the text without tables, for MARS.
        whole: the text with tables, for MARS in Misraj's form.
        tables: the tables as trees, for TEDS.
        normal: the rules on a bare text.
    """

    name: str
    version: str
    source: str
    text: Callable[[Content], str]
    body: Callable[[Content], str]
    whole: Callable[[Content], str]
    tables: Callable[[Content], tuple[Node, ...]]
    normal: Callable[[str], str]
