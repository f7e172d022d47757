"""Turns mirrored brackets and quotation marks of Arabic lines round.

It does not know words; a bracket speaks for itself: it opens before it closes, has its space outside,
and its text inside. Where those of a text are nearly all mirrored, the others are too: a line alone may
hold one half of a pair.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from vanguard.documents.arabic.letters import ARABIC, BRACKETS, INDIC_DIGITS, MIRRORED
from vanguard.documents.arabic.lexicon import Lexicon
from vanguard.documents.arabic.repairs.change import Change

# < and > are compared with far more often than they enclose.
_PAIRS = {left: right for left, right in BRACKETS.items() if left != "<"}
_CLOSING = {right: left for left, right in _PAIRS.items()}
_ALL = frozenset(_PAIRS) | frozenset(_CLOSING)
_UNMATCHED = 2
# So many brackets must be mirrored, and so many times as many as are right, before a text is thought to be.
_MANY, _TIMES = 6, 4
_INDIC = re.compile(f"[{INDIC_DIGITS}]")
_INTERVAL = frozenset("0123456789٠١٢٣٤٥٦٧٨٩.,;،؛ ∞-+")


def faults(line: str) -> int:
    """What speaks against the brackets of a line: those without a partner, and spaces inside them."""
    return _UNMATCHED * len(_unmatched(line)) + sum(
        _space_inside(line, at) for at, letter in enumerate(line) if letter in _ALL
    )


def _unmatched(line: str) -> list[int]:
    open_at: list[int] = []
    alone: list[int] = []
    for at, letter in enumerate(line):
        if letter in _PAIRS:
            open_at.append(at)
        elif letter in _CLOSING:
            if open_at and line[open_at[-1]] == _CLOSING[letter]:
                open_at.pop()
            else:
                alone.append(at)
    return sorted(alone + open_at)


def _space_inside(line: str, at: int) -> int:
    """1 where the side that should enclose stands against a space or the edge of the line."""
    opening = line[at] in _PAIRS
    inside = line[at + 1 : at + 2] if opening else line[max(0, at - 1) : at]
    return int(not inside or inside.isspace())


def _interval(line: str, places: list[int]) -> bool:
    """]0;1[ of a mathematician is meant."""
    return len(places) == 2 and bool(
        line[places[0]] == "]" and set(line[places[0] + 1 : places[1]]) <= _INTERVAL
        and set(line[places[0] + 1 : places[1]]) & set(",;،؛")
    )  # fmt: skip


def _mirrored(line: str, places: list[int]) -> str:
    letters = list(line)
    for at in places:
        letters[at] = MIRRORED[letters[at]]
    return "".join(letters)


def _change(line: str) -> Change | None:
    places = [at for at, letter in enumerate(line) if letter in _ALL]
    wrong = _unmatched(line)
    if len(wrong) < 2 or not ARABIC.search(line) or _interval(line, wrong):
        return None
    before = faults(line)
    best = min((_mirrored(line, places), _mirrored(line, wrong)), key=faults)
    if _unmatched(best) or faults(best) >= before:
        return None
    return Change(best, f"brackets closed before they opened; {before} faults, then {faults(best)}")


def turn_brackets(lines: Sequence[str], _lexicon: Lexicon) -> list[Change | None]:
    """Proposes each line with its brackets turned: those of a line, or of the whole text."""
    votes = [_votes(line) for line in lines]
    mirrored, right = (sum(vote[at] for vote in votes) for at in (0, 1))
    throughout = mirrored >= _MANY and mirrored >= _TIMES * right
    return [
        (_whole_line(line) if throughout and vote[0] >= vote[1] else None) or _change(line)
        for line, vote in zip(lines, votes, strict=True)
    ]


def _votes(line: str) -> tuple[int, int]:
    """How many brackets of an Arabic line have their space on the wrong side alone, and on the right one."""
    wrong = right = 0
    if not ARABIC.search(line):
        return 0, 0
    for at, letter in enumerate(line):
        if letter not in _ALL:
            continue
        before = not line[max(0, at - 1) : at].strip()
        behind = not line[at + 1 : at + 2].strip()
        if before != behind:
            opens = letter in _PAIRS
            right += opens == before
            wrong += opens == behind
    return wrong, right


def _whole_line(line: str) -> Change | None:
    places = [at for at, letter in enumerate(line) if letter in _ALL]
    if not places or not (ARABIC.search(line) or _INDIC.search(line)):
        return None
    return Change(_mirrored(line, places), "brackets are mirrored in all of the text")
