"""Lays a repaired text over the words of its line, so that each word keeps its box.

It does not know what was repaired.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import msgspec

from vanguard.documents.arabic.letters import base_letters, folded
from vanguard.documents.page import Box, Line, Word


def rewritten(line: Line, text: str) -> Line:
    """The line with that text: a word takes the box of the one that was made of the same letters.

    A word that is like none (two were split or joined) takes what the words between its neighbours
    cover.
    """
    tokens = text.split()
    old = list(line.words)
    if len(tokens) == len(old) and all(
        _alike(token, word.text) for token, word in zip(tokens, old, strict=True)
    ):
        words = [
            msgspec.structs.replace(word, text=token)
            for token, word in zip(tokens, old, strict=True)
        ]
        return msgspec.structs.replace(line, words=tuple(words))
    left = list(range(len(old)))
    found: list[int | None] = []
    for token in tokens:
        match = next((at for at in left if _alike(token, old[at].text)), None)
        if match is not None:
            left.remove(match)
        found.append(match)
    words = [_word(token, at, old, left, line.box) for token, at in zip(tokens, found, strict=True)]
    return msgspec.structs.replace(line, words=tuple(words))


def _word(
    token: str, at: int | None, old: Sequence[Word], left: Sequence[int], whole: Box | None
) -> Word:
    if at is not None:
        return msgspec.structs.replace(old[at], text=token)
    containing = [
        old[place].box for place in left if folded(token) in folded(base_letters(old[place].text))
    ]
    return Word(token, next((box for box in containing if box is not None), whole))


def _alike(one: str, two: str) -> bool:
    return Counter(folded(base_letters(one))) == Counter(folded(base_letters(two)))
