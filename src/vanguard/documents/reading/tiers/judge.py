"""The stage that settles each block of a page: which reading is taken, and how far it can be trusted.

It does not know how the page was read.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import ClassVar

import msgspec

from vanguard.documents.page import Block, Page, Reason
from vanguard.documents.reading.second.combine import Prefer, combined
from vanguard.documents.reading.tiers.tier import Thresholds, with_tier
from vanguard.documents.reading.values import Answer, PageRead
from vanguard.flow.ports import Blobs
from vanguard.flow.stage import Made


@dataclass(frozen=True)
class JudgePage:
    """Tiers by thresholds; another threshold judges anew and reads nothing twice.

    Attributes:
        prefer: whose reading is taken where two readers differ.
    """

    thresholds: Thresholds = field(default_factory=Thresholds)
    prefer: Prefer = "plausible"
    name: ClassVar[str] = "documents.judge_page"
    version: ClassVar[int] = 1
    takes: ClassVar[type[PageRead]] = PageRead
    whole: ClassVar[bool] = False

    def process(self, values: Sequence[PageRead], blobs: Blobs) -> Iterable[Made]:
        """The page, its blocks with tiers."""
        del blobs
        (page,) = values
        yield Made(self.judged(page))

    def judged(self, page: PageRead) -> Page:
        """The page, each block that has text with its tier."""
        answers = {answer.block: answer for answer in page.answers}
        blocks = [self._block(one, answers.get(at)) for at, one in enumerate(page.blocks)]
        if page.model_failed and blocks:
            why = Reason("model_failed", page.model_failed)
            blocks[0] = _with_reason(blocks[0], why)
        return Page(page.number, page.width, page.height, tuple(blocks), page.failed)

    def _block(self, block: Block, answer: Answer | None) -> Block:
        if answer is None:
            return with_tier(block, self.thresholds)
        both = combined(block, answer, self.prefer)
        return with_tier(both.block, self.thresholds, both)


def _with_reason(block: Block, why: Reason) -> Block:
    return msgspec.structs.replace(block, reasons=(*block.reasons, why))
