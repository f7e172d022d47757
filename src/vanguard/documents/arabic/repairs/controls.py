"""Takes out what steers the display and is not text: direction marks, zero-width characters, soft hyphens.

It does not know the order of letters. Joiners stay where they mean something: between Arabic letters
of Persian words, and inside emoji.
"""

from __future__ import annotations

from vanguard.documents.arabic.letters import (
    ARABIC,
    BIDI_CONTROLS,
    INVISIBLE,
    JOINER,
    NON_JOINER,
    TATWEEL,
)
from vanguard.documents.arabic.repairs.change import Change, each

_EMOJI_FROM = "\u2190"


def _change(line: str) -> Change | None:
    kept = [letter for at, letter in enumerate(line) if not _idle(line, at)]
    if len(kept) == len(line):
        return None
    return Change("".join(kept), f"{len(line) - len(kept)} invisible characters")


def _idle(line: str, at: int) -> bool:
    letter = line[at]
    if letter in BIDI_CONTROLS:
        return True
    if letter not in INVISIBLE:
        return False
    before, after = line[at - 1] if at else " ", line[at + 1] if at + 1 < len(line) else " "
    if letter == NON_JOINER:
        return not (ARABIC.match(before) and ARABIC.match(after))
    if letter == JOINER:
        joins = ARABIC.match(before) or before == TATWEEL or before >= _EMOJI_FROM
        return not joins
    return True


strip_controls = each(_change)
