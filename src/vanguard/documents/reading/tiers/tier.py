"""Gives a block its tier by what was measured about it, and says why.

It does not know who read it, nor what else is on the page. Where a second reader agrees, less confidence is
enough; where it does not, a person is to look.
"""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from vanguard.documents.page import Block, Reason, Tier
from vanguard.documents.reading.second.combine import Combined
from vanguard.documents.reading.tiers.signs import Signs, signs_of

_Found = tuple[Tier, Reason]
_ORDER: tuple[Tier, ...] = ("accept", "review", "reject")


class Thresholds(msgspec.Struct, frozen=True):
    """What is enough. All are shares, 0 to 1; docs/guide/documents-read.md says what was measured.

    Attributes:
        accept_confidence: of a block, by its reader.
        accept_word: of each of its words.
        accept_plausibility: of its text.
        reject_confidence, reject_plausibility: below them a text is none.
        accept_agreement: share of letters that two readers have alike.
        agreed_confidence, agreed_word: take the place of the first two where they agree so far: readers that
            see the same ink may make the same mistakes, so agreement alone is not enough.
        trust_digits: numbers of pictures are accepted too, without a check or a second reader.
    """

    accept_confidence: float = 0.9
    accept_word: float = 0.8
    accept_plausibility: float = 0.95
    accept_agreement: float = 0.99
    agreed_confidence: float = 0.8
    agreed_word: float = 0.4
    reject_confidence: float = 0.5
    reject_plausibility: float = 0.4
    trust_digits: bool = False


def with_tier(block: Block, thresholds: Thresholds, second: Combined | None = None) -> Block:
    """The block with its tier and the reasons for it; without one where there is no text.

    `second` is what came of its second reading, where it had one.
    """
    agreement = second.agreement if second is not None else None
    agreed = agreement is not None and agreement >= thresholds.accept_agreement
    signs = signs_of(block, thresholds.agreed_word if agreed else thresholds.accept_word)
    if not signs.words:
        return block
    found = list(_found(signs, thresholds, second))
    tier: Tier = max((one for one, _ in found), key=_ORDER.index, default="accept")
    reasons = (*block.reasons, *(reason for _, reason in found))
    return msgspec.structs.replace(block, tier=tier, reasons=tuple(dict.fromkeys(reasons)))


def _found(signs: Signs, asked: Thresholds, second: Combined | None) -> Iterator[_Found]:
    """What speaks against the block, and how much."""
    agreement = second.agreement if second is not None else None
    agreed = agreement is not None and agreement >= asked.accept_agreement
    yield from _of_reader(signs, asked, agreed=agreed)
    yield from _of_text(signs, asked)
    if agreement is not None and not agreed:
        yield "review", Reason("disagree", f"two readers have {agreement:.0%} of letters alike")
    if second is not None:
        yield from (("review", doubt) for doubt in second.doubts)
    confirmed = second is not None and agreement is not None and second.digits_agree
    pictured = signs.confidence is not None or second is not None
    if signs.digits and pictured and not (confirmed or asked.trust_digits):
        says = f"digits in {signs.digits} of {signs.words} words, which no second reader confirmed"
        yield "review", Reason("digits", says)
    if signs.doubts:
        says = "a cell of its table is" if signs.doubts == 1 else f"{signs.doubts} cells are"
        yield "review", Reason("checks", f"{says} doubted by checks")


def _of_reader(signs: Signs, asked: Thresholds, *, agreed: bool) -> Iterator[_Found]:
    sure, weakest = signs.confidence, signs.weakest
    enough = asked.agreed_confidence if agreed else asked.accept_confidence
    if sure is not None and sure < enough:
        tier: Tier = "reject" if sure < asked.reject_confidence and not agreed else "review"
        yield tier, Reason("unsure_block", f"its reader was sure of it by {sure:.0%} only")
    if weakest is not None and weakest < (asked.agreed_word if agreed else asked.accept_word):
        says = f"{signs.unsure} of {signs.words} words are unsure, one by {weakest:.0%}"
        yield "review", Reason("unsure_words", says)


def _of_text(signs: Signs, asked: Thresholds) -> Iterator[_Found]:
    plausible = signs.plausibility
    if plausible is not None and plausible < asked.accept_plausibility:
        tier: Tier = "reject" if plausible < asked.reject_plausibility else "review"
        yield tier, Reason("implausible", f"the plausibility of its words is {plausible:.2f}")
