"""Two texts side by side as HTML: what is missing of the truth, and what was added to it.

It does not know pages or scores. Words are aligned first, then the letters of words that were replaced.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from html import escape

from rapidfuzz.distance import Levenshtein

MAX_WORDS = 3_000
_WORDS = re.compile(r"\n|[^\s]+")
# Of two words that share less than this the letters are not worth comparing.
_ALIKE = 0.5
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
    for block in Levenshtein.opcodes(one, other):
        gone, came = one[block.src_start : block.src_end], other[block.dest_start : block.dest_end]
        if block.tag == "equal":
            left += map(_plain, gone)
            right += map(_plain, came)
        elif block.tag == "replace":
            for before, after in zip(gone, came, strict=True):
                marked = _replaced(before, after)
                left.append(marked[0])
                right.append(marked[1])
        else:
            left += [_marked("del", word) for word in gone]
            right += [_marked("ins", word) for word in came]
    return _joined(left, cut[0]), _joined(right, cut[1])


def _replaced(before: str, after: str) -> tuple[str, str]:
    """Words that differ; where they are alike the letters that differ stand out."""
    if "\n" in (before, after) or Levenshtein.normalized_similarity(before, after) < _ALIKE:
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
    return "<br>" if word == "\n" else f"<{tag}>{escape(word)}</{tag}>"


def _joined(words: Sequence[str], cut: int) -> str:
    more = [f'<span class="cut">and {cut:,} words more</span>'] if cut > 0 else []
    return " ".join([*words, *more])
