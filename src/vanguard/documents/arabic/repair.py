"""Repairs Arabic text: each repair in its turn, kept only where the text is no less plausible for it.

It does not know what a repair does, and never changes a line that none of them speaks for.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import msgspec

from vanguard.documents.arabic.lexicon import Lexicon, packaged
from vanguard.documents.arabic.plausibility import plausibility
from vanguard.documents.arabic.repairs.brackets import turn_brackets
from vanguard.documents.arabic.repairs.change import Step
from vanguard.documents.arabic.repairs.controls import strip_controls
from vanguard.documents.arabic.repairs.digits import turn_digits
from vanguard.documents.arabic.repairs.lam_alef import unswap_lam_alef
from vanguard.documents.arabic.repairs.letters import fold_persian
from vanguard.documents.arabic.repairs.order import turn_order
from vanguard.documents.arabic.repairs.presentation import fold_presentation
from vanguard.documents.arabic.repairs.spaces import split_words
from vanguard.documents.arabic.repairs.tatweel import drop_tatweel

# In this order: forms tell directions as long as they are forms, and words are looked up when they are letters.
STEPS: Final[tuple[tuple[str, Step], ...]] = (
    ("controls", strip_controls),
    ("order", turn_order),
    ("presentation", fold_presentation),
    ("letters", fold_persian),
    ("tatweel", drop_tatweel),
    ("lam_alef", unswap_lam_alef),
    ("brackets", turn_brackets),
    ("digits", turn_digits),
    ("spaces", split_words),
)
NAMES: Final = tuple(name for name, _ in STEPS)


class Repair(msgspec.Struct, frozen=True):
    """One line that was changed.

    Attributes:
        name: of the repair, one of `NAMES`.
        line: which, from 0.
        before, after: the line.
        why: what spoke for it, for people.
    """

    name: str
    line: int
    before: str
    after: str
    why: str


class Repaired(msgspec.Struct, frozen=True):
    """A text after its repairs.

    Attributes:
        lines: as many as were given.
        repairs: in the order in which they were made; empty when the text was right.
        before, after: the plausibility of the whole, 0 to 1.
    """

    lines: tuple[str, ...]
    repairs: tuple[Repair, ...]
    before: float
    after: float

    @property
    def text(self) -> str:
        """The lines, one below the other."""
        return "\n".join(self.lines)


def repair(
    text: str | Sequence[str],
    *,
    lexicon: Lexicon | None = None,
    skip: frozenset[str] = frozenset(),
) -> Repaired:
    """Puts a text right where it is wrong beyond doubt.

    Args:
        text: lines, or a text of lines; what lines have in common (each lam-alef swapped) counts.
        lexicon: the packaged one where none is given.
        skip: names of repairs to leave out.
    """
    words = lexicon or packaged()
    given = text.split("\n") if isinstance(text, str) else list(text)
    lines, repairs = list(given), []
    for name, step in STEPS:
        if name not in skip:
            repairs += _applied(name, step, lines, words)
    before = plausibility("\n".join(given), words).value
    after = plausibility("\n".join(lines), words).value if repairs else before
    return Repaired(tuple(lines), tuple(repairs), before, after)


def _applied(name: str, step: Step, lines: list[str], words: Lexicon) -> list[Repair]:
    """Changes the lines in place and says which, leaving out what would make a line less plausible."""
    made: list[Repair] = []
    for at, change in enumerate(step(tuple(lines), words)):
        if change is None or change.text == lines[at]:
            continue
        if plausibility(change.text, words).value < plausibility(lines[at], words).value:
            continue
        made.append(Repair(name, at, lines[at], change.text, change.why))
        lines[at] = change.text
    return made
