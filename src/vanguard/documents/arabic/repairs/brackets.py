"""Turns mirrored brackets and quotation marks of Arabic lines round.

It does not know words; a bracket speaks for itself: it opens before it closes, has its space outside,
and its text inside.
"""

from __future__ import annotations

from vanguard.documents.arabic.letters import ARABIC, BRACKETS, MIRRORED
from vanguard.documents.arabic.repairs.change import Change, each

# < and > are compared with far more often than they enclose.
_PAIRS = {left: right for left, right in BRACKETS.items() if left != "<"}
_CLOSING = {right: left for left, right in _PAIRS.items()}
_ALL = frozenset(_PAIRS) | frozenset(_CLOSING)
_UNMATCHED = 2
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


turn_brackets = each(_change)
