"""Finds where a text stands in another one, give or take a few characters.

It does not know facts. Edit distance of the whole needle against any part of the text, by bit-parallel
columns (Myers, JACM 46/3, 1999; Hyyrö's form, 2003), exact.
"""

from __future__ import annotations

from collections.abc import Iterator


def ends(needle: str, text: str, max_diffs: int) -> Iterator[int]:
    """Each place in the text where a part ends that differs from the needle by so little.

    Args:
        needle: at least one character.
        text: what is looked through.
        max_diffs: insertions, deletions and substitutions that are allowed.
    """
    if not max_diffs:
        yield from _exact(needle, text)
        return
    bits = _bits(needle)
    full = (1 << len(needle)) - 1
    last = 1 << (len(needle) - 1)
    rises, falls, distance = full, 0, len(needle)
    for place, character in enumerate(text, start=1):
        equal = bits.get(character, 0)
        same = (((equal & rises) + rises) ^ rises) | equal | falls
        right = falls | ~(same | rises) & full
        wrong = rises & same
        distance += bool(right & last) - bool(wrong & last)
        right, wrong = right << 1, wrong << 1
        rises = (wrong | ~(same | right)) & full
        falls = right & same & full
        if distance <= max_diffs:
            yield place


def stands(needle: str, text: str, max_diffs: int) -> bool:
    """Whether the needle is somewhere in the text, give or take `max_diffs` characters."""
    return needle in text or any(True for _ in ends(needle, text, max_diffs))


def _exact(needle: str, text: str) -> Iterator[int]:
    place = text.find(needle)
    while place >= 0:
        yield place + len(needle)
        place = text.find(needle, place + 1)


def _bits(needle: str) -> dict[str, int]:
    """For each character where it stands in the needle."""
    bits: dict[str, int] = {}
    for place, character in enumerate(needle):
        bits[character] = bits.get(character, 0) | 1 << place
    return bits
