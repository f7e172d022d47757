"""Arabic letters to their presentation forms, as old programs write them into files."""

from __future__ import annotations

import unicodedata

from vanguard.documents.arabic.letters import MARK

_FORMS: dict[tuple[str, str], str] = {}
for _code in [*range(0xFB50, 0xFC00), *range(0xFE70, 0xFEFD)]:
    _kind, _, _letters = unicodedata.decomposition(chr(_code)).partition(" ")
    if _kind in {"<isolated>", "<initial>", "<medial>", "<final>"}:
        _base = "".join(chr(int(part, 16)) for part in _letters.split())
        if len(_base) == 1 or _base in {"لا", "لأ", "لإ", "لآ"}:
            _FORMS.setdefault((_base, _kind), chr(_code))


def _joins_next(letter: str) -> bool:
    return (letter, "<initial>") in _FORMS


def _joins_before(letter: str) -> bool:
    return (letter, "<final>") in _FORMS


def shaped(text: str) -> str:
    """The text with each letter in the form that its neighbours ask for, lam-alef as one."""
    units = _units(text)
    letters = [at for at, unit in enumerate(units) if not MARK.match(unit)]
    out = list(units)
    for place, at in enumerate(letters):
        unit = units[at]
        before = units[letters[place - 1]] if place else " "
        after = units[letters[place + 1]] if place + 1 < len(letters) else " "
        joined = _joins_next(before[-1]) and len(before) == 1 and _joins_before(unit)
        joins = _joins_next(unit) and _joins_before(after)
        kind = {
            (False, False): "<isolated>", (False, True): "<initial>",
            (True, True): "<medial>", (True, False): "<final>",
        }[joined, joins]  # fmt: skip
        out[at] = _FORMS.get((unit, kind), unit)
    return "".join(out)


def _units(text: str) -> list[str]:
    units: list[str] = []
    for letter in text:
        if units and units[-1] == "ل" and letter in "اأإآ":
            units[-1] += letter
        else:
            units.append(letter)
    return units
