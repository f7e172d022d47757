"""What a repair is: a function of all lines of a text that proposes changes, each with its reason.

It does not know any repair.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import msgspec

from vanguard.documents.arabic.lexicon import Lexicon


class Change(msgspec.Struct, frozen=True):
    """A line as it should be, and why, for people."""

    text: str
    why: str


# For each line what it should be; None where it is right, or nothing speaks against it.
Step = Callable[[Sequence[str], Lexicon], "list[Change | None]"]


def each(change: Callable[[str], Change | None]) -> Step:
    """A repair that looks at one line at a time and asks no lexicon."""

    def step(lines: Sequence[str], _lexicon: Lexicon) -> list[Change | None]:
        return [change(line) for line in lines]

    return step
