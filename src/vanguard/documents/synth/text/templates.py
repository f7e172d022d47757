"""Sentences for forms, tables, letters and bills, with names, numbers and dates filled in.

It does not know where they stand. The words are in `data/documents/synth/words.toml`.
"""

from __future__ import annotations

import functools
import re
import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from importlib import resources

from vanguard.documents.synth.dice import Dice
from vanguard.documents.synth.text.marks import Digits, grouped, in_digits

LICENCE = "Apache-2.0"
SOURCE = "words"
_HOLE = re.compile(r"\{(\w+)\}")
_LISTS = {
    "name": "names",
    "company": "companies",
    "city": "cities",
    "department": "departments",
    "good": "goods",
    "topic": "topics",
    "month": "months",
    "latin": "latin",
}


@functools.cache
def words() -> dict[str, list[str]]:
    """The lists of words, by name."""
    folder = resources.files("vanguard") / "data" / "documents" / "synth"
    return tomllib.loads((folder / "words.toml").read_text("utf-8"))


@dataclass(frozen=True)
class Phrases:
    """Draws words and fills sentences, with digits of one set."""

    dice: Dice
    digits: Digits

    def one(self, name: str) -> str:
        """A word or sentence of a list, filled."""
        return self.fill(self.dice.choice(words()[name]))

    def several(self, name: str, count: int) -> list[str]:
        """Different ones of a list, at most as many as it has."""
        known = words()[name]
        return [self.fill(text) for text in self.dice.sample(known, min(count, len(known)))]

    def fill(self, sentence: str) -> str:
        """A sentence with its holes filled."""
        return _HOLE.sub(lambda hole: self._filled(hole.group(1)), sentence)

    def _filled(self, hole: str) -> str:
        if hole in _LISTS:
            return self.dice.choice(words()[_LISTS[hole]])
        return self.number(_NUMBERS[hole](self.dice))

    def number(self, text: str) -> str:
        """A text's digits in the set that is wanted."""
        return in_digits(text, self.digits)

    def money(self, hundredths: int) -> str:
        """An amount with two decimals."""
        return grouped(hundredths, self.digits, 2)

    def date(self) -> str:
        """A date of one of the usual forms."""
        return self.number(_date(self.dice))


def _date(dice: Dice) -> str:
    day, month, year = dice.randint(1, 28), dice.randint(1, 12), dice.randint(1990, 2026)
    return dice.choice(
        [
            f"{day:02d}/{month:02d}/{year}",
            f"{year}/{month:02d}/{day:02d}",
            f"{day:02d}-{month:02d}-{year}",
            f"{day} {words()['months'][month - 1]} {year}",
            f"{year}-{month:02d}-{day:02d}",
        ]
    )


def _hijri(dice: Dice) -> str:
    month = dice.choice(words()["hijri_months"])
    return f"{dice.randint(1, 29)} {month} {dice.randint(1410, 1448)}هـ"


_NUMBERS: dict[str, Callable[[Dice], str]] = {
    "n": lambda dice: str(dice.randint(1, 12)),
    "small": lambda dice: str(dice.randint(2, 60)),
    "number": lambda dice: str(dice.randint(100, 9999)),
    "big": lambda dice: f"{dice.randint(10_000, 9_999_999):,}",
    "decimal": lambda dice: f"{dice.randint(1, 99)}.{dice.randint(1, 99):02d}",
    "percent": lambda dice: f"{dice.randint(1, 99)}.{dice.randint(1, 9)}%",
    "year": lambda dice: str(dice.randint(1950, 2026)),
    "date": _date,
    "hijri": _hijri,
    "time": lambda dice: f"{dice.randint(7, 19)}:{dice.choice([0, 15, 30, 45]):02d}",
    "phone": lambda dice: f"0{dice.randint(11, 59)}-{dice.randint(1000000, 9999999)}",
    "version": lambda dice: f"{dice.randint(1, 20)}.{dice.randint(0, 9)}",
    "account": lambda dice: (
        f"SA{dice.randint(10, 99)} {dice.randint(1000, 9999)} {dice.randint(1000, 9999)}"
    ),
    "money": lambda dice: f"{dice.randint(1, 99_999):,}.{dice.randint(0, 99):02d} ريال",
}
