"""Gives a block its tier by what was measured about it, and says why.

It does not know who read it, nor what else is on the page.
"""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from vanguard.documents.page import Block, Reason, Tier
from vanguard.documents.reading.tiers.signs import Signs, signs_of

_ORDER: tuple[Tier, ...] = ("accept", "review", "reject")


class Thresholds(msgspec.Struct, frozen=True):
    """What is enough. All are shares, 0 to 1; docs/guide/documents-read.md says what was measured.

    Attributes:
        accept_confidence: of a block, by its reader.
        accept_word: of each of its words.
        accept_plausibility: of its text.
        reject_confidence, reject_plausibility: below them a text is none.
        trust_digits: numbers of pictures are accepted too, without a check or a second reader.
    """

    accept_confidence: float = 0.85
    accept_word: float = 0.75
    accept_plausibility: float = 0.95
    reject_confidence: float = 0.5
    reject_plausibility: float = 0.4
    trust_digits: bool = False


def with_tier(block: Block, thresholds: Thresholds) -> Block:
    """The block with its tier and the reasons for it; without one where there is no text."""
    signs = signs_of(block, thresholds.accept_word)
    if not signs.words:
        return block
    found = list(_found(signs, thresholds))
    tier: Tier = max((one for one, _ in found), key=_ORDER.index, default="accept")
    reasons = (*block.reasons, *(reason for _, reason in found))
    return msgspec.structs.replace(block, tier=tier, reasons=reasons)


def _found(signs: Signs, asked: Thresholds) -> Iterator[tuple[Tier, Reason]]:
    """What speaks against the block, and how much."""
    sure, weakest, plausible = signs.confidence, signs.weakest, signs.plausibility
    if sure is not None and sure < asked.accept_confidence:
        tier: Tier = "reject" if sure < asked.reject_confidence else "review"
        yield tier, Reason("unsure_block", f"its reader was sure of it by {sure:.0%} only")
    if weakest is not None and weakest < asked.accept_word:
        says = f"{signs.unsure} of {signs.words} words are unsure, one by {weakest:.0%}"
        yield "review", Reason("unsure_words", says)
    if plausible is not None and plausible < asked.accept_plausibility:
        tier = "reject" if plausible < asked.reject_plausibility else "review"
        yield tier, Reason("implausible", f"the plausibility of its words is {plausible:.2f}")
    if signs.digits and sure is not None and not asked.trust_digits:
        says = f"digits in {signs.digits} of {signs.words} words, which no second reader confirmed"
        yield "review", Reason("digits", says)
    if signs.doubts:
        says = "a cell of its table is" if signs.doubts == 1 else f"{signs.doubts} cells are"
        yield "review", Reason("checks", f"{says} doubted by checks")
