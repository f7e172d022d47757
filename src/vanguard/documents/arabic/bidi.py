"""From the order in which a line is painted to the order in which it is typed.

It does not know where the line came from, nor whether it needed this. The rules are those of the
Unicode Bidirectional Algorithm (UAX #9, revision 46), read backwards: what it puts side by side must
have been typed so. Where two typings look the same, `runs` may tell them apart.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from typing import Final

from vanguard.documents.arabic.letters import BRACKETS, LETTER

RIGHT, LEFT, NUMBER, INDIC, NEUTRAL = "R", "L", "N", "A", "O"
_KINDS: Final = {"L": LEFT, "R": RIGHT, "AL": RIGHT, "EN": NUMBER, "AN": INDIC}
# Between two digits they belong to the number (classes CS, and ES where no Arabic letter came before).
_SEPARATORS: Final = frozenset(".,:/٫٬،\u00a0")
_SIGNS: Final = frozenset("+-−")
# Painted right of its number though the algorithm would set it left: typed behind it all the same.
_AFTER_NUMBER: Final = frozenset("%٪°‰")
_BEFORE_NUMBER: Final = frozenset("+")
_BEFORE_LATIN: Final = frozenset("#@")
# Painted left of a number in Arabic text, it was typed behind it: an amount has its measure after it.
_MEASURES: Final = frozenset(
    {"SAR", "SR", "AED", "EGP", "KWD", "QAR", "BHD", "OMR", "JOD", "IQD", "USD", "EUR", "GBP"}
    | {"kg", "g", "mg", "km", "m", "cm", "mm", "kW", "W", "V", "A", "Hz", "kHz", "MHz", "GHz"}
    | {"KB", "MB", "GB", "TB", "ml", "bar", "rpm", "ms", "min"}
)


def kind(unit: str) -> str:
    """The direction of a unit: that of its first character that has one."""
    for character in unit:
        if LETTER.match(character):
            return RIGHT
        found = _KINDS.get(unicodedata.bidirectional(character))
        if found and unicodedata.category(character) != "Co":  # nobody knows what it is
            return found
    return NEUTRAL


def typed_order(units: Sequence[str], runs: Sequence[int] | None = None) -> list[int]:
    """The order in which the units of a line in a right-to-left paragraph were typed.

    Args:
        units: what is painted, from left to right; each a letter with its marks, or a ligature.
        runs: for each unit the number of the stroke that painted it, where known: a number and a
            Latin word of one stroke are one phrase, of two strokes they are not.

    Returns:
        indices into `units`.
    """
    line = _Line(units, runs)
    order: list[int] = []
    for start, end in reversed(line.spans()):
        order.extend(range(start, end))
    return order


def typed(units: Sequence[str], runs: Sequence[int] | None = None) -> str:
    """The painted units as one text, in the order in which they were typed."""
    return "".join(units[at] for at in typed_order(units, runs))


def typed_order_ltr(units: Sequence[str]) -> list[int]:
    """The same for a left-to-right paragraph: only its right-to-left runs are turned round."""
    kinds = [kind(unit) for unit in units]
    order: list[int] = []
    at = 0
    while at < len(units):
        end = _rtl_end(kinds, at) if kinds[at] in (RIGHT, INDIC) else at + 1
        part = typed_order(units[at:end]) if end - at > 1 else [0]
        order.extend(at + place for place in part)
        at = end
    return order


def _rtl_end(kinds: Sequence[str], start: int) -> int:
    end = start + 1
    for at in range(start, len(kinds)):
        if kinds[at] == LEFT:
            break
        if kinds[at] == RIGHT or (kinds[at] in (INDIC, NUMBER) and RIGHT in kinds[at:]):
            end = at + 1
    return end


class _Line:
    """One painted line, and which stretches of it run from left to right."""

    def __init__(self, units: Sequence[str], runs: Sequence[int] | None) -> None:
        self.units = units
        self.runs = runs
        self.kinds = [kind(unit) for unit in units]

    def spans(self) -> list[tuple[int, int]]:
        """Stretches typed as painted, and single units, from left to right."""
        found: list[tuple[int, int]] = []
        at = 0
        while at < len(self.units):
            start = at
            if self._opens_phrase(at):
                at += 1
            end = at + 1 if self.kinds[at] in (RIGHT, NEUTRAL) else self._stretch_end(at)
            found.append((start, end))
            at = end
        return found

    def _opens_phrase(self, at: int) -> bool:
        following = self.kinds[at + 1] if at + 1 < len(self.units) else NEUTRAL
        free = at == 0 or self.kinds[at - 1] in (NEUTRAL, RIGHT)
        if self.units[at] in _BEFORE_NUMBER:
            return following in (NUMBER, INDIC) and free
        return self.units[at] in _BEFORE_LATIN and following == LEFT and free

    def _stretch_end(self, start: int) -> int:
        phone = start > 0 and self.units[start - 1] in _BEFORE_NUMBER
        end = start + 1
        latin = self.kinds[start] == LEFT
        while True:
            following = self._next(end)
            if following is None or not self._joins(end, following, latin=latin, phone=phone):
                break
            latin = latin or self.kinds[following] == LEFT
            end = following + 1
        return self._closed(start, end)

    def _next(self, end: int) -> int | None:
        """The next unit that has a direction, when that is not right to left."""
        at = end
        while at < len(self.units) and self.kinds[at] == NEUTRAL:
            at += 1
        return at if at < len(self.units) and self.kinds[at] != RIGHT else None

    def _joins(self, end: int, following: int, *, latin: bool, phone: bool) -> bool:
        """Whether what is painted from `following` goes on with what ended before `end`."""
        before, after = self.kinds[end - 1], self.kinds[following]
        between = self.units[end:following]
        if INDIC in (before, after):
            if not between and LEFT in (before, after):
                return True  # both stand on one level (rule I1): SA٤٥
            return before == after and (not between or _separated(between))
        if LEFT not in (before, after) and not latin:
            spaced = phone and all(unit.isspace() or unit == "-" for unit in between)
            return spaced or self._one_number(between, following)
        if not between or before == after == LEFT:
            return True
        if after == NUMBER and self._word_before(end) in _MEASURES:
            return False
        spaced = any(unit.isspace() for unit in between)
        if after == NUMBER and spaced and self.runs is not None and self._whole_stroke(end - 1):
            return len(set(self.runs[end - 1 : following + 1])) == 1
        return True

    def _word_before(self, end: int) -> str:
        start = end
        while start and self.kinds[start - 1] == LEFT:
            start -= 1
        return "".join(self.units[start:end])

    def _whole_stroke(self, at: int) -> bool:
        """Whether strokes paint more than a letter each here; else they tell nothing."""
        runs = self.runs or ()
        return 0 < at < len(runs) and runs[at - 1] == runs[at]

    def _one_number(self, between: Sequence[str], following: int) -> bool:
        if not between or _separated(between):
            return True
        signed = len(between) == 1 and between[0] in _SIGNS
        return signed and not self._after_arabic(following)

    def _after_arabic(self, at: int) -> bool:
        """Whether the last letter typed before a number was an Arabic one (rule W2)."""
        for place in range(at, len(self.units)):
            if self.kinds[place] in (RIGHT, LEFT):
                return self.kinds[place] == RIGHT
        return False

    def _closed(self, start: int, end: int) -> int:
        """Takes in the bracket that closes one opened inside (rule N0), or a sign of percent."""
        if end >= len(self.units):
            return end
        unit = self.units[end]
        if unit in _AFTER_NUMBER and self.kinds[end - 1] in (NUMBER, INDIC):
            return end + 1
        for left, right in BRACKETS.items():
            inside = self.units[start:end]
            if unit == right and inside.count(left) > inside.count(right):
                return end + 1
        return end


def _separated(between: Sequence[str]) -> bool:
    """Whether one mark holds two numbers together (rule W4); a sign does that for European digits alone."""
    return len(between) == 1 and between[0] in _SEPARATORS
