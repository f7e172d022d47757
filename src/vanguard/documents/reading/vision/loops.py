"""Finds where a text begins to repeat itself for good, as models do that have lost the page.

It does not know models. A table of empty cells and a line of dots repeat themselves and are none.
"""

from __future__ import annotations

import re

# What is looked at from the end; a period of more than a third of it is not found.
WINDOW = 4_000
_TAG = re.compile(r"<[^>]*>")
# (repeats, letters) that make a loop: of words, of cells with words, and of dots, rules and empty cells
_WORDS, _CELLS, _SIGNS = (6, 48), (20, 400), (40, 2_000)


def loop_start(text: str) -> int | None:
    """Where the second round of a loop at the end of the text begins; None where there is none."""
    tail = text[-WINDOW:][::-1]
    for period, more in enumerate(_matches(tail)):
        covered = period + more
        if period == 0 or covered < 2 * period:
            continue
        unit = tail[:period][::-1]
        repeats, letters = _bound(unit)
        if covered >= max(letters, repeats * period):
            return len(text) - covered + period
    return None


def _bound(unit: str) -> tuple[int, int]:
    bare = _TAG.sub("", unit)
    if not any(letter.isalnum() for letter in bare):
        return _SIGNS
    return _CELLS if "<" in unit or "|" in unit else _WORDS


def _matches(text: str) -> list[int]:
    """For each place how many letters from there are those of the beginning (the Z function).

    Gusfield, Algorithms on Strings, Trees and Sequences, 1997, section 1.3: linear time.
    """
    found = [0] * len(text)
    left = right = 0
    for at in range(1, len(text)):
        long = min(right - at, found[at - left]) if at < right else 0
        while at + long < len(text) and text[long] == text[at + long]:
            long += 1
        found[at] = long
        if at + long > right:
            left, right = at, at + long
    return found
