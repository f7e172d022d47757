"""Turns numbers round that were read from the wrong end: ٦٩٩١ back to ١٩٩٦, 62/11/4202 to 2024/11/26.

It does not know words. A number says little about its own direction, so the dates, years, times and
grouped thousands of a line must speak for turning, and none against it.
"""

from __future__ import annotations

import re

from vanguard.documents.arabic.letters import ARABIC, plain_digits
from vanguard.documents.arabic.repairs.change import Change, each

_D = "0-9٠-٩۰-۹"
_NUMBER = re.compile(f"[{_D}]+(?:[.,:/٫٬-][{_D}]+)*")
_DATE = re.compile(r"(\d{1,4})([/.-])(\d{1,2})\2(\d{1,4})")
_TIME = re.compile(r"(\d{1,2}):(\d{2})(?::(\d{2}))?")
_GROUPED = re.compile(r"\d{1,3}(?:[,٬]\d{3})+(?:[.٫]\d{1,3})?")
_BACKWARD_GROUPED = re.compile(r"(?:\d{1,3}[.٫])?(?:\d{3}[,٬])+\d{1,3}")
# Gregorian and Hijri years that documents speak of.
_YEARS = (range(1850, 2060), range(1300, 1470))
_YEAR_WORDS = re.compile("(?:عام|سنة|عامي|العام|لسنة|لعام)$")


def _is_year(number: str) -> bool:
    return len(number) == 4 and any(int(number) in years for years in _YEARS)


def _is_date(number: str) -> bool:
    found = _DATE.fullmatch(number)
    if not found:
        return False
    first, middle, last = found[1], found[3], found[4]
    day, year = (first, last) if len(first) < 3 else (last, first)
    months = int(middle)
    if len(year) == 4:
        return _is_year(year) and 1 <= int(day) <= 31 and 1 <= months <= 12
    return len(year) == 2 and 1 <= int(day) <= 31 and 1 <= months <= 12


def _is_time(number: str) -> bool:
    found = _TIME.fullmatch(number)
    return bool(found and int(found[1]) < 24 and int(found[2]) < 60)


def _sound(number: str) -> bool | None:
    """Whether a number can be read as it stands; None where its form says nothing."""
    if _DATE.fullmatch(number):
        return _is_date(number)
    if _TIME.fullmatch(number):
        return _is_time(number)
    if _GROUPED.fullmatch(number):
        return number[0] != "0" or number[1] in ".٫"
    if _BACKWARD_GROUPED.fullmatch(number):
        return False
    if len(number) > 1 and number[0] == "0" and number.isdigit():
        return None
    return None


def _speaks(number: str, before: str) -> int:
    """1 for turning, -1 against it, 0 for neither."""
    plain = plain_digits(number)
    turned = plain[::-1]
    if plain == turned:
        return 0
    sound, better = _sound(plain), _sound(turned)
    if sound is True:
        return -1
    if sound is False or better is True:
        return int(bool(better))
    if len(plain) == 4 and plain.isdigit():
        dated = bool(_YEAR_WORDS.search(before.rstrip()))
        if _is_year(plain):
            return -1
        return int(dated and _is_year(turned))
    return 0


def _change(line: str) -> Change | None:
    if not ARABIC.search(line):
        return None
    found = list(_NUMBER.finditer(line))
    votes = [_speaks(one[0], line[: one.start()]) for one in found]
    if not any(votes) or min(votes) < 0:
        return None
    witness = found[votes.index(1)][0]
    text = _NUMBER.sub(lambda one: one[0][::-1], line)
    return Change(text, f"numbers from the wrong end: {witness} can only be {witness[::-1]}")


turn_digits = each(_change)
