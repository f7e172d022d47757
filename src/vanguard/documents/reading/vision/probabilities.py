"""How sure a model was of each word, by the probabilities of its tokens.

It does not know guards: it looks at the text as the model gave it.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence

from vanguard.documents.page import Word
from vanguard.sdk.values import Token

_WORD = re.compile(r"\S+")


def sure_words(text: str, tokens: Sequence[Token]) -> tuple[Word, ...]:
    """The words of a text, each as probable as all tokens together that hold a part of it.

    Without tokens, or with others than those of the text, words have no confidence.
    """
    spans = _spans(text, tokens)
    words = []
    for found in _WORD.finditer(text):
        sure = None
        if spans is not None:
            start, end = (len(text[:at].encode()) for at in found.span())
            told = [one for first, last, one in spans if first < end and last > start]
            sure = round(math.exp(sum(told)), 4) if told else None
        words.append(Word(found[0], None, sure))
    return tuple(words)


def _spans(text: str, tokens: Sequence[Token]) -> list[tuple[int, int, float]] | None:
    """Where each token is, in bytes, with its logprob: letters may be split among tokens."""
    spans, at, whole = [], 0, b""
    for token in tokens:
        raw = token.raw if token.raw is not None else token.text.encode()
        spans.append((at, at + len(raw), min(token.logprob, 0.0)))
        at += len(raw)
        whole += raw
    return spans if tokens and whole == text.encode() else None
