"""Two texts side by side as HTML: what is missing of the truth, and what was added to it.

It does not know pages or scores. Words are aligned first, then the letters of words that were replaced.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from html import escape
from itertools import zip_longest

from rapidfuzz.distance import Levenshtein

MAX_WORDS = 3_000
MAX_PAIRS = 40_000
_WORDS = re.compile(r"\n|[^\s]+")
# Of two words that share less than this the letters are not worth comparing.
_ALIKE = 0.5
# Two words that stand alone cost more than two that are half alike, less than two that are not.
_ALONE = 0.4
_RIGHT_TO_LEFT = re.compile(r"[\u0590-\u08FF\uFB1D-\uFDFF\uFE70-\uFEFC]")
_LEFT_TO_RIGHT = re.compile(r"[A-Za-z\u00C0-\u024F\u0370-\u052F]")


def direction(text: str) -> str:
    """`rtl` or `ltr`, whichever has more letters; `rtl` for none."""
    left, right = len(_LEFT_TO_RIGHT.findall(text)), len(_RIGHT_TO_LEFT.findall(text))
    return "ltr" if left > right else "rtl"


def both(truth: str, prediction: str) -> tuple[str, str]:
    """The truth with what is missing marked, and the prediction with what was added marked.

    Of texts of more than `MAX_WORDS` words the beginning is shown, and it says so.
    """
    one, other = _WORDS.findall(truth), _WORDS.findall(prediction)
    cut = len(one) - MAX_WORDS, len(other) - MAX_WORDS
    one, other = one[:MAX_WORDS], other[:MAX_WORDS]
    left: list[str] = []
    right: list[str] = []
    for same, gone, came in _groups(one, other):
        if same:
            left += map(_plain, gone)
            right += map(_plain, came)
            continue
        for before, after in _met(gone, came):
            marked = _replaced(before, after)
            left += filter(None, marked[:1])
            right += filter(None, marked[1:])
    return _joined(left, cut[0]), _joined(right, cut[1])


def _groups(
    one: Sequence[str], other: Sequence[str]
) -> Iterator[tuple[bool, Sequence[str], Sequence[str]]]:
    """Runs of words that are the same, and between them the words that are not."""
    ends = [0, 0]
    for block in Levenshtein.opcodes(one, other).as_matching_blocks():
        yield False, one[ends[0] : block.a], other[ends[1] : block.b]
        ends = [block.a + block.size, block.b + block.size]
        yield True, one[block.a : ends[0]], other[block.b : ends[1]]


def _met(gone: Sequence[str], came: Sequence[str]) -> list[tuple[str, str]]:
    """Pairs of words, the more alike the better; an empty word for one that met none.

    Words in another number are not aligned by how alike they are where there are too many of them.
    """
    if not gone or not came or len(gone) * len(came) > MAX_PAIRS:
        return list(zip_longest(gone, came, fillvalue=""))
    costs = [[_ALONE * column for column in range(len(came) + 1)]]
    for row, before in enumerate(gone, start=1):
        line = [_ALONE * row]
        for column, after in enumerate(came):
            swap = costs[-1][column] + Levenshtein.normalized_distance(before, after)
            line.append(min(costs[-1][column + 1] + _ALONE, line[column] + _ALONE, swap))
        costs.append(line)
    return _way_back(costs, gone, came)


def _way_back(
    costs: list[list[float]], gone: Sequence[str], came: Sequence[str]
) -> list[tuple[str, str]]:
    row, column, pairs = len(gone), len(came), []
    while row or column:
        if not column or (row and costs[row][column] == costs[row - 1][column] + _ALONE):
            row -= 1
            pairs.append((gone[row], ""))
        elif not row or costs[row][column] == costs[row][column - 1] + _ALONE:
            column -= 1
            pairs.append(("", came[column]))
        else:
            row, column = row - 1, column - 1
            pairs.append((gone[row], came[column]))
    return pairs[::-1]


def _replaced(before: str, after: str) -> tuple[str, str]:
    """Words that differ; where they are alike the letters that differ stand out."""
    if not before or not after or "\n" in (before, after):
        return _marked("del", before), _marked("ins", after)
    if Levenshtein.normalized_similarity(before, after) < _ALIKE:
        return _marked("del", before), _marked("ins", after)
    left: list[str] = []
    right: list[str] = []
    for block in Levenshtein.opcodes(before, after):
        gone = escape(before[block.src_start : block.src_end])
        came = escape(after[block.dest_start : block.dest_end])
        same = block.tag == "equal"
        left.append(gone if same or not gone else f"<b>{gone}</b>")
        right.append(came if same or not came else f"<b>{came}</b>")
    return f"<del>{''.join(left)}</del>", f"<ins>{''.join(right)}</ins>"


def _plain(word: str) -> str:
    return "<br>" if word == "\n" else escape(word)


def _marked(tag: str, word: str) -> str:
    if not word:
        return ""
    return "<br>" if word == "\n" else f"<{tag}>{escape(word)}</{tag}>"


def _joined(words: Sequence[str], cut: int) -> str:
    more = [f'<span class="cut">and {cut:,} words more</span>'] if cut > 0 else []
    return " ".join([*words, *more])
