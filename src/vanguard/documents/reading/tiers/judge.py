"""The stage that gives each block of a page its tier.

It does not know how the page was read.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import ClassVar

import msgspec

from vanguard.documents.page import Page
from vanguard.documents.reading.tiers.tier import Thresholds, with_tier
from vanguard.flow.ports import Blobs
from vanguard.flow.stage import Made


@dataclass(frozen=True)
class JudgePage:
    """Tiers by thresholds; another threshold judges anew and reads nothing twice."""

    thresholds: Thresholds = field(default_factory=Thresholds)
    name: ClassVar[str] = "documents.judge_page"
    version: ClassVar[int] = 1
    takes: ClassVar[type[Page]] = Page
    whole: ClassVar[bool] = False

    def process(self, values: Sequence[Page], blobs: Blobs) -> Iterable[Made]:
        """The same page, its blocks with tiers."""
        del blobs
        (page,) = values
        yield Made(self.judged(page))

    def judged(self, page: Page) -> Page:
        """The page, each block that has text with its tier."""
        blocks = tuple(with_tier(block, self.thresholds) for block in page.blocks)
        return msgspec.structs.replace(page, blocks=blocks)
